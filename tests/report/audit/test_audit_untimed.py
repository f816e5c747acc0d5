import pytest
from made_up_parts import GROUPED, NARROW, SHARES, audit_run

from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import text
from guidelines.report.part_records import facts, of_audits
from guidelines.report.subjects.audit.document import document
from guidelines.results.audit import REPLAYED, WITHOUT_G4

LACKS = "MemoryError: no room\x1b"


def without(*variants, **changes):
    """An audit in which some variants failed."""
    shares = {variant: share for variant, share in SHARES.items() if variant not in variants}
    return audit_result(audit_run(shares=shares, reasons=dict.fromkeys(variants, LACKS), **changes))


def shown(result):
    return " ".join(text.render(document([result], 15), 80).split())


def test_an_alternative_that_failed_is_named_with_the_reason():
    known = without("part-2.alternative")
    assert (
        "Parts whose alternative was not measured layer1.0.conv1 (conv 1x1 16->96, 112x112), G1: 20.0 ±0.5 % "
        "of the time; widths 40 and 40: MemoryError: no room\\x1b"
    ) in shown(known)
    [record] = [record for record in of_audits([known]) if record["layer"] == "layer1.0.conv1"]
    assert record["alternative_failure"] == "MemoryError: no room\\x1b"
    assert (record["alternative"], record["failure"], record["remedy_failures"]) == (None, None, None)


def test_an_alternative_without_time_or_reason_was_not_measured():
    shares = {variant: share for variant, share in SHARES.items() if variant != "part-2.alternative"}
    assert "widths 40 and 40: not measured" in shown(audit_result(audit_run(shares=shares)))


def test_remedies_that_failed_are_named_with_the_reason():
    known = without("part-1.remedy-1", "part-1.remedy-2")
    told = shown(known)
    of_part = "layer1.0.conv2 + 2 more (conv 3x3 128->128, 32 groups, 56x56)"
    assert "Ways without redesign that were not measured" in told
    assert f"{of_part} in nhwc: MemoryError: no room\\x1b" in told
    assert f"{of_part} as 32 convolutions: MemoryError: no room\\x1b" in told
    [record] = [record for record in of_audits([known]) if record["layer"] == "layer1.0.conv2"]
    assert record["remedy_failures"] == (
        "in nhwc: MemoryError: no room\\x1b; as 32 convolutions: MemoryError: no room\\x1b"
    )
    assert record["alternative_failure"] is None


@pytest.mark.parametrize("failed", [(WITHOUT_G4,), (WITHOUT_G4, REPLAYED)])
def test_replays_that_failed_give_the_reason(failed):
    told = shown(without(*failed))
    assert "G4 taken out in place was not measured: MemoryError: no room\\x1b; the sum of its parts" in told
    in_a_row = "run one after the other, not measured: MemoryError: no room\\x1b"
    assert (in_a_row in told) == (REPLAYED in failed)


def test_json_names_all_that_was_not_measured():
    [known] = facts([without(REPLAYED, "part-2.alternative", "part-1.remedy-1")])
    reason = "MemoryError: no room\\x1b"
    assert known["not_measured"] == [
        {"layer": None, "what": "its operators one after the other", "reason": reason},
        {"layer": "layer1.0.conv2", "what": "in nhwc", "reason": reason},
        {"layer": "layer1.0.conv1", "what": "widths 40 and 40", "reason": reason},
    ]


def test_a_part_that_failed_is_named_alone():
    variants = [GROUPED.variant, GROUPED.alternative.variant, *(each.variant for each in GROUPED.remedies)]
    shares = {variant: share for variant, share in SHARES.items() if variant not in variants}
    reasons = dict.fromkeys(variants, LACKS)
    known = audit_result(audit_run(shares=shares, parts=(GROUPED, NARROW), reasons=reasons))
    assert [part for part, _ in known.failed] == [GROUPED]
    assert known.untimed == ()


def test_nothing_is_said_if_all_was_measured():
    known = audit_result(audit_run())
    assert known.untimed == ()
    assert "without redesign that" not in shown(known)
    assert facts([known])[0]["not_measured"] == []
