from pathlib import Path
from types import SimpleNamespace

import pytest
from made_up_parts import MACHINE, audit_run

from guidelines.cli.main import main


@pytest.fixture
def audit(monkeypatch, capsys):
    """The output, the lines on stderr and the status of an audit whose times are made up."""
    measured = SimpleNamespace(run=audit_run(), machine=MACHINE)
    monkeypatch.setattr("guidelines.cli.commands.audit._measured", lambda options: measured)

    def shown(*arguments):
        status = main(["audit", "resnet50", *map(str, arguments)])
        out, err = capsys.readouterr()
        return out, err, status

    return shown


@pytest.fixture
def unmeasured(monkeypatch, audit):
    """The same, but nothing may be measured."""

    def fail(options):
        raise AssertionError("measured")

    monkeypatch.setattr("guidelines.cli.commands.audit._measured", fail)
    return audit


def test_the_answer_and_the_measurements_are_written(audit, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a long path would be broken into lines
    saved, page = Path("saved.json"), Path("audit.html")
    out, err, status = audit("--save", saved, "-o", page)
    assert (out, status) == ("", 0)
    assert err.splitlines() == [f"wrote {saved}", f"wrote {page}"]
    assert "net takes 10 ms" in page.read_text()
    assert main(["report", str(saved)]) == 0
    again = " ".join(capsys.readouterr().out.split())
    assert " ".join(audit()[0].split()) == again.replace(f"{saved}: ", "")


def test_only_the_dearest_are_shown(audit):
    assert "2 more parts that break a guideline" in audit("--top", "1")[0]


def test_limits_decide_the_status(audit):
    assert audit("--fail-on", "share:G2:50%")[2] == 0
    out, err, status = audit("--fail-on", "share:G2:5%")
    assert status == 1
    assert out.startswith("failed: net: what breaks G2")
    assert err.startswith("guidelines: failed: net: what breaks G2")


def test_the_help_says_by_what_limits_are_judged(capsys):
    with pytest.raises(SystemExit):
        main(["audit", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "The interval alone decides: a disturbed audit is judged by it like any other." in told


def test_wrong_options_are_refused_before_anything_is_measured(unmeasured, tmp_path):
    one = tmp_path / "one.json"
    for arguments, wrong in (
        (("--fail-on", "share:G9:5%"), "'G9' is none of G1, G2, G3, G4"),
        (("--save", one, "-o", one), "--save and -o name one file"),
        (("--save", tmp_path / "nowhere" / "x.json"), "there is no folder"),
    ):
        out, err, status = unmeasured(*arguments)
        assert (out, status) == ("", 2)
        assert wrong in err
        assert err.count("\n") == 1
    assert not one.exists()


def test_numbers_must_be_numbers(unmeasured, capsys):
    for option in ("--top", "--passes", "--seconds", "--threads"):
        with pytest.raises(SystemExit):
            unmeasured(option, "0")
        assert "'0' is no whole number from 1 to 999999" in capsys.readouterr().err


def test_what_a_device_lacks_is_named(capsys):
    for arguments, line in (
        (("--device", "cuda:77"), "--device cuda:77: not there; possible: cpu"),
        (("--threads", "99999"), "--threads 99999: possible are 1 to"),
        (("--layout", "nhwc", "--input", "1,3"), "--layout nhwc: takes an --input of 4 sizes, got 2"),
        (("--mode", "cudagraph"), "--mode cudagraph: cpu cannot run it, graphs are CUDA's"),
        (("--mode", "eager,cudagraph"), "--mode cudagraph: cpu cannot run it, graphs are CUDA's"),
    ):
        assert main(["audit", "resnet50", *arguments]) == 2
        assert capsys.readouterr().err.startswith(f"guidelines: {line}")


def test_modes_are_a_list_without_repetition(unmeasured, capsys):
    for modes, wrong in (
        ("foo", "'foo' is not one of eager, compile, cudagraph"),
        ("eager,eager", "eager is named twice in 'eager,eager'"),
        ("eager,", "'' is not one of"),
    ):
        with pytest.raises(SystemExit):
            unmeasured("--mode", modes)
        assert f"argument --mode: {wrong}" in capsys.readouterr().err


def test_the_first_mode_is_the_audits_own(monkeypatch, capsys):
    asked = []

    def auditing(audited, condition, limits, other_modes):
        asked.append((condition.mode, other_modes))
        raise ValueError("asked")

    monkeypatch.setattr("guidelines.measure.audit.auditing.auditing", auditing)
    monkeypatch.setattr("guidelines.measure.device.modes.lacks_for_mode", lambda device, mode: "")
    for modes in ("eager", "compile", "compile, eager,cudagraph"):
        assert main(["audit", "resnet50", "--mode", modes]) == 2
        assert "asked" in capsys.readouterr().err
    assert asked == [("eager", ()), ("compile", ()), ("compile", ("eager", "cudagraph"))]
