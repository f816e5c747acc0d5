"""A condition and a variant become a callable that times itself; every global is restored."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from guidelines.measure.device.memory import check_fits
from guidelines.measure.device.modes import Bind
from guidelines.spec.condition import Condition, Device
from guidelines.spec.sweep import Variant

Sample = Callable[[int], float]
# glibc adapts to the largest block freed so far, up to 32 MiB: whether larger ones are mapped and paged in
# anew at every call depends on what ran before (seen: 2x on a network of 2 MB activations).
ALLOCATOR_CEILING_BYTES = 31 * 2**20
MEMORY_FORMATS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}


@contextmanager
def pinned(condition: Condition) -> Iterator[None]:
    """The paper's measuring state: inference, pinned threads, autotuned cuDNN, full float32, no gc.

    The C allocator is brought to the state it ends in after any large network, so that none depends on
    its predecessors.
    Every torch global and the garbage collector are as before on leaving, also after an error.
    """
    threads = torch.get_num_threads()
    collecting = gc.isenabled()
    precision = torch.get_float32_matmul_precision()
    cudnn = torch.backends.cudnn.flags(enabled=True, benchmark=True, deterministic=False, allow_tf32=False)
    with ExitStack() as stack:
        stack.callback(torch.set_num_threads, threads)
        torch.set_num_threads(condition.threads)
        stack.callback(torch.set_float32_matmul_precision, precision)
        torch.set_float32_matmul_precision("highest")
        if collecting:
            stack.callback(gc.enable)
        torch.empty(ALLOCATOR_CEILING_BYTES, dtype=torch.uint8)
        gc.collect()
        gc.disable()
        stack.callback(gc.unfreeze)
        gc.freeze()  # what is there now need not be looked at when networks are collected
        stack.enter_context(cudnn)
        stack.enter_context(torch.inference_mode())
        yield


def prepare(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Sample:
    """Build a variant under a condition and return the callable that times a number of its calls.

    The sample's seconds cover all its calls, with the device idle before and after; sample(0) is the
    cost of measuring itself. Compiling and capturing are done on return. Raises as `check`.
    """
    if condition.device.is_cpu:  # CUDA says so itself, and asking it would empty the others' cache
        check_fits(variant, condition)
    return timed(bind(*build(variant, condition, seed)), synchronizer(condition.device))


def timed(
    call: Callable[[], object],
    synchronize: Callable[[], None],
    clock: Callable[[], float] = time.perf_counter,
) -> Sample:
    """The callable that times a number of calls of `call`, the device idle at both ends."""

    def sample(calls: int) -> float:
        synchronize()
        start = clock()
        for _ in range(calls):
            call()
        synchronize()
        return clock() - start

    return sample


def build(variant: Variant, condition: Condition, seed: int) -> tuple[nn.Module, Tensor]:
    """The variant's module with seeded weights and its seeded input, ready on the device."""
    return ready(variant.build, variant.input_shape(condition), condition, seed)


def ready(
    make: Callable[[], nn.Module], input_shape: Sequence[int], condition: Condition, seed: int
) -> tuple[nn.Module, Tensor]:
    """A module and its input in evaluation mode on the device, in the condition's type and layout.

    Torch's own random state is untouched.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        module = make()
        x = torch.randn(*input_shape)
    target = {"device": condition.device, "dtype": getattr(torch, condition.dtype)}
    layout = MEMORY_FORMATS[condition.layout]
    module = module.eval().to(**target, memory_format=layout)  # type: ignore[call-overload]  # its stub lacks this form
    return module, x.to(**target, memory_format=layout)


def synchronizer(device: Device) -> Callable[[], None]:
    """What waits until a device has done all that it was told to do; nothing on the CPU."""
    if device.is_cpu:
        return lambda: None
    return lambda: torch.cuda.synchronize(device)
