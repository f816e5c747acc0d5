"""The saved form: one entry per variant under extra_info["guidelines"] of pytest-benchmark's JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, get_args

from guidelines import values
from guidelines.paper import Figure
from guidelines.results import Circumstances, Entry, Failure, Machine, Place, Run, gather
from guidelines.spec import Condition, Expectation
from guidelines.state import Gpu, State

SCHEMA = 1
KEY = "guidelines"
_CONDITION_COUNTS = tuple(field.name for field in fields(Condition) if field.type is int)
_CONDITION_TEXTS = tuple(field.name for field in fields(Condition) if field.type is not int)
_COUNTS = ("groups", "multiply_adds", "memory_access", "parameters", "seed", "calls_per_sample")


class ResultsError(Exception):
    """A file that cannot be read as results of this suite; its message is one line."""


def to_extra_info(entry: Entry) -> dict[str, Any]:
    """An entry as strict JSON for extra_info["guidelines"]; its own samples stand in stats.data."""
    saved = {"schema": SCHEMA, **_plain(entry.place), **_plain(replace(entry, samples_s=()))}
    for name in ("place", "median_s", "samples_s"):
        del saved[name]
    for name in (
        "baseline_samples_s",
        "control_samples_s",
        "per_multiply_add",
        "every",
        "conv_memory_access",
    ):
        if not saved[name]:
            del saved[name]
    saved["circumstances"] = {
        name: value for name, value in saved["circumstances"].items() if value not in (None, [])
    }
    return saved


def to_benchmark(entry: Entry) -> dict[str, Any]:
    """An entry with its samples in the shape that pytest-benchmark saves, as strict JSON."""
    stats = {"median": entry.median_s, "data": list(entry.samples_s)}
    return {"name": entry.place.name, "extra_info": {KEY: to_extra_info(entry)}, "stats": stats}


def to_failed(failure: Failure) -> dict[str, Any]:
    """A failure as strict JSON, for the list "failed" under the file's own key "guidelines"."""
    saved = {"schema": SCHEMA, **_plain(failure.place), **_plain(failure)}
    del saved["place"]
    return saved


def parse(data: Any) -> Run:
    """Results from a saved file's content, its texts made printable. Raises ResultsError with the reason."""
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
    run = together(
        [parse_entry(benchmark) for benchmark in benchmarks],
        [parse_failure(failure) for failure in failed],
    )
    return replace(run, machine=parse_machine(values.mapping(data.get("machine_info"))))


