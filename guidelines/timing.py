"""A condition and a variant become a callable that times itself; every global is restored."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from guidelines.launch import launch_and_device_s
from guidelines.memory import check_fits, peak_bytes
from guidelines.modes import Bind
from guidelines.results import Circumstances
from guidelines.spec import DTYPES, MODES, Condition, Device, Variant

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


def check(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """Build a variant and run it: it must fit into memory, do the work it declares, give finite numbers.

    A network that is prepared for its mode must give what it gives in eager mode, within the tolerance of
    its type. Returns everything that was found out about it before it is timed.
    Raises ValueError or MemoryError if it does not; whatever torch raises passes through.
    """
    check_work(variant, condition)
    check_fits(variant, condition)
    circumstances = _checked_outputs(variant, condition, seed, bind)
    peak = peak_bytes(condition.device, lambda: bind(*build(variant, condition, seed))())
    return replace(circumstances, peak_memory_bytes=peak)


def _checked_outputs(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """The times to prepare, launch and compute a network whose outputs are as they should be."""
    module, x = build(variant, condition, seed)
    expected: Tensor = module(x)
    if not bool(torch.isfinite(expected).all()):
        raise ValueError("the output is not finite")
    start = time.perf_counter()
    call = bind(module, x)
    setup_s = time.perf_counter() - start
    is_prepared = bool(MODES[condition.mode].prepared)
    if is_prepared:
        _check_alike(call(), expected, condition)
    launch_s = device_s = None
    if not condition.device.is_cpu:
        launch_s, device_s = launch_and_device_s(call, condition.device)
    return Circumstances(setup_s=setup_s if is_prepared else None, launch_s=launch_s, device_s=device_s)


def _check_alike(found: Tensor, expected: Tensor, condition: Condition) -> None:
    """Compare two outputs by their largest difference over the largest value."""
    if found.shape != expected.shape:
        shapes = f"{tuple(found.shape)}, not {tuple(expected.shape)} as eager's"
        raise ValueError(f"in mode {condition.mode} the output is of shape {shapes}")
    largest = expected.abs().max().clamp_min(torch.finfo(expected.dtype).tiny)
    difference = float((found - expected).abs().max() / largest)
    tolerance = DTYPES[condition.dtype].tolerance
    if not difference <= tolerance:
        raise ValueError(
            f"in mode {condition.mode} the output differs from eager's by {difference:.1e} "
            f"of the largest value, more than {tolerance:g}"
        )


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


def check_work(variant: Variant, condition: Condition) -> None:
    """Count the multiply-adds of a separate instance and compare them with what it declares.

    Raises ValueError where the two differ. Torch counts 2 operations per multiply-add.
    """
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        variant.build()(torch.empty(variant.input_shape(condition)))
    counted, declared = counter.get_total_flops() // 2, variant.cost(condition).multiply_adds
    if counted != declared:
        raise ValueError(f"the module does {counted} multiply-adds, it declares {declared}")


def synchronizer(device: Device) -> Callable[[], None]:
    """What waits until a device has done all that it was told to do; nothing on the CPU."""
    if device.is_cpu:
        return lambda: None
    return lambda: torch.cuda.synchronize(device)
