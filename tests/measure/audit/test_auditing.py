import json

import pytest

from guidelines.analysis.audit.of_run import audit_result
from guidelines.measure.audit.auditing import LEAST_ROUNDS, AuditLimits, auditing
from guidelines.measure.passes import PassBegins
from guidelines.results.saved_audit import to_file

pytestmark = pytest.mark.usefixtures("in_this_process")

QUICK = AuditLimits(sampling_s=0.01, passes=2)


@pytest.fixture
def measured(audited, condition):
    def measured(name, *inputs):
        audit = auditing(audited(name, *inputs), condition(), QUICK)
        return audit, list(audit.steps())

    return measured


def test_each_pass_measures_every_variant(measured):
    audit, steps = measured("TwoInputs", "1,3,8,8", "1,4")
    assert [step.number for step in steps if isinstance(step, PassBegins)] == [1, 2]
    entries = audit.run.entries
    assert len(entries) == 9
    for entry in entries:
        assert [each.number for each in entry.passes] == [1, 2]
        assert sum(each.rounds for each in entry.passes) >= LEAST_ROUNDS
    assert audit.run.failures == ()


def test_the_result_has_every_part_with_its_share(measured):
    audit, _ = measured("TwoInputs", "1,3,8,8", "1,4")
    result = audit_result(audit.run)
    assert sorted(each.part.variant for each in result.parts) == ["part-1", "part-2", "part-3"]
    for known, of_all in ((result, result.in_place), (result.alone, result.sum)):
        assert of_all.estimate == pytest.approx(sum(each.share.estimate for each in known.parts), rel=0.5)
    assert [each.guideline for each in result.guidelines] == ["G1", "G4"]


@pytest.mark.filterwarnings("ignore")
def test_a_part_that_fails_is_named_and_the_others_have_shares(measured):
    audit, _ = measured("QuantisedImages")
    result = audit_result(audit.run)
    assert [(part.variant, reason.partition(":")[0]) for part, reason in result.failed] == [
        ("part-2", "NotImplementedError"),
        ("part-3", "RuntimeError"),
    ]
    assert sorted(each.part.variant for each in result.parts) == ["part-1", "part-2", "part-3", "part-4"]
    assert sorted(each.part.variant for each in result.alone.parts) == ["part-1", "part-4"]


def test_a_network_that_fails_ends_the_audit_with_the_reason(measured):
    audit, _ = measured("WithoutOutput")
    with pytest.raises(ValueError, match="its time is not known: ValueError: its output, of type NoneType"):
        audit_result(audit.run)


def test_what_is_measured_can_be_saved(measured):
    audit, _ = measured("Plain")
    saved = json.loads(to_file(audit.run, audit.machine))
    assert len(saved["benchmarks"]) == len(audit.run.entries)
    assert saved["guidelines"]["audit"]["inputs"] == "1x3x8x8"


def test_sampling_is_divided_among_the_variants(audited, condition):
    audit = auditing(audited("Plain"), condition(), AuditLimits(sampling_s=6.0))
    assert audit.campaign.limits.max_time_s == 1.0
