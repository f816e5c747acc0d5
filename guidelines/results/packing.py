"""The packed form of a saved run without samples: what the variants of a sweep share is said once.

The passes of a variant, a list of mappings in a saved run, become a mapping of lists.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from guidelines.results.schema import KEY

# Keys of a packed run: its sweeps, and of each what its variants share, and these.
SWEEPS, SHARED, VARIANTS = "sweeps", "shared", "variants"
BENCHMARKS, PASSES = "benchmarks", "passes"
# No more values are unpacked from what variants share, so that a small file does not fill the memory.
MOST_SHARED_VALUES = 10**6
Json = dict[str, Any]


def packed(run: Mapping[str, Any]) -> Json:
    """The packed form of the content of a saved run."""
    sweeps = []
    for _, of_sweep in groupby(run[BENCHMARKS], key=_sweep):
        variants = [_with_passes(each, _columns) for each in of_sweep]
        shared = _common(variants)
        sweeps.append({SHARED: shared, VARIANTS: [_rest(each, shared) for each in variants]})
    return {**_without(run, BENCHMARKS), SWEEPS: sweeps}


def unpacked(run: Mapping[str, Any]) -> Json:
    """The content of a saved run from its packed form. Raises ValueError if that is too large."""
    sweeps = run[SWEEPS]
    if sum(_count(sweep[SHARED]) * len(sweep[VARIANTS]) for sweep in sweeps) > MOST_SHARED_VALUES:
        raise ValueError(f"variants share more than {MOST_SHARED_VALUES} values")
    benchmarks: list[Json] = []
    for sweep in sweeps:
        whole = [_joined(sweep[SHARED], variant) for variant in sweep[VARIANTS]]
        benchmarks += [_with_passes(each, _rows) for each in whole]
    return {**_without(run, SWEEPS), BENCHMARKS: benchmarks}


def _without(run: Mapping[str, Any], name: str) -> Json:
    return {key: value for key, value in run.items() if key != name}


def _count(value: Any) -> int:
    """The number of values in a value of JSON, with itself."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_count, inner))


def _sweep(benchmark: Json) -> tuple[Any, ...]:
    ours = benchmark["extra_info"][KEY]
    return ours["guideline"], ours["sweep"], ours["condition"]


def _with_passes(benchmark: Json, form: Callable[[Any], Any]) -> Json:
    """A benchmark with its passes in another form."""
    ours = benchmark["extra_info"][KEY]
    return {**benchmark, "extra_info": {KEY: {**ours, PASSES: form(ours[PASSES])}}}


def _columns(rows: Sequence[Json]) -> Json:
    """A list for each key of some mappings; of values that are mappings of the same keys, columns in turn."""
    columns: Json = {}
    for name in rows[0]:
        values = [row[name] for row in rows]
        columns[name] = _columns(values) if _are_alike(values) else values
    return columns


def _are_alike(values: Sequence[Any]) -> bool:
    """True for mappings of the same keys, one or more."""
    if not values[0] or not all(isinstance(each, dict) for each in values):
        return False
    return all(each.keys() == values[0].keys() for each in values)


def _rows(columns: Json) -> list[Json]:
    """The mappings that were made columns of."""
    lists = {name: _rows(each) if isinstance(each, dict) else each for name, each in columns.items()}
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _common(parts: Sequence[Json]) -> Json:
    """The values that all of some mappings have in common, also in the mappings among them."""
    first, common = parts[0], {}
    for name, value in first.items():
        values: list[Any] = [part.get(name) for part in parts]
        if all(each == value for each in values):
            common[name] = value
        elif all(isinstance(each, dict) for each in values) and (nested := _common(values)):
            common[name] = nested
    return common


def _rest(part: Json, common: Json) -> Json:
    """The values of a mapping that are not in common."""
    return dict(_own(part, common))


def _own(part: Json, common: Json) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if name not in common:
            yield name, value
        elif value != common[name]:
            yield name, _rest(value, common[name])


def _joined(common: Json, rest: Json) -> Json:
    """The mapping that was split into what is in common and the rest."""
    joined = {**common, **rest}
    for name in common.keys() & rest.keys():
        joined[name] = _joined(common[name], rest[name])
    return joined
