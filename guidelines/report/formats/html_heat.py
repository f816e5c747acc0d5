"""Write a heat map as an HTML table: colour for the size of an effect, sign and word for the verdict."""

from collections.abc import Iterator
from html import escape

from guidelines.report.heat import HeatCell, HeatMap, HeatRow

# Signs before the words of outcomes; colour alone says nothing.
SIGNS = {
    "holds": "✓",
    "holds in part": "◐",
    "does not hold": "✗",
    "undecided": "?",
    "UNCLEAR": "?",
    "STRONGER": "▲",
    "FASTER": "▲",
    "WEAKER": "▼",
    "SLOWER": "▼",
    "SAME": "=",
}
# Outcomes that decide nothing have a broken line around them.
OPEN = ("undecided", "launches decide", "UNCLEAR", "no verdict")
OPEN_LEGEND = "broken border: nothing is decided"
# Effects, or their inverses, from which on a colour is one step stronger: about even on a logarithmic scale.
STEPS = (1.03, 1.1, 1.25, 1.6, 2.5)


def heat_map(shown: HeatMap) -> Iterator[str]:
    """A heat map under its title, and above the line on how to read it."""
    yield '<section class="heat">'
    yield f"<h2>{escape(shown.title)}</h2>"
    yield '<div class="scroll"><table class="heat">'
    if shown.heads:
        heads = [f'<th scope="col">{escape(head)}</th>' for head in shown.heads]
        yield f"<thead><tr><td></td>{''.join(heads)}</tr></thead>"
    columns = max(len(row.cells) for row in shown.rows)
    yield "<tbody>"
    yield from (_row(row, columns) for row in shown.rows)
    yield "</tbody></table></div>"
    yield f"<p>{_scale()} {escape(shown.legend)} {_signs(shown)}</p>"
    yield "</section>"


def color_class(effect: float | None) -> str:
    """The class of a colour: "up5" for large effects, "down1" for small ones below 1, "even" about 1."""
    if effect is None:
        return "none"
    size = max(effect, 1 / effect)
    steps = sum(size >= step for step in STEPS)
    if not steps:
        return "even"
    return f"up{steps}" if effect > 1 else f"down{steps}"


def _row(row: HeatRow, columns: int) -> str:
    cells = [_cell(cell) for cell in row.cells]
    cells += ["<td></td>"] * (columns - len(row.cells))
    note = f"<small>{escape(row.note)}</small>" if row.note else ""
    return f'<tr><th scope="row">{escape(row.name)}{note}</th>{"".join(cells)}</tr>'


def _cell(cell: HeatCell | None) -> str:
    if cell is None:
        return '<td class="none">not measured</td>'
    sign = SIGNS.get(cell.outcome, "")
    lines = [
        f"<small>{escape(cell.name)}</small>" if cell.name else "",
        f"<b>{escape(cell.figure)}</b>",
        f"<span>{sign} {escape(cell.outcome)}</span>",
        *(f"<small>{escape(line)}</small>" for line in cell.detail.splitlines()),
    ]
    tag = "span" if cell.section is None else f'a href="#s{cell.section}"'
    is_open = " open" if cell.outcome in OPEN else ""
    end = tag.partition(" ")[0]
    return f'<td class="{color_class(cell.effect)}{is_open}"><{tag}>{"".join(lines)}</{end}></td>'


def _signs(shown: HeatMap) -> str:
    """The signs that are used, and their words: "✓ holds, ✗ does not hold."."""
    used = set()
    for row in shown.rows:
        used |= {cell.outcome for cell in row.cells if cell}
    known = [f"{sign} {outcome}" for outcome, sign in SIGNS.items() if outcome in used]
    if not used.isdisjoint(OPEN):
        known.append(OPEN_LEGEND)
    return f"{', '.join(known)}." if known else ""


def _scale() -> str:
    """The colours from the smallest to the largest effect."""
    steps = range(1, len(STEPS) + 1)
    below = "".join(f'<i class="down{step}"></i>' for step in reversed(steps))
    above = "".join(f'<i class="up{step}"></i>' for step in steps)
    most = STEPS[-1]
    return f'<span class="scale">{1 / most:g}x {below} 1x {above} {most:g}x</span>'
