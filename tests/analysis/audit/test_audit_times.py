from dataclasses import replace

import made_up_parts
import pytest
from made_up_audits import audit_run, operator
from made_up_parts import IN_PLACE

from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.audit.times import AuditTimes
from guidelines.results.audit import REPLAYED
from guidelines.stats.passes import OfPass

SHARES = (0.3, 0.5, 0.4, 0.6, 0.2)


def times(**shares_by_variant):
    """Times of an audit whose parts take these shares of the network's time in each pass."""
    run = audit_run(100.0, *(operator(name, 1.0) for name in shares_by_variant))
    network, *entries = run.entries
    changed = {network.place.variant: network}
    for entry, (name, shares) in zip(entries, shares_by_variant.items(), strict=True):
        of_passes = zip(entry.passes, shares, strict=True)
        changed[name] = replace(
            entry, passes=tuple(replace(one, slowdown=OfPass(share, 0.0)) for one, share in of_passes)
        )
    return AuditTimes(changed, {})


def test_calls_of_several_operators_add_up():
    known = times(now=SHARES, other=(0.1,) * 5)
    assert known.share([("other", 3)]).estimate == pytest.approx(0.3)
    both = known.share([("now", 1), ("other", 2)])
    assert both.low < both.estimate < both.high


def test_what_is_saved_is_as_uncertain_as_the_share_even_if_its_part_is_certain():
    known = times(now=SHARES, instead=tuple(share / 10 for share in SHARES))
    share, saved = known.share([("now", 1)]), known.saved([(("now", 1), ("instead", 1))])
    assert saved.estimate == pytest.approx(0.9 * share.estimate)
    assert saved.half_width == pytest.approx(0.9 * share.half_width)


def test_nothing_saves_more_than_the_share():
    known = times(now=(0.1,) * 5, instead=(1e-9, 3e-9, 1e-9, 2e-9, 1e-9))
    saved = known.saved([(("now", 1), ("instead", 1))])
    assert saved.high <= known.share([("now", 1)]).high


def test_less_than_everything_is_saved_however_wide_the_interval():
    """In place: the operators one after the other, which took more than the network itself in some passes."""
    known = times(now=(0.8, 1.3, 1.1, 1.5, 0.9), instead=(0.3, 1.2, 0.2, 0.9, 0.4))
    saved = known.saved([(("now", 1), ("instead", 1))], most=1.0)
    kept = known.over_passes(known.ratio([("instead", 1)], [("now", 1)]))
    assert saved.estimate == pytest.approx(1 - kept.estimate)
    assert saved.low < saved.estimate < saved.high
    assert saved.high <= 1 - kept.low < 1


def test_what_takes_longer_for_certain_saves_less_than_nothing():
    known = times(now=(0.3, 0.5, 0.4, 0.6, 0.2), instead=(0.36, 0.61, 0.49, 0.73, 0.25))
    saved = known.saved([(("now", 1), ("instead", 1))])
    assert saved.low < saved.estimate < saved.high <= 0


def test_an_alternative_that_does_more_work_is_called_less_often():
    known = times(now=(0.2,) * 5, instead=(0.2,) * 5)
    assert known.saved([(("now", 1), ("instead", 1 / 1.25))]).estimate == pytest.approx(0.04)


def test_shares_in_the_row_are_those_of_the_network():
    result = audit_result(made_up_parts.audit_run(in_place=IN_PLACE))
    assert result.in_place
    shares = {each.part.variant: each.share.estimate for each in result.parts}
    row = result.replayed.estimate
    assert shares == pytest.approx({name: row * share for name, share in IN_PLACE.items()}, rel=0.01)
    assert result.whole.estimate == pytest.approx(sum(shares.values()), rel=0.01)
    grouped = {each.guideline: each.share.estimate for each in result.guidelines}
    assert grouped["G2"] == pytest.approx(shares["part-1"])


def test_times_and_prices_in_place_agree():
    result = audit_result(made_up_parts.audit_run(in_place=IN_PLACE))
    for each in result.parts:
        calls = len(each.part.layers)
        now_s = result.network_s.estimate * each.share.estimate / calls
        assert each.seconds_per_call.estimate == pytest.approx(now_s, rel=0.02)
        if each.alternative:
            instead_s = now_s - result.network_s.estimate * each.price.estimate / calls
            assert each.alternative.seconds_per_call.estimate == pytest.approx(instead_s, rel=0.02)


