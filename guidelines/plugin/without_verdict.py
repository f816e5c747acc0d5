"""Name the sweeps of which a selection leaves out the variants that their verdict rests on."""

from collections.abc import Iterable, Sequence

from guidelines.measure.case import Case

# More words are not named one by one.
MOST_NAMED = 6


def lines(cases: Iterable[Case]) -> list[str]:
    """A line for sweeps that lack the same variants: "G1 x1, x2: no verdict without 1to16; selected: ...".

    The baseline is measured anyway.
    """
    chosen: dict[str, list[Case]] = {}
    for case in cases:
        chosen.setdefault(case.sweep_id, []).append(case)
    sweeps: dict[tuple[str, str], dict[str, None]] = {}
    for of_sweep in chosen.values():
        if lack := _lack(of_sweep):
            sweep = of_sweep[0].sweep
            sweeps.setdefault((sweep.guideline, lack), {})[sweep.name] = None
    return [f"{guideline} {', '.join(names)}: {lack}" for (guideline, lack), names in sweeps.items()]


def _lack(chosen: Sequence[Case]) -> str:
    """Clause on what the selected variants of a sweep lack for a verdict; "" if nothing."""
    sweep, selected = chosen[0].sweep, [case.variant.id for case in chosen]
    lacking = [variant.id for variant in sweep.judged if variant.id not in selected]
    if not lacking:
        return ""
    can_be_denied = len(lacking) < len(sweep.judged)
    outcome = "cannot hold" if can_be_denied else "no verdict"
    return f"{outcome} without {_named(lacking)}; selected: {_named(selected)}"


def _named(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_NAMED
    return f"{' '.join(ids[:MOST_NAMED])}{f' and {more} more' if more > 0 else ''}"
