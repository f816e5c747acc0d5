from collections import defaultdict

import pytest

from guidelines.measure.ceilings import CeilingsWanted
from guidelines.measure.passes import (
    AGAIN,
    IN_TIME_LEFT,
    LEAST_PASSES,
    USUAL_OVERHEAD,
    USUAL_START_S,
    PassBegins,
    Passes,
    SweepBegins,
    SweepEnds,
)
from guidelines.measure.processes import DIED, Died
from guidelines.results.ceilings import Ceilings
from guidelines.results.disturbance import State

BUSY = State(cpus=2, watched_s=4.0, other_cpus=1.4)
# Slow-downs of g=8 in pass after pass.
STEADY, UNSTEADY = (2.0,), (1.0, 3.0, 1.5, 2.5)


class Machine:
    """Measures tasks as a made-up process; `deals` has what a sweep gives in each of its passes, in turn."""

    def __init__(self, outcome_of, clock, task_s=0.0):
        self.outcome_of, self.clock, self.task_s = outcome_of, clock, task_s
        self.deals = defaultdict(lambda: [{}])
        self.processes, self.tasks = [], []

    def __call__(self, tasks):
        self.processes.append([])
        while tasks:
            task, case = tasks.popleft()
            yield task, None
            self.clock.now_s += self.task_s
            deals = self.deals[task.sweep]
            deal = deals[sum(task.sweep == earlier.sweep for earlier in self.tasks) % len(deals)]
            self.tasks.append(task)
            self.processes[-1].append((task.number, task.sweep))
            yield task, deal if isinstance(deal, Died) else self.outcome_of(task, case.sweep, **deal)

    def slowdowns(self, sweep, slowdowns):
        self.deals[sweep] = [{"g8": slowdown} for slowdown in slowdowns]


@pytest.fixture
def machine(outcome_of, clock):
    return Machine(outcome_of, clock)


@pytest.fixture
def passes(sweep_passes, clock):
    """The passes of sweeps x1, x2, ... whose passes take 3 s each."""

    def passes(sweeps=2, planned=5, seed=0, **how):
        names = [f"x{k}" for k in range(1, sweeps + 1)]
        made = [sweep_passes(name=name, planned=planned, max_time_s=planned * 1.0) for name in names]
        return Passes(made, planned=planned, seed=seed, clock=clock, **how)

    return passes


def of_type(kind, steps):
    return [step for step in steps if isinstance(step, kind)]


def sweeps_of(passes):
    return {sweep.case.sweep.name: sweep for sweep in passes.sweeps}


def test_every_pass_measures_all_sweeps_in_a_process_of_its_own(passes, machine):
    steps = list(passes(sweeps=3, planned=4).steps(machine))
    assert [sorted(process) for process in machine.processes] == [
        [(number, "x1"), (number, "x2"), (number, "x3")] for number in (1, 2, 3, 4)
    ]
    assert [(each.number, each.sweeps, each.why) for each in of_type(PassBegins, steps)] == [
        (1, 3, ""),
        (2, 3, ""),
        (3, 3, ""),
        (4, 3, ""),
    ]


def test_the_seed_and_the_pass_give_the_order_of_the_sweeps(passes, machine):
    def orders(seed):
        machine.processes.clear()
        list(passes(sweeps=4, seed=seed).steps(machine))
        return [tuple(name for _, name in process) for process in machine.processes]

    assert orders(1) == orders(1)
    assert orders(1) != orders(2)
    assert len(set(orders(1))) > 2


def test_a_sweep_begins_and_ends_with_what_is_known_so_far(passes, machine):
    machine.slowdowns("x1", (1.9, 2.1))
    run = passes(sweeps=1, planned=2)
    steps = list(run.steps(machine))
    assert [type(step) for step in steps] == [PassBegins, SweepBegins, SweepEnds] * 2
    first, second = of_type(SweepEnds, steps)
    assert (first.number, second.number) == (1, 2)
    assert len(first.outcome["g8"].passes) == 1
    assert len(second.outcome["g8"].passes) == 2
    assert second.results["g8"].slowdown.estimate == pytest.approx(2.1)


def test_passes_that_are_there_are_not_measured_again(passes, machine, outcome_of):
    run = passes(sweeps=2, planned=3)
    x1 = sweeps_of(run)["x1"]
    for number in (1, 2, 3):
        x1.restore(number, outcome_of(x1.task(number), x1.case.sweep))
    x2 = sweeps_of(run)["x2"]
    x2.restore(2, outcome_of(x2.task(2), x2.case.sweep))
    list(run.steps(machine))
    assert machine.processes == [[(1, "x2")], [(3, "x2")]]


def test_a_process_that_dies_is_followed_by_what_is_left_of_the_pass(passes, machine):
    machine.deals["x1"] = [Died(f"{DIED} was killed", "g2"), {}]
    steps = list(passes(sweeps=1, planned=1).steps(machine))
    assert [task.chosen for task in machine.tasks] == [("g1", "g2", "g8"), ("g1", "g8")]
    (end,) = of_type(SweepEnds, steps)
    assert end.results["g2"].reason == f"{DIED} was killed"
    assert end.results["g8"].slowdown.estimate == 2.0


def test_a_process_that_dies_in_a_round_ends_the_pass_of_its_sweep(passes, machine):
    machine.deals["x1"] = [Died(f"{DIED} was killed", ""), {}]
    run = passes(sweeps=2, planned=2)
    list(run.steps(machine))
    assert len(machine.tasks) == 4
    assert sweeps_of(run)["x1"].outcome()["g8"].lost == (f"pass 1: {DIED} was killed",)
    assert len(sweeps_of(run)["x2"].outcome()["g8"].passes) == 2


