import pytest
import torch

from guidelines.measure.batch import LARGEST_BATCH, device_bound
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition

CUDA = Condition("cuda:0", "a card", batch_size=0)


def launching(launch_s, device_s_per_image):
    """Networks whose launch takes the same at every batch."""

    def checked(variant, condition):
        return Circumstances(launch_s=launch_s, device_s=device_s_per_image * condition.batch_size)

    return checked


@pytest.mark.parametrize(
    ("launch_s", "batch"), [(0.5, 1), (1.0, 1), (1.1, 2), (5.0, 8), (1e9, LARGEST_BATCH)]
)
def test_the_batch_doubles_until_the_device_takes_longer(sweep, launch_s, batch):
    assert device_bound(CUDA, [sweep.baseline], launching(launch_s, 1.0)).batch_size == batch


def test_every_baseline_has_to_be_bound_by_the_device(sweep):
    def checked(variant, condition):
        return Circumstances(launch_s=float(variant.groups), device_s=float(condition.batch_size))

    assert device_bound(CUDA, sweep.variants, checked).batch_size == 8


def test_a_cpu_runs_one_image_and_is_not_asked():
    assert device_bound(Condition("cpu", "", batch_size=0), [], pytest.fail).batch_size == 1


@pytest.mark.parametrize("error", [MemoryError, torch.OutOfMemoryError])
def test_where_memory_ends_the_last_batch_that_ran_is_taken(sweep, error):
    def checked(variant, condition):
        if condition.batch_size > 4:
            raise error("too large")
        return Circumstances(launch_s=100.0, device_s=1.0)

    assert device_bound(CUDA, [sweep.baseline], checked).batch_size == 4


def test_nothing_but_the_batch_changes(sweep):
    found = device_bound(CUDA, [sweep.baseline], launching(1.0, 0.3))
    assert found == Condition("cuda:0", "a card", batch_size=4)


def test_a_network_that_fails_is_left_to_the_measuring(sweep):
    def checked(variant, condition):
        raise ValueError("the output is not finite")

    assert device_bound(CUDA, [sweep.baseline], checked).batch_size == 1
