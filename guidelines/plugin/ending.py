"""Find out how far a run came: the variants whose tests ran to their ends, the sweeps that lack nothing."""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.plugin.measurement import CALLED, CAMPAIGN, CASE
from guidelines.results.extent import Extent


class _Variant(NamedTuple):
    """A planned variant by its sweep and its id."""

    sweep_id: str
    id: str


@dataclass
class _Tests:
    """Variants whose tests ran to their ends, and those whose tests failed or were skipped."""

    ended: set[_Variant] = field(default_factory=set)
    dropped: set[_Variant] = field(default_factory=set)


TESTS = pytest.StashKey[_Tests]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Note a test that ends. One that Ctrl-C or pytest.exit() cuts has no report of its last step."""
    report = yield
    case = item.stash.get(CASE, None)
    if case:
        tests = item.config.stash.setdefault(TESTS, _Tests())
        variant = _Variant(case.sweep_id, case.variant.id)
        if not report.passed and item.stash.get(CALLED, True):
            tests.dropped.add(variant)
        if call.when == "teardown":
            tests.ended.add(variant)
    return report


def extent(config: pytest.Config) -> Extent:
    """Extent of a run. The exit status does not tell: after a second Ctrl-C it is that of success."""
    campaign, tests = config.stash[CAMPAIGN], config.stash.get(TESTS, _Tests())
    ended = [sweep_id for sweep_id in campaign.planned if _variants(sweep_id, campaign) <= tests.ended]
    return Extent(
        sweeps=sum(_is_there(sweep_id, campaign, tests) for sweep_id in ended),
        planned_sweeps=len(campaign.planned),
        passes=sum(campaign.passes_of(sweep_id) for sweep_id in ended),
        planned_passes=campaign.passes,
    )


def _is_there(sweep_id: str, campaign: Campaign, tests: _Tests) -> bool:
    """True if a sweep, all tests of which have ended, is measured, or all of them failed or were skipped."""
    if campaign.passes_of(sweep_id):
        return sweep_id in campaign.whole_sweeps
    return _variants(sweep_id, campaign) <= tests.dropped


def _variants(sweep_id: str, campaign: Campaign) -> set[_Variant]:
    return {_Variant(sweep_id, id) for id in campaign.planned[sweep_id]}
