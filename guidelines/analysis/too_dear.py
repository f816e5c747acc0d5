"""Limits on an audit for --fail-on: the share or the price that a guideline may have in a network's time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidelines.analysis.audit import AuditResult
from guidelines.results.audit import GUIDELINES
from guidelines.stats.intervals import Estimate

SHARE, PRICE = "share", "price"
WORDS = (SHARE, PRICE)
FORM = f"{SHARE}:G4:20% or {PRICE}:G1:5%, several separated by commas"


@dataclass(frozen=True)
class Limit:
    """A word, SHARE or PRICE, a guideline, and the most of the network's time that it may take."""

    word: str
    guideline: str
    most: float


@dataclass(frozen=True)
class Excess:
    """A limit that an audit exceeds, with the share or price that does."""

    limit: Limit
    target: str
    amount: Estimate


def limits(text: str) -> tuple[Limit, ...]:
    """Read a list such as "share:G4:20%,price:G1:5%"; what it holds twice counts once.

    Raises ValueError naming the part that is wrong.
    """
    return tuple(dict.fromkeys(map(_limit, text.split(","))))


def exceeded(results: Sequence[AuditResult], wanted: Sequence[Limit]) -> Iterator[Excess]:
    """The limits that audits exceed for certain: by the low end of the interval, if there is one."""
    for result in results:
        for limit in wanted:
            amount = _amount(result, limit)
            if amount and (amount.estimate if amount.low is None else amount.low) > limit.most:
                yield Excess(limit, result.audit.target, amount)


def _amount(result: AuditResult, limit: Limit) -> Estimate | None:
    """The share or price of a guideline; None if no part breaks it."""
    for each in result.guidelines:
        if each.guideline == limit.guideline:
            return each.share if limit.word == SHARE else each.price
    return None


def _limit(text: str) -> Limit:
    word, _, rest = text.strip().partition(":")
    guideline, _, size = rest.partition(":")
    if word not in WORDS:
        raise ValueError(f"{text!r} is no limit such as {FORM}: it begins with {' or '.join(WORDS)}")
    if guideline.upper() not in GUIDELINES:
        raise ValueError(f"{text!r}: {guideline!r} is none of {', '.join(GUIDELINES)}, as in {FORM}")
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)%", size)
    if not percent or float(percent[1]) > 100:
        raise ValueError(f"{text!r}: a limit is a number of percent from 0 to 100, as in {FORM}")
    return Limit(word, guideline.upper(), float(percent[1]) / 100)
