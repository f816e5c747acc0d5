"""Tables of the parts of an audited network: the dearest first, in full and as narrow as a terminal."""

from collections.abc import Iterable
from dataclasses import replace

from guidelines.analysis.account.account import is_clear
from guidelines.analysis.audit.result import AuditResult, PartResult, Saving
from guidelines.report.differences import alone, points, with_half_width
from guidelines.report.digits import factor, number
from guidelines.report.document import Grid, Row, Section, Value
from guidelines.report.formats.layout import wrapped
from guidelines.report.subjects.account import LEAST_FACTOR
from guidelines.report.subjects.audit.columns import (
    BRIEF,
    BRIEF_PLAIN,
    FACTOR_LEGENDS,
    FULL,
    IN_PLACE_LEGEND,
    MODE_LEGEND,
    PAIRED_LEGEND,
    PLAIN,
    PRICE_LEGEND,
    REMEDY_LEGEND,
    UNITS_LEGEND,
)
from guidelines.results.audit import AuditPart
from guidelines.results.checked import printable
from guidelines.results.number_of import number_of
from guidelines.stats.intervals import Estimate

US = 1e6
# The layer of what the network's own forward() calls, not that of a module in it.
ROOT = "forward()"
# Characters of the names of rows, and of remedies, in a table of 80 columns.
NAME_WIDTH, REMEDY_WIDTH, INDENT = 30, 12, "  "
# Parts that break no guideline are shown if they take this share of the time, and no more than these.
LEAST_SHARE, MOST_PLAIN = 0.02, 5
# A factor is named if it explains this part of the time beyond that of the alternative.
LEAST_PART = 0.5


def dearest(result: AuditResult, top: int) -> Section | None:
    """The dearest parts that break a guideline; None if there are none with a price."""
    priced = [each for each in result.parts if each.price]
    shown = priced[:top]
    if not shown:
        return None
    left_out = len(priced) - len(shown)
    notes = [PRICE_LEGEND, UNITS_LEGEND]
    if result.in_place:
        notes.append(IN_PLACE_LEGEND)
    if any(each.alternative for each in shown):
        notes.append(PAIRED_LEGEND)
    if left_out:
        rest = sum(each.share.estimate for each in priced[top:])
        break_, them = ("breaks", "it") if left_out == 1 else ("break", "them")
        notes.append(
            f"{number_of(left_out, 'more part')} that {break_} a guideline, {100 * rest:.0f} % of the time: "
            f"--top {len(priced)} shows {them}, and -o FILE.csv holds every part"
        )
    notes += _reason_legend(shown)
    if any(each.best_remedy for each in shown):
        notes += [REMEDY_LEGEND, MODE_LEGEND] if result.modes else [REMEDY_LEGEND]
    full = _filled(Grid(FULL, tuple(_full(each, result) for each in shown)))
    brief = _filled(Grid(BRIEF, tuple(_brief(each, result) for each in shown)))
    return Section("The dearest parts that break a guideline", full, notes=tuple(notes), brief=brief)


def plain(result: AuditResult) -> Section | None:
    """Parts that take much time and break no guideline; None if there are none."""
    parts = [each for each in result.parts if not each.part.guideline]
    parts.sort(key=lambda each: each.share.estimate, reverse=True)
    shown = [each for each in parts if each.share.estimate >= LEAST_SHARE][:MOST_PLAIN]
    if not shown:
        return None
    full = _filled(Grid(PLAIN, tuple(map(_plain, shown))))
    brief = _filled(Grid(BRIEF_PLAIN, tuple(map(_brief_plain, shown))))
    others = [each for each in parts if each not in shown]
    rest = 100 * sum(each.share.estimate for each in others)
    notes = (f"{number_of(len(others), 'other')}, {rest:.1f} % of the time",) if others else ()
    return Section("Parts that break none, and take time", full, notes=notes, brief=brief)


def _filled(grid: Grid) -> Grid:
    """A table without columns that have a heading and nothing below it."""
    is_filled = [False] * len(grid.heads)
    for row in grid.rows:
        for k, value in enumerate(row.values):
            is_filled[k] |= bool(value.text)
    return grid.only(is_filled)


def _reason_legend(shown: Iterable[PartResult]) -> list[str]:
    """A note on the reasons that a table names; none if it names none."""
    reasons = " ".join(map(_mostly, shown)).split()
    named = [f"{name}, {told}" for name, told in FACTOR_LEGENDS.items() if name in reasons]
    if not named:
        return []
    return [
        "mostly, perhaps: the factor of us now over us instead that explains most of it: "
        f"{'; '.join(named)}; see METHOD"
    ]


