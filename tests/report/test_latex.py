import re
import shutil
import subprocess
from pathlib import Path

import pytest

from guidelines.cli.main import main
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.formats import latex

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded"
CPU, SSE41 = RECORDED / "cpu-epyc-2-cores.json", RECORDED / "cpu-epyc-2-cores-sse41.json"


def document(*texts, columns=1):
    heads = (
        Head("variant", is_number=False),
        *(Head(f"column {k}", is_number=False) for k in range(columns)),
    )
    rows = tuple(Row((Value("g=8"), *(Value(text) for _ in range(columns)))) for text in texts)
    titles = ("G2 is slow", "G2 is slow", "G10: 5 % more", "模")
    return Document("Title", ("a line",), tuple(Section(title, Grid(heads, rows)) for title in titles))


def test_every_table_has_a_caption_and_a_label_of_its_own():
    shown = latex.render(document("text"))
    captions = re.findall(r"\\caption\{(.*?)\}\\label\{(.*?)\}", shown)
    assert captions == [
        ("G2 is slow", "tab:g2"),
        ("G2 is slow", "tab:g2-2"),
        (r"G10: 5 \% more", "tab:g10"),
        ("模", "tab:table"),
    ]


def test_alone_it_is_a_whole_file_else_the_part_that_another_one_reads():
    part, alone = latex.render(document("text")), latex.render_alone(document("text"))
    assert part.startswith("% needs ")
    assert r"\documentclass" not in part
    assert alone.startswith("\\documentclass{article}\n")
    assert alone.endswith(r"\end{document}")
    assert part.partition("\n\n")[2] in alone
    assert all(rf"\usepackage{{{name}}}" in alone for name in ("booktabs", "longtable"))


def test_long_texts_are_broken_to_the_width_of_the_page():
    short, long = latex.render(document("text")), latex.render(document("a long text " * 40, columns=3))
    assert r"\begin{longtable}{@{}ll@{}}" in short
    (kinds,) = set(re.findall(r"begin\{longtable\}\{@\{\}(.*)@\{\}\}", long))
    widths_pt = [int(width) for width in re.findall(r"p\{(\d+)pt\}", kinds)]
    assert len(widths_pt) == 4
    assert 300 < sum(widths_pt) + 3 * latex.GAP_PT <= latex.TEXT_PT + 2


def test_a_path_may_be_broken_but_a_short_word_stays():
    assert latex.escape("a/b-c 1.28x") == "a/b{-}c 1.28x"
    assert latex.escape("experiments/recorded/a.json") == (
        r"experiments/\allowbreak{}recorded/\allowbreak{}a.\allowbreak{}json"
    )


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex")
@pytest.mark.parametrize("command", [("report", CPU), ("compare", CPU, SSE41), ("networks",)])
def test_it_compiles_without_a_line_that_is_too_wide(command, tmp_path):
    path = tmp_path / "a.tex"
    assert main([*map(str, command), "-o", str(path), "--standalone"]) == 0
    for _ in range(2):  # the second time, longtable knows the widths of its columns
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name],
            cwd=tmp_path,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in path.with_suffix(".log").read_text("utf-8", "replace")
