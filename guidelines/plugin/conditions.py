"""Conditions and limits of a run, from pytest's options; a usage error for what cannot run here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

import pytest

from guidelines.measure.device.devices import device_list, device_name, runs_dtype
from guidelines.measure.device.modes import lacks_for_mode
from guidelines.measure.monitor.processors import processors
from guidelines.measure.recording import Limits
from guidelines.plugin.defaults import value
from guidelines.results.reason import one_line
from guidelines.spec.condition import (
    AUTO_BATCH,
    CHANNEL_RULES,
    CPU_MODES,
    CUDA_MODES,
    DTYPES,
    MODES,
    PUBLISHED,
    Condition,
    Device,
    Setup,
)

# Share of a variant's time that it is warmed up for, unless --benchmark-warmup asks for more.
SHORT_WARMUP = 0.05
# The share of a variant's time for the modes that CUDA has by default: its times scatter less than a CPU's.
DEFAULT_CUDA_SHARE = 0.5
AUTO_DEVICES = (Device("cpu"), Device("cuda:0"))
# The environment at the start of a run. Tests may change it later, when a journal was already compared.
ENVIRON = pytest.StashKey[Mapping[str, str]]()


def conditions(config: pytest.Config, setup: Setup) -> tuple[Condition, ...]:
    """Every combination of the options' values; sizes are the experiment's own unless options give them.

    Raises UsageError for a device, data type, mode or number of threads that is not available here.
    """
    asked = config.getoption
    names = _names(_resolve(asked("device"), device_list()))
    _check_threads(asked("threads"))
    _check_dtypes(names, asked("dtype"))
    _check_modes(names, asked("mode") or ())
    combined: list[Condition] = []
    for device in names:
        choices = asked("dtype"), asked("layout"), _modes(config, device), _cudnn(config, device)
        for dtype, layout, mode, cudnn in product(*choices):
            condition = Condition(
                device=device,
                device_name=names[device],
                dtype=dtype,
                layout=layout,
                mode=mode,
                cudnn=cudnn,
            )
            combined += _in_every_size(condition, config, setup)
    return tuple(combined)


def time_share(config: pytest.Config, condition: Condition, rules: int = 1) -> float:
    """The share of a variant's time that a sweep gets under a condition.

    The default modes of a CUDA device share half the time. The default rules for widths share what one of
    them would get, so that a run does not take longer: `rules` is the number of those under which the sweep
    is measured, 1 if all of them give it the same widths.
    """
    share = 1.0
    if not (config.getoption("mode") or condition.device.is_cpu):
        share = DEFAULT_CUDA_SHARE / len(CUDA_MODES)
    return share if config.getoption("channels") else share / rules


def is_unasked(config: pytest.Config, condition: Condition) -> bool:
    """True if a condition is measured beside another one for the sake of alignment only."""
    return not config.getoption("channels") and condition.channel_rule != PUBLISHED


def widths_by_default(config: pytest.Config, chosen: Iterable[Condition]) -> list[str]:
    """A line on the data types that are measured at both kinds of widths, unless --channels is given."""
    dtypes = dict.fromkeys(condition.dtype for condition in chosen if is_unasked(config, condition))
    if not dtypes:
        return []
    multiple = max(DTYPES[dtype].aligned_channels for dtype in dtypes)
    kinds = " and ".join(rule.widths for rule in CHANNEL_RULES.values())
    return [
        f"{', '.join(dtypes)}: {kinds} widths share the time, because matrix units want multiples of "
        f"{multiple} channels; --channels {' or '.join(CHANNEL_RULES)} measures one of the two"
    ]


def without_effect(config: pytest.Config, chosen: Iterable[Condition]) -> list[str]:
    """A line for each option that changes nothing, because no CUDA device is measured."""
    if not all(condition.device.is_cpu for condition in chosen):
        return []
    asked = config.getoption
    lines = []
    if asked("cudnn") != (Condition.cudnn,):
        lines.append(f"--cudnn {','.join(asked('cudnn'))}: changes nothing, no CUDA device is measured")
    if AUTO_BATCH in (asked("batch_size") or ()):
        lines.append("--batch-size auto: is 1, no CUDA device is measured")
    return lines


def _modes(config: pytest.Config, device: Device) -> tuple[str, ...]:
    asked: tuple[str, ...] | None = config.getoption("mode")
    return asked or (CPU_MODES if device.is_cpu else CUDA_MODES)


def _cudnn(config: pytest.Config, device: Device) -> tuple[str, ...]:
    """The ways in which cuDNN chooses kernels; a CPU, which does without it, has the default."""
    asked: tuple[str, ...] = config.getoption("cudnn")
    return (Condition.cudnn,) if device.is_cpu else asked


def _in_every_size(condition: Condition, config: pytest.Config, setup: Setup) -> list[Condition]:
    """A condition in every image size, batch size and number of threads, under every channel rule."""
    asked = config.getoption
    own_batch_sizes = setup.cpu_batch_sizes if condition.device.is_cpu else setup.cuda_batch_sizes
    return [
        replace(
            condition,
            image_size=image_size,
            batch_size=batch_size,
            threads=threads,
            channel_rule=rule,
            is_auto_batch=batch_size == AUTO_BATCH,
        )
        for image_size, batch_size, threads, rule in product(
            asked("image_size") or setup.image_sizes,
            asked("batch_size") or own_batch_sizes,
            asked("threads"),
            asked("channels") or DTYPES[condition.dtype].channel_rules,
        )
    ]


def limits(config: pytest.Config) -> Limits:
    """pytest-benchmark's own options as the limits of a sweep. Raises UsageError."""
    for name in ("max_time", "min_time"):
        if not 0 <= float(config.getoption(f"benchmark_{name}")) < float("inf"):
            raise pytest.UsageError(f"--benchmark-{name.replace('_', '-')}: give a number of seconds")
    max_time_s = value(config, "benchmark_max_time")
    warmup = bool(config.getoption("benchmark_warmup"))
    return Limits(
        max_time_s=max_time_s,
        min_rounds=int(value(config, "benchmark_min_rounds")),
        min_sample_s=float(config.getoption("benchmark_min_time")),
        warmup_s=max_time_s if warmup else SHORT_WARMUP * max_time_s,
        precision=config.getoption("benchmark_precision"),
        confidence=value(config, "benchmark_confidence"),
    )


