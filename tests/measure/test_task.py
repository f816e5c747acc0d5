from dataclasses import replace

import pytest
import torch

from guidelines.measure.dropped import Dropped, explained
from guidelines.measure.task import OriginError, failed, found, measure
from guidelines.results.model import Entry
from guidelines.spec.work import Conv, Stack


@pytest.fixture
def task(sweep_passes):
    return sweep_passes("g2", "g8", max_time_s=0.0).task(3)


def origin_of(*sweeps):
    return lambda: lambda condition: iter(sweeps)


def test_a_sweep_is_found_by_its_name(task, sweep, sweep_passes):
    other = sweep_passes(name="x2").case.sweep
    assert found(task, origin_of(other, sweep)) is sweep


def test_sweeps_are_asked_for_under_the_condition_of_the_task(task, sweep):
    asked = []
    assert found(task, lambda: lambda condition: asked.append(condition) or [sweep]) is sweep
    assert asked == [task.condition]


def test_a_sweep_that_is_not_there_is_an_error_of_one_line(task, sweep_passes):
    with pytest.raises(OriginError, match=r"^G2 x1 cpu-2px is not defined in .*; use --passes 1$"):
        found(task, origin_of(sweep_passes(name="x2").case.sweep))


def test_a_sweep_of_other_variants_is_an_error_of_one_line(task, sweep):
    with pytest.raises(OriginError, match=r"^G2 x1 cpu-2px has other variants .*; use --passes 1$"):
        found(task, origin_of(replace(sweep, variants=sweep.variants[:2])))
    with pytest.raises(OriginError, match="has other variants"):
        found(task, origin_of(replace(sweep, variants=sweep.variants[::-1])))


@pytest.mark.parametrize("change", [{"widths": (72,)}, {"work": Stack((Conv(8, 8),))}, {"name": "g=eight"}])
def test_a_sweep_of_other_networks_is_an_error_of_one_line(task, sweep, change):
    *first, last = sweep.variants
    with pytest.raises(OriginError, match=r"^G2 x1 cpu-2px has other networks .*; use --passes 1$"):
        found(task, origin_of(replace(sweep, variants=(*first, replace(last, **change)))))
    with pytest.raises(OriginError, match="has other networks"):
        found(task, origin_of(replace(sweep, expect="faster")))


def test_every_chosen_variant_fails_with_the_task(task, sweep):
    outcome = failed(task, sweep, Dropped("not there", is_skip=True))
    assert list(outcome) == ["g2", "g8"]
    assert [(each.reason, each.is_skip) for each in outcome.values()] == [("not there", True)] * 2
    assert outcome["g8"].place.variant == "g=8"


def test_a_task_is_measured_in_this_process(imported, sweep_passes):
    passes = sweep_passes("g8", max_time_s=0.0)
    network = torch.nn.Conv2d(8, 8, 1, bias=False)
    variants = [
        replace(variant, work=Stack((Conv(8, 8),)), build=lambda: network)
        for variant in passes.case.sweep.variants
    ]
    sweep, built = replace(passes.case.sweep, variants=tuple(variants)), []
    outcome = measure(passes.task(3), sweep, explained, built.append)
    assert isinstance(outcome["g8"], Entry)
    assert outcome["g8"].passes[0].number == 3
    assert outcome["g8"].seed == 7
    assert set(built) == {"g1", "g8", ""}
