"""The saved form: one entry per variant under extra_info["guidelines"] of pytest-benchmark's JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any, get_args

import numpy as np

from guidelines.paper import Figure
from guidelines.results import Entry, Failure, Machine, Place, Run, gather
from guidelines.spec import Condition, Expectation
from guidelines.stats import Estimate

SCHEMA = 1
KEY = "guidelines"
# Beyond these no time, count or ratio means anything, and arithmetic on it would overflow.
SMALLEST, LARGEST = 1e-15, 1e18
# Beyond these no interval is meant, and quantiles overflow.
LOWEST_CONFIDENCE, HIGHEST_CONFIDENCE = 0.5, 0.999999
_CONDITION_COUNTS = tuple(field.name for field in fields(Condition) if field.type is int)
_CONDITION_TEXTS = tuple(field.name for field in fields(Condition) if field.type is not int)
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


def printable(text: str) -> str:
    r"""Text that cannot steer a terminal or reorder a line: "\x1b[31m" becomes "\\x1b[31m"."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def parse(data: Any) -> Run:
    """Results from a saved file's content, its texts made printable. Raises ResultsError with the reason."""
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    if not isinstance(benchmarks, list):
        raise ResultsError("is not a pytest-benchmark file: it has no list 'benchmarks'")
    foreign = [
        _name(b) for b in benchmarks if not isinstance(_mapping(_mapping(b).get("extra_info")).get(KEY), dict)
    ]
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
    _check_together(run)
    return replace(run, machine=_machine(_mapping(data.get("machine_info"))))


def _check_together(run: Run) -> None:
    """Raises ResultsError for a variant that is there twice or whose samples do not fit the others'."""
    seen = set()
    saved_samples = any(entry.samples_s for entry in run.entries)
    for entry in run.entries:
        place = entry.place
        if place.key in seen:
            raise ResultsError(f"{place.name}: stands there twice")
        seen.add(place.key)
        if saved_samples and not entry.samples_s:
            raise ResultsError(f"{place.name}: lacks the samples that other entries have (stats.data)")
        rounds = {len(samples) for samples in (entry.samples_s, entry.baseline_samples_s) if samples}
        if len(rounds) > 1:
            raise ResultsError(f"{place.name}: its rounds are not its baseline's")


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
        stopped=_text(saved["stopped"]),
        median_s=_positive(stats["median"], "stats.median"),
        samples_s=_samples(stats, "data", "stats."),
        baseline_samples_s=_samples(saved, "baseline_samples_s"),
        control_samples_s=_samples(saved, "control_samples_s"),
    )


def _failure(saved: Mapping[str, Any]) -> Failure:
    return Failure(
        place=_place(saved),
        channels=_channels(saved["channels"]),
        multiply_adds=_count(saved["multiply_adds"], "multiply_adds"),
        memory_access=_count(saved["memory_access"], "memory_access"),
        reason=_text(saved["reason"]),
    )


def _place(saved: Mapping[str, Any]) -> Place:
    schema = _count(saved["schema"], "schema")
    if schema > SCHEMA:
        raise ResultsError(
            f"has schema {schema}, newer than {SCHEMA}, the newest that this version reads; update guidelines"
        )
    if saved["expect"] not in get_args(Expectation):
        raise ValueError(f"expect is {saved['expect']!r}")
    texts = ("guideline", "claim", "sweep", "variant", "baseline", "extreme", "expect")
    condition = _condition(saved["condition"])
    named = {name: _text(saved[name]) for name in texts}
    return Place(**named, row=_count(saved["row"], "row"), condition=condition)  # type: ignore[arg-type]  # expect is checked above


def _condition(saved: Mapping[str, Any]) -> Condition:
    for name in _CONDITION_COUNTS:
        _count(saved[name], f"condition.{name}")
    texts = {name: saved[name] for name in _CONDITION_TEXTS}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"condition.{name} must be text, got {text!r}")
    if unknown := saved.keys() - {*_CONDITION_COUNTS, *_CONDITION_TEXTS}:
        raise ValueError(f"condition has the unknown key {min(unknown)!r}")
    return Condition(**{**saved, **{name: printable(text) for name, text in texts.items()}})


def _estimate(saved: Mapping[str, Any], name: str) -> Estimate:
    low, high = (
        None if saved[end] is None else _positive(saved[end], f"{name}.{end}") for end in ("low", "high")
    )
    estimate = _positive(saved["estimate"], f"{name}.estimate")
    confidence = _positive(saved["confidence"], f"{name}.confidence")
    if not LOWEST_CONFIDENCE <= confidence <= HIGHEST_CONFIDENCE or not (low or 0) <= estimate <= (
        high or LARGEST
    ):
        raise ValueError(f"{name} is no estimate within an interval: {saved!r}")
    return Estimate(estimate, low, high, confidence, _count(saved["rounds"], f"{name}.rounds"))


def _channels(saved: Any) -> tuple[int, ...]:
    return tuple(_count(c, "channels") for c in saved)


def _samples(saved: Mapping[str, Any], name: str, where: str = "") -> tuple[float, ...]:
    """Samples in seconds; none where the key is missing: pytest-benchmark can save without them."""
    if name not in saved:
        return ()
    samples = saved[name]
    if not isinstance(samples, list) or not samples:
        raise ValueError(f"{where}{name} must be a list of samples, got {samples!r:.40}")
    if set(map(type, samples)) <= {int, float}:
        seconds = np.array(samples, dtype=np.float64)
        if ((seconds >= SMALLEST) & (seconds <= LARGEST)).all():
            return tuple(samples)
    return tuple(_positive(sample, f"{where}{name}[{k}]") for k, sample in enumerate(samples))


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


def _machine(info: Mapping[str, Any]) -> Machine:
    """What the file says of the machine; nothing of it is needed to read the figures."""
    ours = _mapping(info.get(KEY))
    ours_too = ("cpu_model", "cpu_count", "cpu_capability", "torch", "cuda", "cudnn", "onednn")
    return Machine(
        node=_text(info.get("node")),
        system=" ".join(filter(None, (_text(info.get("system")), _text(info.get("machine"))))),
        python=_text(info.get("python_version")),
        **{name: _text(ours.get(name)) for name in ours_too},
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return "" if value is None else printable(str(value))


def _name(benchmark: Any) -> str:
    return _text(_mapping(benchmark).get("name", "?"))


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value), allow_nan=False))
    return plain
