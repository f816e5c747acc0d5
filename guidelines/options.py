"""pytest options at the boundary: text in, conditions and limits out, usage errors for the rest."""

import argparse
import os
import re
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TypeVar

import pytest

from guidelines.machine import device_list, device_name, lacks_for_mode, runs_dtype
from guidelines.spec import AUTO_BATCH, CHANNEL_RULES, DTYPES, LAYOUTS, MODES, Condition, Setup
from guidelines.sweep import Limits

T = TypeVar("T")
SHORT_WARMUP = 0.05
BATCH_HELP = "images per call; auto: as many as it takes for launches not to set a CUDA device's time"
SETUP_HELP = "the paper's, which each experiment knows"
MODE_HELP = "eager, compile (torch.compile), cudagraph (captured and replayed)"
CHANNELS_HELP = "paper: widths as published; exact: equal work at multiples of 8; all: both"


def add_options(parser: pytest.Parser) -> None:
    """Declare the options of the experiments; their defaults are the paper's set-up."""
    group = parser.getgroup("guidelines", "conditions of the guideline experiments")
    for name, metavar, parse, default, help in (
        ("device", "LIST", _list(_device), "auto", "cpu, cuda, cuda:N or auto (cpu, and cuda:0 if there)"),
        ("dtype", "LIST", _list(_choice(DTYPES)), "float32", ", ".join(DTYPES)),
        ("layout", "LIST", _list(_choice(LAYOUTS)), "nchw", "nchw, nhwc (channels last)"),
        ("batch-size", "LIST", _list(_batch), None, BATCH_HELP),
        ("threads", "LIST", _list(_positive), "1", "CPU threads"),
        ("image-size", "LIST", _list(_positive), None, "height and width of the input"),
        ("mode", "LIST", _list(_choice(MODES)), "eager", MODE_HELP),
        ("channels", "RULE", _choice((*CHANNEL_RULES, "all")), "paper", CHANNELS_HELP),
        ("seed", "N", _natural, "0", "seed of weights, inputs and the order inside rounds"),
    ):
        several = "; a comma list gives sweeps each" if metavar == "LIST" else ""
        text = f"{help}{several}. Default: {default or SETUP_HELP}"
        parsed = parse(default) if default else None
        group.addoption(f"--{name}", metavar=metavar, type=parse, default=parsed, help=text)
    group.addoption(
        "--retry-disturbed",
        metavar="N",
        type=_natural,
        default=0,
        help="measure a sweep up to N times more while something disturbs it; the last measurement counts. "
        "Default: 0",
    )
    group.addoption(
        "--journal",
        metavar="PATH",
        type=Path,
        help="write every result here as soon as it is known. Default: a new file in .guidelines/",
    )
    group.addoption(
        "--resume",
        action="store_true",
        help="go on with the journal of a run that was cut short (the newest, or --journal's), with the same "
        "options; what it holds is not measured again",
    )


def conditions(config: pytest.Config, setup: Setup) -> tuple[Condition, ...]:
    """Every combination asked for, with an experiment's own set-up where nothing is asked for.

    Raises UsageError for a device or type that is not to be had.
    """
    devices = _resolve(config.getoption("device"), device_list())
    try:
        names = {device: device_name(device) for device in devices}
    except RuntimeError as error:
        raise pytest.UsageError(f"--device {','.join(devices)}: {str(error).splitlines()[0]}") from error
    dtypes, most_threads = config.getoption("dtype"), os.cpu_count() or 1
    for threads in config.getoption("threads"):
        if threads > most_threads:
            raise pytest.UsageError(f"--threads {threads}: possible are 1 to {most_threads}")
    for device, dtype in product(devices, dtypes):
        if dtype != "float32" and not runs_dtype(device, dtype):
            possible = ", ".join(d for d in DTYPES if runs_dtype(device, d))
            raise pytest.UsageError(
                f"--dtype {dtype}: {device} ({names[device]}) cannot run it; possible: {possible}"
            )
    modes = config.getoption("mode")
    for device, mode in product(devices, modes):
        if lacks := lacks_for_mode(device, mode):
            possible = ", ".join(m for m in MODES if not lacks_for_mode(device, m))
            raise pytest.UsageError(
                f"--mode {mode}: {device} ({names[device]}) cannot run it, {lacks}; possible: {possible}, "
                f"or other devices by --device"
            )
    rule = config.getoption("channels")
    sizes = {device: _sizes(config, setup, device) for device in devices}
    return tuple(
        Condition(
            device=device,
            device_name=names[device],
            dtype=dtype,
            layout=layout,
            batch_size=batch_size,
            image_size=image_size,
            mode=mode,
            threads=threads,
            channels=channels,
        )
        for device, dtype, layout, mode in product(devices, dtypes, config.getoption("layout"), modes)
        for image_size, batch_size, threads, channels in product(
            *sizes[device],
            config.getoption("threads"),
            CHANNEL_RULES if rule == "all" else (rule,),
        )
    )


def _sizes(config: pytest.Config, setup: Setup, device: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Image and batch sizes on a device."""
    batch_sizes = setup.cpu_batch_sizes if device == "cpu" else setup.cuda_batch_sizes
    return (
        config.getoption("image_size") or setup.image_sizes,
        config.getoption("batch_size") or batch_sizes,
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


def _resolve(asked: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    """Devices by torch's full name, each of them there and named once."""
    devices: list[str] = []
    for name in asked:
        if name == "auto":
            devices += [device for device in ("cpu", "cuda:0") if device in there]
        else:
            devices.append("cuda:0" if name == "cuda" else name)
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


def _choice(choices: Sequence[str]) -> Callable[[str], str]:
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
