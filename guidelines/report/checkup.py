"""The findings of `guidelines doctor` as lines."""

from guidelines.report.text import wrapped

NAME_WIDTH = 20


def line(check: str, figure: str, remedy: str, width: int) -> str:
    """A check with its figure; what would spoil a run is marked, its remedy stands below."""
    mark = "!" if remedy else " "
    lines = wrapped([f"{mark} {check:{NAME_WIDTH}} {figure}"], width)
    return "\n".join(lines + (wrapped([f"   -> {remedy}"], width) if remedy else []))
