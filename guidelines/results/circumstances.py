"""Reading of a measurement's circumstances from a file."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache, lru_cache
from math import isclose
from typing import Any

from guidelines.results import checked
from guidelines.results.disturbance import Gpu, State
from guidelines.results.model import REST, Circumstances
from guidelines.spec.work import Operators

# Shares of a whole sum to 1, but for the rounding of their sum.
ROUNDING = 1e-6
AMOUNTS = ("setup_s", "peak_memory_bytes", "launch_s", "device_s")


def parse_circumstances(saved: Mapping[str, Any]) -> Circumstances:
    """Circumstances from a file, empty for older files. Raises ValueError if a value is not plausible."""
    amounts: dict[str, Any] = {}
    for name in AMOUNTS:
        if saved.get(name) is not None:
            amounts[name] = checked.amount(saved[name], f"circumstances.{name}")
    drift, state = saved.get("drift"), saved.get("state")
    return Circumstances(
        state=None if state is None else _state(state),
        drift=None if drift is None else checked.estimate(drift, "circumstances.drift"),
        disturbed=checked.texts(saved, "disturbed"),
        retried=checked.texts(saved, "retried"),
        noted=checked.texts(saved, "noted"),
        placed_at=tuple(checked.count(k, "placed_at") for k in saved.get("placed_at", ())),
        operators=tuple(map(_operators, saved.get("operators", ()))),
        shares=_shares(saved.get("shares", {})),
        **amounts,
    )


def _shares(saved: Any) -> dict[str, float]:
    """Shares of a call's time by name. Raises ValueError if they are none, or do not make all of it."""
    if not isinstance(saved, Mapping):
        raise ValueError(f"circumstances.shares must be a mapping, got {checked.shown(saved)}")
    shares = {}
    for name, share in saved.items():
        check = checked.amount if name == REST else checked.positive
        shares[checked.text(name)] = check(share, "circumstances.shares")
    if shares and not isclose(sum(shares.values()), 1, abs_tol=ROUNDING):
        raise ValueError(f"circumstances.shares sum to {sum(shares.values()):.4g} in place of 1")
    return shares


def _operators(saved: Mapping[str, Any]) -> Operators:
    written = saved.get("written")
    operators = Operators(
        kind=checked.text(saved["kind"]),
        calls=checked.count(saved["calls"], "operators.calls"),
        multiply_adds=checked.count(saved["multiply_adds"], "operators.multiply_adds"),
        memory_access=checked.count(saved["memory_access"], "operators.memory_access"),
        in_place=checked.count(saved["in_place"], "operators.in_place"),
        written=None if written is None else checked.count(written, "operators.written"),
    )
    _check_possible(operators)
    return operators


def _check_possible(operators: Operators) -> None:
    """Raise ValueError if operators change more in place than they write, or write more than they access."""
    written = operators.in_place if operators.written is None else operators.written
    if operators.in_place > written:
        raise ValueError(f"operators.in_place is {operators.in_place}, but operators.written {written}")
    if operators.in_place + written > operators.memory_access:  # what is changed in place is read as well
        raise ValueError(
            f"operators.memory_access is {operators.memory_access}, less than operators.in_place "
            f"{operators.in_place} and operators.written {written}"
        )


def _state(saved: Mapping[str, Any]) -> State:
    gpu = saved.get("gpu")
    return _shared(
        State(**{**_fields(State, saved), "gpu": None if gpu is None else Gpu(**_fields(Gpu, gpu))})
    )


@lru_cache(maxsize=256)
def _shared(state: State) -> State:
    """The same object for equal states: the variants of a sweep hold the state of their passes."""
    return state


def _fields(kind: type, saved: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a dataclass from a file: numbers, texts and tuples of texts, without `gpu`."""
    known: dict[str, Any] = {}
    for name, full_name in _names(kind).items():
        value = saved.get(name)
        if isinstance(value, str):
            known[name] = checked.text(value)
        elif isinstance(value, list):
            known[name] = tuple(map(checked.text, value))
        elif value is not None and name != "gpu":
            known[name] = checked.amount(value, full_name)
    return known


@cache
def _names(kind: type) -> dict[str, str]:
    """The names of the fields of a dataclass, each with the one in messages."""
    return {field.name: f"state.{field.name}" for field in fields(kind)}
