import csv
import json
import re
import subprocess
import sys

import pytest

from guidelines.cli import main
from guidelines.machine import cpu_model
from guidelines.networks.registry import NETWORKS
from guidelines.report.digits import millions

NETS = """
import torch
from torch import nn

class Fickle(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x) * x.sum().item()

class Talking(nn.Module):
    def __init__(self):
        super().__init__()
        print("being built")
        self.add_module("\\x1b[31mred", nn.Conv2d(3, 4, 3, bias=False))

    def forward(self, x):
        print("being called")
        return next(self.children())(x)

class Real(nn.Module):
    def forward(self, x):
        if x.device.type != "meta":
            raise RuntimeError("needs another device")
        return x + 1

class Odd(nn.Module):
    def parameters(self):
        raise KeyError("none")

class Speechless(Exception):
    def __str__(self):
        raise OSError("no words")

class Raising(nn.Module):
    def forward(self, x):
        raise Speechless

def on_meta():
    return nn.Linear(3, 3, device="meta")
"""


@pytest.fixture
def nets(monkeypatch, tmp_path):
    """A folder to stand in, with a module of networks that do what networks should not."""
    (tmp_path / "odd_nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def printed(capsys, *arguments):
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("columns", ["80", "120"])
def test_count_prints_a_row_a_block_and_the_total_within_the_terminal(capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    status, out, _ = printed(capsys, "count", "resnet50")
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


def test_records_are_unrounded_and_end_with_the_total(capsys):
    call = ("count", "shufflenet_v2_x0_5", "--input", "2,3,64,64", "--depth", "9")
    rows = list(csv.DictReader(printed(capsys, *call, "--format", "csv")[1].splitlines()))
    assert {row["input"] for row in rows} == {"2x3x64x64"}
    for name in ("multiply_adds", "conv_memory_access", "memory_access", "parameters", "operators"):
        *layers, total = (int(row[name]) for row in rows)
        assert sum(layers) == total > 0
    assert [row["path"] for row in rows][:: len(rows) - 1] == ["0", "total"]
    found = json.loads(printed(capsys, *call, "--format", "json")[1])
    assert found["kind"] == "count"
    assert [str(record["memory_access"]) for record in found["records"]] == [
        row["memory_access"] for row in rows
    ]


def test_any_other_format_is_written_where_o_says(capsys, tmp_path):
    for name, mark in (("a.md", "| total |"), ("a.html", "<td>total</td>"), ("a.tex", "total")):
        assert main(["count", "alexnet", "--input", "1,3,227,227", "-o", str(tmp_path / name)]) == 0
        assert mark in re.sub(r"\s+", " ", (tmp_path / name).read_text())


def test_what_is_not_known_and_not_traced_is_said_below(capsys, nets):
    status, out, _ = printed(capsys, "count", "odd_nets:Fickle", "--input", "4,4")
    assert status == 0
    said = " ".join(out.split())
    assert "odd_nets:Fickle, input 4x4, counted with real tensors on the CPU" in said
    assert "not traced on the meta device: Fickle: got (4, 4): RuntimeError: Tensor.item()" in said
    assert "not fully counted, because their work is not known: aten._fft_r2c (1x)" in said
    assert re.search(r"^total +Fickle +\? +\? +0\.000\d+ \+ \? ", out, re.MULTILINE)


def test_what_a_network_prints_is_no_part_of_the_answer_nor_does_a_path_steer_the_terminal(capsys, nets):
    call = ("count", "odd_nets:Talking", "--input", "1,3,8,8", "--format")
    status, out, err = printed(capsys, *call, "json")
    assert (status, err) == (0, "being built\nbeing called\n")
    conv, _ = json.loads(out)["records"][-2:]
    assert (conv["path"], conv["multiply_adds"], conv["uncounted"]) == (r"\x1b[31mred", 36 * 108, 0)
    assert "\x1b" not in printed(capsys, *call, "csv")[1]


def test_small_figures_have_three_digits_too(capsys):
    assert [millions(n) for n in (0, 7, 3_888, 470_344)] == ["0", "0.00000700", "0.00389", "0.470"]
    out = printed(capsys, "count", "torch.nn:ReLU", "--input", "1,3,8,8")[1]
    assert re.search(r"^total +ReLU +0\.000384 +1$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["decompose", "odd_nets:Real"], "odd_nets:Real: RuntimeError: needs another device"),
        (["decompose", "odd_nets:on_meta"], "odd_nets:on_meta: NotImplementedError: Cannot copy out of meta"),
        (["count", "odd_nets:Odd"], "odd_nets:Odd: KeyError: 'none'"),
        (["count", "odd_nets:Raising"], "odd_nets:Raising: OSError: no words"),
        (
            ["decompose", "odd_nets:Real", "--layout", "nhwc"],
            "--layout nhwc: takes an --input of 4 sizes, got 2",
        ),
    ],
)
def test_whatever_a_network_raises_is_one_line_and_status_2(capsys, nets, arguments, message):
    status, out, err = printed(capsys, *arguments, "--input", "3,3")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"guidelines: {message}")


