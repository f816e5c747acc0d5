"""Write the findings of `guidelines doctor`, a line for each."""

from guidelines.report.formats.text import wrapped

NAME_WIDTH = 20


def line(check: str, figure: str, remedy: str, width: int) -> str:
    """A check with its figure; one that would spoil a run is marked, with its remedy below."""
    mark = "!" if remedy else " "
    lines = wrapped([f"{mark} {check:{NAME_WIDTH}} {figure}"], width)
    if remedy:
        lines += wrapped([f"   -> {remedy}"], width)
    return "\n".join(lines)
