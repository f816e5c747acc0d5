"""Ceilings of a device: how fast it moves bytes, multiplies and launches at best, and their saved form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from guidelines.results import checked
from guidelines.spec.condition import Condition, Device

# Kinds of traffic: an operator reads one place and writes another, or it writes to what it has read. Their
# rates differ, since a CPU reads whatever it writes to first.
COPY, IN_PLACE = "copy", "in place"
TRAFFIC = (COPY, IN_PLACE)
# Kinds of operators whose launches are timed, by their names in the table of operators; any other operator
# takes as long as the last.
CONVOLUTION, MATRIX_PRODUCT, ELEMENT_WISE = "convolution", "matrix product", "element-wise"
LAUNCHED = (CONVOLUTION, MATRIX_PRODUCT, ELEMENT_WISE)
PRODUCTS = ("matrix product", "1x1 convolution", "3x3 convolution")


class CeilingsKey(NamedTuple):
    """What ceilings depend on, beside the machine."""

    device: Device
    dtype: str
    layout: str
    threads: int
    cudnn: str


class Rate(NamedTuple):
    """The rate at which bytes are read and written in a working set, without the time of the launch."""

    working_set_bytes: int
    bytes_per_s: float


@dataclass(frozen=True)
class Ceilings:
    """What a device does at best, as one pass of a run measured it.

    `traffic` holds rates by kind of traffic, from small to large working sets. `multiply_adds_per_s` are by
    kind of product. `launch_s` is the time of an operator that does nothing much, by mode and kind.
    `missing` are the reasons why a figure is not there.
    """

    key: CeilingsKey
    number: int = 1
    traffic: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    multiply_adds_per_s: Mapping[str, float] = field(default_factory=dict)
    launch_s: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def key_of(condition: Condition) -> CeilingsKey:
    """What the ceilings of a condition depend on."""
    return CeilingsKey(
        device=condition.device,
        dtype=condition.dtype,
        layout=condition.layout,
        threads=condition.threads,
        cudnn=condition.cudnn,
    )


def to_saved(ceilings: Ceilings) -> dict[str, Any]:
    """Ceilings as strict JSON, for the list "ceilings" of a file and for a line of a journal."""
    traffic = {kind: list(map(list, rates)) for kind, rates in ceilings.traffic.items()}
    return {
        **ceilings.key._asdict(),
        "pass": ceilings.number,
        "traffic_bytes_per_s": traffic,
        "multiply_adds_per_s": dict(ceilings.multiply_adds_per_s),
        "launch_s": {mode: dict(by_kind) for mode, by_kind in ceilings.launch_s.items()},
        "missing": list(ceilings.missing),
    }


def parsed(saved: Any) -> Ceilings:
    """Ceilings as written by `to_saved`. Raises KeyError, TypeError or ValueError for anything else."""
    return Ceilings(
        key=CeilingsKey(
            device=Device(checked.text(saved["device"])),
            dtype=checked.text(saved["dtype"]),
            layout=checked.text(saved["layout"]),
            threads=checked.count(saved["threads"], "ceilings.threads"),
            cudnn=checked.text(saved["cudnn"]),
        ),
        number=checked.count(saved["pass"], "ceilings.pass"),
        traffic={kind: _rates(saved["traffic_bytes_per_s"].get(kind, ())) for kind in TRAFFIC},
        multiply_adds_per_s=_amounts(saved["multiply_adds_per_s"], PRODUCTS),
        launch_s={
            checked.text(mode): _amounts(by_kind, LAUNCHED) for mode, by_kind in saved["launch_s"].items()
        },
        missing=checked.texts(saved, "missing"),
    )


def _rates(saved: Sequence[Any]) -> tuple[Rate, ...]:
    """Rates in the order of their working sets."""
    rates = []
    for working_set_bytes, bytes_per_s in saved:
        rate = Rate(
            working_set_bytes=checked.count(working_set_bytes, "ceilings.working_set_bytes"),
            bytes_per_s=checked.positive(bytes_per_s, "ceilings.bytes_per_s"),
        )
        rates.append(rate)
    if rates != sorted(set(rates)):
        raise ValueError("ceilings.traffic_bytes_per_s must be in the order of working sets")
    return tuple(rates)


def _amounts(saved: Mapping[str, Any], names: Sequence[str]) -> dict[str, float]:
    return {name: checked.positive(saved[name], f"ceilings.{name}") for name in names if name in saved}
