from dataclasses import replace
from math import hypot, log

import pytest
from made_up_audits import audit, operator
from made_up_parts import IN_PLACE, SHARES, audit_run

from guidelines.analysis.audit.fit import INSTEAD_IS_OFF_BY, Fit, fitted
from guidelines.analysis.audit.of_run import audit_result
from guidelines.results.audit import REPLAYED
from guidelines.stats.intervals import Estimate

PARTS = ("part-1", "part-2", "part-3", "part-4")
# Calls of all parts of the made-up network, without its fifth one, take this share of its time.
ALONE = 3 * 0.1 + 0.2 + 2 * 0.1 + 0.2


def estimate(value, half_width):
    return Estimate(value, value - half_width, value + half_width, 0.95, 20)


def results(**changes):
    run = audit_run(**changes)
    parts = run.audit.parts[: len(PARTS)]
    result = audit_result(audit_run(parts=parts, **changes))
    return result, fitted(result)


def test_shares_that_are_more_than_the_whole_are_scaled_down_to_it():
    half = {name: share / 2 for name, share in SHARES.items() if name == REPLAYED}
    as_timed, in_network = results(shares=SHARES | half)
    assert in_network.scale == pytest.approx(0.475 / ALONE, rel=0.01)
    assert sum(each.share.estimate for each in in_network.parts) == pytest.approx(0.475, rel=0.01)
    for before, after in zip(as_timed.parts, in_network.parts, strict=True):
        assert after.share.estimate == pytest.approx(before.share.estimate * in_network.scale)
    prices = [each.price.estimate for each in as_timed.guidelines if each.price]
    scaled = [each.price.estimate for each in in_network.guidelines if each.price]
    assert scaled == pytest.approx([price * in_network.scale for price in prices])
    assert in_network.sum == as_timed.sum


def test_shares_that_are_less_than_the_whole_stay_as_they_are():
    as_timed, in_network = results()
    assert in_network.scale == 1
    for before, after in zip(as_timed.parts, in_network.parts, strict=True):
        assert after.share.estimate == before.share.estimate
        assert after.share.half_width > before.share.half_width


def test_nothing_is_fitted_if_the_time_of_a_part_is_missing():
    result = audit_result(audit_run())
    assert result.failed
    for before, after in zip(result.parts, fitted(result).parts, strict=True):
        assert after.share.estimate == before.share.estimate
        assert after.share.half_width == pytest.approx(before.share.half_width)


def test_no_interval_exceeds_the_whole_if_the_time_of_a_part_is_missing():
    result = audit_result(audit_run())
    wide = replace(result.parts[0], share=estimate(0.9, 0.3), price=estimate(0.8, 0.35))
    (first, *_) = fitted(replace(result, parts=(wide, *result.parts[1:]))).parts
    assert (first.share.high, first.price.high) == (1, 1)


@pytest.mark.parametrize("alone", [0.9, 1.1])
def test_the_interval_covers_how_far_the_parts_are_from_the_whole(alone):
    fit = Fit(alone)
    assert fit.share(estimate(0.5, 0)).half_width == pytest.approx(0.1 * 0.5 * fit.scale)
    assert fit.share(estimate(0.5, 0.03)).half_width == pytest.approx(fit.scale * (0.03**2 + 0.05**2) ** 0.5)


@pytest.mark.parametrize(
    ("saves", "off_by"),
    [(0.5, 0.5), (0.0, 0.5), (0.25, 0.25 * 3**0.5), (-0.5, 0.5 * 3**0.5)],
    ids=["all of it", "nothing", "half", "it takes twice as long"],
)
def test_a_saving_is_as_uncertain_as_both_operators_are(saves, off_by):
    saving = Fit(0.9).saving(estimate(saves, 0), share=estimate(0.5, 0))
    assert saving.estimate == saves
    assert saving.half_width == pytest.approx(0.1 * off_by)


def test_parts_that_make_the_whole_are_known_as_well_as_they_were_timed():
    fit = Fit(1.0)
    assert fit.share(estimate(0.5, 0.03)) == estimate(0.5, 0.03)
    assert fit.saving(estimate(0.1, 0.03), estimate(0.5, 0.03)) == estimate(0.1, 0.03)


