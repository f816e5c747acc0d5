"""What the formats make of a document, above all of texts that would be markup."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.report import records
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.formats import csv_records, html, latex, markdown, text
from guidelines.results.model import Circumstances

HOSTILE = (
    r"<script>alert(1)</script> *a_b* [x](http://e.org) $x$ \input{f} | `c` & # ~ % ^ {y} @who www.e.org"
)


@pytest.fixture
def hostile():
    """A document whose every text holds the markup of every format."""
    heads = (Head(HOSTILE, is_number=False), Head(HOSTILE), Head("detail", is_detail=True))
    row = Row((Value(HOSTILE), Value(f"{HOSTILE}\nsecond line", 1.5), Value()), HOSTILE)
    section = Section(HOSTILE, Grid(heads, (row,), "group"), (HOSTILE,), (HOSTILE,), picture="G1")
    return Document(HOSTILE, (HOSTILE,), (section,), (HOSTILE,))


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href", "action")]

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    tags = Tags()
    tags.feed(page)
    return tags


def test_html_shows_markup_as_text_and_runs_only_its_own_script(hostile):
    page = read(html.render(hostile, {}))
    assert page.tags.count("script") == 1
    assert sum(text.count(HOSTILE) for text in page.text) >= 7
    assert all(link.startswith("#") for link in page.links)


def test_html_allows_nothing_to_be_loaded_and_no_script_but_its_own(hostile):
    page = html.render(hostile, {"G1": "<svg></svg>"})
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-")
    assert page.count("<svg>") == 1


def test_html_puts_verdicts_before_the_first_table(hostile):
    page = html.render(hostile, {})
    assert page.index("Verdicts") < page.index("<table>")


def test_html_sorts_by_numbers_and_breaks_lines(hostile):
    page = html.render(hostile, {})
    assert 'data-key="1.5"' in page
    assert "<br>second line</td>" in page


def test_markdown_escapes_what_would_be_markup_or_a_link(hostile):
    expected = (
        r"&lt;script&gt;alert(1)&lt;/script&gt; \*a\_b\* \[x\](http:\//e.org) \$x\$ \\input\{f\} \| \`c\` "
        r"&amp; \# \~ % ^ \{y\} \@who www\.e.org"
    )
    assert markdown.escape(HOSTILE) == expected
    shown = markdown.render(hostile)
    assert shown.count(expected) == 11
    assert "<" not in shown.replace("<br>", "")


def test_markdown_tables_keep_their_columns(hostile):
    lines = [line for line in markdown.render(hostile).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {5}


@pytest.mark.parametrize(
    ("text", "expected"), [("- x", r"\- x"), ("+1", r"\+1"), ("1. x", r"1\. x"), ("= x", r"\= x")]
)
def test_markdown_begins_no_list_with_a_text(text, expected):
    assert markdown.escape(text) == expected


def test_latex_escapes_what_would_be_a_command(hostile):
    shown = latex.render(hostile)
    assert r"\textbackslash{}input\{f\}" in shown
    assert r"\textless{}script\textgreater{}" in shown
    assert r"\$x\$" in shown
    assert r"\textasciicircum{}" in shown
    assert shown.count(r"\begin{longtable}") == shown.count(r"\end{longtable}") == 1


def test_text_leaves_out_details_where_there_is_no_room(hostile):
    grid = Grid(
        (Head("name", is_number=False), Head("value"), Head("±", is_detail=True)),
        (Row((Value("a" * 30), Value("1.0"), Value("±0.123456789"))),),
    )
    document = Document("", (), (Section("title", grid),))
    assert "±" in text.render(document, 80)
    narrow = text.render(document, 40)
    assert "±" not in narrow
    assert max(map(len, narrow.splitlines())) <= 40


def test_text_breaks_the_names_of_rows_where_there_is_still_no_room():
    grid = Grid(
        (Head("name", is_number=False), Head("value")), (Row((Value("one two " * 6), Value("1" * 20))),)
    )
    shown = text.render(Document("", (), (Section("title", grid),)), 40)
    assert max(map(len, shown.splitlines())) <= 40


@pytest.fixture
def rows(entry, results):
    found = results(entry("g=1", 1.0), entry("g=8", 2.0, work_ratio=1.03))
    return records.of_tables(found, tables(found))


def test_csv_and_json_hold_the_same_unrounded_figures(rows):
    from_csv = list(csv.DictReader(io.StringIO(csv_records.to_csv(rows))))
    from_json = json.loads(records.to_json("report", rows, Document("", ("lead",), (), ("note",))))
    assert (from_json["schema"], from_json["kind"], from_json["summary"]) == (3, "report", ["lead"])
    assert from_json["notes"] == ["note"]
    assert [float(row["slowdown"]) for row in from_csv] == [r["slowdown"] for r in from_json["records"]]
    assert from_json["records"][1]["verdict"] == "holds"
    assert from_json["records"][0]["verdict"] is None
    assert from_csv[0]["verdict"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_a_spreadsheet_takes_no_text_for_a_formula(text):
    assert csv_records.to_csv([{"name": text, "value": -1.5}]) == f"name,value\n'{text},-1.5"


@pytest.mark.parametrize(("per_multiply_add", "expected"), [(False, 2.0), (True, 1.6)])
def test_records_say_whether_a_verdict_is_per_multiply_add(entry, results, per_multiply_add, expected):
    how = {"per_multiply_add": True, "work_ratio": 1.25} if per_multiply_add else {}
    found = results(entry("g=1", 1.0, per_multiply_add=per_multiply_add), entry("g=8", 2.0, **how))
    of_table = records.of_tables(found, tables(found))[1]
    (of_matrix,) = records.of_matrix(matrix([found]))
    of_comparison = records.of_comparison(compare(found, found))[1]
    everything = (of_table, "verdict_slowdown"), (of_matrix, "slowdown"), (of_comparison, "a_slowdown")
    assert {record["per_multiply_add"] for record, _ in everything} == {int(per_multiply_add)}
    assert [record[name] for record, name in everything] == [pytest.approx(expected, rel=0.01)] * 3
    assert of_table["slowdown"] == pytest.approx(2.0, rel=0.01)


def test_the_verdict_of_a_network_of_other_work_is_recorded_per_multiply_add(entry, results):
    run = results(entry("g=1", 1.0), entry("g=8", 2.0, work_ratio=1.25))
    of_table = records.of_tables(run, tables(run))[1]
    assert (of_table["per_multiply_add"], of_table["slowdown"]) == (1, pytest.approx(2.0, rel=0.01))
    assert of_table["verdict_slowdown"] == pytest.approx(1.6, rel=0.01)


def test_records_say_what_is_about_launches(entry, results):
    waiting = {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}
    found = results(entry("g=1", 1.0), entry("g=8", 2.0, **waiting))
    of_tables = records.of_tables(found, tables(found))
    assert [(record["launch_bound"], record["verdict"]) for record in of_tables] == [
        (0, None),
        (1, "launches decide"),
    ]
    assert of_tables[1]["verdict_slowdown"] == pytest.approx(2.0, rel=0.01)
    (of_matrix,) = records.of_matrix(matrix([found]))
    assert (of_matrix["verdict"], of_matrix["margin"]) == ("launches decide", None)
    assert (of_matrix["sweeps_judged"], of_matrix["sweeps_launch_bound"]) == (0, 1)
    other = results(entry("g=1", 1.0), entry("g=8", 2.0))
    of_comparison = records.of_comparison(compare(found, other))
    sides = [(record["a_launch_bound"], record["b_launch_bound"]) for record in of_comparison]
    assert sides == [(0, 0), (1, 0)]


def test_html_lists_verdicts_in_a_section_without_a_table():
    page = html.render(Document("", (), (Section("title", verdicts=("a line",)),)), {})
    assert page.count("a line") == 2
