"""Ceilings of a device: how fast it moves bytes, multiplies and launches at best, and their saved form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from guidelines.results import checked
from guidelines.spec.condition import Condition, Device

# Kinds of traffic: an operator reads one place and writes another, or it writes to what it has read. Their
# rates differ, since a CPU reads whatever it writes to first. Some operators only read or only write; older
# files lack their rates.
COPY, IN_PLACE, READ, WRITE = "copy", "in place", "read", "write"
TRAFFIC = (COPY, IN_PLACE, READ, WRITE)
# Kinds of operators whose launches are timed, by their names in the table of operators; any other operator
# takes as long as the last.
CONVOLUTION, MATRIX_PRODUCT, ELEMENT_WISE = "convolution", "matrix product", "element-wise"
LAUNCHED = (CONVOLUTION, MATRIX_PRODUCT, ELEMENT_WISE)
# Bytes or multiply-adds a second, and seconds of a launch, between which every device lies.
RATES, LAUNCHES_S = (1e5, 1e18), (1e-9, 1.0)
PRODUCTS = ("matrix product", "1x1 convolution", "3x3 convolution", "matrix-vector product")
# How the reasons begin for which figures are missing.
MOVING, LAUNCH, RATE = "rates of moving bytes", "launches in mode", "rate of the"
FIGURES = (MOVING, LAUNCH, RATE)
# How the reason begins for which no rate is known of working sets that are larger than the caches.
MOVING_BEYOND = f"{MOVING} beyond"


class CeilingsKey(NamedTuple):
    """Facts that ceilings depend on, beside the machine."""

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
    """Best figures of a device, as one pass of a run measured it.

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

    @property
    def is_within_caches(self) -> bool:
        """True if no rate is of memory, as that or the time was short."""
        return any(reason.startswith(MOVING_BEYOND) for reason in self.missing)


def key_of(condition: Condition) -> CeilingsKey:
    """Key of the ceilings of a condition."""
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
    """Ceilings as written by `to_saved`. Raises KeyError or ValueError for anything else."""
    traffic = _mapping(saved["traffic_bytes_per_s"], "traffic_bytes_per_s")
    launch_s = _mapping(saved["launch_s"], "launch_s")
    return Ceilings(
        key=CeilingsKey(
            device=Device(checked.text(saved["device"])),
            dtype=checked.text(saved["dtype"]),
            layout=checked.text(saved["layout"]),
            threads=checked.count(saved["threads"], "ceilings.threads"),
            cudnn=checked.text(saved["cudnn"]),
        ),
        number=checked.count(saved["pass"], "ceilings.pass"),
        traffic={kind: _rates(traffic[kind]) for kind in TRAFFIC if kind in traffic},
        multiply_adds_per_s=_figures(saved["multiply_adds_per_s"], PRODUCTS, RATES),
        launch_s={
            checked.text(mode): _figures(by_kind, LAUNCHED, LAUNCHES_S) for mode, by_kind in launch_s.items()
        },
        missing=checked.texts(saved, "missing"),
    )


def _rates(saved: Any) -> tuple[Rate, ...]:
    """Rates of ever larger working sets."""
    if not isinstance(saved, list):
        raise ValueError(f"traffic_bytes_per_s must be lists of rates, got {checked.shown(saved)}")
    rates = []
    for each in saved:
        if not isinstance(each, list) or len(each) != len(Rate._fields):
            raise ValueError(f"a rate must be [bytes, bytes per second], got {checked.shown(each)}")
        size, bytes_per_s = each
        rates.append(Rate(checked.count(size, "working_set_bytes"), _plausible(bytes_per_s, "rate", RATES)))
    sizes = [rate.working_set_bytes for rate in rates]
    if sizes != sorted(set(sizes)):
        raise ValueError("traffic_bytes_per_s must hold ever larger working sets")
    return tuple(rates)


def _figures(saved: Any, names: Sequence[str], plausible: tuple[float, float]) -> dict[str, float]:
    """Figures by those names that are there."""
    known = _mapping(saved, "figures")
    return {name: _plausible(known[name], name, plausible) for name in names if name in known}


def _mapping(saved: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(saved, dict):
        raise ValueError(f"{name} must be figures by their names, got {checked.shown(saved)}")
    return saved


def _plausible(value: Any, name: str, limits: tuple[float, float]) -> float:
    """A figure of a device that could exist. Raises ValueError with the name for anything else."""
    figure = checked.positive(value, name)
    least, most = limits
    if not least <= figure <= most:
        raise ValueError(f"{name} must be from {least:g} to {most:g}, got {checked.shown(value)}")
    return figure
