import json
import re
from pathlib import Path

from made_up_ceilings import ceilings, with_operators

from guidelines.cli.main import main
from guidelines.results.ceilings import to_saved
from guidelines.spec.work import Operators

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded"


def test_report_prints_the_tables_of_a_saved_run(run_path, capsys):
    assert main(["report", str(run_path)]) == 0
    assert re.search(r"G2 x1 holds: g=8 is [12]\.\d+x slower than g=1", capsys.readouterr().out)


def test_report_sets_the_chosen_columns_of_the_paper_beside_it(run_path, capsys):
    main(["report", str(run_path), "--paper", "gpu"])
    out = capsys.readouterr().out
    assert "(paper: Table 2, GPU)" in out
    assert "(paper 3.87x)" in out


def test_a_report_of_several_machines_has_a_part_for_each(write_run, printed_line):
    _, out, _ = printed_line("report", write_run("a.json", 2.0), write_run("b.json", 2.4, node="there"))
    assert out.count("G2 x1 holds") == 2
    assert "a processor, host there 1 run:" in out


def test_a_report_begins_and_ends_with_the_answer(run_path, capsys):
    main(["report", str(run_path)])
    out = capsys.readouterr().out.rstrip()
    block = out[: out.index("\n\n")]
    assert block.startswith("Do the guidelines hold here?\nG2 cpu  ")
    assert out.endswith(block)


def test_a_report_can_be_of_some_guidelines_only(capsys):
    files = [RECORDED / name for name in ("cpu-epyc-2-cores.json", "cpu-epyc-2-cores-networks.json")]
    assert main(["report", *map(str, files), "--only", "G2, G4", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {record["guideline"] for record in shown["records"]} == {"G2", "G4"}
    assert [line[:2] for line in shown["answer"]] == ["G2", "G4"]


def test_guidelines_are_named_in_any_case(run_path, capsys):
    for given in ("g2", " G2 "):
        assert main(["report", str(run_path), "--only", given, "--format", "json"]) == 0
        assert {each["guideline"] for each in json.loads(capsys.readouterr().out)["records"]} == {"G2"}


def test_guidelines_that_no_file_has_are_refused_with_those_there_are(run_path, capsys):
    for given in ("G7", "", "G2,", "g7"):
        assert main(["report", str(run_path), "--only", given]) != 0
        line = capsys.readouterr().err
        assert line.startswith("guidelines: --only: there is no '")
        assert line.endswith("in these files, but G2\n")


def test_json_keeps_the_ceilings_and_what_the_slowdown_is_made_of(entry, saved, tmp_path, capsys):
    adds = Operators("element-wise", calls=1, multiply_adds=1, memory_access=1_000_000)
    entries = [entry("g=1", 1, multiply_adds=1), entry("g=8", 2, multiply_adds=1)]
    content = saved([with_operators(each, adds) for each in entries])
    assert "ceilings" not in _as_json(content, tmp_path, capsys)
    content["guidelines"]["ceilings"] = [to_saved(ceilings()), to_saved(ceilings(number=2))]
    shown = _as_json(content, tmp_path, capsys)
    kept, _ = shown["ceilings"]
    assert kept == {"files": str(tmp_path / "a.json"), **json.loads(json.dumps(to_saved(ceilings())))}
    assert shown["records"][1]["kernels"] == shown["records"][1]["slowdown"]
    assert "= 2.00 kernels; memory explains 0 % of it" in shown["notes"]
    assert shown["answer"][0].endswith("; kernels 100 %")


def test_a_factor_that_one_pass_tells_has_no_interval(entry, saved, tmp_path, capsys):
    adds = Operators("element-wise", calls=1, multiply_adds=1, memory_access=1_000_000)
    entries = [entry("g=1", 1, multiply_adds=1), entry("g=8", 2, multiply_adds=1)]
    content = saved([with_operators(each, adds) for each in entries])
    content["guidelines"]["ceilings"] = [to_saved(ceilings())]
    shown = _as_json(content, tmp_path, capsys)
    assert "= ~2.00 kernels; memory explains 0 % of it" in shown["notes"]
    assert "kernels" not in shown["answer"][0]


def _as_json(content, folder, capsys):
    (folder / "a.json").write_text(json.dumps(content), "utf-8")
    assert main(["report", str(folder / "a.json"), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)
