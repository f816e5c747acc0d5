"""Two machines set side by side: what both measured, what changed, and what only one of them has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace

from guidelines.change import LEAST_CHANGE, Change, MarginedRatio, changes, margin
from guidelines.combine import geometric_mean, quotient
from guidelines.merge import Measured, Results, by_sweep
from guidelines.results import TableKey
from guidelines.spec import Condition
from guidelines.stats import Estimate, Quantity, noise_floor

FLIPPED = {"more": "WEAKER", "less": "STRONGER", "same": "SAME", "unclear": "UNCLEAR"}
EFFECT = {"more": "STRONGER", "less": "WEAKER", "same": "SAME", "unclear": "UNCLEAR"}
SPEED = {"more": "FASTER", "less": "SLOWER", "same": "SAME", "unclear": "UNCLEAR"}


class CompareError(Exception):
    """Results that cannot be compared; its message is one line."""


@dataclass(frozen=True)
class Compared:
    """One variant on both sides. `ratio` is B's slow-down over A's, `speedup` A's time an image over B's.

    Slow-downs are as their sweep judges them: of the time, or of the time per multiply-add. `effect` is
    None for a baseline, `speed` where the two sides did different work.
    """

    a: Measured
    b: Measured
    ratio: Quantity = field(compare=False)
    effect: Change | None
    speedup: Quantity | None = field(compare=False)
    speed: Change | None

    @property
    def name(self) -> str:
        """Guideline, sweep and variant: "G2 x1 g=8"."""
        return self.a.place.name

    @property
    def outcome(self) -> str:
        """Whether the guideline's effect is SAME, STRONGER, WEAKER on B, or UNCLEAR; "" for a baseline."""
        return self.outcome_of(self.effect) if self.effect else ""

    def outcome_of(self, change: Change) -> str:
        """What a change of the ratio means for the guideline's effect."""
        words = EFFECT if self.a.place.expect == "slower" else FLIPPED
        return words[change.direction]

    @property
    def pace(self) -> str:
        """Whether B is SAME, FASTER, SLOWER, or UNCLEAR; "" where the two did different work."""
        return SPEED[self.speed.direction] if self.speed else ""


@dataclass(frozen=True)
class Section:
    """One guideline under a condition on each side; `differences` names what the sides differ in."""

    a: Condition
    b: Condition
    differences: tuple[str, ...]
    rows: tuple[Compared, ...]