def _resolve(asked: Sequence[str], available: Sequence[Device]) -> tuple[Device, ...]:
    """Devices by torch's full names. Raises UsageError for one that is missing or named twice."""
    devices: list[Device] = []
    for name in asked:
        if name == "auto":
            devices += [device for device in AUTO_DEVICES if device in available]
        else:
            devices.append(Device("cuda:0" if name == "cuda" else name))
    for device in devices:
        if device not in available:
            raise pytest.UsageError(f"--device {device}: not there; possible: {', '.join(available)}")
        if devices.count(device) > 1:
            raise pytest.UsageError(f"--device {','.join(asked)}: {device} is named twice")
    return tuple(devices)


def _names(devices: Sequence[Device]) -> dict[Device, str]:
    """The model of each device."""
    try:
        return {device: device_name(device) for device in devices}
    except RuntimeError as error:
        raise pytest.UsageError(f"--device {','.join(devices)}: {one_line(error)}") from error


def _check_threads(asked: Iterable[int]) -> None:
    usable = processors()
    for threads in asked:
        if threads > usable.most_threads:
            why = f"; this process {usable.limits}" if usable.limits else ""
            raise pytest.UsageError(f"--threads {threads}: possible are 1 to {usable.most_threads}{why}")


def _check_dtypes(names: dict[Device, str], dtypes: Sequence[str]) -> None:
    for device, dtype in product(names, dtypes):
        if dtype != "float32" and not runs_dtype(device, dtype):
            possible = ", ".join(name for name in DTYPES if runs_dtype(device, name))
            raise pytest.UsageError(
                f"--dtype {dtype}: {device} ({names[device]}) cannot run it; possible: {possible}"
            )


def _check_modes(names: dict[Device, str], modes: Sequence[str]) -> None:
    for device, mode in product(names, modes):
        if lacks := lacks_for_mode(device, mode):
            possible = ", ".join(name for name in MODES if not lacks_for_mode(device, name))
            raise pytest.UsageError(
                f"--mode {mode}: {device} ({names[device]}) cannot run it, {lacks}; possible: {possible}, "
                f"or other devices by --device"
            )
