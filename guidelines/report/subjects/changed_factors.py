"""Say which factor of a slow-down changed between two machines: in sentences, and in a table."""

from collections.abc import Iterable, Iterator, Mapping

from guidelines.analysis.account.account import FACTORS, WORK
from guidelines.analysis.account.change import AccountChange, FactorChange
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared
from guidelines.report.digits import factor, percent
from guidelines.report.document import Grid, Head, Row, Section, Value
from guidelines.report.factors import legend
from guidelines.report.subjects.account import named_factors
from guidelines.results.model import VariantKey

TITLE = "Which factor changed, A -> B"
ROWS_LEGEND = "Rows: those that are STRONGER or WEAKER, and those on which the verdict of a sweep rests."
PERHAPS_LEGEND = "perhaps: the interval of that factor's change spans 1, or there is none."
MORE_LEGEND = "More than 100 % of the change: other factors changed the other way."
PERHAPS = "perhaps"
NAME, MOST = Head("variant", is_number=False), Head("most\u00a0of the\u00a0change", is_number=False)

Changes = Mapping[VariantKey, AccountChange]


def carried_by(change: AccountChange) -> str:
    """The end of a sentence on a change: "; mostly kernels 1.6 -> 2.1"; "" if there is no such factor."""
    if change.most is None:
        return ""
    return f"; {mostly(change.most)} {_both(change.most)}"


def mostly(factor: FactorChange) -> str:
    """The factor that carries most of a change: "mostly kernels", "perhaps traffic"."""
    return f"{'mostly' if factor.is_clear else PERHAPS} {factor.title}"


def section(comparison: Comparison, changes: Changes) -> Iterator[Section]:
    """A table of the factors of all rows that changed or that decide; nothing without any."""
    shown: list[tuple[Compared, AccountChange]] = []
    for row in comparison.rows:
        change = changes.get(row.a.place.key)
        if change and (change.most or change.is_deciding):
            shown.append((row, change))
    if not shown:
        return
    known = [change for _, change in shown]
    told = set().union(*(change.by_name for change in known))
    names = [name for name in FACTORS if name in told]
    rows = []
    for row, change in shown:
        variant = Value(row.a.place.variant, row.a.place.row)
        rows.append(Row((variant, *_cells(change, names), _most(change)), row.sweep))
    heads = (NAME, *(Head(name, is_detail=name == WORK) for name in names), MOST)
    yield Section(TITLE, Grid(heads, tuple(rows), "sweep"), notes=tuple(_legend(known)))


def _legend(shown: Iterable[AccountChange]) -> Iterator[str]:
    """Notes on how to read the table, with those on words and figures only if they are there."""
    most: list[FactorChange] = []
    named: set[str] = set()
    for change in shown:
        named.update((*named_factors(change.a), *named_factors(change.b)))
        most += [change.most] if change.most else []
    yield from legend(named)
    yield ROWS_LEGEND
    if any(factor.share and round(factor.share, 2) > 1 for factor in most):
        yield MORE_LEGEND
    if not all(factor.is_clear for factor in most):
        yield PERHAPS_LEGEND


def _cells(change: AccountChange, names: Iterable[str]) -> Iterator[Value]:
    """The factors on both sides; an empty cell for one that is unknown, which kernels name then."""
    for name in names:
        each = change.by_name.get(name)
        if each:
            yield Value(f"{_both(each)}{each.title.removeprefix(name)}", each.ratio.estimate)
        else:
            yield Value()


def _both(change: FactorChange) -> str:
    """A factor on both sides: "1.6 -> 2.1", or "1.6" if it is the same."""
    a, b = factor(change.a), factor(change.b)
    return a if a == b else f"{a} -> {b}"


def _most(change: AccountChange) -> Value:
    """The factor that carries most of a change with its share; sorted by that share."""
    most = change.most
    if most is None or most.share is None:
        return Value()
    mark = "" if most.is_clear else f", {PERHAPS}"
    return Value(f"{most.title} {percent(most.share)}{mark}", most.share)
