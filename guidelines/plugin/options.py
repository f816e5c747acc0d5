"""Options of pytest that the suite adds: their names, help texts, defaults, and how values are parsed."""

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from guidelines.plugin.choices import choice, described, list_of
from guidelines.spec.condition import (
    AUTO_BATCH,
    CHANNEL_RULES,
    CUDA_MODES,
    CUDNN,
    DTYPES,
    LAYOUTS,
    MODES,
    PUBLISHED,
)

DEVICE_HELP = "cpu, cuda, cuda:N or auto (cpu, and cuda:0 if there)"
BATCH_HELP = (
    "images per call; auto: for each sweep, as many as it takes for launches not to set a CUDA device's time"
)
SETUP_HELP = "the paper's, which each experiment knows"
MODES_HELP = f"eager; on a CUDA device {' and '.join(CUDA_MODES)}, which share half the time of a variant"
CHANNELS_HELP = "how to choose widths of equal work: "
CHANNELS_DEFAULT = (
    "{}; all for {}, whose matrix units want multiples of 8: both kinds then share the time of a variant, "
    "and the answer rests on aligned widths"
)
CUDNN_HELP = "how cuDNN chooses kernels on a CUDA device: "
SEED_HELP = "seed of weights, inputs and the order inside rounds"
MACHINE_HELP = (
    "call this machine NAME in files and reports, in place of its host; runs under one name count as runs of "
    "one machine, for CI, where each run has a new host"
)
RETRY_HELP = (
    "measure a pass of a sweep up to N times more while something disturbs it; the last measurement counts. "
    "Default: 0"
)
PASSES_HELP = (
    "fresh processes that measure every sweep, each for 1/N of the time; the intervals cover what differs "
    "between them, and are wide for fewer than 5. 1: measure in this process, for debuggers and profilers. "
    "Default: 5"
)
# Torch starts in the first turn of a process, which takes it a second, or some if the machine is busy.
LEAST_TURN_LIMIT_S = 10
TURN_LIMIT_HELP = (
    "seconds after which a network that hangs is ended, while it is built, checked or called; the others go "
    f"on. At least {LEAST_TURN_LIMIT_S}. Without effect with --passes 1. Default: 600"
)
# Each of them takes seconds to begin.
MOST_PASSES = 1000
JOURNAL_HELP = "write every result here as soon as it is known. Default: a new file in .guidelines/"
RESUME_HELP = (
    "go on with the journal of a run that was cut short (the newest, or --journal's), with the same "
    "options; what it holds is not measured again"
)


@dataclass(frozen=True)
class _Option:
    """An option that conditions are made of; a LIST gives conditions for each of its values.

    Without a `default`, `own_default` says in the help text what is taken.
    """

    name: str
    parse: Callable[[str], object]
    help: str
    default: str | None = None
    metavar: str = "LIST"
    own_default: str = SETUP_HELP


def add_options(parser: pytest.Parser) -> None:
    """Declare the options of the experiments, unless they are; their defaults are the paper's set-up.

    Raises UsageError, and declares none, if something else has declared one of that name.
    """
    group = parser.getgroup("guidelines", "conditions of the guideline experiments")
    if group.options:
        return
    options = _options()
    for name in _declared(parser):
        if name in options:
            raise pytest.UsageError(f"guidelines: another plugin or conftest.py declares {name}, too")
    for name, how in options.items():
        group.addoption(name, **how)


def _declared(parser: pytest.Parser) -> Iterator[str]:
    """Names of all options, and names that would be kept in the same place."""
    yield from option_names(parser)
    for group in (*parser._groups, parser._anonymous):
        for option in group.options:
            yield f"--{option.dest.replace('_', '-')}"


def option_names(parser: pytest.Parser) -> Iterator[str]:
    """Names of all options."""
    for group in (*parser._groups, parser._anonymous):
        for option in group.options:
            yield from option.names()


def any_given(config: pytest.Config) -> bool:
    """True if an option of the suite has another value than its default."""
    return any(config.getoption(name) != how["default"] for name, how in _options().items())


