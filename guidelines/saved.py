"""The saved form: one entry per variant under extra_info["guidelines"] of pytest-benchmark's JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_args

from guidelines.paper import Figure
from guidelines.results import Entry, Failure, Place, Run, gather
from guidelines.spec import Condition, Expectation
from guidelines.stats import Estimate

SCHEMA = 1
KEY = "guidelines"
# Beyond these no time, count or ratio means anything, and arithmetic on it would overflow.
SMALLEST, LARGEST = 1e-15, 1e18
_COUNTS = ("groups", "multiply_adds", "memory_access", "parameters", "seed", "calls_per_sample")


class ResultsError(Exception):
    """A file that cannot be read as results of this suite; its message is one line."""


def to_extra_info(entry: Entry) -> dict[str, Any]:
    """An entry as strict JSON for extra_info["guidelines"]; its own samples stand in stats.data."""
    saved = {"schema": SCHEMA, **_plain(entry.place), **_plain(entry)}
    for name in ("place", "median_s", "samples_s"):
        del saved[name]
    for name in ("baseline_samples_s", "control_samples_s"):
        if not saved[name]:
            del saved[name]
    return saved


def to_failed(failure: Failure) -> dict[str, Any]:
    """A failure as strict JSON, for the list "failed" under the file's own key "guidelines"."""
    saved = {"schema": SCHEMA, **_plain(failure.place), **_plain(failure)}
    del saved["place"]
    return saved


def load(path: Path) -> Run:
    """Read and check one saved file. Raises ResultsError naming the file and the reason."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ResultsError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ResultsError(f"{path}: is not UTF-8 text") from error
    except ValueError as error:
        raise ResultsError(f"{path}: cannot be read: {error}") from error
    if not text.strip():
        raise ResultsError(f"{path}: is empty")
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{path}: is not valid JSON: {error}") from error
    try:
        return parse(data)
    except ResultsError as error:
        raise ResultsError(f"{path}: {error}") from error


def parse(data: Any) -> Run:
    """Results from a saved file's content. Raises ResultsError with the reason."""
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    if not isinstance(benchmarks, list):
        raise ResultsError("is not a pytest-benchmark file: it has no list 'benchmarks'")
    foreign = [_name(b) for b in benchmarks if not isinstance(_extra_info(b).get(KEY), dict)]
    if foreign:
        raise ResultsError(
            f"{len(foreign)} of {len(benchmarks)} benchmarks are not of this suite, "
            f"'{foreign[0]}' first: they lack extra_info.{KEY}"
        )
    ours = data.get(KEY, {})
    failed = ours.get("failed", []) if isinstance(ours, dict) else None
    if not isinstance(failed, list):
        raise ResultsError(f"its key '{KEY}' holds no list 'failed'")
    run = gather(
        [_checked(_entry, b, _name(b)) for b in benchmarks],
        [_checked(_failure, f, "a failed variant") for f in failed],
    )
    if not run.entries and not run.failures:
        raise ResultsError("holds no results")
    for entry in run.entries:
        rounds = {len(s) for s in (entry.samples_s, entry.baseline_samples_s) if s}
        if len(rounds) > 1:
            place = entry.place
            raise ResultsError(
                f"{place.guideline} {place.sweep} {place.variant}: its rounds are not its baseline's"
            )
    return run


def _entry(benchmark: Mapping[str, Any]) -> Entry:
    saved = benchmark["extra_info"][KEY]
    stats = benchmark["stats"]
    paper = saved["paper"]
    return Entry(
        place=_place(saved),
        channels=_channels(saved["channels"]),
        **{name: _count(saved[name], name) for name in _COUNTS},
        work_ratio=_positive(saved["work_ratio"], "work_ratio"),
        slowdown=_estimate(saved["slowdown"], "slowdown"),
        control=None if saved["control"] is None else _estimate(saved["control"], "control"),
        paper=None if paper is None else Figure(**paper),
        stopped=str(saved["stopped"]),
        median_s=_positive(stats["median"], "stats.median"),
        samples_s=_samples(stats.get("data", ()), "stats.data"),
        baseline_samples_s=_samples(saved.get("baseline_samples_s", ()), "baseline_samples_s"),
        control_samples_s=_samples(saved.get("control_samples_s", ()), "control_samples_s"),
    )


def _failure(saved: Mapping[str, Any]) -> Failure:
    return Failure(
        place=_place(saved),
        channels=_channels(saved["channels"]),
        multiply_adds=_count(saved["multiply_adds"], "multiply_adds"),
        memory_access=_count(saved["memory_access"], "memory_access"),
        reason=str(saved["reason"]),
    )


def _place(saved: Mapping[str, Any]) -> Place:
    if saved["schema"] != SCHEMA:
        raise ResultsError(f"has schema {saved['schema']!r}; this version of the suite reads {SCHEMA}")
    if saved["expect"] not in get_args(Expectation):
        raise ValueError(f"expect is {saved['expect']!r}")
    texts = ("guideline", "claim", "sweep", "variant", "baseline", "extreme", "expect")
    condition = _condition(saved["condition"])
    named = {name: str(saved[name]) for name in texts}
    return Place(**named, row=_count(saved["row"], "row"), condition=condition)  # type: ignore[arg-type]  # expect is checked above


def _condition(saved: Mapping[str, Any]) -> Condition:
    for field in fields(Condition):
        if field.type is int:
            _count(saved[field.name], f"condition.{field.name}")
        elif not isinstance(saved[field.name], str):
            raise ValueError(f"condition.{field.name} must be text, got {saved[field.name]!r}")
    return Condition(**saved)


def _estimate(saved: Mapping[str, Any], name: str) -> Estimate:
    low, high = (
        None if saved[end] is None else _positive(saved[end], f"{name}.{end}") for end in ("low", "high")
    )
    estimate = _positive(saved["estimate"], f"{name}.estimate")
    confidence = _positive(saved["confidence"], f"{name}.confidence")
    if confidence >= 1 or not (low or 0) <= estimate <= (high or LARGEST):
        raise ValueError(f"{name} is no estimate within an interval: {saved!r}")
    return Estimate(estimate, low, high, confidence, _count(saved["rounds"], f"{name}.rounds"))


def _channels(saved: Any) -> tuple[int, ...]:
    return tuple(_count(c, "channels") for c in saved)


def _samples(saved: Any, name: str) -> tuple[float, ...]:
    return tuple(_positive(sample, name) for sample in saved)


def _positive(value: Any, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def _count(value: Any, name: str) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST or (value == 0 and name not in ("seed", "row")):
        raise ValueError(f"{name} must be a whole number above 0, got {value!r}")
    return value


def _checked(read: Any, saved: Any, name: str) -> Any:
    try:
        return read(saved)
    except KeyError as error:
        raise ResultsError(f"{name}: lacks {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ResultsError(f"{name}: {error}") from error


def _extra_info(benchmark: Any) -> Mapping[str, Any]:
    info = benchmark.get("extra_info") if isinstance(benchmark, dict) else None
    return info if isinstance(info, dict) else {}


def _name(benchmark: Any) -> str:
    return str(benchmark.get("name", "?")) if isinstance(benchmark, dict) else "?"


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value), allow_nan=False))
    return plain


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not strict JSON")