def layers_of(part: AuditPart) -> str:
    """The first layer and the number of others: "layer1.0.conv2 + 5 more"."""
    first, *others = map(printable, part.layers)
    return f"{first or ROOT}{f' + {len(others)} more' if others else ''}"


def _full(each: PartResult, result: AuditResult) -> Row:
    part = each.part
    price = _price_us(each, result)
    values = (
        *_named(part),
        Value(f"{part.guideline}: {printable(part.rule)}"),
        _us(each),
        _alternative_us(each),
        Value(printable(each.alternative.timed.text) if each.alternative else "without it"),
        Value(price, each.price.estimate if each.price else None),
        _percent(each.price) if each.price else Value(),
        _percent(each.share),
        Value(_mostly(each)),
        _remedy(each),
    )
    return Row(values)


def _brief(each: PartResult, result: AuditResult) -> Row:
    part = each.part
    values = (
        _brief_name(each),
        Value(part.guideline),
        _us(each),
        _alternative_us(each),
        Value(_price_us(each, result).replace(" ", "\n")),
        Value(points(each.share).removesuffix(" %"), each.share.estimate),
        _brief_remedy(each),
    )
    return Row(values)


def _plain(each: PartResult) -> Row:
    return Row((*_named(each.part), _us(each), _percent(each.share), _remedy(each)))


def _brief_plain(each: PartResult) -> Row:
    return Row(
        (
            _brief_name(each),
            _us(each),
            Value(points(each.share).removesuffix(" %"), each.share.estimate),
            _brief_remedy(each),
        )
    )


def _percent(fraction: Estimate) -> Value:
    return Value(with_half_width(fraction.scaled(100)), fraction.estimate)


def _named(part: AuditPart) -> tuple[Value, Value, Value]:
    calls = len(part.layers)
    return Value(layers_of(part)), Value(str(calls), calls), Value(printable(part.operator))


def _us(each: PartResult) -> Value:
    return Value(number(each.seconds_per_call.scaled(US)), each.seconds_per_call.estimate)


def _alternative_us(each: PartResult) -> Value:
    if each.alternative is None:
        return Value("-", 0.0)
    seconds = each.alternative.seconds_per_call
    return Value(number(seconds.scaled(US)), seconds.estimate)


def _price_us(each: PartResult, result: AuditResult) -> str:
    """The price of all calls: "1780 ±120"."""
    if each.price is None:
        return ""
    return with_half_width(each.price.scaled(result.network_s.estimate * US))


def _mostly(each: PartResult) -> str:
    """The factor that explains most of the time beyond that of the alternative: "mostly kernels 1.8x".

    "perhaps kernels 2.0x" if it may as well be 1; "" if no factor explains half of that time.
    """
    shares = each.account.shares if each.account else None
    if each.account is None or not shares:
        return ""
    name = max(shares, key=lambda name: shares[name])
    most = each.account.factors[name]
    if shares[name] < LEAST_PART or most.estimate < 1 + LEAST_FACTOR:
        return ""
    if is_clear(most):
        return f"mostly {each.account.title(name)} {factor(most)}x"
    # Its interval would leave the estimate no digits.
    return f"perhaps {each.account.title(name)} {number(replace(most, low=None, high=None))}x"


def _remedy(each: PartResult) -> Value:
    best = each.best_remedy
    return Value(f"{printable(best.timed.text)}: {_saved(best)}", best.saves.estimate) if best else Value()


def _brief_remedy(each: PartResult) -> Value:
    best = each.best_remedy
    if best is None:
        return Value()
    return Value("\n".join([*wrapped(printable(best.timed.text), REMEDY_WIDTH), _saved(best)]))


def _saved(best: Saving) -> str:
    return f"-{alone(best.saves.scaled(100))} %"


def _brief_name(each: PartResult) -> Value:
    """The layer; what it is and why it is dear on lines below. G4 says all of its rule in the operator."""
    part = each.part
    rule = "" if part.guideline == "G4" else printable(part.rule)
    instead = f"instead: {printable(each.alternative.timed.text)}" if each.alternative else ""
    return _stacked(layers_of(part), (printable(part.operator), rule, instead, _mostly(each)), NAME_WIDTH)


def _stacked(first: str, others: Iterable[str], width: int) -> Value:
    """A text, and others on indented lines below it."""
    lines = wrapped(first, width, indent=INDENT)
    for text in filter(None, others):
        lines += wrapped(f"{INDENT}{text}", width, indent=INDENT)
    return Value("\n".join(lines))