def test_a_price_in_place_is_the_share_times_what_the_ratio_of_both_alone_saves():
    result = audit_result(made_up_parts.audit_run(in_place=IN_PLACE))
    (grouped,) = [each for each in result.parts if each.part.variant == "part-1"]
    # Alone, 450 us of 1.125 times the work stand for 1000 us.
    assert grouped.price.estimate == pytest.approx(0.6 * grouped.share.estimate, rel=0.02)
    (of_g2,) = [each for each in result.guidelines if each.guideline == "G2"]
    assert of_g2.price.estimate == pytest.approx(grouped.price.estimate, rel=0.01)
    assert grouped.alone == pytest.approx(3 * 0.1 / (0.95 * 0.5), rel=0.02)


def test_a_row_that_was_not_timed_leaves_operators_alone():
    shares = {name: share for name, share in made_up_parts.SHARES.items() if name != REPLAYED}
    result = audit_result(made_up_parts.audit_run(shares=shares, in_place=IN_PLACE))
    assert not result.in_place
    assert result.whole == result.sum


def test_a_part_that_cannot_run_alone_has_its_share_but_no_price():
    result = audit_result(made_up_parts.audit_run(in_place=IN_PLACE))
    (odd,) = [each for each in result.parts if each.part.variant == "part-5"]
    assert odd.share.estimate == pytest.approx(0.95 * IN_PLACE["part-5"], rel=0.01)
    assert (odd.price, odd.alternative, odd.alone) == (None, None, 1.0)
    assert [part.variant for part, _ in result.failed] == ["part-5"]
    assert result.unknown == ()
    assert len(audit_result(made_up_parts.audit_run()).unknown) == 1


def test_all_passes_have_to_time_all_parts_in_a_row():
    run = made_up_parts.audit_run(in_place=IN_PLACE, passes=3)
    (row,) = [each for each in run.entries if each.place.variant == REPLAYED]
    others = tuple(each for each in run.entries if each.place.variant != REPLAYED)
    fewer = replace(row, passes=row.passes[:2])
    first, *rest = row.passes
    unknown = replace(first, circumstances=replace(first.circumstances, shares={}))
    for lacking in (fewer, replace(row, passes=(unknown, *rest))):
        result = audit_result(replace(run, entries=(*others, lacking)))
        assert result.in_place is None
        assert result.parts == result_alone(run).parts


def result_alone(run):
    return audit_result(run).alone


def test_beside_operators_in_place_those_alone_are_known():
    run = made_up_parts.audit_run(in_place=IN_PLACE)
    assert result_alone(run).parts == audit_result(made_up_parts.audit_run()).parts
    assert result_alone(made_up_parts.audit_run()) is None


def test_a_guideline_without_any_alternative_has_no_price():
    run = made_up_parts.audit_run(in_place=IN_PLACE)
    entries = [each for each in run.entries if each.place.variant != "part-2.alternative"]
    result = audit_result(replace(run, entries=tuple(entries)))
    (of_g1,) = [each for each in result.guidelines if each.guideline == "G1"]
    assert of_g1.share
    assert of_g1.price is None


def test_a_ratio_of_the_same_calls_is_1_for_certain():
    known = times(now=SHARES)
    assert {
        (each.estimate, each.log_deviation) for each in known.ratio([("now", 2)], [("now", 2)]).values()
    } == {(1, 0)}


def test_an_alternative_that_no_pass_has_together_with_its_part_is_not_compared():
    run = made_up_parts.audit_run(in_place=IN_PLACE, passes=3)
    entries = []
    for each in run.entries:
        kept = {"part-1": each.passes[:1], "part-1.alternative": each.passes[1:]}
        entries.append(replace(each, passes=kept.get(each.place.variant, each.passes)))
    result = audit_result(replace(run, entries=tuple(entries)))
    (grouped,) = [each for each in result.parts if each.part.variant == "part-1"]
    assert result.in_place
    assert grouped.alternative is None


def test_a_row_that_lacks_a_part_tells_nothing():
    assert not audit_result(made_up_parts.audit_run(in_place={"part-1": 0.5})).in_place


def test_parts_of_a_row_vary_as_the_row_does():
    run = made_up_parts.audit_run(in_place=IN_PLACE)
    entries = []
    for each in run.entries:
        if each.place.variant == REPLAYED:
            slow = [replace(one, slowdown=replace(one.slowdown, log_deviation=0.1)) for one in each.passes]
            each = replace(each, passes=tuple(slow))
        entries.append(each)
    result = audit_result(replace(run, entries=tuple(entries)))
    whole = result.replayed.half_width / result.replayed.estimate
    for share in [each.share for each in (*result.parts, *result.guidelines)]:
        assert share.half_width / share.estimate == pytest.approx(whole, rel=0.01)
