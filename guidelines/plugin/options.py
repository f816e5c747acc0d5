"""pytest options at the boundary: text in, conditions and limits out, usage errors for the rest."""

import argparse
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from guidelines.measure.device.devices import device_list, device_name, runs_dtype
from guidelines.measure.device.modes import lacks_for_mode
from guidelines.measure.recording import Limits
from guidelines.spec.condition import (
    AUTO_BATCH,
    CHANNEL_RULES,
    DTYPES,
    LAYOUTS,
    MODES,
    Condition,
    Device,
    Layout,
    Mode,
    Setup,
)

T = TypeVar("T")
SHORT_WARMUP = 0.05
AUTO_DEVICES = (Device("cpu"), Device("cuda:0"))
BATCH_HELP = "images per call; auto: as many as it takes for launches not to set a CUDA device's time"
SETUP_HELP = "the paper's, which each experiment knows"
CHANNELS_HELP = "paper: widths as published; exact: equal work at multiples of 8; all: both"
RETRY_HELP = (
    "measure a sweep up to N times more while something disturbs it; the last measurement counts. Default: 0"
)
JOURNAL_HELP = "write every result here as soon as it is known. Default: a new file in .guidelines/"
RESUME_HELP = (
    "go on with the journal of a run that was cut short (the newest, or --journal's), with the same "
    "options; what it holds is not measured again"
)


class _Option(NamedTuple):
    """An option whose values conditions are made of; a LIST gives conditions for each of its values."""

    name: str
    metavar: str
    parse: Callable[[str], object]
    default: str | None
    help: str


def add_options(parser: pytest.Parser) -> None:
    """Declare the options of the experiments; their defaults are the paper's set-up."""
    group = parser.getgroup("guidelines", "conditions of the guideline experiments")
    for option in _condition_options():
        several = "; a comma list gives sweeps each" if option.metavar == "LIST" else ""
        group.addoption(
            f"--{option.name}",
            metavar=option.metavar,
            type=option.parse,
            default=option.parse(option.default) if option.default else None,
            help=f"{option.help}{several}. Default: {option.default or SETUP_HELP}",
        )
    group.addoption("--retry-disturbed", metavar="N", type=_natural, default=0, help=RETRY_HELP)
    group.addoption("--journal", metavar="PATH", type=Path, help=JOURNAL_HELP)
    group.addoption("--resume", action="store_true", help=RESUME_HELP)


def _condition_options() -> tuple[_Option, ...]:
    devices = "cpu, cuda, cuda:N or auto (cpu, and cuda:0 if there)"
    rules = (*CHANNEL_RULES, "all")
    return (
        _Option("device", "LIST", _list(_device), "auto", devices),
        _Option("dtype", "LIST", _list(_choice(DTYPES)), "float32", ", ".join(DTYPES)),
        _Option("layout", "LIST", _list(_choice(LAYOUTS)), "nchw", _described(LAYOUTS)),
        _Option("batch-size", "LIST", _list(_batch), None, BATCH_HELP),
        _Option("threads", "LIST", _list(_positive), "1", "CPU threads"),
        _Option("image-size", "LIST", _list(_positive), None, "height and width of the input"),
        _Option("mode", "LIST", _list(_choice(MODES)), "eager", _described(MODES)),
        _Option("channels", "RULE", _choice(rules), "paper", CHANNELS_HELP),
        _Option("seed", "N", _natural, "0", "seed of weights, inputs and the order inside rounds"),
    )


def _described(choices: Mapping[str, Layout | Mode]) -> str:
    """Names of all choices, each with its description if it has one."""
    return ", ".join(f"{c.name} ({c.description})" if c.description else c.name for c in choices.values())


