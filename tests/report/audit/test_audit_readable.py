from dataclasses import replace

import pytest
from made_up_parts import GROUPED, SHARES, audit_run

from guidelines.analysis.account.account import Account
from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import text
from guidelines.report.subjects.audit.document import document
from guidelines.report.subjects.audit.parts import dearest
from guidelines.report.subjects.audit.readable import readable
from guidelines.stats.intervals import Estimate


def result(**changes):
    return audit_result(audit_run(**changes))


def estimate(value, low=None, high=None):
    return Estimate(value, low, high, 0.95, 30)


def flat(shown):
    return " ".join(text.render(document([shown], 15), 80).split())


def part(shown, **changes):
    """The same audit whose grouped convolution has other figures."""
    parts = [replace(each, **changes) if each.part == GROUPED else each for each in shown.parts]
    return replace(shown, parts=tuple(parts))


def grouped(shown):
    (known,) = [each for each in shown.parts if each.part == GROUPED]
    return known


def test_two_passes_tell_no_intervals():
    told = flat(result(passes=2))
    assert "2 passes tell intervals badly: --passes 5" in told
    assert "operators that break G2 take ~30 % of it, G4 ~20 %, G1 ~20 %" in told
    assert "±" not in told
    assert "tell intervals badly" not in flat(result(passes=3))


def test_remedies_that_are_clearly_faster_are_named_in_two_passes_too():
    assert "without redesign: layer1.0.conv2 + 2 more in nhwc saves" in flat(result(passes=2))


@pytest.mark.parametrize(
    ("share", "is_told"),
    [
        (estimate(0.1, 0.001, 0.19), True),
        (estimate(0.1, 0.0, 14.8), False),
        (estimate(3.0, 1.5, 4.5), False),
    ],
)
def test_a_share_is_known_to_less_than_itself_and_the_whole(share, is_told):
    known = grouped(readable(part(result(), share=share))).share
    assert known == (share if is_told else replace(share, low=None, high=None))


def test_a_price_is_known_to_less_than_the_share():
    share, price = estimate(0.1, 0.09, 0.11), estimate(0.03, -0.05, 0.09)
    assert grouped(readable(part(result(), share=share, price=price))).price == price
    wide = estimate(-0.05, -11021.0, 0.09)
    assert grouped(readable(part(result(), share=share, price=wide))).price == estimate(-0.05)
    told = flat(part(result(), share=share, price=wide))
    assert "~-500" in told
    assert "11021" not in told


def test_a_saving_is_at_most_the_share():
    shares = SHARES | {"part-1.alternative": 1e-9}
    for passes in (2, 3):
        each = grouped(result(shares=shares, passes=passes))
        assert each.price.high <= each.share.high


def reason(slowdown, **factors):
    """The reason that a table gives for a slow-down that is a product of factors."""
    one = estimate(1.0, 1.0, 1.0)
    known = {"work": one, "traffic": one, "launches": one, "kernels": one} | factors
    account = Account(slowdown=estimate(slowdown), floor_share=None, baseline_floor_share=None, **known)
    grid = dearest(part(result(), account=account), 15).grid
    columns = [head.name for head in grid.heads]
    return grid.rows[1].values[columns.index("reason")].text if "reason" in columns else ""


def test_the_factor_that_explains_most_is_named():
    assert reason(1.82, kernels=estimate(1.75, 1.6, 1.9), traffic=estimate(1.04, 1.03, 1.05)) == (
        "mostly kernels 1.75x"
    )


def test_an_unclear_factor_is_not_passed_over():
    kernels, traffic = estimate(2.02, 0.05, 79.0), estimate(1.04, 1.03, 1.05)
    assert reason(2.1, kernels=kernels, traffic=traffic) == "perhaps kernels 2.0x"


def test_a_factor_that_explains_less_than_half_is_not_named():
    third = estimate(1.26, 1.2, 1.3)
    assert reason(2.0, kernels=third, traffic=third, launches=third) == ""
    assert reason(0.5, kernels=estimate(0.5, 0.4, 0.6)) == ""
