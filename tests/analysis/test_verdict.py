import pytest

from guidelines.analysis.verdict import Evidence, decisions, evidence_by_sweep, verdicts
from guidelines.results.model import Circumstances
from guidelines.stats.intervals import Estimate

QUIET = Estimate(1.0, 0.998, 1.003, 0.99, 100)


def slowdown(estimate, half_width, rounds=100):
    def at(confidence):
        return Estimate(estimate, estimate - half_width, estimate + half_width, confidence, rounds)

    return at


def evidence(estimate, half_width=0.02, expect="slower", others=(), control=QUIET):
    named = tuple((f"other {k}", slowdown(*other)) for k, other in enumerate(others))
    return Evidence("the last row", expect, slowdown(estimate, half_width), named, control)


def outcome(*arguments, **named):
    return verdicts([evidence(*arguments, **named)], 0.99)[0].outcome


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (1.04, "holds"),
        (1.02, "undecided"),
        (1.0, "undecided"),
        (0.98, "does not hold"),
        (0.5, "does not hold"),
    ],
)
def test_the_whole_interval_must_lie_beyond_the_margin_of_one_percent(estimate, expected):
    assert outcome(estimate) == expected


def test_a_noisy_control_widens_the_margin():
    noisy = Estimate(1.0, 0.95, 1.04, 0.99, 100)
    assert outcome(1.06, 0.02) == "holds"
    assert outcome(1.06, 0.02, control=noisy) == "undecided"
    assert outcome(1.02, 0.02, control=noisy) == "does not hold"


def test_noise_denies_no_effect_that_would_matter():
    noisy = Estimate(1.0, 0.85, 1.15, 0.99, 100)
    assert outcome(1.02, 0.02, control=noisy) == "does not hold"
    (hidden,) = verdicts([evidence(1.08, 0.02, control=noisy)], 0.99)
    assert hidden.outcome == "undecided"
    assert hidden.remedy.sentence == "an effect of up to 15 % would not show above the noise floor"


@pytest.mark.parametrize("estimate", [0.5, 1.0, 5.0])
def test_noise_decides_nothing_however_wide_it_makes_the_margin(estimate):
    noisy = Estimate(1.0, 0.7, 1.3, 0.99, 12)
    found = verdicts([evidence(estimate, 0.02, control=noisy)], 0.99)[0]
    assert found.outcome == "undecided"
    assert found.remedy.sentence == "the noise floor is above 25 %: it decides nothing"


def test_a_guideline_that_promises_speed_is_judged_the_other_way_round():
    assert outcome(0.9, expect="faster") == "holds"
    assert outcome(1.1, expect="faster") == "does not hold"


def test_a_variant_wholly_beyond_on_the_other_side_leaves_it_undecided():
    found = verdicts([evidence(1.5, others=[(0.9, 0.01)])], 0.99)[0]
    assert found.outcome == "undecided"
    assert found.remedy.sentence == "other 0 lies beyond the margin on the other side, whatever the time"
    assert outcome(1.5, others=[(0.99, 0.02)]) == "holds"


def test_undecided_says_what_would_decide_it():
    assert verdicts([evidence(1.06, 0.1)], 0.99)[0].remedy.sentence == (
        "the interval spans the margin of 1 %; about 400 rounds would decide it (--benchmark-min-rounds 400)"
    )
    near = verdicts([evidence(1.0101, 0.1)], 0.99)[0].remedy.sentence
    assert near == "the effect is within noise of the margin of 1 %"


def test_without_an_interval_it_says_how_many_rounds_are_needed():
    few = Evidence("g=8", "slower", lambda c: Estimate(2.0, None, None, c, 5), (), QUIET)
    found = verdicts([few], 0.99)[0]
    assert found.outcome == "undecided"
    assert found.remedy.sentence.startswith("5 rounds are too few for an interval; --benchmark-min-rounds 18")


def test_without_a_control_nothing_is_decided():
    found = verdicts([evidence(2.0, control=None)], 0.99)[0]
    assert (found.outcome, found.margin) == ("undecided", None)
    assert "the control failed" in found.remedy.sentence


def test_holm_judges_the_clearest_case_most_strictly():
    found = verdicts([evidence(1.1), evidence(2.0), evidence(1.5)], 0.97)
    assert [round(verdict.slowdown.confidence, 4) for verdict in found] == [0.97, 0.99, 0.985]


def test_holm_stops_at_the_first_undecided_case():
    found = verdicts([evidence(1.01), evidence(2.0), evidence(1.011)], 0.97)
    assert [round(verdict.slowdown.confidence, 4) for verdict in found] == [0.985, 0.99, 0.985]
    torn = evidence(2.0, others=[(0.9, 0.01)])
    found = verdicts([torn, evidence(1.5), evidence(1.2)], 0.97)
    assert [verdict.outcome for verdict in found] == ["undecided", "holds", "holds"]
    assert {round(verdict.slowdown.confidence, 4) for verdict in found} == {0.99}