@dataclass(frozen=True)
class Comparison:
    """Everything that two machines have in common, and what only one has; `speedup` over all networks."""

    a: Results
    b: Results
    confidence: float
    sections: tuple[Section, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    speedup: Estimate | None

    @property
    def rows(self) -> list[Compared]:
        """The variants of all sections."""
        return [row for section in self.sections for row in section.rows]


def compare(a: Results, b: Results) -> Comparison:
    """Pair by guideline, sweep, variant and condition; all verdicts hold together (Holm).

    Raises CompareError, with what each side holds, where no variant but baselines is on both sides.
    """
    matched = _match(a, b)
    pairs = [_pairs(_variants(a, key_a), _variants(b, key_b)) for key_a, key_b in matched]
    together = [pair for section in pairs for pair in section]
    if all(one.is_baseline for one, _ in together):
        raise CompareError(f"no sweep in common: A holds {_holds(a)}; B holds {_holds(b)}")
    confidence = max(measured.confidence for pair in together for measured in pair)
    compared = iter(_compared(together, confidence))
    sections = [
        Section(key_a[1], key_b[1], _differences(key_a[1], key_b[1]), tuple(next(compared) for _ in section))
        for (key_a, key_b), section in zip(matched, pairs, strict=True)
        if section
    ]
    speedups = [row.speedup for section in sections for row in section.rows if row.speedup]
    return Comparison(
        a,
        b,
        confidence,
        tuple(sections),
        _alone(a, [one for one, _ in together]),
        _alone(b, [other for _, other in together]),
        geometric_mean(speedups)(confidence) if speedups else None,
    )


def effect_case(row: Compared, least: float = LEAST_CHANGE) -> MarginedRatio:
    """The ratio of two slow-downs; what is too small to matter is at least both noise floors."""
    floors = [noise_floor(m.control(m.confidence)) if m.control else None for m in (row.a, row.b)]
    return MarginedRatio(row.ratio, margin(floors, least))


def _compared(pairs: Sequence[tuple[Measured, Measured]], confidence: float) -> list[Compared]:
    rows = [
        Compared(one, other, quotient(other.judged, one.judged), None, _speedup(one, other), None)
        for one, other in pairs
    ]
    effects = iter(changes([effect_case(row) for row in rows if not row.a.is_baseline], confidence))
    speeds = iter(
        changes([MarginedRatio(row.speedup, LEAST_CHANGE) for row in rows if row.speedup], confidence)
    )
    return [
        replace(
            row,
            effect=None if row.a.is_baseline else next(effects),
            speed=next(speeds) if row.speedup else None,
        )
        for row in rows
    ]


def _speedup(one: Measured, other: Measured) -> Quantity | None:
    """Time an image on A over that on B, None where the work differs."""
    a, b = one.place.condition, other.place.condition
    if one.network != other.network or a.image_size != b.image_size:
        return None
    ratio, images = quotient(one.seconds_per_call, other.seconds_per_call), b.batch_size / a.batch_size
    return lambda confidence: ratio(confidence).scaled(images)


def _match(a: Results, b: Results) -> list[tuple[TableKey, TableKey]]:
    """Guidelines under like conditions: the same, else but for the device's name, else the only one left."""
    matched: list[tuple[TableKey, TableKey]] = []
    for guideline in dict.fromkeys(key[0] for key in _tables(a)):
        left_a = [key for key in _tables(a) if key[0] == guideline]
        left_b = [key for key in _tables(b) if key[0] == guideline]
        for alike in (_same, _same_but_for_the_name, _any):
            for key in list(left_a):
                of_a = [other for other in left_a if alike(key, other)]
                of_b = [other for other in left_b if alike(key, other)]
                if len(of_a) == len(of_b) == 1:
                    matched.append((key, of_b[0]))
                    left_a.remove(key)
                    left_b.remove(of_b[0])
    return matched


def _same(key: TableKey, other: TableKey) -> bool:
    return key == other


def _same_but_for_the_name(key: TableKey, other: TableKey) -> bool:
    return replace(key[1], device_name="") == replace(other[1], device_name="")


def _any(key: TableKey, other: TableKey) -> bool:
    return True


def _tables(results: Results) -> list[TableKey]:
    return list(dict.fromkeys(m.place.table_key for m in results.measured))


Variants = dict[tuple[str, str], Measured]


def _variants(results: Results, key: TableKey) -> Variants:
    found = (m for m in results.measured if m.place.table_key == key)
    return {(m.place.sweep, m.place.variant): m for m in found}


def _pairs(of_a: Variants, of_b: Variants) -> list[tuple[Measured, Measured]]:
    """What both have, with the same claim."""
    both = ((one, of_b[key]) for key, one in of_a.items() if key in of_b)
    return [(one, other) for one, other in both if one.claimed == other.claimed]


def _differences(a: Condition, b: Condition) -> tuple[str, ...]:
    names = [f.name for f in fields(Condition) if f.name != "device_name"]
    return tuple(
        f"{name.replace('_', ' ')} {getattr(a, name)} | {getattr(b, name)}"
        for name in names
        if getattr(a, name) != getattr(b, name)
    )


def _alone(results: Results, together: Iterable[Measured]) -> tuple[str, ...]:
    """What one side has and the other has not: a whole sweep by its name, else its variants."""
    shared = {m.place.key for m in together}
    lines = []
    for (guideline, condition, sweep), variants in by_sweep(results.measured).items():
        missing = [m.place.variant for m in variants if m.place.key not in shared]
        which = "" if len(missing) == len(variants) else f" {', '.join(missing)}"
        against = f"{variants[0].place.baseline}{variants[0].unit}"
        lines += [f"{guideline} {sweep}{which} ({condition.id}, against {against})"] if missing else []
    return tuple(lines)


def _holds(results: Results) -> str:
    sweeps = dict.fromkeys(f"{m.place.guideline} {m.place.sweep}{m.unit}" for m in results.measured)
    return ", ".join(sweeps) or "failures only"
