"""A comparison of two machines as a document."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from guidelines.change import LEAST_CHANGE
from guidelines.compare import Compared, Comparison
from guidelines.compare import Section as Compare
from guidelines.merge import Measured, Results
from guidelines.report.digits import (
    brackets,
    channels,
    half_width,
    level,
    millions,
    number,
    percent,
    times,
    with_interval,
)
from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import differences, of_results, sentence
from guidelines.report.sections import setup

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
OUTCOMES = ("STRONGER", "WEAKER", "SAME", "UNCLEAR")
# What may tell networks of one name apart; the last does where rounding hides it.
SIZES: Mapping[str, Callable[[Measured], str]] = {
    "channels": lambda m: channels(m.channels),
    "M mult-adds an image": lambda m: millions(m.multiply_adds // m.place.condition.batch_size),
    "parameters": lambda m: str(m.parameters),
    "groups": lambda m: str(m.groups),
    "mult-adds a call": lambda m: str(m.multiply_adds),
}
PACES = ("FASTER", "SLOWER", "SAME", "UNCLEAR")


def document(comparison: Comparison) -> Document:
    """Who is compared and what changed; then slow-downs a guideline, speeds, and what stands alone."""
    effects = [_effects(section, comparison.confidence) for section in comparison.sections]
    sections = (*effects, _speeds(comparison), *_alone(comparison))
    return Document("A compared with B", _lead(comparison), sections, _notes(comparison))


def side(results: Results) -> str:
    """One side in a line: its files and its machine."""
    first, *others = results.sources
    more = f" and {len(others)} more" if others else ""
    return f"{first}{more}: {sentence(of_results(results))}"


def _lead(comparison: Comparison) -> tuple[str, ...]:
    """Who is compared, and how many verdicts there are of each kind."""
    machines = differences(of_results(comparison.a), of_results(comparison.b))
    lines = [
        f"A = {side(comparison.a)}",
        f"B = {side(comparison.b)}",
        f"differ in {'; '.join(machines)}" if machines else "A and B are the same machine",
        *(
            ["A and B hold the same run"]
            if comparison.a.fingerprint == comparison.b.fingerprint != ()
            else []
        ),
        *comparison.a.notes,
        *comparison.b.notes,
        *_distrusted("A", [row.a for row in comparison.rows]),
        *_distrusted("B", [row.b for row in comparison.rows]),
    ]
    effects = Counter(row.outcome for row in comparison.rows if row.effect)
    lines.append(f"{effects.total()} slow-downs: {_counts(effects, OUTCOMES)}")
    paces = Counter(row.pace for row in comparison.rows if row.speed)
    if comparison.speedup:
        lines.append(
            f"{paces.total()} speeds: {_counts(paces, PACES)}; B's speed-up is "
            f"{times(comparison.speedup)} {brackets(comparison.speedup)} (geometric mean)"
        )
    return tuple(lines)


def _distrusted(side: str, found: Sequence[Measured]) -> list[str]:
    """What is to be said against a side's figures: disturbed sweeps, times that are those of launching."""
    sweeps = dict.fromkeys(
        f"{side}: {m.place.guideline} {m.place.sweep} was disturbed: {'; '.join(m.disturbed)}"
        for m in found
        if m.disturbed
    )
    waiting = [m for m in found if any(of_run.is_launch_bound for of_run in m.circumstances)]
    bound = f"{side}: {len(waiting)} of {len(found)} times are those of launching, not of the device"
    return [*sweeps, *([bound] if waiting else [])]


def _counts(found: Counter[str], words: Iterable[str]) -> str:
    return ", ".join(f"{found[word]} {word}" for word in words)


def _effects(section: Compare, confidence: float) -> Section:
    place = section.rows[0].a.place
    rows = tuple(Row(_effect(row, confidence), _sweep(row.a)) for row in section.rows)
    changed = (row for row in section.rows if row.outcome in ("STRONGER", "WEAKER"))
    return Section(
        f"{place.guideline} {place.claim}",
        Grid(EFFECTS, rows, "sweep"),
        tuple(_sentence(row, confidence) for row in changed),
        (_condition(section), *_other_networks(section.rows)),
        picture=place.guideline,
    )


def _sweep(measured: Measured) -> str:
    """A sweep's name, and what its slow-downs are of where that is not the time."""
    return f"{measured.place.sweep},{measured.unit}" if measured.unit else measured.place.sweep


