"""Measuring in this process, which a debugger or a profiler reaches."""

from collections import deque
from collections.abc import Iterator

from guidelines.measure.alarms import unless_alarm
from guidelines.measure.dropped import Explain
from guidelines.measure.passes import Measure, TaskOfCase
from guidelines.measure.processes import Result
from guidelines.measure.task import Task, ceilings, measure


def measure_here(explain: Explain) -> Measure:
    """Function that measures tasks in this process, for debuggers and profilers.

    An alarm of the test that runs ends the measuring, see `alarms`.
    """

    def measure_tasks(tasks: deque[TaskOfCase]) -> Iterator[tuple[Task, Result | None]]:
        while tasks:
            task, case = tasks.popleft()
            yield task, None
            for measured in ceilings(task):
                yield task, measured
            yield task, measure(task, case.sweep, unless_alarm(explain))

    return measure_tasks
