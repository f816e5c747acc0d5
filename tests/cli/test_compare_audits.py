import json
from dataclasses import replace

import pytest
from made_up_audits import audit_run, operator

from guidelines.results.audit import WHOLE
from guidelines.results.saved_audit import to_file

MACHINE = {"node": "here", "guidelines": {"cpu_model": "a processor", "torch": "2.13.0"}}
POSSIBLE = "compare takes two audits, A and B, or files that are none"


def operators(us=170):
    return (
        operator("conv1 conv2", us, "G2"),
        operator("relu", 30, "G4", operator="relu", kind="element-wise"),
    )


@pytest.fixture
def write_audit(tmp_path):
    """Writes an audit of a network that takes a time, to a file."""

    def write_audit(name, us, *parts, **changes):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(to_file(audit_run(us, *(parts or operators()), **changes), MACHINE))
        return str(path)

    return write_audit


@pytest.fixture
def two(write_audit):
    return write_audit("a.json", 1000), write_audit("b.json", 820, *operators(80))


def test_two_audits_are_compared_by_guideline_and_by_layer(two, printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    status, out, err = printed("compare", *two)
    assert (status, err) == (0, "")
    assert out.startswith(
        "B takes 0.820x [0.818, 0.822] of A's time: FASTER; G2 took 33.99 % of A's, takes\n   19.51 % of B"
    )
    assert "\nGuidelines\n" in out
    assert "conv1 + 1 more: conv" in out
    assert max(map(len, out.replace(two[0], "").replace(two[1], "").splitlines())) <= 80


@pytest.mark.parametrize("ending", ["txt", "md", "csv", "json", "tex", "html"])
def test_every_format_holds_the_layers(two, printed, tmp_path, ending):
    path = tmp_path / f"answer.{ending}"
    status, _, _ = printed("compare", *two, "-o", str(path))
    assert status == 0
    assert "conv1" in path.read_text()


def test_the_file_of_an_audit_is_not_overwritten(two, printed):
    status, _, err = printed("compare", *two, "-o", two[0], "--format", "json")
    assert (status, err) == (2, f"guidelines: {two[0]}: is among the files that were read\n")


def test_each_audit_may_be_in_a_folder_of_its_own(write_audit, printed_line, tmp_path):
    write_audit("before/audit.json", 1000)
    write_audit("after/audit.json", 820)
    status, out, _ = printed_line("compare", str(tmp_path / "before"), f"new={tmp_path / 'after'}")
    assert status == 0
    assert out.startswith("B takes 0.820x")
    assert "machine new" in out


def test_an_audit_is_not_compared_with_a_usual_run(two, write_run, printed):
    other = write_run("run.json", 2.0)
    for files in ((two[0], other), (other, two[0])):
        status, _, err = printed("compare", *files)
        assert (status, err) == (
            2,
            f"guidelines: {two[0]} is an audit, {other} is none: {POSSIBLE}\n",
        )


def test_other_numbers_of_audits_are_refused(two, write_audit, printed):
    status, _, err = printed("compare", two[0])
    assert (status, err) == (2, f"guidelines: 1 audit given: {POSSIBLE}\n")
    status, _, err = printed("compare", *two, write_audit("c.json", 900))
    assert (status, err) == (2, f"guidelines: 3 audits given: {POSSIBLE}\n")


def test_an_audit_without_the_networks_time_is_named(two, tmp_path, printed):
    run = audit_run(1000, *operators())
    path = tmp_path / "half.json"
    kept = tuple(entry for entry in run.entries if entry.place.variant != WHOLE)
    path.write_text(to_file(replace(run, entries=kept), MACHINE))
    status, _, err = printed("compare", two[0], str(path))
    assert (status, err) == (2, f"guidelines: {path}: net: its time is not known: not measured\n")


def test_broken_files_are_skipped_on_request(two, tmp_path, printed):
    folder = tmp_path / "before"
    folder.mkdir()
    (folder / "broken.json").write_text("{")
    (folder / "audit.json").write_text((tmp_path / "a.json").read_text())
    status, out, err = printed("compare", str(folder), two[1], "--skip-broken")
    assert status == 3
    assert out.startswith("B takes 0.820x")
    assert "skipped" in err


def test_the_gate_fails_at_the_networks_time(two, printed_line):
    a, b = two
    status, out, err = printed_line("compare", b, a, "--fail-on", "slower:5%")
    first = "Gate FAILED: slower by more than 5 %: yes (B takes 1.220x [1.216, 1.223] of A's time)"
    assert status == 1
    assert out.startswith(first)
    assert err == f"guidelines: {first}\n"
    status, out, _ = printed_line("compare", a, b, "--fail-on", "slower:5%,unclear")
    assert status == 0
    assert out.startswith("Gate passed: slower by more than 5 %: no; unclear: no")


def test_a_program_reads_what_the_gate_said(two, printed):
    a, b = two
    status, out, _ = printed("compare", b, a, "--fail-on", "slower", "--format", "json")
    content = json.loads(out)
    assert (status, content["kind"], content["gate"]["passed"]) == (1, "compare_audits", False)
    assert [check["tripped"] for check in content["gate"]["checks"]] == [True]


def test_words_that_say_nothing_of_a_network_are_refused(two, printed):
    for word in ("stronger", "missing", "disturbed:50%"):
        status, out, err = printed("compare", *two, "--fail-on", word)
        assert (status, out) == (2, "")
        name = word.partition(":")[0]
        reason = (
            "of two audits, the time of the whole network is compared; possible are faster, slower, unclear"
        )
        assert err == f"guidelines: --fail-on: {name}: {reason}\n"


def test_the_gate_fails_if_the_inputs_differ(two, write_audit, printed_line):
    other = write_audit("other.json", 500, inputs="8x3x224x224")
    status, out, _ = printed_line("compare", two[0], other, "--fail-on", "slower")
    assert status == 1
    assert out.startswith(
        "Gate FAILED, compared NOTHING: the networks were given other inputs, 1x3x224x224 |"
    )
    assert "CONDITIONS DIFFER (A | B): inputs 1x3x224x224 | 8x3x224x224" in out