def _other_networks(rows: Sequence[Compared]) -> list[str]:
    """What tells networks apart that have one name on both sides, a line a sweep."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.a.network != row.b.network:
            what, a, b = next(size for size in _sizes(row) if size[1] != size[2])
            found.setdefault((row.a.place.sweep, what), []).append(f"{row.a.place.variant} {a} | {b}")
    return [f"OTHER NETWORKS in {sweep}, {what} A | B: {'; '.join(c)}" for (sweep, what), c in found.items()]


def _sizes(row: Compared) -> Iterator[tuple[str, str, str]]:
    return ((name, size(row.a), size(row.b)) for name, size in SIZES.items())


def _sentence(row: Compared, confidence: float) -> str:
    a, b = (m.judged(confidence) for m in (row.a, row.b))
    opposed = [e.estimate < 1 if row.a.place.expect == "slower" else e.estimate > 1 for e in (a, b)]
    against = "; on both sides the effect is opposite to the claim" if all(opposed) else ""
    ratio = with_interval(row.effect.ratio) if row.effect else ""
    times = f"{number(a)}x the time{row.a.unit} of {row.a.place.baseline} on A, {number(b)}x on B"
    return f"{row.name} {row.outcome}: {times}; B / A {ratio}{against}"


def _condition(section: Compare) -> str:
    setups = f"{section.a.device}, {setup(section.a)}"
    if not section.differences:
        return setups
    return f"CONDITIONS DIFFER (A | B): {'; '.join(section.differences)}; A: {setups}"


def _effect(row: Compared, confidence: float) -> tuple[Value, ...]:
    a, b = (m.judged(confidence) for m in (row.a, row.b))
    shown = [value for e in (a, b) for value in (Value(number(e), e.estimate), Value(half_width(e)))]
    judged = (Value(), Value())
    if row.effect:
        ratio = row.effect.ratio
        judged = Value(with_interval(ratio), ratio.estimate), Value(f"{row.outcome} {row.effect.reason}")
    return Value(row.a.place.variant, row.a.place.row), *shown, *judged


def _speeds(comparison: Comparison) -> Section:
    rows = [
        Row(
            (
                Value(row.a.place.variant, row.a.place.row),
                *(_images_per_s(measured, comparison.confidence) for measured in (row.a, row.b)),
                Value(with_interval(row.speed.ratio), row.speed.ratio.estimate),
                Value(f"{row.pace} {row.speed.reason}"),
            ),
            f"{row.a.place.guideline} {row.a.place.sweep}",
        )
        for row in comparison.rows
        if row.speed
    ]
    notes = () if rows else ("no network did the same work on both sides",)
    return Section("Absolute speed", Grid(SPEEDS, tuple(rows), "sweep") if rows else None, notes=notes)


def _images_per_s(measured: Measured, confidence: float) -> Value:
    per_call = measured.place.condition.batch_size
    images_per_s = measured.seconds_per_call(confidence).inverse().scaled(per_call)
    return Value(number(images_per_s), images_per_s.estimate)


def _alone(comparison: Comparison) -> list[Section]:
    lines = [f"only in A: {what}" for what in comparison.only_a]
    lines += [f"only in B: {what}" for what in comparison.only_b]
    lines += [
        f"failed in {name}: {f.place.name} ({f.place.condition.id}): {f.reason}"
        for name, side in (("A", comparison.a), ("B", comparison.b))
        for f in side.failures
    ]
    return [Section("On one side only, or failed", notes=tuple(lines))] if lines else []


def _notes(comparison: Comparison) -> tuple[str, ...]:
    sure = level(comparison.confidence)
    single = [name for name, side in (("A", comparison.a), ("B", comparison.b)) if side.runs == 1]
    lines = [
        "B / A: B's slow-down over A's, each against its own baseline. STRONGER, WEAKER: the whole interval "
        f"lies beyond {percent(LEAST_CHANGE)} and both noise floors; SAME: within; UNCLEAR: neither.",
        f"±: {sure} each; [ ]: what a verdict rests on; the verdicts of a block are right together at "
        f"{sure} (Holm).",
    ]
    if single:
        lines.append(
            f"{' and '.join(single)}: one run; how far runs lie apart is not in the intervals "
            "(give a folder of runs in place of a file)."
        )
    return tuple(lines)
