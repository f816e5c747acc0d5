"""Write the change between two audits: what the network takes, the guidelines, then the layers."""

from collections.abc import Iterator
from dataclasses import replace

from guidelines.analysis.audit.change import DISTURBED, AuditChange, LayerChange, ShareChange
from guidelines.analysis.change import LEAST_CHANGE
from guidelines.report.differences import signed, signed_interval
from guidelines.report.digits import (
    brackets,
    half_width,
    level,
    number,
    times,
    with_interval,
)
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.subjects.audit.parts import ROOT
from guidelines.report.subjects.audit.sides import Sides, lines, notes_on_sums
from guidelines.results.audit import AuditPart
from guidelines.stats.intervals import Estimate

# A terminal shows no more layers than these; files hold all.
MOST_LAYERS = 15
NO_GUIDELINE = "none"
NAMES = {"": NO_GUIDELINE, "operators": "all operators"}
CHANGES = (
    Head("B\u00a0/\u00a0A"),
    Head("change, %\u00a0of\u00a0A"),
    Head("its interval", is_detail=True),
)
GUIDELINES = (
    Head("guideline", is_number=False),
    Head("us\u00a0A", is_folded=True),
    Head("%\u00a0of\u00a0A"),
    Head("± %\u00a0of\u00a0A", is_detail=True),
    Head("us\u00a0B", is_folded=True),
    Head("%\u00a0of\u00a0B"),
    Head("± %\u00a0of\u00a0B", is_detail=True),
    *CHANGES,
)
LAYERS = (
    Head("layer", is_number=False),
    Head(f"guide-{BREAK}line", is_number=False),
    Head("us\u00a0A", is_folded=True),
    Head("± A", is_detail=True),
    Head("us\u00a0B", is_folded=True),
    Head("± B", is_detail=True),
    *CHANGES,
)


def document(compared: AuditChange, sides: Sides) -> Document:
    """The answer and the sides, then the guidelines, then the layers that changed most."""
    lead = (answer(compared), *lines(compared, sides))
    sections = (_guidelines(compared), _layers(compared))
    return Document("Audit A compared with audit B", lead, sections, tuple(_legend(compared)))


def answer(compared: AuditChange) -> str:
    """The time that B takes, and the guideline that changed most.

    "B takes 0.82x [0.80, 0.85] of A's time: FASTER; G4 took 34 % of A's, takes 12 % of B's".
    """
    if compared.is_same_run:
        return "A and B hold the same run: they tell of no change"
    took = f"B takes {times(compared.ratio)} {brackets(compared.ratio)} of A's time: {compared.pace}"
    if compared.is_disturbed:
        return f"{took}, {DISTURBED}"
    most = compared.most_changed
    if most is None:
        return f"{took}; no guideline's time has changed beyond its interval"
    a, b = _share(most.share_a), _share(most.share_b)
    return f"{took}; {most.guideline} took {a} of A's, takes {b} of B's"


def _share(share: Estimate | None) -> str:
    """A share as the table below has it: "34.2 %"."""
    return f"{_percent(share).text} %" if share else "nothing"


def _guidelines(compared: AuditChange) -> Section:
    """A row for each guideline, then all operators, and the network."""
    rows = [*compared.guidelines, compared.operators, compared.network]
    grid = Grid(GUIDELINES, tuple(_of_share(each) for each in rows if each))
    return Section("Guidelines", grid, notes=tuple(notes_on_sums(compared)))


def _of_share(each: ShareChange) -> Row:
    name = NAMES.get(each.guideline, each.guideline)
    sides = (
        _us(each.a_s),
        *(_percent(each.share_a), _percent_half_width(each.share_a)),
        _us(each.b_s),
        *(_percent(each.share_b), _percent_half_width(each.share_b)),
    )
    ratio = Value(with_interval(each.ratio), each.ratio.estimate) if each.ratio else Value()
    return Row((Value(name), *sides, ratio, *_change(each.change)))


def _layers(compared: AuditChange) -> Section:
    rows = tuple(map(_of_layer, compared.layers))
    grid = Grid(LAYERS, rows)
    brief = replace(grid, rows=rows[:MOST_LAYERS]) if len(rows) > MOST_LAYERS else None
    return Section("Layers, the largest change first", grid, notes=_not_measured(compared), brief=brief)


def _of_layer(each: LayerChange) -> Row:
    ratio = Value(with_interval(each.ratio), each.ratio.estimate) if each.ratio else Value(each.lacks)
    sides = (_us(each.a_s), _us_half_width(each.a_s), _us(each.b_s), _us_half_width(each.b_s))
    name, guideline = Value(f"{name_of(each)}: {_operators(each)}"), Value(_broken(each))
    return Row((name, guideline, *sides, ratio, *_change(each.change)))


def name_of(each: LayerChange) -> str:
    """The first layer, and the number of others: "features.3 + 5 more", or its calls: "relu (3 calls)"."""
    first, *others = dict.fromkeys(each.layers)
    first = first or ROOT
    if others:
        return f"{first} + {len(others)} more"
    return f"{first} ({len(each.layers)} calls)" if len(each.layers) > 1 else first


def _operators(each: LayerChange) -> str:
    """The operator of A and that of B, if they differ."""
    return _both([part.operator for part in _parts(each)])


def _broken(each: LayerChange) -> str:
    """The guideline that the layers break on A and on B, if they differ; "" for none on either side."""
    broken = [part.guideline for part in _parts(each)]
    return _both([guideline or NO_GUIDELINE for guideline in broken]) if any(broken) else ""


def _parts(each: LayerChange) -> list[AuditPart]:
    return [part for part in (each.part_a, each.part_b) if part]


def _both(texts: list[str]) -> str:
    return " | ".join(dict.fromkeys(texts))


def _us(seconds: Estimate | None) -> Value:
    return Value(number(seconds.scaled(1e6)), seconds.estimate) if seconds else Value()


def _us_half_width(seconds: Estimate | None) -> Value:
    return Value(half_width(seconds.scaled(1e6)) if seconds else "")


def _percent(share: Estimate | None) -> Value:
    return Value(number(share.scaled(100)), share.estimate) if share else Value()


def _percent_half_width(share: Estimate | None) -> Value:
    return Value(half_width(share.scaled(100)) if share else "")


def _change(change: Estimate | None) -> tuple[Value, Value]:
    """A change in percent of A's time, which may be below 0, and its interval."""
    if change is None:
        return Value(), Value()
    in_percent = change.scaled(100)
    return Value(signed(in_percent), change.estimate), Value(signed_interval(in_percent))


def _not_measured(compared: AuditChange) -> tuple[str, ...]:
    """A line for each part that failed, with the reason."""
    notes = []
    for side, result in (("A", compared.a), ("B", compared.b)):
        for part, reason in result.failed:
            notes.append(f"not measured on {side}: {part.layers[0] or ROOT}: {part.operator}: {reason}")
    return tuple(notes)


def _legend(compared: AuditChange) -> Iterator[str]:
    """The meaning of every word, sign and bracket."""
    sure = level(compared.ratio.confidence)
    yield (
        "us A, us B: all calls of a row. B / A: B's time over A's. change: B's time less A's, in percent of "
        "the whole network's time on A. "
        "Layers that are one operator on the same shapes share a row."
    )
    yield f"±, [ ]: {sure} each, alone: of many rows, some lie outside by chance."
    if compared.pace == "UNCLEAR" and not (compared.is_same_run or compared.is_disturbed):
        reason = compared.judged(LEAST_CHANGE).reason
        yield f"UNCLEAR ({reason}): to decide, audit both with more --passes, on a quieter machine."