def test_a_share_without_an_interval_has_none():
    assert Fit(0.9).share(Estimate(0.5, None, None, 0.95, 1)).half_width is None


@pytest.mark.parametrize("alone", [0.1, 5.0, 20.0])
def test_an_interval_of_a_share_is_within_the_whole_and_that_of_a_saving_within_the_share(alone):
    fit, share = Fit(alone), estimate(0.5 * max(alone, 1), 0)
    known = fit.share(share)
    assert 0 <= known.low <= known.estimate <= known.high <= 1
    assert fit.saving(share, share) == known
    for saved in (0.9, 0.5, 0.1):
        saving = fit.saving(estimate(saved * share.estimate, 0), share)
        assert saving.low <= saving.estimate <= saving.high <= known.high


def test_a_share_above_the_whole_stays_where_it_is():
    assert Fit(1.0).share(estimate(1.2, 0.3)) == Estimate(1.2, pytest.approx(0.9), 1.2, 0.95, 20)


def test_shares_above_the_whole_are_scaled_down_even_if_the_time_of_a_part_is_missing():
    result = fitted(audit(1000, operator("a", 1900), operator("b", None)))
    assert result.failed
    assert result.scale == pytest.approx(1 / 1.9, rel=0.01)
    assert result.parts[0].share.estimate == pytest.approx(1)
    assert result.parts[0].share.high == pytest.approx(1)


def in_place(**changes):
    result = audit_result(audit_run(in_place=IN_PLACE, **changes))
    return result, fitted(result)


def by_variant(result):
    return {each.part.variant: each for each in result.parts}


def test_shares_that_were_timed_in_place_stay_as_they_are():
    before, after = in_place()
    assert after.scale == 1
    assert [each.share for each in after.parts] == [each.share for each in before.parts]
    assert [each.share for each in after.guidelines] == [each.share for each in before.guidelines]
    gone = [(each.guideline, each.price) for each in before.guidelines if each.guideline in ("G4", "")]
    assert [(each.guideline, each.price) for each in after.guidelines if each.guideline in ("G4", "")] == gone


def test_an_alternative_is_as_uncertain_as_its_operator_differs_alone_from_its_place():
    before, after = (by_variant(result)["part-1"] for result in in_place())
    assert after.price.estimate == before.price.estimate
    instead = before.share.estimate - before.price.estimate
    off = instead * hypot(INSTEAD_IS_OFF_BY, log(before.alone) / 2)
    below = before.price.estimate - before.price.low
    assert after.price.estimate - after.price.low == pytest.approx(hypot(below, 1.96 * off), rel=1e-3)
    (of_guideline,) = [each for each in in_place()[1].guidelines if each.guideline == "G2"]
    assert of_guideline.price.low == pytest.approx(after.price.low, rel=1e-3)


def test_nothing_in_place_saves_more_than_its_share():
    _, after = in_place(shares=SHARES | {"part-1.alternative": 1e-4})
    part = by_variant(after)["part-1"]
    assert part.price.high <= part.share.high


def test_without_intervals_there_is_none_in_place():
    _, after = in_place(passes=1)
    assert by_variant(after)["part-1"].price.low is None


def test_shares_in_place_that_are_more_than_the_whole_are_scaled_down_to_it():
    before, after = in_place(shares=SHARES | {REPLAYED: 1.2})
    assert before.in_place.estimate > 1
    assert after.scale == pytest.approx(1 / before.in_place.estimate)
    assert sum(each.share.estimate for each in after.guidelines) == pytest.approx(1)
    for amount in (*(each.share for each in after.parts), *(each.share for each in after.guidelines)):
        assert 0 <= amount.low <= amount.estimate <= amount.high <= 1
    prices = [each.price.estimate for each in before.guidelines if each.price]
    scaled = [each.price.estimate for each in after.guidelines if each.price]
    assert scaled == pytest.approx([price * after.scale for price in prices])
