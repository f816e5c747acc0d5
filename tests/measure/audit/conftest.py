from pathlib import Path

import pytest

from guidelines.measure import task as task_module
from guidelines.measure.audit import auditing as auditing_module
from guidelines.measure.audit.plan import Audited, plan
from guidelines.measure.device.checks import check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned, prepare
from guidelines.measure.dropped import explained
from guidelines.measure.here import measure_here
from guidelines.results.ceilings import Ceilings, key_of
from guidelines.spec.condition import Condition, Device
from guidelines.spec.inputs import Input

HARD = Path(__file__).with_name("hard_networks.py")


@pytest.fixture
def audited():
    """A network of hard_networks.py with its inputs."""
    return lambda name, *inputs: Audited(f"{HARD}:{name}", tuple(map(Input.read, inputs or ["1,3,8,8"])))


@pytest.fixture
def condition():
    def condition(**changes):
        return Condition(Device("cpu"), "a processor", batch_size=1, image_size=8, **changes)

    return condition


@pytest.fixture
def in_this_process(monkeypatch):
    """Audits without processes of their own, and without ceilings, both of which take seconds."""
    monkeypatch.setattr(
        auditing_module,
        "measure_in_processes",
        lambda tasks, explain, say, turn_limit_s: measure_here(explain)(tasks),
    )
    monkeypatch.setattr(
        task_module, "peaks", lambda condition, number, budget_s: Ceilings(key_of(condition), number)
    )


def time(variant, condition):
    bind = binder(condition.mode)
    check(variant, condition, 0, bind)
    network = prepare(variant, condition, 0, bind)
    network.sample(1)
    network.sample(30)
    network.look_again(1.0)


@pytest.fixture
def failures(audited, condition):
    """The variants of an audit that cannot be timed, with the reason."""

    def failures(name, *inputs, **changes):
        under, failed = condition(**changes), {}
        variants = plan(audited(name, *inputs), under).sweep.variants
        with pinned(under):
            for variant in variants:
                try:
                    time(variant, under)
                except Exception as error:
                    failed[variant.id] = explained(error).reason
        return failed

    return failures
