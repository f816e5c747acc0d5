import json
from pathlib import Path

import pytest

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
OTHER_KERNELS = RECORDED.with_name("cpu-epyc-2-cores-sse41.json")
HEADLINE = (
    "Gate FAILED, compared NOTHING for slower, unclear (no network did the same work on both sides): "
    "slower by more than 5 %: 0 of 0 speeds; unclear: 0 of 0 speeds; missing: 3 of 3 rows of A"
)


def test_a_gate_that_compared_nothing_fails_and_says_so_first(write_run, printed):
    a, b = write_run("a.json", 2.0), write_run("b.json", 6.0, parameters=40_961)
    words = "slower:5%,unclear,missing"
    status, out, err = printed("compare", a, b, "--fail-on", words, "--format", "markdown")
    missing = "G2 x1 (cpu, against g=1) is MISSING on B: another network on B"
    assert status == 1
    assert out.startswith(f"**{HEADLINE}**\n")
    assert err == f"guidelines: {missing}\nguidelines: {HEADLINE}\n"
    status, out, _ = printed("compare", a, b, "--fail-on", words, "--format", "json")
    gate = json.loads(out)["gate"]
    assert (status, gate["passed"], gate["compared_nothing"]) == (1, False, ["slower", "unclear"])
    assert gate["decided"] == {"speed": {"asked": 0, "decided": 0}}
    assert [check["number"] for check in gate["checks"]] == [0, 0, 3]
    assert gate["missing"] == ["G2 x1 (cpu, against g=1): another network on B"]


def test_networks_that_no_word_could_compare_are_named(write_run, printed):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.0, parameters=40_961)
    status, _, err = printed("compare", a, b, "--fail-on", "slower")
    unchecked, headline = err.splitlines()
    assert status == 1
    assert unchecked == (
        "guidelines: another network on B, so its speed is not checked: G2 x1 (cpu, against g=1)"
    )
    assert headline.startswith("guidelines: Gate FAILED, compared NOTHING for slower (no network did ")
    status, _, err = printed("compare", a, b, "--fail-on", "stronger")
    assert (status, err) == (0, "guidelines: Gate passed: stronger by more than 3 %: 0 of 2 slow-downs\n")


@pytest.mark.parametrize("size", ["10001%", f"{'9' * 400}%"])
def test_a_size_beyond_reason_is_refused(printed, size):
    status, out, err = printed("compare", str(RECORDED), str(RECORDED), "--fail-on", f"slower:{size}")
    assert (status, out) == (2, "")
    assert err == "guidelines: --fail-on: slower has a size of at most 10000 %\n"


def test_a_size_is_printed_as_it_was_given(printed):
    words = "disturbed:99.9%,slower:5.25%,slower:5.25%,weaker:10000%"
    _, _, err = printed("compare", str(RECORDED), str(RECORDED), "--fail-on", words)
    assert err == (
        "guidelines: Gate passed: disturbed in more than 99.9 % of the passes: 0 of 24 sweeps; "
        "slower by more than 5.25 %: 0 of 51 speeds; weaker by more than 10000 %: 0 of 39 slow-downs\n"
    )


def test_figures_of_each_kind_are_counted_beside_their_number(printed):
    _, _, err = printed("compare", str(RECORDED), str(OTHER_KERNELS), "--fail-on", "unclear")
    assert err.splitlines()[-1].endswith(": unclear: 26 of 39 slow-downs and 42 of 51 speeds")
