"""The findings of `guidelines doctor` as lines."""

from guidelines.report.formats.text import wrapped

NAME_WIDTH = 20


def line(check: str, figure: str, remedy: str, width: int) -> str:
    """A check with its figure; if it would spoil a run, it is marked, and the remedy stands below."""
    mark = "!" if remedy else " "
    lines = wrapped([f"{mark} {check:{NAME_WIDTH}} {figure}"], width)
    if remedy:
        lines += wrapped([f"   -> {remedy}"], width)
    return "\n".join(lines)
