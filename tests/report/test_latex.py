import re
import shutil
import subprocess
from pathlib import Path

import pytest

from guidelines.cli.main import main
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.formats import latex
from guidelines.results.checked import printable

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded"
H200 = RECORDED / "h200.json"
ARTICLE = r"""\documentclass{article}
\usepackage{booktabs}
\usepackage{longtable}
\begin{document}
\listoftables
\input{tables}
\end{document}
"""
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
        (r"\textless{}U+6A21\textgreater{}", "tab:table"),
    ]


def test_alone_it_is_a_whole_file_else_the_part_that_another_one_reads():
    part, alone = latex.render(document("text")), latex.render_alone(document("text"))
    assert part.startswith(f"{latex.NEEDS}\n{latex.TABLES_ONLY}\n")
    assert r"\documentclass" not in part
    assert alone.startswith("\\documentclass{article}\n")
    assert alone.endswith(r"\end{document}")
    assert all(
        table in alone for table in re.findall(r"\\begin\{longtable\}.+?\\end\{longtable\}", part, re.DOTALL)
    )
    assert all(rf"\usepackage{{{name}}}" in alone for name in ("booktabs", "longtable"))


def test_the_part_holds_tables_alone_with_verdicts_as_captions_and_notes_below():
    grid = document("text").sections[0].grid
    table = Section("G2 is slow", grid, verdicts=("x1 holds", "x2: 5 %"), notes=("one", "two"))
    shown = latex.render(Document("Title", ("a\nline",), (table, Section("No table", notes=("no table",)))))
    assert r"\caption[G2 is slow]{G2 is slow. x1 holds. x2: 5 \%.}\label{tab:g2}" in shown
    assert r"\footnotesize\noindent one; two." in shown
    assert "% a line\n" in shown
    for absent in ("section*", "No table", "no table", "itemize"):
        assert absent not in shown


def test_without_a_table_the_part_is_everything():
    shown = latex.render(Document("Title", ("a line",), (Section("No table", notes=("a note",)),)))
    assert all(text in shown for text in ("Title", "a line", "No table", "a note"))


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


def test_letters_that_latex_lacks_are_spelled_and_signs_are_commands():
    assert latex.escape("é½×") == latex.escape("e\u0301½×") == "é½×"
    assert latex.escape("Ω≤2") == r"\ensuremath{\Omega}\ensuremath{\leq}2"
    assert latex.escape("日") == r"\textless{}U+65E5\textgreater{}"
    assert latex.escape("日😀") == latex.escape("<U+65E5><U+1F600>")
    assert latex.escape("ąŋ") == r"\textless{}U+0105\textgreater{}\textless{}U+014B\textgreater{}"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex")
@pytest.mark.parametrize("last", [0x24F, 0x3FF, 0x22FF])
def test_every_letter_compiles(last, tmp_path):
    letters = [chr(code) for code in range(last - 0x1AF, last + 1)]
    lines = [" ".join(letters[k : k + 4]) for k in range(0, len(letters), 4)]
    names = ("日本 Ω≤½", "emoji 😀🇩🇪", "e\u0301 a\u0328 x\u0335", *map(printable, lines))
    path = tmp_path / "letters.tex"
    path.write_text(latex.render_alone(document(*names)), "utf-8")
    compile_without_wide_lines(path, tmp_path)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex")
@pytest.mark.parametrize("command", [("report", CPU), ("compare", CPU, SSE41), ("networks",)])
def test_it_compiles_without_a_line_that_is_too_wide(command, tmp_path):
    path = tmp_path / "a.tex"
    assert main([*map(str, command), "-o", str(path), "--standalone"]) == 0
    compile_without_wide_lines(path, tmp_path)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="there is no pdflatex")
@pytest.mark.parametrize(
    "command", [("report", CPU, "--only", "G2"), ("compare", CPU, SSE41), ("compare", CPU, SSE41, H200)]
)
def test_an_article_reads_the_tables_with_input(command, tmp_path):
    path = tmp_path / "article.tex"
    assert main([*map(str, command), "-o", str(tmp_path / "tables.tex")]) == 0
    path.write_text(ARTICLE)
    compile_without_wide_lines(path, tmp_path)


def compile_without_wide_lines(path, tmp_path):
    for _ in range(2):  # the second time, longtable knows the widths of its columns
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", path.name],
            cwd=tmp_path,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in path.with_suffix(".log").read_text("utf-8", "replace")
