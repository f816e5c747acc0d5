import json

import pytest

from guidelines.results.model import Circumstances

HOG = "other processes used 1.50 of 2 processors"


@pytest.fixture
def disturbed_run(write_run):
    """Writes a run of which something disturbed every sweep."""

    def write(name, g8):
        return write_run(name, g8, circumstances=Circumstances(disturbed=(HOG, "a slow clock")))

    return write


def test_rows_of_disturbed_sweeps_fail_and_the_first_lines_say_so(
    disturbed_run, write_run, printed, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "200")
    a, b = write_run("a.json", 2.0), disturbed_run("b.json", 2.4)
    headline = (
        "Gate FAILED, but the row that fails is of a disturbed sweep: stronger by more than 3 %: 1 of 2 "
    )
    why = (
        f"disturbed while measured (B: {HOG}): measure B again, on a quieter machine or with "
        "--retry-disturbed 2, before you believe it"
    )
    status, out, err = printed("compare", a, b, "--fail-on", "stronger")
    first, second, *_ = out.splitlines()
    assert (status, first.startswith(headline), second) == (1, True, why)
    assert f"guidelines: {why}\n" in err
    assert err.splitlines()[-1].startswith(f"guidelines: {headline}")
    _, out, _ = printed("compare", a, b, "--fail-on", "stronger", "--format", "markdown")
    first, _, second, *_ = out.splitlines()
    assert first.startswith(f"**{headline}")
    assert second == f"- {why}"


def test_a_program_reads_which_rows_that_fail_are_of_disturbed_sweeps(disturbed_run, printed):
    a, b = disturbed_run("a.json", 2.0), disturbed_run("b.json", 2.4)
    _, out, _ = printed("compare", a, b, "--fail-on", "stronger,slower", "--format", "json")
    assert json.loads(out)["gate"]["disturbed"] == {
        "rows": ["G2 x1 g=8"],
        "of": 1,
        "reasons": {"A": HOG, "B": HOG},
        "to_do": "measure both sides again, on a quieter machine or with --retry-disturbed 2, before you "
        "believe it",
    }


def test_of_quiet_sweeps_nothing_is_said(write_run, printed):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    _, out, err = printed("compare", a, b, "--fail-on", "stronger", "--format", "json")
    assert json.loads(out)["gate"]["disturbed"] == {"rows": [], "of": 1, "reasons": {}}
    assert "disturbed" not in err