def test_precision_ends_a_sweep_and_gives_its_time_to_others(passes, machine):
    machine.slowdowns("x1", STEADY)
    machine.slowdowns("x2", UNSTEADY)
    run = passes(planned=5, precision=0.05)
    steps = list(run.steps(machine))
    names = [task.sweep for task in machine.tasks]
    assert (names.count("x1"), names.count("x2")) == (LEAST_PASSES, 5 + 5 - LEAST_PASSES)
    further = [(each.number, each.sweeps) for each in of_type(PassBegins, steps) if each.why == IN_TIME_LEFT]
    assert further == [(6, 1), (7, 1)]
    assert (sweeps_of(run)["x1"].stopped, sweeps_of(run)["x2"].stopped) == ("precision", None)
    assert sweeps_of(run)["x1"].outcome()["g8"].stopped == "precision"


def test_a_sweep_that_becomes_precise_gets_no_more_of_the_time_that_is_left(passes, machine):
    machine.slowdowns("x1", STEADY)
    machine.slowdowns("x2", (2.2, *STEADY * 20))
    run = passes(planned=20, precision=0.03)
    list(run.steps(machine))
    assert sweeps_of(run)["x2"].stopped == "precision"
    assert LEAST_PASSES < len(sweeps_of(run)["x2"].outcomes) < 20


def test_a_precise_sweep_that_is_undecided_goes_on(passes, machine):
    run = passes(sweeps=1, planned=5, precision=0.05, is_decided=lambda outcome: False)
    list(run.steps(machine))
    assert len(machine.tasks) == 5
    assert sweeps_of(run)["x1"].stopped is None


def test_only_passes_up_to_the_asked_one_are_measured(passes, machine):
    machine.slowdowns("x2", UNSTEADY)
    list(passes(until=2, planned=4, precision=0.05, retries=1).steps(machine))
    assert {number for process in machine.processes for number, _ in process} == {1, 2}


def test_without_a_precision_every_pass_is_measured(passes, machine):
    list(passes(sweeps=1, planned=5).steps(machine))
    assert len(machine.tasks) == 5


def test_a_run_without_time_ends_without_precision(sweep_passes, machine, clock):
    machine.slowdowns("x1", UNSTEADY)
    made = [sweep_passes(max_time_s=0.0)]
    list(Passes(made, planned=5, seed=0, precision=0.05, clock=clock).steps(machine))
    assert len(machine.tasks) == 5


def test_disturbed_passes_are_replaced_each_by_a_process_of_its_own(passes, machine):
    quiet, busy = {}, {"state": BUSY, "g8": 3.0}
    machine.deals["x1"] = [busy, quiet, busy, quiet, quiet]
    machine.deals["x2"] = [quiet, quiet, busy, quiet]
    run = passes(planned=3, retries=2)
    steps = list(run.steps(machine))
    assert [sorted(process) for process in machine.processes[3:]] == [[(1, "x1")], [(3, "x1"), (3, "x2")]]
    again = [(each.number, each.sweeps) for each in of_type(PassBegins, steps) if each.why == AGAIN]
    assert again == [(1, 1), (3, 2)]
    for sweep in run.sweeps:
        of_passes = sweep.outcome()["g8"].passes
        assert [each.slowdown.estimate for each in of_passes] == [2.0] * 3
        assert of_passes[2].circumstances.retried == ("other processes used 1.40 of 2 processors",)


def test_passes_are_measured_again_only_as_often_as_asked(passes, machine):
    machine.deals["x1"] = [{"state": BUSY}]
    list(passes(sweeps=1, planned=1, retries=2).steps(machine))
    assert len(machine.tasks) == 3


def lefts_s(run, machine):
    return [step.left_s for step in run.steps(machine) if isinstance(step, PassBegins)]


def test_the_time_left_is_scaled_by_what_passes_took(passes, outcome_of, clock):
    # Two sweeps of 3 s of sampling in each of 5 passes; each takes 4.5 s.
    slow = Machine(outcome_of, clock, task_s=4.5)
    first_s, *later_s = lefts_s(passes(planned=5), slow)
    assert first_s == pytest.approx(5 * 2 * 3.0 * USUAL_OVERHEAD + 5 * USUAL_START_S)
    assert later_s == pytest.approx([passes_left * 2 * 4.5 for passes_left in (4, 3, 2, 1)])


def test_a_sweep_that_failed_takes_no_more_time(passes, outcome_of, clock):
    machine = Machine(outcome_of, clock, task_s=3.0)
    machine.deals["x1"] = [{"failures": {"g1": "no memory"}}]
    assert lefts_s(passes(planned=3), machine)[1:] == pytest.approx([2 * 3.0, 3.0])


def test_the_run_goes_on_only_between_steps(passes, machine):
    steps = passes().steps(machine)
    for kind in (PassBegins, SweepBegins):
        assert isinstance(next(steps), kind)
    assert machine.tasks == []
    steps.close()
    assert len(machine.processes) == 1


def test_a_process_that_dies_over_ceilings_costs_no_sweep_its_pass(passes, machine):
    run = passes(sweeps=2, planned=3, ceilings=CeilingsWanted(pass_s=1.0))
    machine.deals["x1"] = machine.deals["x2"] = [Died(f"{DIED} was ended by SIGKILL", ""), {}, {}, {}]
    steps = list(run.steps(machine))
    asked = [task for task in machine.tasks if task.ceilings_s]
    assert len(asked) == 1
    (without,) = of_type(Ceilings, steps)
    assert without.missing == ("the process that measured it was ended by SIGKILL",)
    first = sweeps_of(run)[asked[0].sweep]
    assert sorted(first.outcomes) == [1, 2, 3]
    assert not first.failed
