import re

import pytest

from guidelines.analysis.tables import tables
from guidelines.report.pictures import limits
from guidelines.report.pictures.legend import INK, shortened
from guidelines.report.pictures.page import pages, to_svg
from guidelines.report.pictures.series import Series


def series(results):
    return Series("a machine", tuple(tables(results)))


@pytest.fixture
def of_sweeps(entry, results):
    """A machine with some sweeps of each guideline."""

    def of_sweeps(**sweeps):
        entries = []
        for guideline, count in sweeps.items():
            for k in range(count):
                place = {"guideline": guideline, "sweep": f"s{k}"}
                entries += [entry("g=1", 1.0, **place), entry("g=8", 1.0, **place)]
        return series(results(*entries))

    return of_sweeps


def sweeps_of(limited):
    return {table.guideline: len(table.sweeps) for table in limited.series[0].tables}


def test_a_usual_run_is_drawn_whole(of_sweeps):
    run = of_sweeps(G1=4, G2=12)
    assert limits.limited([run]) == ([run], "")


def test_many_sweeps_are_cut_page_by_page(of_sweeps):
    limited = limits.limited([of_sweeps(G1=300, G2=2)])
    assert sweeps_of(limited) == {"G1": 12, "G2": 2}
    assert limited.left_out == "pictures show the first 14 of 302 sweeps"


def test_many_guidelines_are_cut(of_sweeps):
    limited = limits.limited([of_sweeps(**{f"H{k}": 1 for k in range(50)})])
    assert len(limited.series[0].tables) == 32
    assert limited.left_out == "pictures show the first 32 of 50 sweeps"


def test_many_rows_and_many_machines_are_cut(entry, results):
    rows = [entry("g=1", 1.0), *(entry(f"g={k}", 1.0) for k in range(2, 200))]
    limited = limits.limited([series(results(*rows))] * 1500)
    assert {len(each.tables[0].sweeps[0].variants) for each in limited.series} == {64}
    assert limited.left_out == (
        "pictures show the first 64 of 199 rows of a sweep, 1000 of 1500 machines or conditions"
    )


def test_a_long_text_keeps_both_ends():
    assert shortened("abcdefghij", 10) == "abcdefghij"
    assert shortened("abcdefghijk", 8) == "abc…hijk"


def test_a_text_that_spells_our_colour_stays_in_a_picture_of_a_page(entry, results):
    drawn = pages([series(results(entry("g=1", 1.0, claim=f"colour {INK}")))])["G2"]
    svg = to_svg(drawn, "G2", inline=True)
    assert f"colour {INK}" in svg
    assert INK not in "".join(re.findall("<[^<>]*>", svg))
    assert "currentColor" in svg
