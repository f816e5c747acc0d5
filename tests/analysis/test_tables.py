from dataclasses import replace

import pytest

from guidelines.analysis.measured import results_of
from guidelines.analysis.tables import tables


def test_each_guideline_and_condition_is_a_table(entry, results):
    other = replace(entry("g=1", 1.0).place.condition, threads=2)
    run = results(entry("g=1", 1.0), entry("g=1", 1.0, condition=other), entry("g=8", 2.0))
    assert [[len(sweep.variants) for sweep in table.sweeps] for table in tables(run)] == [[2], [1]]


def test_the_papers_other_columns_can_be_chosen(run):
    own, gpu = (tables(results_of(run), platform)[0].sweeps[0] for platform in (None, "gpu"))
    assert own.paper.slowdown == pytest.approx(40.0 / 27.8)
    assert gpu.paper.slowdown == pytest.approx(2451 / 634)


def test_the_order_of_variants_is_compared_with_the_papers(entry, results):
    run = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 1.1))
    assert tables(run)[0].sweeps[0].kendall_tau == pytest.approx(1 / 3)
    assert tables(results(entry("g=1", 1.0), entry("g=8", 1.1)))[0].sweeps[0].kendall_tau is None


def test_throughput_counts_images_on_the_cpu_and_batches_on_cuda(entry, results):
    cpu = replace(entry("g=1", 1.0).place.condition, batch_size=8)
    cuda = replace(cpu, device="cuda:0")
    run = results(*(entry("g=1", 1.0, condition=condition) for condition in (cpu, cuda)))
    images, batches = (table.sweeps[0].variants[0].cell.throughput.estimate for table in tables(run))
    assert images == pytest.approx(8 * batches)


def test_slowdown_per_multiply_add_shows_where_the_work_differs(entry, results):
    run = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 1.9, work_ratio=1.033))
    cells = {row.variant: row.cell for row in tables(run)[0].sweeps[0].variants}
    assert cells["g=2"].per_multiply_add is None
    assert cells["g=8"].per_multiply_add.estimate == pytest.approx(1.9 / 1.033, rel=0.01)
