"""Write a comparison of two machines as a document."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.account.change import CHANGED, account_changes
from guidelines.analysis.change import Change
from guidelines.analysis.compare import Comparison, GuidelineComparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.measured import Measured
from guidelines.report.digits import channels, half_width, millions, number, with_interval
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import LAUNCH_BOUND, NO_SPEEDS, OTHER_WORK
from guidelines.report.subjects import account_bars, changed_factors, changed_map
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.legend import legend
from guidelines.report.subjects.sentences import setup
from guidelines.report.subjects.sides import lead
from guidelines.results.model import VariantKey
from guidelines.stats.intervals import Estimate

VARIANT, VERDICT = Head("variant", is_number=False), Head("verdict", is_number=False)
EFFECTS = (
    VARIANT,
    Head(f"slow-{BREAK}down A"),
    Head("± A", is_detail=True),
    Head(f"slow-{BREAK}down B"),
    Head("± B", is_detail=True),
    Head("B\u00a0/\u00a0A"),
    VERDICT,
)
SPEEDS = (VARIANT, Head(f"images{BREAK}/s A"), Head(f"images{BREAK}/s B"), Head("B's speed-up"), VERDICT)
SPEEDS_TITLE = "Absolute speed"
CHANGED_PACES = ("FASTER", "SLOWER")
# A terminal shows no more speeds than these in full.
MOST_SPEEDS = 12
# Figures that tell networks of one name apart; the last one does if rounding hides the others.
SIZES: Mapping[str, Callable[[Measured], str]] = {
    "channels": lambda m: channels(m.identity.widths),
    "M mult-adds an image": lambda m: millions(m.identity.work.multiply_adds // m.place.condition.batch_size),
    "parameters": lambda m: str(m.identity.work.parameters),
    "groups": lambda m: str(m.identity.groups),
    "mult-adds a call": lambda m: str(m.identity.work.multiply_adds),
}


class _Size(NamedTuple):
    """A figure of a network on both sides, as text."""

    name: str
    a: str
    b: str


def document(comparison: Comparison) -> Document:
    """The sides and a summary, slow-downs by guideline, speeds, factors, and what only one side has."""
    labels = condition_labels([guideline.a for guideline in comparison.guidelines])
    factors = account_changes(comparison)
    whys = {key: changed_factors.carried_by(change) for key, change in factors.items()}
    confidence = comparison.confidence
    effects = [_effects(each, labels[each.a], confidence, whys) for each in comparison.guidelines]
    told = changed_factors.section(comparison, factors)
    sections = (*effects, _speeds(comparison), *told, *_alone(comparison))
    return Document(
        "A compared with B",
        tuple(lead(comparison, is_explained=bool(factors))),
        sections,
        tuple(legend(comparison)),
        heat_maps=changed_map.of_comparison(comparison),
        bars=account_bars.of_comparison(comparison, factors),
    )


def _effects(
    guideline: GuidelineComparison, label: str, confidence: float, whys: Mapping[VariantKey, str]
) -> Section:
    place = guideline.rows[0].a.place
    units = _units(guideline.rows)
    rows = []
    verdicts = []
    for row in guideline.rows:
        of_sweep = units.get(row.a.place.sweep, "")
        is_marked = row.is_per_multiply_add and not of_sweep
        name = f"{row.a.place.variant} {OTHER_WORK}" if is_marked else row.a.place.variant
        sweep = f"{row.a.place.sweep},{of_sweep}" if of_sweep else row.a.place.sweep
        rows.append(Row(_effect(row, name, confidence), sweep))
        if row.outcome in CHANGED:
            verdicts.append(f"{_sentence(row, confidence)}{whys.get(row.a.place.key, '')}")
    title = f"{place.guideline} {place.claim}"
    return Section(
        f"{title}: {label}" if label else title,
        Grid(EFFECTS, tuple(rows), "sweep"),
        tuple(verdicts),
        (_condition(guideline), *_other_networks(guideline.rows)),
        picture=place.guideline,
    )


def _units(rows: Sequence[Compared]) -> dict[str, str]:
    """The unit of the slow-downs of each sweep in which all are per multiply-add."""
    plain = {row.a.place.sweep for row in rows if row.effect and not row.is_per_multiply_add}
    return {row.a.place.sweep: row.unit for row in rows if row.effect and row.a.place.sweep not in plain}


def _other_networks(rows: Sequence[Compared]) -> list[str]:
    """A line for each sweep on networks that differ between the sides under one name."""
    unlike: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.a.network != row.b.network:
            size = _telling(row)
            variants = unlike.setdefault((row.a.place.sweep, size.name), [])
            variants.append(f"{row.a.place.variant} {size.a} | {size.b}")
    return [
        f"OTHER NETWORKS in {sweep}, {name} A | B: {'; '.join(variants)}"
        for (sweep, name), variants in unlike.items()
    ]


def _telling(row: Compared) -> _Size:
    """The first figure that differs between two networks."""
    sizes = [_Size(name, size(row.a), size(row.b)) for name, size in SIZES.items()]
    return next(size for size in sizes if size.a != size.b)


def _sentence(row: Compared, confidence: float) -> str:
    a, b = row.slowdowns(confidence)
    is_opposite = all(_is_opposed(row, each) for each in (a, b))
    against = "; on both sides the effect is opposite to the claim" if is_opposite else ""
    ratio = with_interval(row.effect.ratio) if row.effect else ""
    times = f"{number(a)}x the time{row.unit} of {row.a.place.baseline} on A, {number(b)}x on B"
    name = f"{row.name} {LAUNCH_BOUND}" if row.is_about_launches else row.name
    return f"{name} {row.outcome}: {times}; B / A {ratio}{against}"


def _is_opposed(row: Compared, slowdown: Estimate) -> bool:
    """True if a slow-down is the opposite of the claim."""
    return slowdown.estimate < 1 if row.a.place.expect == "slower" else slowdown.estimate > 1


def _condition(guideline: GuidelineComparison) -> str:
    name = guideline.rows[0].a.place.guideline
    setups = f"{guideline.a.device}, {setup(guideline.a, name)}"
    if not guideline.differences:
        return setups
    return f"CONDITIONS DIFFER (A | B): {'; '.join(guideline.differences)}; A: {setups}"


def _effect(row: Compared, name: str, confidence: float) -> tuple[Value, ...]:
    a, b = row.slowdowns(confidence)
    shown = [
        Value(name, row.a.place.row),
        _marked(a, row.is_a_launch_bound),
        Value(half_width(a)),
        _marked(b, row.is_b_launch_bound),
        Value(half_width(b)),
    ]
    if not row.effect:
        return (*shown, Value(), Value())
    ratio = row.effect.ratio
    verdict = Value(f"{row.outcome} {row.effect.reason}")
    return (*shown, Value(with_interval(ratio), ratio.estimate), verdict)


def _marked(estimate: Estimate, is_launch_bound: bool) -> Value:
    """A figure without its interval, marked if it is about launches."""
    mark = LAUNCH_BOUND if is_launch_bound else ""
    return Value(f"{number(estimate)}{mark}", estimate.estimate)


def _speeds(comparison: Comparison) -> Section:
    """The speeds of both sides; of many, a terminal shows those that changed and counts the others."""
    rows: list[Row] = []
    changed: list[Row] = []
    for row in comparison.rows:
        if row.speed:
            rows.append(_speed(row, row.speed, comparison.confidence))
            changed += rows[-1:] if row.pace in CHANGED_PACES else []
    if not rows:
        return Section(SPEEDS_TITLE, notes=(NO_SPEEDS,))
    grid = Grid(SPEEDS, tuple(rows), "sweep")
    if len(rows) <= MOST_SPEEDS:
        return Section(SPEEDS_TITLE, grid)
    return Section(SPEEDS_TITLE, grid, brief=replace(grid, rows=tuple(changed)))


def _speed(row: Compared, speed: Change, confidence: float) -> Row:
    cells = (
        Value(row.a.place.variant, row.a.place.row),
        _images_per_s(row.a, confidence),
        _images_per_s(row.b, confidence),
        Value(with_interval(speed.ratio), speed.ratio.estimate),
        Value(f"{row.pace} {speed.reason}"),
    )
    return Row(cells, row.sweep)


def _images_per_s(measured: Measured, confidence: float) -> Value:
    per_call = measured.place.condition.batch_size
    images_per_s = measured.seconds_per_call(confidence).inverse().scaled(per_call)
    return _marked(images_per_s, waits_for_launches(measured))


def _alone(comparison: Comparison) -> list[Section]:
    lines = [f"only in A: {lacking}" for lacking in comparison.only_a]
    lines += [f"only in B: {lacking}" for lacking in comparison.only_b]
    for name, results in (("A", comparison.a), ("B", comparison.b)):
        for failure in results.failures:
            where = f"{failure.place.name} ({failure.place.condition.id})"
            lines.append(f"failed in {name}: {where}: {failure.reason}")
    return [Section("On one side only, or failed", notes=tuple(lines))] if lines else []