def test_every_network_is_listed_with_its_work_and_every_row_that_is_lacking_with_a_reason(capsys):
    out = printed(capsys, "networks")[1]
    named = re.findall(r"^([a-z]\w+)(?: \*)? +\d+ ", out, re.MULTILINE)
    assert named == list(NETWORKS)
    assert re.search(r"^condensenet74_g4 \* +224 +4\.77 +517 +529 ", out, re.MULTILINE)
    assert re.search(r"^IGCV2-0\.5 +156 +has no public definition$", out, re.MULTILINE)


def test_a_decomposition_stands_beside_the_papers(capsys):
    status, out, _ = printed(capsys, "decompose", "shufflenet_v1_x1_0_g3", "--input", "1,3,64,64")
    assert status == 0
    assert out.startswith(f"{cpu_model()}: input 1x3x64x64, float32, nchw, 1 thread\n")
    assert re.search(r"^convolution +[\d.]+ % .* Conv 87 %$", out, re.MULTILINE)
    assert re.search(r"^all operators +100.0 %", out, re.MULTILINE)


def test_a_device_that_is_not_there_is_refused(capsys):
    status, out, err = printed(capsys, "decompose", "alexnet", "--device", "cuda:9")
    assert (status, out) == (2, "")
    assert err.startswith("guidelines: --device cuda:9: not there; possible: cpu")


def test_reuse_is_shown_and_drawn(capsys, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "reuse.svg"
    status, out, err = printed(capsys, "reuse", "shufflenet_v2_x1_0", "--picture", str(path))
    assert (status, err) == (0, f"wrote {path}\n")
    assert re.search(r"^ +2 +29 +29 +25$", out, re.MULTILINE)
    assert "Channels passed unchanged" in path.read_text()


def test_reuse_is_of_networks_that_split_their_channels(capsys):
    _, _, err = printed(capsys, "reuse", "mobilenet_v1_x0_25")
    assert err.startswith("guidelines: Sequential has no units that split their channels")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resnet51"], "guidelines: 'resnet51' is no network of this suite; near: resnet50"),
        (
            ["torch.nn:Linear"],
            "guidelines: torch.nn:Linear: takes in_features, out_features; name a function",
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
def test_a_mistake_is_one_line_and_status_2(capsys, arguments, message):
    status, out, err = printed(capsys, "count", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(message)


@pytest.mark.parametrize("shape", ["", "1,3,0,9", "1x3x4", "1,-3", "9999999999"])
def test_an_input_that_is_no_shape_is_refused(capsys, shape):
    with pytest.raises(SystemExit, match="2"):
        main(["count", "resnet50", "--input", shape])
    assert f"argument --input: {shape!r} is no shape such as 1,3,224,224" in capsys.readouterr().err


def test_the_command_line_counts_and_help_comes_without_torch():
    code = (
        "import sys; from guidelines.cli import main\n"
        "try: main(['count', '--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "package.module:callable" in done.stdout
