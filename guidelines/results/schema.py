"""The saved form of entries and failures, written as schema 3 and read from schemas 1 to 3.

A variant is one benchmark of pytest-benchmark's JSON, with its entry under extra_info["guidelines"].
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, TypeVar, get_args

from guidelines.paper.tables import Figure
from guidelines.results import ceilings, checked
from guidelines.results.ceilings import Ceilings
from guidelines.results.model import CONTROL_NAME, Entry, Failure, Identity, Place, StopReason
from guidelines.results.passes import parse_passes
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.spec.work import Cost

SCHEMA = 3
KEY = "guidelines"
# Keys of schema 1 and their names in schema 2.
RENAMED_SINCE_1 = {"channels": "widths", "every": "claims_every_row"}
CONDITION_RENAMED_SINCE_1 = {"channels": "channel_rule"}
# Keys that a file omits if their value is empty, false or None.
OPTIONAL = (
    *("baseline_samples_s", "control_samples_s", "conv_memory_access"),
    *("per_multiply_add", "claims_every_row", "lost"),
)
PLACE_TEXTS = ("guideline", "claim", "sweep", "variant", "baseline", "extreme")
_CONDITION_COUNTS = tuple(field.name for field in fields(Condition) if field.type is int)
_CONDITION_FLAGS = tuple(field.name for field in fields(Condition) if field.type is bool)
_CONDITION_TEXTS = tuple(field.name for field in fields(Condition) if field.type not in (int, bool))
Parsed = TypeVar("Parsed")


class ResultsError(Exception):
    """A file that cannot be read as results of this suite; its message is one line."""


def to_extra_info(entry: Entry) -> dict[str, Any]:
    """An entry as strict JSON for extra_info["guidelines"], without what pytest-benchmark's own keys hold."""
    plain = _plain(replace(entry, samples_s=()))
    identity = plain.pop("identity")
    for elsewhere in ("median_s", "samples_s", "max_time_s"):
        del plain[elsewhere]
    saved = {"schema": SCHEMA, **identity.pop("place"), **identity.pop("work"), **identity, **plain}
    for name in OPTIONAL:
        if not saved[name]:
            del saved[name]
    return {**saved, "passes": [_known_pass(each) for each in saved["passes"]]}


def _known_pass(plain: Mapping[str, Any]) -> dict[str, Any]:
    """A pass without the circumstances that are not known."""
    circumstances = plain["circumstances"]
    known = {name: value for name, value in circumstances.items() if value not in (None, [], {})}
    return {**plain, "circumstances": known}


def to_benchmark(entry: Entry) -> dict[str, Any]:
    """An entry with its samples in the shape of pytest-benchmark's JSON."""
    stats = {"median": entry.median_s, "data": list(entry.samples_s)}
    return {"name": entry.place.name, "extra_info": {KEY: to_extra_info(entry)}, "stats": stats}


def to_failed(failure: Failure) -> dict[str, Any]:
    """A failure as strict JSON, for the list "failed" under the key "guidelines" of a file."""
    plain = _plain(failure)
    return {"schema": SCHEMA, **plain.pop("place"), **plain.pop("work"), **plain}


def parse_entry(benchmark: Any) -> Entry:
    """An entry of a saved file, without its baseline's samples. Raises ResultsError with the reason."""
    return read_saved(_entry, benchmark, name_of(benchmark))


def parse_failure(saved: Any) -> Failure:
    """A failure as written by `to_failed`. Raises ResultsError with the reason."""
    return read_saved(_failure, saved, "a failed variant")


def parse_ceilings(saved: Any) -> Ceilings:
    """Ceilings as written by `ceilings.to_saved`. Raises ResultsError with the reason."""
    return read_saved(ceilings.parsed, saved, "ceilings")


def extra_info_of(benchmark: Any) -> Mapping[str, Any]:
    """The extra_info of a benchmark in a file, {} if there is none."""
    return checked.mapping(checked.mapping(benchmark).get("extra_info"))


def name_of(benchmark: Any) -> str:
    """The name of a benchmark in a file, "?" if it has none."""
    return checked.text(checked.mapping(benchmark).get("name", "?"))


def read_saved(read: Callable[[Any], Parsed], saved: Any, name: str) -> Parsed:
    """A value of a file; whatever is wrong with it becomes a ResultsError with its name."""
    try:
        return read(saved)
    except KeyError as error:
        raise ResultsError(f"{name}: lacks {error}") from error
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ResultsError(f"{name}: {error}") from error


def _entry(benchmark: Mapping[str, Any]) -> Entry:
    stats = benchmark["stats"]
    saved = _with_passes(_upgraded(benchmark["extra_info"][KEY]), stats)
    paper, stopped = saved["paper"], checked.text(saved["stopped"])
    _check_choice("stopped", stopped, get_args(StopReason))
    return Entry(
        identity=_identity(saved),
        slowdown=checked.estimate(saved["slowdown"], "slowdown"),
        control=None if saved["control"] is None else checked.estimate(saved["control"], "control"),
        paper=None if paper is None else Figure(**paper),
        seed=checked.count(saved["seed"], "seed"),
        stopped=stopped,  # type: ignore[arg-type]  # checked above
        median_s=checked.positive(stats["median"], "stats.median"),
        passes=parse_passes(saved["passes"]),
        lost=checked.texts(saved, "lost"),
        samples_s=checked.samples(stats, "data", "stats."),
        baseline_samples_s=checked.samples(saved, "baseline_samples_s"),
        control_samples_s=checked.samples(saved, "control_samples_s"),
        max_time_s=_max_time_s(benchmark),
    )


