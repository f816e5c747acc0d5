"""Everything that is said of one machine, in its order."""

from collections.abc import Sequence

from guidelines.measured import MachineResults
from guidelines.prediction import predictions
from guidelines.report.document import Section
from guidelines.report.sections import sections
from guidelines.report.standings import by_condition
from guidelines.report.subjects.prediction import section
from guidelines.tables import Table


def parts(results: MachineResults, tables: Sequence[Table]) -> tuple[Section, ...]:
    """Tables with their verdicts, guidelines beside conditions, and what predicts the time of networks."""
    return (*sections(tables), *by_condition(results), *section(predictions(results)))
