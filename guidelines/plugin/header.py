"""The first line of a run's journal: its machine, its settings and its plan."""

import platform
from dataclasses import asdict

import pytest

from guidelines.measure.campaign import Campaign
from guidelines.measure.device.devices import describe
from guidelines.plugin.conditions import ENVIRON
from guidelines.plugin.measurement import CAMPAIGN
from guidelines.results.journal_contents import Header
from guidelines.results.machine import parse_machine
from guidelines.results.schema import KEY
from guidelines.spec.condition import DTYPES


def header(config: pytest.Config) -> Header:
    """The first line of this run's journal: its machine, its settings and its plan."""
    campaign = config.stash[CAMPAIGN]
    machine = {
        "node": platform.node(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python_version": platform.python_version(),
        KEY: describe(campaign.conditions, config.getoption("machine"), config.stash[ENVIRON]),
    }
    settings = {
        "conditions": ", ".join(f"{c.id} ({c.device_name})" for c in campaign.conditions),
        "seed": str(campaign.seed),
        "passes": str(campaign.passes),
        # Modes that were asked for get more time than the same modes by default.
        "mode": ",".join(config.getoption("mode") or ("default",)),
        **_widths(config, campaign),
        **{name: str(value) for name, value in asdict(campaign.limits).items()},
    }
    return Header(
        machine=parse_machine(machine),
        settings=settings,
        sweeps=campaign.planned,
        batches=campaign.batches,
        is_too_short_for_ceilings=not campaign.has_time_for_ceilings,
    )


def _widths(config: pytest.Config, campaign: Campaign) -> dict[str, str]:
    """The rules for widths that were asked for, if they would share the time by default: they get more."""
    asked: tuple[str, ...] = config.getoption("channels") or ()
    shares = any(len(DTYPES[each.dtype].channel_rules) > 1 for each in campaign.conditions)
    return {"channels": ",".join(asked)} if asked and shares else {}
