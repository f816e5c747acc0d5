"""Write what a device does at best, on which the accounts of slow-downs rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import floor, log10

from guidelines.analysis.at_best import AtBest, at_best
from guidelines.analysis.explain import faster_than_floors, missing
from guidelines.analysis.floor import by_key
from guidelines.analysis.measured import MachineResults, distinct
from guidelines.analysis.sufficient import CEILINGS_TELL
from guidelines.analysis.tables import Table
from guidelines.report.digits import rounded
from guidelines.report.document import Grid, Head, Row, Section, Value
from guidelines.report.factors import legend
from guidelines.report.subjects.account import named_factors
from guidelines.results.ceilings import ELEMENT_WISE, MATRIX_PRODUCT, CeilingsKey, key_of
from guidelines.results.usual_ceilings import Range, Usual, usual

TITLE = "What the device does at best"
HEADS = (
    Head("figure", is_number=False),
    Head("at best"),
    Head("worst pass"),
    Head("usual"),
    Head("unit", is_number=False),
)
# The unit of each kind of figure, and what one of it is in seconds, bytes or multiply-adds.
UNITS = {"copy": ("GB/s", 1e9), "product": ("G/s", 1e9), "launch": ("us", 1e-6)}
DIGITS = 3
# A terminal shows one figure of each kind if there would be more rows.
MOST_ROWS = 24
TOO_SHORT = (
    "slow-downs are not explained: passes of less than 1 s of samples leave no time to measure what the "
    "device does at best; a larger --benchmark-max-time does"
)
SHARES = (
    "memory explains: the share of traffic in the effect, on the logarithmic scale; in the answer: the "
    "shares that most of the sweeps reach"
)


def section(results: MachineResults, tables: Sequence[Table]) -> tuple[Section, ...]:
    """One section with the ceilings of each device, type and layout; none for a file without ceilings."""
    rows: list[Row] = []
    brief: list[Row] = []
    for key, passes in by_key(results.ceilings).items():
        figures = at_best(passes)
        known = usual(key, _model(results, key), results.machine.cpu_capability)
        if all(each.is_within_caches for each in passes):
            known = replace(known, memory_bytes_per_s=None)
        of_key = {figure: _row(figure, label(key), _usual(figure, figures, known)) for figure in figures}
        rows += of_key.values()
        last_of_kind = {figure.kind: figure for figure in figures}
        brief += [of_key[figure] for figure in last_of_kind.values()]
    notes = (*_legend(tables), *_missing(results), *_too_fast(results))
    if not rows and not notes:
        return ()
    grid = _grid(rows) if rows else None
    return (Section(TITLE, grid, notes=notes, brief=_grid(brief) if len(rows) > MOST_ROWS else None),)


def _grid(rows: Sequence[Row]) -> Grid:
    return Grid(HEADS, tuple(rows), "condition")


def label(key: CeilingsKey) -> str:
    """Label of ceilings by what they depend on: "cpu, float32, nchw, 1 thread"."""
    threads = f"{key.threads} thread{'s' * (key.threads > 1)}"
    cudnn = "" if key.device.is_cpu else f"cuDNN {key.cudnn}"
    return ", ".join(filter(None, (key.device, key.dtype, key.layout, threads, cudnn)))


def _model(results: MachineResults, key: CeilingsKey) -> str:
    """The model of the device whose ceilings these are."""
    conditions = [each.place.condition for each in results.measured]
    return next((each.device_name for each in conditions if each.device == key.device), "")


def _usual(figure: AtBest, figures: Sequence[AtBest], known: Usual) -> Range | None:
    """Range that is usual for a figure of such a device; None if it is not known."""
    if figure.kind == "product":
        return known.multiply_adds_per_s if figure.name == MATRIX_PRODUCT else None
    if figure.kind == "launch":
        return known.launch_s if (figure.name, figure.mode) == (ELEMENT_WISE, "eager") else None
    largest = max(each.working_set_bytes for each in figures)
    return known.memory_bytes_per_s if figure.working_set_bytes == largest else None


def _row(figure: AtBest, group: str, usual: Range | None) -> Row:
    unit, one = UNITS[figure.kind]
    worst = Value() if figure.worst is None else _value(figure.worst, one)
    beside = Value(f"{usual.low / one:.3g} to {usual.high / one:.3g}", usual.low) if usual else Value()
    return Row((Value(_name(figure)), _value(figure.best, one), worst, beside, Value(unit)), group)


def _value(figure: float, one: float) -> Value:
    return Value(_digits(figure / one), figure)


def _name(figure: AtBest) -> str:
    if figure.kind == "copy":
        return f"copies within {_size(figure.working_set_bytes)}"
    if figure.kind == "product":
        return f"mult-adds, {figure.name}"
    return f"launch, {figure.name}, {figure.mode}"


def _size(size_bytes: int) -> str:
    """A size in the largest unit of which it is a whole number: "64 KiB", "2 MiB"."""
    for unit, one in (("GiB", 2**30), ("MiB", 2**20)):
        if size_bytes % one == 0:
            return f"{size_bytes // one} {unit}"
    return f"{size_bytes / 2**10:.4g} KiB"


def _digits(value: float) -> str:
    return rounded(value, DIGITS - 1 - floor(log10(value)))


def _legend(tables: Sequence[Table]) -> Iterator[str]:
    """The meaning and remedy of the factors that the accounts name."""
    named: set[str] = set()
    for table in tables:
        for sweep in table.sweeps:
            if sweep.account and sweep.verdict:
                named.update(named_factors(sweep.account))
    if named:
        yield SHARES
    yield from legend(named)


def _missing(results: MachineResults) -> Iterator[str]:
    """Reasons why factors of a condition are unknown, and why other figures are not there."""
    if results.is_too_short_for_ceilings and not results.ceilings:
        yield TOO_SHORT
    notes: list[str] = []
    told: dict[CeilingsKey, set[str]] = {}
    for condition in distinct([each.place.condition] for each in results.measured):
        key = key_of(condition)
        unknown = missing(results, condition)
        told.setdefault(key, set()).update(*unknown.values())
        notes += [f"{label(key)}: {note}" for note in _unknown(unknown)]
    for key, reasons in _unmeasured(results).items():
        others = [reason for reason in reasons if reason not in told.get(key, ())]
        if others:
            notes.append(f"{label(key)}: not measured: {'; '.join(others)}")
    yield from dict.fromkeys(notes)


def _unknown(reasons: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """A note on each factor that is unknown, or one if that leaves no account."""
    if len(reasons) == len(CEILINGS_TELL):
        yield f"slow-downs are not explained: {'; '.join(distinct(reasons.values()))}"
        return
    for factor, of_factor in reasons.items():
        yield f"{factor} not known: {'; '.join(of_factor)}"


def _too_fast(results: MachineResults) -> Iterator[str]:
    """A note on networks that are faster than their floor, which shows that ceilings are wrong."""
    faster = faster_than_floors(results)
    if faster:
        key = max(faster, key=lambda key: faster[key])
        networks = "a network takes" if len(faster) == 1 else f"{len(faster)} networks take"
        worst = f"{key.sweep.guideline} {key.sweep.sweep} {key.variant}"
        yield (
            f"{networks} less time than the floor, so that their slow-downs are not explained: the device "
            f"can do more than was measured ({worst}: a floor of {faster[key]:.2g} times its time)"
        )


def _unmeasured(results: MachineResults) -> dict[CeilingsKey, tuple[str, ...]]:
    """Reasons why figures are missing, from all passes."""
    reasons: dict[CeilingsKey, tuple[str, ...]] = {}
    for each in results.ceilings:
        if each.missing:
            reasons[each.key] = distinct((reasons.get(each.key, ()), each.missing))
    return reasons
