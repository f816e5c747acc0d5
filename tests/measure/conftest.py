from dataclasses import replace

import pytest

from guidelines.measure import task as task_module
from guidelines.measure.case import Case
from guidelines.measure.dropped import Dropped
from guidelines.measure.outcome import outcome
from guidelines.measure.recording import CONTROL, Limits, Recording
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.results.ceilings import Ceilings, key_of
from guidelines.results.disturbance import State
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor", image_size=2)
QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)
SLOWDOWNS = {"g1": 1.0, "g2": 1.2, "g8": 2.0, "control": 1.0}


def record(failures=None, state=QUIET, **seconds):
    series = {CONTROL if id == "control" else id: (s,) * 20 for id, s in seconds.items()}
    checked = {id: Circumstances(peak_memory_bytes=64) for id in series}
    return Recording(
        seconds_per_call=series,
        calls_per_sample=dict.fromkeys(series, 3),
        dropped={id: Dropped(reason) for id, reason in (failures or {}).items()},
        stopped="time",
        placed_at=(0, 3),
        checked=checked,
        state=state,
    )


@pytest.fixture
def recording():
    """A made-up recording: 20 rounds of as many seconds as are given for each network."""
    return record


@pytest.fixture
def outcome_of(recording):
    """The made-up outcome of a task, whose sweep it is given."""

    def outcome_of(task, sweep, failures=None, **how):
        names = {CONTROL: "control"}
        timed = {"g1", "control", *task.chosen}.difference(names.get(id, id) for id in failures or {})
        seconds_per_call = {id: SLOWDOWNS[id] for id in SLOWDOWNS if id in timed}
        return outcome(
            sweep,
            task.chosen,
            task.condition,
            recording(failures, **{**seconds_per_call, **how}),
            confidence=0.95,
            number=task.number,
            retried=task.retried,
        )

    return outcome_of


@pytest.fixture
def sweep_passes(sweep):
    """The passes of a sweep of which variants are chosen: all of them if none is named."""

    def passes(*chosen, planned=5, name="x1", time_share=1.0, **limits):
        case = Case(CPU, replace(sweep, name=name), sweep.baseline, time_share=time_share)
        return SweepPasses(
            case=case,
            chosen=chosen or ("g1", "g2", "g8"),
            limits=Limits(**limits),
            seed=7,
            planned=planned,
        )

    return passes


@pytest.fixture
def ceilings(monkeypatch):
    """Ceilings without measuring; the conditions and seconds that were asked for."""
    asked = []

    def peaks(condition, *, number, budget_s):
        asked.append((condition, number, budget_s))
        return Ceilings(key_of(condition), number)

    monkeypatch.setattr(task_module, "peaks", peaks)
    return asked
