import csv
import json
import re

import pytest

from guidelines.cli.main import main
from guidelines.report.digits import millions


@pytest.mark.parametrize("columns", ["80", "120"])
def test_count_prints_a_row_a_block_and_the_total_within_the_terminal(printed, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    status, out, _ = printed("count", "resnet50")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "resnet50, input 1x3x224x224, traced on the meta device"
    assert max(map(len, lines)) <= int(columns)
    rows = [line.split() for line in lines if re.match(r"\d+ |total", line)]
    assert [row[0] for row in rows] == [*map(str, range(19)), "total"]
    assert rows[2][:2] == ["2", "Bottleneck"]
    assert rows[-1][2] == "3858"
    assert rows[-1][-2:] == ["25,557,032", "174"]
    assert "MAC" not in out


def test_records_are_unrounded_and_end_with_the_total(printed):
    call = ("count", "shufflenet_v2_x0_5", "--input", "2,3,64,64", "--depth", "9")
    rows = list(csv.DictReader(printed(*call, "--format", "csv")[1].splitlines()))
    assert {row["input"] for row in rows} == {"2x3x64x64"}
    for name in ("multiply_adds", "conv_memory_access", "memory_access", "parameters", "operators"):
        *layers, total = (int(row[name]) for row in rows)
        assert sum(layers) == total > 0
    assert [row["path"] for row in rows][:: len(rows) - 1] == ["0", "total"]
    found = json.loads(printed(*call, "--format", "json")[1])
    assert found["kind"] == "count"
    assert [str(record["memory_access"]) for record in found["records"]] == [
        row["memory_access"] for row in rows
    ]


def test_what_is_not_known_and_not_traced_is_said_below(printed, nets):
    status, out, _ = printed("count", "odd_nets:Fickle", "--input", "4,4")
    assert status == 0
    said = " ".join(out.split())
    assert "odd_nets:Fickle, input 4x4, counted with real tensors on the CPU" in said
    assert "not traced on the meta device: Fickle: got (4, 4): RuntimeError: Tensor.item()" in said
    assert "not fully counted, because their work is not known: aten._fft_r2c (1x)" in said
    assert re.search(r"^total +Fickle +\? +\? +\d+ \+ \? ", out, re.MULTILINE)


def test_what_a_network_prints_is_no_part_of_the_answer_nor_does_a_path_steer_the_terminal(printed, nets):
    call = ("count", "odd_nets:Talking", "--input", "1,3,8,8", "--format")
    status, out, err = printed(*call, "json")
    assert (status, err) == (0, "being built\nbeing called\n")
    conv, _ = json.loads(out)["records"][-2:]
    assert (conv["path"], conv["multiply_adds"], conv["uncounted"]) == (r"\x1b[31mred", 36 * 108, 0)
    assert "\x1b" not in printed(*call, "csv")[1]


def test_the_operators_stand_in_a_table_and_in_json_and_the_views_in_a_note(printed):
    call = ("count", "resnet50", "--depth", "0")
    said = printed(*call)[1]
    rows = [line.split()[:2] for line in said.splitlines() if line.startswith("aten.")]
    assert rows[0] == ["aten.convolution", "53"]
    assert ["aten.relu_", "49"] in rows
    assert "read and write no element (views, allocations): " in " ".join(said.split())
    known = json.loads(printed(*call, "--format", "json")[1])
    (total,) = known["records"]
    assert sum(each["memory_access"] for each in known["operators"]) == total["memory_access"]
    assert known["operators"][0]["name"] == "aten.convolution"
    assert known["views"]["aten.t"] == 1


def test_small_figures_have_three_digits_too(printed):
    assert [millions(n) for n in (0, 7, 3_888, 470_344)] == ["0", "0.00000700", "0.00389", "0.470"]


@pytest.mark.parametrize(
    ("size", "heading", "figure"), [("8", "memory access", "384"), ("64", "M memory access", "0.0246")]
)
def test_a_column_of_small_figures_is_not_in_millions(printed, size, heading, figure):
    call = ("count", "torch.nn:ReLU", "--input", f"1,3,{size},{size}", "--format", "markdown")
    layers = printed(*call)[1].partition("By operator")[0]
    heads, *_, total = (
        [cell.strip() for cell in line.split("|")] for line in layers.splitlines() if "|" in line
    )
    assert dict(zip(heads, total, strict=True))[heading] == figure


def test_depth_0_shows_the_whole(printed):
    lines = printed("count", "resnet50", "--depth", "0")[1].splitlines()
    rows = [line.split() for line in lines if re.match(r"\w.* {2,}\S", line)]
    assert [row[:3] for row in rows if row[-1].isdigit()] == [["total", "Sequential", "3858"]]
    records = json.loads(printed("count", "resnet50", "--depth", "0", "--format", "json")[1])["records"]
    assert [(record["path"], record["multiply_adds"]) for record in records] == [("total", 3_857_973_248)]


def test_a_network_of_several_inputs_of_their_own_types_is_counted(printed, nets):
    call = ("count", "odd_nets.py:Captioned(width=4)", "--input", "2,9:int64", "--input", "2,3,8,8")
    status, out, err = printed(*call)
    assert (status, err) == (0, "")
    title = "odd_nets.py:Captioned(width=4), input 2x9 int64, 2x3x8x8, traced on the meta device"
    assert " ".join(out.split()).startswith(title)
    assert printed("decompose", *call[1:])[0] == 0
    # Some versions of torch look up words of any type on the meta device; all refuse them when they compute.
    status, _, err = printed("decompose", call[1], "--input", "2,9", "--input", "2,3,8,8")
    assert status == 2
    assert "for argument #1 'indices'" in err


def test_a_network_that_is_built_on_the_cpu_and_traced_on_the_meta_device_says_so(printed, nets):
    said = " ".join(printed("count", "odd_nets:built_with_values", "--input", "4,3")[1].split())
    assert "traced on the meta device" in said
    assert "built on the CPU, as building failed on the meta device: TargetError: odd_nets:built_with" in said
    assert "cannot be built: RuntimeError: Tensor.item() cannot be called on meta tensors" in said


@pytest.mark.parametrize("command", ["count", "decompose", "reuse"])
def test_help_says_that_the_code_that_is_named_is_executed(capsys, command):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert "This command executes code" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resnet51"], "guidelines: 'resnet51' is no network of this suite; near: resnet50"),
        (
            ["torch.nn:Linear"],
            "guidelines: torch.nn:Linear: takes in_features, out_features; give them, torch.nn:Linear(in_",
        ),
        (
            ["torch.nn:Identity.nothing"],
            "guidelines: torch.nn:Identity.nothing: type object 'Identity' has no",
        ),
        (["builtins:dict"], "guidelines: builtins:dict: gives a dict, not a torch.nn.Module"),
        (
            ["alexnet", "--input", "1,4,227,227"],
            "guidelines: layer 0 (Conv2d): got (1, 4, 227, 227), it takes (n, 3, ...)",
        ),
        (
            ["alexnet", "--input", ",".join(["999999999"] * 4)],
            "guidelines: no input of (999999999, 999999999, 999999999, 999999999) can be made: Runtime",
        ),
    ],
)
def test_a_mistake_is_one_line_and_status_2(printed, arguments, message):
    status, out, err = printed("count", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(message)


def test_an_input_of_no_type_of_numbers_is_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["count", "resnet50", "--input", "1,3:int65"])
    assert "'1,3:int65': int65 is no type of numbers; possible: float16, " in capsys.readouterr().err


@pytest.mark.parametrize("shape", ["", ":int64", "1,3,", "1,3,0,9", "1x3x4", "1,-3", "9999999999"])
def test_an_input_that_is_no_shape_is_refused(capsys, shape):
    with pytest.raises(SystemExit, match="2"):
        main(["count", "resnet50", "--input", shape])
    assert (
        f"argument --input: {shape!r} is no shape such as 1,3,224,224 or 1,128:int64"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decompose", "odd_nets:Real"], "odd_nets:Real: RuntimeError: needs another device"),
        (["decompose", "odd_nets:on_meta"], "odd_nets:on_meta: NotImplementedError: Cannot copy out of meta"),
        (["count", "odd_nets:Odd"], "odd_nets:Odd: KeyError: 'none'"),
        (["count", "odd_nets:Raising"], "Raising: got (3, 3): Speechless"),
        (
            ["decompose", "odd_nets:Real", "--layout", "nhwc"],
            "--layout nhwc: takes an --input of 4 sizes, got 2",
        ),
    ],
)
def test_whatever_a_network_raises_is_one_line_and_status_2(printed, nets, arguments, message):
    status, out, err = printed(*arguments, "--input", "3,3")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"guidelines: {message}")
