"""Write what a device does at best, on which the accounts of slow-downs rest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import floor, log10

from guidelines.analysis.account.at_best import AtBest, at_best
from guidelines.analysis.account.floor import by_key
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.tables import Table
from guidelines.report.digits import rounded
from guidelines.report.document import Grid, Head, Row, Section, Value
from guidelines.report.factors import legend
from guidelines.report.subjects.account import named_factors
from guidelines.report.subjects.unexplained import label, unexplained, unmeasured
from guidelines.results.ceilings import ELEMENT_WISE, MATRIX_PRODUCT, CeilingsKey
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
MEMORY = (
    "memory explains: the share of traffic in the effect, on the logarithmic scale; in the answer: the "
    "shares that most of the sweeps reach"
)
SHARES = (
    "in the answer: the shares of factors in the effect, on the logarithmic scale, that most sweeps reach"
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
    notes = (*_legend(tables), *_too_short(results), *unexplained(results), *unmeasured(results))
    if not rows and not notes:
        return ()
    grid = _grid(rows) if rows else None
    return (Section(TITLE, grid, notes=notes, brief=_grid(brief) if len(rows) > MOST_ROWS else None),)


def _grid(rows: Sequence[Row]) -> Grid:
    return Grid(HEADS, tuple(rows), "condition")


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
    """A size in the largest unit of which it has one: "64 KiB", "2 MiB"."""
    for unit, one in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20)):
        if size_bytes >= one:
            return f"{size_bytes / one:.4g} {unit}"
    return f"{size_bytes / 2**10:.4g} KiB"


def _digits(value: float) -> str:
    return rounded(value, DIGITS - 1 - floor(log10(value)))


def _legend(tables: Sequence[Table]) -> Iterator[str]:
    """The meaning and remedy of the factors that the accounts name."""
    named: set[str] = set()
    is_traffic_known = False
    for table in tables:
        for sweep in table.sweeps:
            if sweep.account and sweep.verdict:
                named.update(named_factors(sweep.account))
                is_traffic_known = is_traffic_known or sweep.account.traffic is not None
    if named:
        yield MEMORY if is_traffic_known else SHARES
    yield from legend(named)


def _too_short(results: MachineResults) -> Iterator[str]:
    if results.is_too_short_for_ceilings and not results.ceilings:
        yield TOO_SHORT
