"""Files that share passes of a sweep count them once."""

from dataclasses import replace

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.merge import by_machine, merged
from guidelines.analysis.overlap import sides_with_note
from guidelines.results.model import Failure
from guidelines.spec.work import Cost

SLOWDOWNS = (2.0, 2.02, 1.97, 2.05, 1.99)
BASELINES = (1.0,) * 5


@pytest.fixture
def part(entry_of_passes, results):
    """The first passes of one run, in a file."""

    def part(passes, source, variants=("g=1", "g=8"), sweeps=("x1",), slowdowns=SLOWDOWNS, **changes):
        entries = []
        for sweep in sweeps:
            for variant in variants:
                values = {"g=1": BASELINES, "g=2": (1.2, 1.22, 1.18, 1.21, 1.19)}.get(variant, slowdowns)
                entries.append(entry_of_passes(variant, values[:passes], sweep=sweep))
        return results(*entries, source=source, **changes)

    return part


def shown(results):
    """Name, interval, rounds and runs of each variant."""
    found = {}
    for measured in results.measured:
        place = measured.place
        estimate = measured.slowdown(0.95)
        found[place.sweep, place.variant] = (estimate.low, estimate.high, measured.rounds, measured.runs)
    return found


def test_a_run_that_was_cut_and_resumed_counts_once(part):
    whole, cut = part(5, "whole.json"), part(3, "cut.json")
    for files in ([cut, whole], [whole, cut], [part(1, "first.json"), cut, whole]):
        together = merged(files)
        assert shown(together) == shown(whole)
        assert (together.sources, together.runs) == (("whole.json",), 1)
    assert merged([cut, whole]).notes == (
        "cut.json holds passes of G2 x1 that are in whole.json, too: counted once",
    )


def test_a_sweep_that_only_one_file_holds_is_kept(part):
    cut, rest = part(5, "cut.json"), part(5, "whole.json", sweeps=("x1", "x2"))
    assert shown(merged([cut, rest])) == shown(rest)
    other = part(5, "other.json", sweeps=("x1", "x3"))
    together = merged([part(3, "cut.json"), other, part(2, "x3.json", sweeps=("x3",))])
    assert shown(together) == shown(other)
    assert together.notes == (
        "cut.json holds passes of G2 x1 that are in other.json, too: counted once",
        "x3.json holds passes of G2 x3 that are in other.json, too: counted once",
    )


def test_variants_of_one_run_in_several_files_share_their_baseline(part):
    files = [part(5, f"{name}.json", variants=("g=1", name)) for name in ("g=2", "g=8")]
    together = merged(files)
    assert {key[1]: runs for key, (*_, runs) in shown(together).items()} == {"g=1": 1, "g=2": 1, "g=8": 1}
    assert {key[1]: rounds for key, (*_, rounds, _) in shown(together).items()} == {
        "g=1": 200,
        "g=2": 200,
        "g=8": 200,
    }


def test_runs_whose_baselines_look_alike_by_chance_are_two(part):
    one, other = part(5, "a.json"), part(5, "b.json", slowdowns=[s * 1.001 for s in SLOWDOWNS])
    together = merged([one, other])
    assert ({runs for *_, runs in shown(together).values()}, together.notes) == ({2}, ())


def test_a_part_and_another_run_are_two_runs(part):
    other = part(5, "other.json", slowdowns=[s * 1.001 for s in SLOWDOWNS])
    together = merged([part(3, "cut.json"), part(5, "whole.json"), other])
    assert together.sources == ("whole.json", "other.json")
    assert shown(together) == shown(merged([part(5, "whole.json"), other]))


def test_files_without_samples_are_told_apart_as_well(part, entry_of_passes, results):
    bare = [
        replace(entry_of_passes(v, s[:3]), samples_s=()) for v, s in (("g=1", BASELINES), ("g=8", SLOWDOWNS))
    ]
    together = merged([results(*bare, source="bare.json"), part(5, "whole.json")])
    assert shown(together) == shown(part(5, "whole.json"))
    assert "bare.json holds passes of G2 x1 that are in whole.json, too: counted once" in together.notes


def test_a_failure_that_both_files_hold_counts_once(part, entry):
    failure = Failure(entry("g=2", 1.0).place, (184,), Cost(multiply_adds=7, memory_access=8), "no memory")
    cut = replace(part(3, "cut.json"), failures=(failure,))
    whole = replace(part(5, "whole.json"), failures=(failure,))
    together = merged([cut, whole])
    assert (together.failures, together.sources) == ((failure,), ("whole.json",))
    kept = merged([cut, part(5, "whole.json")])
    assert [each.reason for each in kept.failures] == ["in 1 of 2 runs: no memory"]


def test_a_matrix_counts_parts_once(part):
    machines = by_machine([part(3, "cut.json"), part(5, "whole.json")])
    (line,) = matrix(machines).lines
    assert (line.standings["G2"].passes, line.results.runs) == (5, 1)


def test_two_sides_that_share_passes_say_so(part):
    sides = sides_with_note(part(3, "cut.json"), part(5, "whole.json"))
    assert compare(*sides).b.notes == (
        "cut.json holds passes of G2 x1 that are in whole.json, too: they tell of no change",
    )
    other = part(5, "other.json", slowdowns=[s * 1.001 for s in SLOWDOWNS])
    assert [side.notes for side in sides_with_note(part(5, "whole.json"), other)] == [(), ()]


def test_many_shared_sweeps_are_counted(part):
    sweeps = [f"x{k}" for k in range(12)]
    together = merged([part(3, "cut.json", sweeps=sweeps), part(5, "whole.json", sweeps=sweeps)])
    assert together.notes == ("cut.json holds passes of 12 sweeps that are in whole.json, too: counted once",)
