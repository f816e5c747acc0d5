"""Write a number with its noun."""


def number_of(count: int, noun: str) -> str:
    """A number with its noun, which takes an "s" unless there is one: "1 speed", "51 speeds"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
