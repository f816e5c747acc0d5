import pytest
from made_up_parts import GROUPED, IN_PLACE, NARROW, PLAIN, RELU, SHARES, audit_run

from guidelines.analysis.audit.fit import fitted
from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import text
from guidelines.report.part_records import facts, of_audits
from guidelines.report.subjects.audit.document import document
from guidelines.results.audit import REPLAYED


def result(**changes):
    return fitted(audit_result(audit_run(**changes)))


def flat(told):
    return " ".join(text.render(document([told], 15), 80).split())


def test_parts_in_place_make_the_whole_but_for_what_is_between_them():
    timed = {"parts": (GROUPED, NARROW, RELU, PLAIN), "in_place": IN_PLACE}
    whole = "the parts make the whole: in place, together 90 ±2 % of the network's time; alone 90.0 ±1.1 %"
    assert whole in flat(result(**timed))
    rest = document([result(**timed)], 9).sections[0].grid.rows[-2].values
    assert rest[0].text == "between operators: Python, dispatch, views"
    assert rest[2].key == pytest.approx(1 - 0.95 * 0.95, abs=0.005)
    python = flat(result(**timed, shares=SHARES | {REPLAYED: 0.7}))
    assert "the parts do not make the whole: in place, together 66" in python
    rest = "the rest between operators; the same calls without the network's own Python take 70"
    assert f"of the network's time, {rest}" in python
    assert "us now and shares: operators in their place" in python


def test_parts_that_cannot_run_alone_are_named_with_their_share():
    told = flat(result(in_place=IN_PLACE))
    assert "fft (fft 3x224x224), 3.80 ±0.10 % of the time: it cannot run alone" in told
    told = result(in_place=IN_PLACE)
    (failed,) = [each for each in of_audits([told]) if each["failure"]]
    assert failed["share"] == pytest.approx(0.038, rel=0.01)


def test_json_says_that_shares_are_those_in_place():
    in_place, alone = facts([result(in_place=IN_PLACE), result()])
    assert in_place["in_place"] == pytest.approx(0.95 * sum(IN_PLACE.values()), rel=0.01)
    assert alone["in_place"] is None
