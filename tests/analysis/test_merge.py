from dataclasses import replace

import pytest
from made_up_ceilings import ceilings

from guidelines.analysis.merge import MergeError, by_machine, merged
from guidelines.results.model import Failure, Machine
from guidelines.spec.work import Cost

ELSEWHERE = Machine(node="elsewhere", torch="2.13.0")
HERE = Machine(node="here", torch="2.13.0")


def slowdown(results, variant="g=8"):
    (found,) = (m for m in results.measured if m.place.variant == variant)
    return found.slowdown(0.95)


def test_a_run_alone_stays_what_it_is(entry, results):
    (alone,) = by_machine([results(entry("g=1", 1.0), entry("g=8", 2.0))])
    assert (alone.runs, alone.measured[1].runs, alone.measured[1].scatter) == (1, 1, None)
    assert slowdown(alone).estimate == pytest.approx(2.0, rel=0.01)


def test_runs_of_one_machine_are_merged_and_machines_kept_apart(entry, results):
    files = [
        results(entry("g=1", 1.0), entry("g=8", value), source=source, machine=machine)
        for source, value, machine in (
            ("a.json", 1.9, ELSEWHERE),
            ("b.json", 2.0, HERE),
            ("c.json", 2.1, ELSEWHERE),
        )
    ]
    first, second = by_machine(files)
    assert (first.sources, second.sources) == (("a.json", "c.json"), ("b.json",))
    assert slowdown(first).estimate == pytest.approx((1.9 * 2.1) ** 0.5, rel=0.01)
    assert first.measured[1].rounds == 80


def test_the_interval_covers_how_far_the_runs_lie_apart(entry, results):
    runs = [results(entry("g=1", 1.0), entry("g=8", value)) for value in (1.8, 2.0, 2.2)]
    together = merged(runs)
    assert slowdown(together).low < 1.85 < 2.15 < slowdown(together).high
    assert together.measured[1].scatter > 3
    assert slowdown(runs[1]).half_width < 0.02


def test_runs_of_one_process_cover_other_runs_together(entry, results):
    runs = [results(entry("g=1", 1.0), entry("g=8", s), source=f"{s}.json") for s in (2.0, 2.1)]
    assert [each.is_one_process for each in runs[0].measured] == [True, True]
    assert [(each.passes, each.is_one_process) for each in merged(runs).measured] == [(2, False)] * 2


def test_the_baseline_stays_exact(entry, results):
    together = merged([results(entry("g=1", 1.0), entry("g=8", value)) for value in (1.9, 2.0)])
    assert slowdown(together, "g=1").half_width == 0


def test_times_and_controls_are_merged_too(entry, results):
    quick = results(entry("g=1", 1.0), entry("g=8", 2.0))
    slow = results(entry("g=1", 1.0), entry("g=8", 2.0, samples_s=(0.04,) * 40, median_s=0.04))
    measured = merged([quick, slow]).measured[1]
    assert measured.seconds_per_call(0.95).estimate == pytest.approx((0.02 * 0.04) ** 0.5, rel=0.01)
    assert measured.control(0.95).estimate == pytest.approx(1.0)


def test_a_control_that_failed_in_one_run_is_that_of_the_others(entry, results):
    runs = [
        results(entry("g=1", 1.0, control=c), entry("g=8", s, control=c))
        for s, c in ((2.0, None), (2.1, entry("g=8", 2.0).control))
    ]
    assert merged(runs).measured[1].control(0.99) == entry("g=8", 2.0).control
    assert merged([runs[0], runs[0]]).measured[1].control is None


def test_the_same_run_twice_counts_once_and_is_noted(entry, results):
    run = results(entry("g=1", 1.0), entry("g=8", 2.0))
    (found,) = by_machine([run, replace(run, sources=("copy.json",))])
    assert found.sources == ("a.json",)
    assert found.notes == ("copy.json holds the run of a.json: counted once",)


def test_a_variant_that_one_run_lacks_is_kept(entry, results):
    whole = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 2.0))
    part = results(entry("g=1", 1.0), entry("g=8", 2.1))
    found = {m.place.variant: m.runs for m in merged([whole, part]).measured}
    assert found == {"g=1": 2, "g=2": 1, "g=8": 2}


def test_failures_say_in_how_many_runs(entry, results):
    failure = Failure(entry("g=8", 1.0).place, (184,), Cost(multiply_adds=7, memory_access=8), "no memory")
    runs = [
        results(entry("g=1", 1.0), entry("g=8", 2.0)),
        results(entry("g=1", 1.0, median_s=0.03), failures=[failure]),
        results(entry("g=1", 1.0, median_s=0.04), failures=[failure]),
    ]
    assert [f.reason for f in merged(runs).failures] == ["in 2 of 3 runs: no memory"]


def test_different_networks_under_one_name_are_not_merged(entry, results):
    ours = results(entry("g=1", 1.0), entry("g=8", 2.0))
    theirs = results(entry("g=1", 1.0), entry("g=8", 2.1, widths=(48,)), source="b.json")
    with pytest.raises(
        MergeError, match=r"^b\.json: G2 x1 g=8 is another network than in a\.json \(channels \(48,\)"
    ):
        merged([ours, theirs])


def test_networks_without_a_width_are_told_apart_by_their_work(entry, results):
    ours, theirs = (
        results(entry("g=1", 1.0, widths=(), multiply_adds=n, median_s=n), source=f"{n}.json") for n in (7, 8)
    )
    with pytest.raises(MergeError, match=r"\(multiply-adds an image 8\.0 \| 7\.0\)"):
        merged([ours, theirs])


def test_runs_that_are_judged_differently_are_not_merged(entry, results):
    ours, theirs = (
        results(
            entry("g=1", 1.0, per_multiply_add=of_work),
            entry("g=8", slowdown, per_multiply_add=of_work),
            source=source,
        )
        for source, slowdown, of_work in (("a.json", 2.0, False), ("b.json", 2.1, True))
    )
    with pytest.raises(
        MergeError,
        match=r"^b\.json: G2 x1 g=1 is judged otherwise than in a\.json "
        r"\(slower per mult-add than g=1 \| slower than g=1\)",
    ):
        merged([ours, theirs])


def test_files_that_do_not_say_their_machine_are_not_merged(entry, results):
    files = [
        results(entry("g=1", 1.0), entry("g=8", 2.0), machine=Machine(), source=f"{name}.json")
        for name in "ab"
    ]
    assert [found.sources for found in by_machine(files)] == [("a.json",), ("b.json",)]


def test_runs_of_failures_alone_are_all_kept(entry, results):
    runs = [
        results(
            failures=[Failure(entry(v, 1.0).place, (), Cost(multiply_adds=7, memory_access=8), "no memory")],
            source=f"{v}.json",
        )
        for v in ("g=2", "g=8")
    ]
    assert len(by_machine(runs)[0].failures) == 2


def test_ceilings_of_passes_that_runs_share_count_once(entry, results):
    passes = [ceilings(number=number) for number in (1, 2)]
    of_another_run = ceilings(number=1, bytes_per_s=2e9)
    first = replace(results(entry("g=1", 1.0), entry("g=8", 2.0)), ceilings=tuple(passes))
    second = results(entry("g=1", 1.1), entry("g=8", 2.1), source="b.json")
    for shared, expected in (
        (passes, passes),
        ([passes[1], ceilings(number=3)], [*passes, ceilings(number=3)]),
        ([of_another_run], [*passes, of_another_run]),
    ):
        together = merged([first, replace(second, ceilings=tuple(shared))])
        assert together.ceilings == tuple(expected)
