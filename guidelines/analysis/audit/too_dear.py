"""Limits on an audit for --fail-on: the share or the price that a guideline may have in a network's time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.triggers import UNCLEAR
from guidelines.results.audit import GUIDELINES
from guidelines.stats.intervals import Estimate

SHARE, PRICE = "share", "price"
WORDS = (SHARE, PRICE)
FORM = f"{SHARE}:G4:20% or {PRICE}:G1:5%, several separated by commas"
# The answer on a limit.
EXCEEDED, KEPT, UNDECIDED = "exceeded", "kept", "undecided"


@dataclass(frozen=True)
class Limit:
    """A word, SHARE or PRICE, a guideline, and the most of the network's time that it may take."""

    word: str
    guideline: str
    most: float


@dataclass(frozen=True)
class Limits:
    """The limits of a list; `fails_if_unclear` if it holds the word that fails at what is undecided."""

    limits: tuple[Limit, ...]
    fails_if_unclear: bool = False


@dataclass(frozen=True)
class Check:
    """A limit and the share or price that it is about, None if no such part was measured.

    `missing` is the number of parts that break it and could not be measured, or not its alternative.
    """

    limit: Limit
    target: str
    amount: Estimate | None
    missing: int = 0

    @property
    def outcome(self) -> str:
        """EXCEEDED or KEPT for certain, by an end of the interval if there is one, or else UNDECIDED."""
        amount, most = self.amount, self.limit.most
        if amount and (amount.estimate if amount.low is None else amount.low) > most:
            return EXCEEDED
        if self.missing or (amount and (amount.estimate if amount.high is None else amount.high) > most):
            return UNDECIDED
        return KEPT


def limits(text: str) -> Limits:
    """Read a list such as "share:G4:20%,price:G1:5%,unclear"; what it holds twice counts once.

    Raises ValueError naming the part that is wrong, or for a list without a limit.
    """
    words = [word.strip() for word in text.split(",")]
    named = [word for word in words if word != UNCLEAR]
    if not named:
        raise ValueError(f"{UNCLEAR!r} needs a limit beside it, such as {FORM}")
    return Limits(tuple(dict.fromkeys(map(_limit, named))), fails_if_unclear=UNCLEAR in words)


def checks(results: Sequence[AuditResult], wanted: Sequence[Limit]) -> Iterator[Check]:
    """The answer on each limit for each audit."""
    for result in results:
        for limit in wanted:
            yield Check(limit, result.audit.target, _amount(result, limit), _missing(result, limit))


def _missing(result: AuditResult, limit: Limit) -> int:
    """The number of parts that break a guideline and have no share or no price."""
    missing = sum(part.guideline == limit.guideline for part, _ in result.unknown)
    if limit.word == PRICE:
        missing += sum(each.part.guideline == limit.guideline and not each.price for each in result.parts)
    return missing


def _amount(result: AuditResult, limit: Limit) -> Estimate | None:
    """The share or price of a guideline; None if no part breaks it."""
    for each in result.guidelines:
        if each.guideline == limit.guideline:
            return each.share if limit.word == SHARE else each.price
    return None


def _limit(text: str) -> Limit:
    word, _, rest = text.partition(":")
    guideline, _, size = rest.partition(":")
    if word not in WORDS:
        raise ValueError(f"{text!r} is no limit such as {FORM}: it begins with {' or '.join(WORDS)}")
    if guideline.upper() not in GUIDELINES:
        raise ValueError(f"{text!r}: {guideline!r} is none of {', '.join(GUIDELINES)}, as in {FORM}")
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?)%", size)
    if not percent or float(percent[1]) > 100:
        raise ValueError(f"{text!r}: a limit is a number of percent from 0 to 100, as in {FORM}")
    return Limit(word, guideline.upper(), float(percent[1]) / 100)