def _options() -> dict[str, dict[str, Any]]:
    """Arguments that declare each option, by its name."""
    options: dict[str, dict[str, Any]] = {}
    for option in _condition_options():
        several = "; a comma list gives sweeps each" if option.metavar == "LIST" else ""
        options[f"--{option.name}"] = {
            "metavar": option.metavar,
            "type": option.parse,
            "default": option.parse(option.default) if option.default else None,
            "help": f"{option.help}{several}. Default: {option.default or option.own_default}",
        }
    return options | {
        "--passes": {"metavar": "N", "type": _passes, "default": 5, "help": PASSES_HELP},
        "--turn-limit": {"metavar": "S", "type": _turn_limit_s, "default": 600, "help": TURN_LIMIT_HELP},
        "--machine": {"metavar": "NAME", "type": _machine_name, "default": None, "help": MACHINE_HELP},
        "--retry-disturbed": {"metavar": "N", "type": _natural, "default": 0, "help": RETRY_HELP},
        "--journal": {"metavar": "PATH", "type": Path, "default": None, "help": JOURNAL_HELP},
        "--resume": {"action": "store_true", "default": False, "help": RESUME_HELP},
    }


def _condition_options() -> tuple[_Option, ...]:
    """Options in the order of the help text; without a default, each experiment has its own."""
    dtype, layout, mode, cudnn = (list_of(choice(choices)) for choices in (DTYPES, LAYOUTS, MODES, CUDNN))
    return (
        _Option("device", list_of(_device), default="auto", help=DEVICE_HELP),
        _Option("dtype", dtype, default="float32", help=", ".join(DTYPES)),
        _Option("layout", layout, default="nchw", help=described(LAYOUTS)),
        _Option("batch-size", list_of(_batch), help=BATCH_HELP),
        _Option("threads", list_of(_positive), default="1", help="CPU threads"),
        _Option("image-size", list_of(_positive), help="height and width of the input"),
        _Option("mode", mode, help=described(MODES), own_default=MODES_HELP),
        _Option("cudnn", cudnn, default="heuristic", help=f"{CUDNN_HELP}{described(CUDNN)}"),
        _channels(),
        _Option("seed", _natural, default="0", help=SEED_HELP, metavar="N"),
    )


def _channels() -> _Option:
    aligned = [dtype.name for dtype in DTYPES.values() if dtype.aligned_channels > 1]
    return _Option(
        "channels",
        _rules,
        help=f"{CHANNELS_HELP}{described(CHANNEL_RULES)}, all (both)",
        metavar="RULE",
        own_default=CHANNELS_DEFAULT.format(PUBLISHED, " and ".join(aligned)),
    )


def _rules(text: str) -> tuple[str, ...]:
    rule = choice((*CHANNEL_RULES, "all"))(text)
    return tuple(CHANNEL_RULES) if rule == "all" else (rule,)


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not one of auto, cpu, cuda, cuda:N")
    return text


def _positive(text: str) -> int:
    if not re.fullmatch(r"0*[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive integer")
    return int(text)


def _passes(text: str) -> int:
    passes = _positive(text)
    if passes > MOST_PASSES:
        raise argparse.ArgumentTypeError(f"{text!r} is more than {MOST_PASSES}")
    return passes


def _turn_limit_s(text: str) -> int:
    limit_s = _positive(text)
    if limit_s < LEAST_TURN_LIMIT_S:
        raise argparse.ArgumentTypeError(
            f"{text!r} is less than {LEAST_TURN_LIMIT_S}: torch needs some to start"
        )
    return limit_s


def _batch(text: str) -> int:
    if text == "auto":
        return AUTO_BATCH
    try:
        return _positive(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error} or auto") from error


def _machine_name(text: str) -> str:
    from guidelines.results.machine import checked_name  # loads numpy, which pytest runs of others do without

    try:
        return checked_name(text)
    except ValueError as error:
        raise pytest.UsageError(f"--machine: {error}") from error


def _natural(text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer from 0 to 10^18")
    return int(text)