@pytest.mark.parametrize("is_declared", [False, True])
def test_networks_of_unequal_work_are_judged_per_multiply_add(entry, results, is_declared):
    how = {"per_multiply_add": is_declared}
    run = results(entry("g=1", 1.0, **how), entry("g=8", 2.0, work_ratio=2.2, **how))
    (decision,) = decisions(run.measured).values()
    assert decision.evidence.is_per_multiply_add
    assert decision.effect.estimate == pytest.approx(2.0 / 2.2, rel=0.01)
    assert decision.verdict.outcome == "does not hold"


@pytest.mark.parametrize(
    ("work_ratio", "expected"), [(1.0049, False), (0.9951, False), (1.006, True), (0.994, True)]
)
def test_work_that_differs_by_half_a_percent_counts_as_equal(entry, results, work_ratio, expected):
    run = results(entry("g=1", 1.0), entry("g=8", 2.0, work_ratio=work_ratio))
    (decision,) = decisions(run.measured).values()
    assert decision.evidence.is_per_multiply_add is expected
    ratio = work_ratio if expected else 1
    assert decision.evidence.slowdown(0.9).estimate == pytest.approx(
        run.measured[1].slowdown(0.9).estimate / ratio
    )


def test_a_row_that_is_faster_because_it_does_less_work_is_no_objection(entry, results):
    def decided(**less):
        rows = entry("g=1", 1.0), entry("g=2", 0.96, spread=0.001, **less), entry("g=8", 1.2)
        (decision,) = decisions(results(*rows).measured).values()
        return decision.verdict

    assert decided().remedy.sentence == "g=2 lies beyond the margin on the other side, whatever the time"
    assert decided(work_ratio=0.945).outcome == "holds"


def test_the_time_of_launches_is_not_divided_by_the_work(entry, results):
    waiting = {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}
    run = results(entry("g=1", 1.0), entry("g=8", 2.0, work_ratio=1.25, **waiting))
    (decision,) = decisions(run.measured).values()
    assert not decision.evidence.is_per_multiply_add
    assert decision.verdict.slowdown.estimate == pytest.approx(2.0, rel=0.01)


def test_a_verdict_does_not_depend_on_other_tables(entry, results):
    """Holm corrects within a guideline and a condition, not over them."""
    sweep = (("g=1", 1.0), ("g=8", 1.05))
    alone = [entry(v, s, spread=0.06) for v, s in sweep]
    others = [entry(v, s, spread=0.06, guideline=f"G{k}") for k in range(10, 60) for v, s in sweep]
    (key, decision), *_ = decisions(results(*alone, *others).measured).items()
    assert (key.guideline, decision.verdict) == (
        "G2",
        *(d.verdict for d in decisions(results(*alone).measured).values()),
    )


def three(entry, results, *slowdowns, **how):
    """The evidence of one sweep of a baseline and two others."""
    named = zip(("g=1", "g=2", "g=8"), (1.0, *slowdowns), strict=False)
    return evidence_by_sweep(results(*(entry(*one, row=k, **how) for k, one in enumerate(named))).measured)


@pytest.mark.parametrize(
    ("slowdowns", "deciding", "expected"),
    [
        ((1.5, 1.2), "g=8", "holds"),
        ((0.5, 1.2), "g=2", "does not hold"),
        ((1.0, 1.2), "g=2", "does not hold"),
    ],
)
def test_a_claim_about_every_other_variant_is_decided_by_the_farthest_from_it(
    entry, results, slowdowns, deciding, expected
):
    (evidence,) = three(entry, results, *slowdowns, claims_every_row=True).values()
    assert evidence.extreme == deciding
    assert verdicts([evidence], 0.9)[0].outcome == expected


def test_it_does_not_hold_of_others_that_were_not_measured(entry, results):
    (evidence,) = three(entry, results, 1.2, claims_every_row=True).values()  # without the last
    found = verdicts([evidence], 0.9)[0]
    assert (found.outcome, "were not measured" in found.remedy.sentence) == ("undecided", True)
    (evidence,) = three(entry, results, 0.5, claims_every_row=True).values()
    assert verdicts([evidence], 0.9)[0].outcome == "does not hold"


def test_its_interval_is_that_of_all_others_together(entry, results):
    (evidence,) = three(entry, results, 1.2, 1.5, claims_every_row=True, spread=0.1).values()
    (alone,) = three(entry, results, 1.5, 1.2, spread=0.1).values()
    assert evidence.slowdown(0.9).half_width == pytest.approx(alone.slowdown(0.95).half_width, rel=0.02)
