from dataclasses import replace

import pytest
from made_up_ceilings import CPU, ceilings, with_operators

from guidelines.analysis.merge import by_machine
from guidelines.analysis.tables import tables
from guidelines.spec.work import Operators

ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)


@pytest.fixture
def run_of(entry, results):
    """A run in which g=8 does twice what g=1 does, with the ceilings of one pass."""

    def run_of(*slowdowns, bytes_per_s=1e9, source="a.json", **changes):
        entries = []
        for row, slowdown in zip(("g=1", "g=2", "g=8"), (1.0, *slowdowns), strict=True):
            made = entry(row, slowdown, **changes)
            memory_access = ADDS.memory_access * (1 + (row != "g=1"))
            entries.append(with_operators(made, replace(ADDS, memory_access=memory_access)))
        of_run = results(*entries, source=source)
        return replace(of_run, ceilings=(ceilings(CPU, bytes_per_s=bytes_per_s),))

    return run_of


def sweep_of(results):
    ((sweep,),) = (table.sweeps for table in tables(results))
    return sweep


def test_variants_have_the_account_of_their_time_and_baselines_have_none(run_of):
    baseline, *others = sweep_of(run_of(2.0, 4.0)).variants
    assert baseline.account is None
    assert [each.account.slowdown.estimate for each in others] == pytest.approx([2.0, 4.0], rel=1e-2)
    assert [each.account.traffic.estimate for each in others] == pytest.approx([2.0, 2.0], rel=1e-3)


def test_a_sweep_has_the_account_of_its_verdict(run_of):
    sweep = sweep_of(run_of(2.0, 4.0))
    assert sweep.account == sweep.variants[-1].account
    assert sweep.account.slowdown.estimate == sweep.verdict.slowdown.estimate


def test_if_every_row_is_claimed_the_one_that_decides_has_the_account(run_of):
    sweep = sweep_of(run_of(2.0, 4.0, claims_every_row=True))
    assert sweep.extreme == "g=2"
    assert sweep.account.kernels.estimate == pytest.approx(1.0, rel=1e-2)


def test_a_verdict_per_multiply_add_has_an_account_of_that(run_of):
    sweep = sweep_of(run_of(2.0, 4.0, work_ratio=1.25))
    assert sweep.account.slowdown.estimate == pytest.approx(sweep.verdict.slowdown.estimate)
    assert sweep.account.work.estimate == 1.0
    assert sweep.account.traffic == sweep.variants[-1].account.traffic
    assert sweep.variants[-1].account.work.estimate == 1.25
    assert sum(sweep.account.shares.values()) == pytest.approx(1.0)


def test_merged_runs_rest_on_the_ceilings_of_all(run_of):
    runs = [run_of(2.0, 4.0), run_of(2.1, 4.2, bytes_per_s=2e9, source="b.json", spread=0.02)]
    (merged,) = by_machine(runs)
    assert len(merged.ceilings) == 2
    account = sweep_of(merged).account
    assert account.slowdown.estimate == pytest.approx(4.1, rel=1e-2)
    alone = sweep_of(runs[1]).account
    assert account.floor_share == pytest.approx(alone.floor_share, rel=0.05)


def test_a_file_without_ceilings_has_no_account(run_of):
    sweep = sweep_of(replace(run_of(2.0, 4.0), ceilings=()))
    assert sweep.account is None
    assert {each.account for each in sweep.variants} == {None}