def together(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """Entries and failures of one run. Raises ResultsError where there are none, or where they do not fit."""
    run = gather(entries, failures)
    if not run.entries and not run.failures:
        raise ResultsError("holds no results")
    _check_together(run)
    return run


def parse_entry(benchmark: Any) -> Entry:
    """An entry of a saved file, without its baseline's samples. Raises ResultsError with the reason."""
    entry: Entry = _checked(_entry, benchmark, _name(benchmark))
    return entry


def parse_failure(saved: Any) -> Failure:
    """A failure from what `to_failed` gave. Raises ResultsError with the reason."""
    failure: Failure = _checked(_failure, saved, "a failed variant")
    return failure


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
    paper, conv_memory_access = saved["paper"], saved.get("conv_memory_access")
    return Entry(
        place=_place(saved),
        channels=values.channels(saved["channels"]),
        **{name: values.count(saved[name], name) for name in _COUNTS},
        work_ratio=values.positive(saved["work_ratio"], "work_ratio"),
        slowdown=values.estimate(saved["slowdown"], "slowdown"),
        control=None if saved["control"] is None else values.estimate(saved["control"], "control"),
        paper=None if paper is None else Figure(**paper),
        stopped=values.text(saved["stopped"]),
        median_s=values.positive(stats["median"], "stats.median"),
        samples_s=values.samples(stats, "data", "stats."),
        baseline_samples_s=values.samples(saved, "baseline_samples_s"),
        control_samples_s=values.samples(saved, "control_samples_s"),
        circumstances=_circumstances(saved.get("circumstances", {})),
        conv_memory_access=(
            None if conv_memory_access is None else values.count(conv_memory_access, "conv_memory_access")
        ),
    )


def _failure(saved: Mapping[str, Any]) -> Failure:
    return Failure(
        place=_place(saved),
        channels=values.channels(saved["channels"]),
        multiply_adds=values.count(saved["multiply_adds"], "multiply_adds"),
        memory_access=values.count(saved["memory_access"], "memory_access"),
        reason=values.text(saved["reason"]),
        is_skip=saved.get("is_skip", False) is True,
    )


def _circumstances(saved: Mapping[str, Any]) -> Circumstances:
    """How a variant was measured; files from before this was saved say nothing."""
    known = {
        name: None if saved.get(name) is None else values.amount(saved[name], f"circumstances.{name}")
        for name in ("setup_s", "peak_memory_bytes", "launch_s", "device_s")
    }
    drift, state = saved.get("drift"), saved.get("state")
    return Circumstances(
        state=None if state is None else _state(state),
        drift=None if drift is None else values.estimate(drift, "circumstances.drift"),
        disturbed=values.texts(saved, "disturbed"),
        retried=values.texts(saved, "retried"),
        placed_at=tuple(values.count(k, "placed_at") for k in saved.get("placed_at", ())),
        **known,  # type: ignore[arg-type]  # bytes may be a float in a file
    )


def _state(saved: Mapping[str, Any]) -> State:
    gpu = saved.get("gpu")
    return State(**{**_fields(State, saved), "gpu": None if gpu is None else Gpu(**_fields(Gpu, gpu))})


def _fields(kind: type, saved: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass from a file: numbers, texts and tuples of texts; gpu apart."""
    found: dict[str, Any] = {}
    for field in fields(kind):
        value = saved.get(field.name)
        if isinstance(value, str):
            found[field.name] = values.printable(value)
        elif isinstance(value, list):
            found[field.name] = tuple(map(values.text, value))
        elif value is not None and field.name != "gpu":
            found[field.name] = values.amount(value, f"state.{field.name}")
    return found


def _place(saved: Mapping[str, Any]) -> Place:
    schema = values.count(saved["schema"], "schema")
    if schema > SCHEMA:
        raise ResultsError(
            f"has schema {schema}, newer than {SCHEMA}, the newest that this version reads; update guidelines"
        )
    if saved["expect"] not in get_args(Expectation):
        raise ValueError(f"expect is {saved['expect']!r}")
    texts = ("guideline", "claim", "sweep", "variant", "baseline", "extreme", "expect")
    condition = _condition(saved["condition"])
    named = {name: values.text(saved[name]) for name in texts}
    return Place(
        **named,  # type: ignore[arg-type]  # expect is checked above
        row=values.count(saved["row"], "row"),
        condition=condition,
        per_multiply_add=saved.get("per_multiply_add", False) is True,
        every=saved.get("every", False) is True,
    )


def _condition(saved: Mapping[str, Any]) -> Condition:
    for name in _CONDITION_COUNTS:
        values.count(saved[name], f"condition.{name}")
    texts = {name: saved[name] for name in _CONDITION_TEXTS}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"condition.{name} must be text, got {text!r}")
    if unknown := saved.keys() - {*_CONDITION_COUNTS, *_CONDITION_TEXTS}:
        raise ValueError(f"condition has the unknown key {min(unknown)!r}")
    return Condition(**{**saved, **{name: values.printable(text) for name, text in texts.items()}})


def _checked(read: Any, saved: Any, name: str) -> Any:
    try:
        return read(saved)
    except KeyError as error:
        raise ResultsError(f"{name}: lacks {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ResultsError(f"{name}: {error}") from error


def parse_machine(info: Mapping[str, Any]) -> Machine:
    """What the file says of the machine; nothing of it is needed to read the figures."""
    ours = values.mapping(info.get(KEY))
    ours_too = ("cpu_model", "cpu_count", "cpu_capability", "torch", "cuda", "cudnn", "onednn")
    return Machine(
        node=values.text(info.get("node")),
        system=" ".join(filter(None, (values.text(info.get("system")), values.text(info.get("machine"))))),
        python=values.text(info.get("python_version")),
        **{name: values.text(ours.get(name)) for name in ours_too},
    )


def _extra_info(benchmark: Any) -> Mapping[str, Any]:
    return values.mapping(values.mapping(benchmark).get("extra_info"))


def _name(benchmark: Any) -> str:
    return values.text(values.mapping(benchmark).get("name", "?"))


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value), allow_nan=False))
    return plain
