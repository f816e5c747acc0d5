import pytest

from guidelines.analysis.tables import tables
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.sentences import verdict


@pytest.fixture
def told(entry, results):
    """The verdict of a sweep of one slow-down, and the line of the answer."""

    def told(slowdown, **changes):
        measured = results(*(entry(v, s, **changes) for v, s in (("g=1", 1.0), ("g=8", slowdown))))
        (table,) = tables(measured)
        (line,) = lines([[table]])
        return verdict(table, table.sweeps[0]), line

    return told


def test_a_row_that_takes_the_time_of_the_baseline_is_called_neither_slower_nor_faster(told):
    for slowdown in (1.0003, 0.9997):
        sentence, line = told(slowdown, spread=0.06)
        assert "g=8 takes 1.00x the time of g=1 [" in sentence
        assert "(paper 1.44x slower)" in sentence
        assert line.effect == "about the same time (paper 1.44x slower)"
        assert line.effect_in_full == "g=8 takes about the same time as g=1 (paper 1.44x slower)"


def test_the_unit_is_named(told):
    sentence, line = told(1.25, work_ratio=1.25, spread=0.06)
    assert "g=8 takes 1.00x the time per mult-add of g=1 [" in sentence
    assert "x slower in time" in sentence
    assert line.effect_in_full.startswith("g=8 takes about the same time per mult-add as g=1 (paper ")


def test_an_effect_that_shows_has_its_direction(told):
    sentence, line = told(0.8)
    assert "g=8 is 1.251x faster than g=1 [" in sentence
    assert "(paper 1.44x slower)" in sentence
    assert line.effect.startswith("1.25x faster (paper 1.44x slower)")
