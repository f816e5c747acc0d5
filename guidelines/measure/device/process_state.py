"""Settings of this process and thread that a network may change for all that are timed after it."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch.overrides import _pop_mode, _push_mode
from torch.utils._device import DeviceContext

# The smallest denormal number: zero if this thread flushes them.
DENORMAL = 5e-324
# Where torch keeps a precision of float32; the first is for all others that have none of their own.
FLOAT32_PLACES = (
    ("generic", "all"),
    *(("cuda", operators) for operators in ("all", "conv", "rnn", "matmul")),
    *(("mkldnn", operators) for operators in ("all", "conv", "rnn", "matmul")),
)


class Setting(NamedTuple):
    """A setting by its name in messages, and how it is read and written."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]


def _flushes_denormals() -> bool:
    return DENORMAL * 1.0 == 0.0


def _matmul_precision() -> str:
    try:
        return torch.get_float32_matmul_precision()
    except (
        RuntimeError
    ):  # newer versions of torch keep several precisions, and may refuse to read them as one
        return "several"


def _float32_settings() -> Iterator[Setting]:
    """The precisions of float32: those of newer versions of torch first, then the older ones."""
    if hasattr(torch._C, "_get_fp32_precision_getter"):
        for backend, operators in FLOAT32_PLACES:
            yield Setting(
                f"the precision of float32 for {backend} {operators}",
                partial(torch._C._get_fp32_precision_getter, backend, operators),
                partial(torch._C._set_fp32_precision_setter, backend, operators),
            )
    else:
        yield Setting("cuDNN's TF32", torch._C._get_cudnn_allow_tf32, torch._C._set_cudnn_allow_tf32)
    yield Setting("the precision of matrix products", _matmul_precision, torch.set_float32_matmul_precision)


def _default_device() -> torch.device | None:
    """The device that torch.set_default_device set in this thread, None if there is none."""
    context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return None if context is None else context.device


def _set_default_device(device: torch.device | None) -> None:
    torch.set_default_device(device)
    if device is None:
        # If it was set inside `with torch.device(...)`, the device of that block is back now.
        count = torch._C._len_torch_function_stack()
        modes = [_pop_mode() for _ in range(count)]  # type: ignore[no-untyped-call]  # untyped in torch
        for mode in reversed(modes):
            if not isinstance(mode, DeviceContext):
                _push_mode(mode)  # type: ignore[no-untyped-call]  # untyped in torch


def _deterministic() -> str:
    if not torch.are_deterministic_algorithms_enabled():
        return "off"
    return "warning" if torch.is_deterministic_algorithms_warn_only_enabled() else "on"


def _autocast_settings(device: str, name: str) -> Iterator[Setting]:
    yield Setting(
        f"autocast on {name}",
        partial(torch.is_autocast_enabled, device),
        partial(torch.set_autocast_enabled, device),
    )
    yield Setting(
        f"the type of autocast on {name}",
        partial(torch.get_autocast_dtype, device),
        partial(torch.set_autocast_dtype, device),
    )


def _set_deterministic(how: str) -> None:
    torch.use_deterministic_algorithms(how != "off", warn_only=how == "warning")


def _set_inference(is_on: bool) -> None:
    # The state lasts as long as its guard lives.
    _GUARDS.append(torch.autograd.grad_mode._enter_inference_mode(is_on))  # type: ignore[no-untyped-call]  # untyped in torch


_GUARDS: list[Any] = []


def _set_collecting(is_on: bool) -> None:
    (gc.enable if is_on else gc.disable)()


# Written in this order: inference mode sets the gradients, too. Reading all of them takes microseconds.
SETTINGS: tuple[Setting, ...] = (
    Setting("torch's threads", torch.get_num_threads, torch.set_num_threads),
    Setting("inference mode", torch.is_inference_mode_enabled, _set_inference),
    Setting("gradients", torch.is_grad_enabled, torch._C._set_grad_enabled),
    Setting("oneDNN", torch._C._get_mkldnn_enabled, torch._C._set_mkldnn_enabled),
    Setting("NNPACK", torch._C._get_nnpack_enabled, torch._C._set_nnpack_enabled),
    Setting("cuDNN", torch._C._get_cudnn_enabled, torch._C._set_cudnn_enabled),
    Setting("cuDNN's autotuner", torch._C._get_cudnn_benchmark, torch._C._set_cudnn_benchmark),
    Setting("cuDNN's determinism", torch._C._get_cudnn_deterministic, torch._C._set_cudnn_deterministic),
    *_float32_settings(),
    Setting("torch's default type", torch.get_default_dtype, torch.set_default_dtype),
    Setting("torch's default device", _default_device, _set_default_device),
    Setting("deterministic algorithms", _deterministic, _set_deterministic),
    *_autocast_settings("cpu", "the CPU"),
    *_autocast_settings("cuda", "CUDA"),
    Setting("flushing of denormal numbers", _flushes_denormals, torch.set_flush_denormal),
    Setting("the garbage collector", gc.isenabled, _set_collecting),
    Setting("the tracer", sys.gettrace, sys.settrace),
    Setting("the profiler", sys.getprofile, sys.setprofile),
)


class ProcessState:
    """The settings as they were when it was made."""

    def __init__(self) -> None:
        self._values = _read()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Restore whatever the block changes. Raises ValueError that names the change, unless it failed."""
        try:
            yield
        except BaseException:
            self._restore()
            raise
        if change := self._restore():
            raise ValueError(f"it set {change} for the whole process")

    def _restore(self) -> str:
        """Write back what was changed; the changes in words, "" for none."""
        values = _read()
        if values == self._values:
            return ""
        changes = []
        for setting, before, after in zip(SETTINGS, self._values, values, strict=True):
            if before != after:
                changes.append(f"{setting.name} from {_shown(before)} to {_shown(after)}")
                setting.write(before)
        return ", ".join(changes)


def _read() -> list[Any]:
    return [setting.read() for setting in SETTINGS]


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "on" if value else "off"
    return str(value)
