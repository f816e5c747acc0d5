from dataclasses import replace
from statistics import median

import pytest
from made_up_ceilings import ceilings

from guidelines.analysis.measured import results_of
from guidelines.analysis.prediction import AboveFloor, Correlation, predictions, spearman
from guidelines.report.subjects.prediction import section
from guidelines.results.joining import linked
from guidelines.spec.work import Operators


def test_the_correlation_is_of_ranks_and_ties_share_theirs():
    assert spearman([1, 2, 3, 4, 5], [1, 4, 9, 16, 25], 0.95) == Correlation(1, None, None)
    assert spearman([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], 0.95).estimate == -1
    tied = spearman([1, 2, 2, 4], [1, 2, 3, 4], 0.95)
    assert tied.estimate == pytest.approx(4.5 / 22.5**0.5)  # ranks 1, 2.5, 2.5, 4
    assert tied.low < tied.estimate < tied.high


def test_what_does_not_differ_correlates_with_nothing():
    assert spearman([1, 1, 1, 1], [1, 2, 3, 4], 0.95) is None


def test_the_interval_is_bonett_and_wrights():
    found = spearman([1, 2, 3, 4, 5, 6, 7], [2, 1, 3, 5, 4, 7, 6], 0.95)
    assert found.estimate == pytest.approx(1 - 6 * 6 / (7 * 48))
    assert (found.low, found.high) == pytest.approx((0.2700, 0.9889), abs=1e-4)


@pytest.fixture
def networks(entry, changed):
    """Twelve networks whose time follows their memory access; the last two are large."""

    def network(k, multiply_adds):
        found = entry(f"g={k}", 1.0 + k, spread=0)
        samples = tuple(0.01 * (k + 1) for _ in found.samples_s)
        works = {"multiply_adds": multiply_adds, "memory_access": 10 * k, "conv_memory_access": 7 + k % 2}
        return changed(found, widths=(), median_s=samples[0], samples_s=samples, **works)

    sizes = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 2 * 10**9, 3 * 10**9)
    return [network(k, size) for k, size in enumerate(sizes, start=1)]


def test_small_networks_are_looked_at_apart(networks):
    (found,) = predictions(results_of(linked(networks, []))).values()
    assert [each.networks for each in found] == [12, 10]
    everything, small = (each.counts for each in found)
    assert everything["memory access of all operators"].estimate == 1
    assert small["multiply-adds"].estimate == -1
    assert everything["multiply-adds"].estimate > small["multiply-adds"].estimate


def test_a_network_that_two_sweeps_timed_counts_once(networks, changed):
    again = changed(networks[0], sweep="x2")
    (found,) = predictions(results_of(linked([*networks, again], []))).values()
    assert found[0].networks == 12


def test_few_networks_give_no_correlation(networks):
    assert predictions(results_of(linked(networks[:9], []))) == {}


def test_stacks_of_one_width_are_no_whole_networks(entry):
    assert predictions(results_of(linked([entry("g=1", 1.0), entry("g=8", 2.0)], []))) == {}
    assert section({}) == ()


def test_a_line_names_the_condition_and_how_many_networks(networks):
    (shown,) = section(predictions(results_of(linked(networks, []))))
    assert shown.verdicts[0].startswith("cpu, 12 networks: multiply-adds ")
    assert shown.verdicts[1].startswith("cpu, 10 small networks: multiply-adds -1.00; memory access of conv")


def test_the_floor_joins_the_counts_if_ceilings_and_operators_are_known(networks):
    with_floors = []
    for network in networks:
        # A floor of 8 us for each of its accesses, and ten times as much for the last one.
        accesses = network.identity.work.memory_access * (10 if network is networks[-1] else 1)
        of_one = Operators("element-wise", calls=2000, multiply_adds=0, memory_access=accesses)
        (only,) = network.passes
        circumstances = replace(only.circumstances, operators=(of_one,))
        with_floors.append(replace(network, passes=(replace(only, circumstances=circumstances),)))
    run = replace(linked(with_floors, []), ceilings=(ceilings(),))
    predicted = predictions(results_of(run))
    (both,) = predicted.values()
    everything, small = both
    assert everything.counts["floor"].estimate == 1
    expected = [0.01 * (k + 1) / (8e-5 * k) for k in range(1, 11)]
    assert small.above_floor == AboveFloor(pytest.approx(median(expected)), pytest.approx(250), "g=1")
    (shown,) = section(predicted)
    assert shown.verdicts[1].endswith("; they take 148 times their floor (median), at worst 250 times (g=1)")
    assert any(note.startswith("floor: the time that") for note in shown.notes)


def test_networks_without_floors_are_compared_by_their_counts_alone(networks):
    predicted = predictions(results_of(linked(networks, [])))
    (both,) = predicted.values()
    assert [each.above_floor for each in both] == [None, None]
    (shown,) = section(predicted)
    assert "floor" not in " ".join((*shown.verdicts, *shown.notes))
