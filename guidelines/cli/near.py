"""Guess which word was meant by one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A clause that names the known word that comes nearest, "" if none is near."""
    by_small_letters = {each.lower(): each for each in known}
    near = get_close_matches(word.lower(), by_small_letters, n=1)
    return f"; did you mean {by_small_letters[near[0]]}?" if near else ""