def conditions(config: pytest.Config, setup: Setup) -> tuple[Condition, ...]:
    """Every combination asked for, with an experiment's own set-up if nothing is asked for.

    Raises UsageError for a device, type, mode or number of threads that is not to be had.
    """
    asked = config.getoption
    names = _names(_resolve(asked("device"), device_list()))
    _check_threads(asked("threads"))
    _check_dtypes(names, asked("dtype"))
    _check_modes(names, asked("mode"))
    rule = asked("channels")
    rules = CHANNEL_RULES if rule == "all" else (rule,)
    combined = []
    for device, dtype, layout, mode in product(names, asked("dtype"), asked("layout"), asked("mode")):
        own_batch_sizes = setup.cpu_batch_sizes if device.is_cpu else setup.cuda_batch_sizes
        image_sizes = asked("image_size") or setup.image_sizes
        batch_sizes = asked("batch_size") or own_batch_sizes
        for image_size, batch_size, threads, channel_rule in product(
            image_sizes, batch_sizes, asked("threads"), rules
        ):
            condition = Condition(
                device=device,
                device_name=names[device],
                dtype=dtype,
                layout=layout,
                mode=mode,
                batch_size=batch_size,
                image_size=image_size,
                threads=threads,
                channel_rule=channel_rule,
            )
            combined.append(condition)
    return tuple(combined)


def _names(devices: Sequence[Device]) -> dict[Device, str]:
    """The model of each device."""
    try:
        return {device: device_name(device) for device in devices}
    except RuntimeError as error:
        raise pytest.UsageError(f"--device {','.join(devices)}: {str(error).splitlines()[0]}") from error


def _check_threads(asked: Iterable[int]) -> None:
    most_threads = os.cpu_count() or 1
    for threads in asked:
        if threads > most_threads:
            raise pytest.UsageError(f"--threads {threads}: possible are 1 to {most_threads}")


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


def limits(config: pytest.Config) -> Limits:
    """pytest-benchmark's own options as the limits of a sweep."""
    for name in ("max_time", "min_time"):
        if not 0 <= float(config.getoption(f"benchmark_{name}")) < float("inf"):
            raise pytest.UsageError(f"--benchmark-{name.replace('_', '-')}: give a number of seconds")
    max_time_s = float(config.getoption("benchmark_max_time"))
    warmup = bool(config.getoption("benchmark_warmup"))
    return Limits(
        max_time_s=max_time_s,
        min_rounds=config.getoption("benchmark_min_rounds"),
        min_sample_s=float(config.getoption("benchmark_min_time")),
        warmup_s=max_time_s if warmup else SHORT_WARMUP * max_time_s,
        precision=config.getoption("benchmark_precision"),
        confidence=config.getoption("benchmark_confidence"),
    )


def _resolve(asked: Sequence[str], there: Sequence[Device]) -> tuple[Device, ...]:
    """Devices by torch's full name, each of them there and named once."""
    devices: list[Device] = []
    for name in asked:
        if name == "auto":
            devices += [device for device in AUTO_DEVICES if device in there]
        else:
            devices.append(Device("cuda:0" if name == "cuda" else name))
    for name in devices:
        if name not in there:
            raise pytest.UsageError(f"--device {name}: not there; possible: {', '.join(there)}")
        if devices.count(name) > 1:
            raise pytest.UsageError(f"--device {','.join(asked)}: {name} is named twice")
    return tuple(devices)


def _list(parse: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    def parse_list(text: str) -> tuple[T, ...]:
        values = tuple(parse(part.strip()) for part in text.split(","))
        for value in values:
            if values.count(value) > 1:
                raise argparse.ArgumentTypeError(f"{value} is named twice in {text!r}")
        return values

    return parse_list


def _choice(choices: Collection[str]) -> Callable[[str], str]:
    def parse_choice(text: str) -> str:
        if text not in choices:
            raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(choices)}")
        return text

    return parse_choice


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of auto, cpu, cuda, cuda:N")
    return text


def _positive(text: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive integer")
    return int(text)


def _batch(text: str) -> int:
    if text == "auto":
        return AUTO_BATCH
    try:
        return _positive(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error} or auto") from error


def _natural(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from 0 to 10^18")
    return int(text)
