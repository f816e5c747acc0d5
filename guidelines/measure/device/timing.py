"""Turns a variant under a condition into a function that times itself, in the paper's measuring state."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from guidelines.measure.device.memory import check_fits
from guidelines.measure.device.modes import Bind
from guidelines.measure.device.outputs import bits
from guidelines.measure.device.second_look import Instance, Sample, Timed
from guidelines.measure.device.tracers import without_tracers
from guidelines.networks.setting import set_to
from guidelines.spec.condition import Condition, Device
from guidelines.spec.sweep import Variant

# glibc maps and pages in a block anew at every call if it is larger than the largest block freed so far, of
# which it takes note up to 32 MiB. So speed depended on what ran before: 2x with activations of 2 MB.
ALLOCATOR_CEILING_BYTES = 31 * 2**20
MEMORY_FORMATS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}


@contextmanager
def pinned(condition: Condition) -> Iterator[None]:
    """The measuring state: inference, pinned threads, cuDNN as the condition asks, full float32, no gc.

    Tracers and profilers of Python code, such as coverage's, are away. Inference is a state of this thread,
    the others are of the process. Every torch global, the garbage collector and the tracers are as before on
    leaving, also after an error. The C allocator stays in the state that any
    large network leaves it in, so that no network's time depends on those that ran before it.
    """
    torch.empty(ALLOCATOR_CEILING_BYTES, dtype=torch.uint8)
    cudnn = torch.backends.cudnn.flags(
        enabled=True, benchmark=condition.cudnn == "autotune", deterministic=False, allow_tf32=False
    )
    with (
        without_tracers(),
        set_to(condition.threads, torch.get_num_threads, torch.set_num_threads),
        set_to("highest", torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
        _no_collecting(),
        cudnn,
        torch.inference_mode(),
    ):
        yield


@contextmanager
def _no_collecting() -> Iterator[None]:
    was_collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    gc.freeze()  # objects that exist already need not be looked at when networks are collected
    try:
        yield
    finally:
        gc.unfreeze()
        if was_collecting:
            gc.enable()


def prepare(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Timed:
    """Build a variant under a condition, to time calls of it and to look at it again afterwards.

    Compiling and capturing are done on return. Raises MemoryError, or whatever torch raises.
    """
    # CUDA raises an error itself, and asking it for its free memory would empty its allocator's cache.
    if condition.device.is_cpu:
        check_fits(variant, condition)
    module, x = build(variant, condition, seed)
    unchanged = bits(x)
    call = bind(module, x)
    instance = Instance(
        module=module,
        x=x,
        bits_of_x=unchanged,
        call=call,
        sampler=timed(call, synchronizer(condition.device), before=partial(variant.before_sample, module)),
        condition=condition,
        multiply_adds=variant.cost(condition).multiply_adds,
    )
    return Timed(instance.sample, instance.look_again, partial(variant.part_seconds, module))


def timed(
    call: Callable[[], object],
    synchronize: Callable[[], None],
    clock: Callable[[], float] = time.perf_counter,
    before: Callable[[], object] = lambda: None,
) -> Sample:
    """Function that returns the seconds that a number of calls took, with the device idle before and after.

    For no calls that is the cost of measuring itself. `before` is called before each other sample, untimed.
    """

    def sample(calls: int) -> float:
        if calls:
            before()
        synchronize()
        start = clock()
        for _ in range(calls):
            call()
        synchronize()
        return clock() - start

    return sample


def build(variant: Variant, condition: Condition, seed: int) -> tuple[nn.Module, Tensor]:
    """The variant's module with seeded weights, and its seeded input, ready on the device."""
    return ready(variant.build, variant.input_shape(condition), condition, seed)


def ready(
    make: Callable[[], nn.Module], input_shape: Sequence[int], condition: Condition, seed: int
) -> tuple[nn.Module, Tensor]:
    """A module and its input in evaluation mode on the device, in the condition's type and layout.

    Torch's own random state is left as it was.
    """
    return placed_module(make, condition, seed), drawn_input(input_shape, condition, seed)


def placed_module(make: Callable[[], nn.Module], condition: Condition, seed: int) -> nn.Module:
    """A module with seeded weights, which are drawn on the CPU: they are the same on every device."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        module = make()
    target = {"device": condition.device, "dtype": getattr(torch, condition.dtype)}
    layout = MEMORY_FORMATS[condition.layout]
    return module.eval().to(**target, memory_format=layout)  # type: ignore[call-overload,no-any-return]  # its stub lacks this form


def drawn_input(shape: Sequence[int], condition: Condition, seed: int) -> Tensor:
    """A seeded input, drawn on the device and in its type: another would add to the peak of memory."""
    generator = torch.Generator(condition.device).manual_seed(seed)
    dtype = getattr(torch, condition.dtype)
    x = torch.randn(*shape, generator=generator, device=condition.device, dtype=dtype)
    return x.to(memory_format=MEMORY_FORMATS[condition.layout])


def synchronizer(device: Device) -> Callable[[], None]:
    """Function that waits until a device has finished all of its work; it does nothing for the CPU."""
    if device.is_cpu:
        return lambda: None
    return lambda: torch.cuda.synchronize(device)