def _max_time_s(benchmark: Mapping[str, Any]) -> float | None:
    """The time that a run was given for each network, which pytest-benchmark saves; None if it is unknown."""
    try:
        return checked.positive(checked.mapping(benchmark.get("options")).get("max_time"), "max_time")
    except ValueError:
        return None


def _identity(saved: Mapping[str, Any]) -> Identity:
    return Identity(
        place=_place(saved),
        widths=checked.widths(saved["widths"]),
        groups=checked.count(saved["groups"], "groups"),
        work=_work(saved, parameters=checked.count(saved["parameters"], "parameters")),
        work_ratio=checked.positive(saved["work_ratio"], "work_ratio"),
    )


def _failure(given: Mapping[str, Any]) -> Failure:
    saved = _upgraded(given)
    return Failure(
        place=_place(saved),
        widths=checked.widths(saved["widths"]),
        work=_work(saved, parameters=checked.optional_count(saved, "parameters")),
        reason=checked.text(saved["reason"]),
        is_skip=saved.get("is_skip", False) is True,
        is_control=saved.get("is_control", False) is True,
    )


def _work(saved: Mapping[str, Any], parameters: int | None) -> Cost:
    return Cost(
        multiply_adds=checked.count(saved["multiply_adds"], "multiply_adds"),
        memory_access=checked.count(saved["memory_access"], "memory_access"),
        conv_memory_access=checked.optional_count(saved, "conv_memory_access"),
        parameters=parameters,
    )


def _upgraded(saved: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry or failure with the names of schema 2, which are those of later schemas."""
    schema = checked.count(saved["schema"], "schema")
    if schema > SCHEMA:
        raise ResultsError(
            f"has schema {schema}, newer than {SCHEMA}, the newest that this version reads; update guidelines"
        )
    if schema > 1:
        return saved
    renamed = _renamed(saved, RENAMED_SINCE_1)
    condition = _renamed(saved["condition"], CONDITION_RENAMED_SINCE_1)
    return {**renamed, "condition": condition, "is_control": saved["variant"] == CONTROL_NAME}


def _with_passes(saved: Mapping[str, Any], stats: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry of any schema with its passes: before 3, one process, whose samples say how many rounds."""
    if saved["schema"] > 2:
        return saved
    control, slowdown = saved["control"], saved["slowdown"]
    samples_s = stats.get("data")
    rounds = len(samples_s) if samples_s else slowdown["rounds"]
    only = {
        "number": 1,
        "rounds": rounds,
        "calls_per_sample": saved["calls_per_sample"],
        "slowdown": {"estimate": slowdown["estimate"]},
        "control": None if control is None else {"estimate": control["estimate"]},
        "seconds_per_call": stats["median"],
        "circumstances": saved.get("circumstances", {}),
    }
    return {**saved, "slowdown": {**slowdown, "rounds": rounds}, "passes": [only]}


def _renamed(saved: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in saved.items()}


def _place(saved: Mapping[str, Any]) -> Place:
    _check_choice("expect", saved["expect"], get_args(Expectation))
    if not checked.text(saved["guideline"]):
        raise ValueError(f"guideline must be a name, got {checked.shown(saved['guideline'])}")
    condition = _condition(saved["condition"])
    return Place(
        **{name: checked.text(saved[name]) for name in PLACE_TEXTS},
        expect=saved["expect"],
        row=checked.count(saved["row"], "row"),
        condition=condition,
        per_multiply_add=saved.get("per_multiply_add", False) is True,
        claims_every_row=saved.get("claims_every_row", False) is True,
    )


def _check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be {' or '.join(choices)}, got {checked.shown(value)}")


def _condition(given: Mapping[str, Any]) -> Condition:
    saved = {**_unsaved(given), **given}
    for name in _CONDITION_COUNTS:
        checked.count(saved[name], f"condition.{name}")
    texts = {name: saved[name] for name in _CONDITION_TEXTS}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ValueError(f"condition.{name} must be text, got {checked.shown(text)}")
    for name in _CONDITION_FLAGS:
        if not isinstance(saved[name], bool):
            raise ValueError(f"condition.{name} must be true or false, got {checked.shown(saved[name])}")
    if unknown := saved.keys() - {*_CONDITION_COUNTS, *_CONDITION_TEXTS, *_CONDITION_FLAGS}:
        raise ValueError(f"condition has the unknown key {checked.shown(min(unknown))}")
    return Condition(**{**saved, **{name: checked.printable(text) for name, text in texts.items()}})


def _unsaved(condition: Mapping[str, Any]) -> dict[str, Any]:
    """Values of keys that older files lack: cuDNN was autotuned, and one batch served a whole table."""
    return {"cudnn": "heuristic" if condition["device"] == "cpu" else "autotune", "is_auto_batch": False}


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(asdict(value), allow_nan=False))
    return plain
