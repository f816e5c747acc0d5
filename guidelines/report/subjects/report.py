"""Put together the report on one machine."""

from collections.abc import Sequence

from guidelines.analysis.measured import MachineResults
from guidelines.analysis.prediction import predictions
from guidelines.analysis.tables import Table
from guidelines.report.document import Section
from guidelines.report.subjects.machines import by_condition
from guidelines.report.subjects.prediction import section
from guidelines.report.subjects.tables import sections


def parts(results: MachineResults, tables: Sequence[Table]) -> tuple[Section, ...]:
    """Tables with their verdicts, a matrix of conditions, and correlations of counts with times."""
    return (*sections(tables), *by_condition(results), *section(predictions(results)))
