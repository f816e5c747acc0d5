import itertools
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import pytest
import torch

from guidelines.measure import batch as module
from guidelines.measure.batch import LARGEST_BATCH, MOST_PROBES, Probe, device_bound
from guidelines.measure.dropped import SkippedNetworkError
from guidelines.networks import blocks
from guidelines.spec.condition import Condition

CUDA = Condition("cuda:0", "a card", batch_size=0, is_auto_batch=True)


@pytest.fixture(autouse=True)
def without_pinning(request, monkeypatch):
    """Collect no garbage for made-up networks: it takes longer than all the rest."""
    if not request.node.get_closest_marker("cuda"):
        monkeypatch.setattr(module, "pinned", lambda condition: nullcontext())


def network(device_s, launch_s=1.0, log=None, largest=LARGEST_BATCH):
    """A network by its device time in each batch; memory ends after the largest one."""

    def probe(batch):
        if log is not None:
            log.append(batch)
        if batch > largest:
            raise torch.OutOfMemoryError("too large")
        return Probe(launch_s, device_s(batch))

    return lambda variant, condition: probe


def found(sweep, *shape, **how):
    return device_bound(CUDA, sweep.baseline, prober=network(*shape, **how))


@pytest.mark.parametrize(
    ("launch_s", "batch"), [(0.5, 1), (1.0, 1), (1.1, 2), (5.0, 8), (1e9, LARGEST_BATCH)]
)
def test_the_batch_is_the_smallest_at_which_the_device_takes_longer(sweep, launch_s, batch):
    assert found(sweep, float, launch_s) == batch


def test_time_in_proportion_to_the_batch_takes_two_probes(sweep):
    log = []
    assert found(sweep, float, 13.0, log=log) == 16
    assert log == [1, 16]


def test_a_device_that_one_image_does_not_fill_takes_a_few_more(sweep):
    log = []
    assert found(sweep, lambda batch: max(1.0, batch / 8), 13.0, log=log) == 128
    assert len(log) <= 4


# Device times that jump from little to much at the batch that is enough.
SHAPES = [
    lambda batch, enough, before=before, after=after: after if batch >= enough else before
    for before, after in itertools.product((1e-9, 0.01, 0.3, 0.999), (1.0, 2.0, 1e9))
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_number_of_probes_is_bounded_whatever_the_device_does(sweep, shape):
    for enough, largest in itertools.product([2**k for k in range(12)], [2**k for k in range(11)]):
        log = []
        batch = found(sweep, partial(shape, enough=enough), log=log, largest=largest)
        assert len(log) <= MOST_PROBES
        assert len(set(log)) == len(log)
        assert batch in log
        assert batch <= largest


@pytest.mark.parametrize("before", [1e-9, 0.1, 0.99])
def test_where_memory_ends_the_largest_batch_that_runs_is_taken(sweep, before):
    for largest in (2**k for k in range(11)):
        assert found(sweep, lambda batch: before, largest=largest) == largest


def test_the_smallest_batch_that_is_enough_is_taken_though_memory_ends(sweep):
    for enough, largest in itertools.product([2**k for k in range(11)], repeat=2):
        flat = found(sweep, lambda batch, enough=enough: 1.0 if batch >= enough else 0.99, largest=largest)
        assert flat == min(enough, largest)


def test_a_network_without_any_work_on_the_device_ends_at_the_largest_batch(sweep):
    assert found(sweep, lambda batch: 0.0) == LARGEST_BATCH


def test_a_cpu_runs_one_image_and_is_not_asked(sweep):
    cpu = Condition("cpu", "", batch_size=0, is_auto_batch=True)
    assert device_bound(cpu, sweep.baseline, prober=pytest.fail) == 1


@pytest.mark.parametrize("error", [ValueError, RuntimeError, SkippedNetworkError])
@pytest.mark.parametrize("good", [0, 1, 8])
def test_a_network_that_fails_or_skips_is_left_to_the_measuring(sweep, error, good):
    def prober(variant, condition):
        def probe(batch):
            if batch > good:
                raise error("why")
            return Probe(100.0, float(batch))

        return probe

    batch = device_bound(CUDA, sweep.baseline, prober=prober)
    assert batch == (1 if good == 0 else 128)


def test_ctrl_c_ends_the_search(sweep):
    def interrupted(variant, condition):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        device_bound(CUDA, sweep.baseline, prober=interrupted)


@pytest.mark.parametrize("error", [None, ValueError])
def test_the_cache_of_the_device_is_emptied_afterwards(sweep, monkeypatch, error):
    emptied = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(True))

    def prober(variant, condition):
        if error:
            raise error
        return lambda batch: Probe(1.0, 2.0)

    assert device_bound(CUDA, sweep.baseline, prober=prober) == 1
    assert emptied == [True]


def test_a_network_is_built_once_and_gets_an_input_for_each_batch(monkeypatch):
    built, shapes = [], []
    monkeypatch.setattr(module, "launch_and_device_s", lambda call, device: (len(built), call().shape[0]))
    variant = blocks.group_convolution(8, 2)
    counted = replace(variant, build=lambda: built.append(True) or variant.build())
    probe = module.prober(counted, Condition("cpu", "", batch_size=0, image_size=4))
    with torch.inference_mode():
        shapes = [probe(batch) for batch in (1, 4)]
    assert shapes == [(1, 1), (1, 4)]


@pytest.mark.cuda
@pytest.mark.parametrize("mode", ["eager", "cudagraph"])
def test_a_real_search_ends_at_a_batch_that_runs_and_frees_its_memory(mode):
    condition = replace(CUDA, mode=mode, image_size=56)
    held = torch.cuda.memory_reserved()
    batches = [device_bound(condition, blocks.group_convolution(c, 1)) for c in (16, 1024)]
    assert all(1 <= batch <= LARGEST_BATCH for batch in batches)
    assert batches[0] >= batches[1]
    assert torch.cuda.memory_reserved() <= held + 2**27
