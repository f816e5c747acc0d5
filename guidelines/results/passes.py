"""Reading of a variant's passes from a file."""

from collections.abc import Mapping
from typing import Any

from guidelines.results import checked
from guidelines.results.circumstances import parse_circumstances
from guidelines.results.model import Pass
from guidelines.stats.passes import OfPass


def parse_passes(saved: Any) -> tuple[Pass, ...]:
    """The passes of an entry, in order. Raises ValueError if there are none, or if one is not plausible."""
    if not isinstance(saved, list) or not saved:
        raise ValueError(f"passes must be a list of passes, got {checked.shown(saved)}")
    passes = tuple(map(_pass, saved))
    numbers = [each.number for each in passes]
    if numbers != sorted(set(numbers)):
        raise ValueError(f"passes must be in the order of their numbers, got {checked.shown(numbers)}")
    return passes


def _pass(saved: Mapping[str, Any]) -> Pass:
    control = saved["control"]
    return Pass(
        number=checked.count(saved["number"], "passes.number"),
        rounds=checked.count(saved["rounds"], "passes.rounds"),
        calls_per_sample=checked.count(saved["calls_per_sample"], "passes.calls_per_sample"),
        slowdown=_of_pass(saved["slowdown"], "passes.slowdown"),
        control=None if control is None else _of_pass(control, "passes.control"),
        seconds_per_call=checked.positive(saved["seconds_per_call"], "passes.seconds_per_call"),
        circumstances=parse_circumstances(saved.get("circumstances", {})),
    )


def _of_pass(saved: Mapping[str, Any], name: str) -> OfPass:
    deviation = saved.get("log_deviation")
    return OfPass(
        estimate=checked.positive(saved["estimate"], f"{name}.estimate"),
        log_deviation=None if deviation is None else checked.amount(deviation, f"{name}.log_deviation"),
    )
