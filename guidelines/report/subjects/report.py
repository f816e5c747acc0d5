"""Put together the report on one machine."""

from collections.abc import Sequence

from guidelines.analysis.measured import MachineResults
from guidelines.analysis.prediction import predictions
from guidelines.analysis.tables import Table
from guidelines.report.document import Section
from guidelines.report.subjects import at_best, eager_and_device, prediction
from guidelines.report.subjects.machines import by_condition
from guidelines.report.subjects.tables import sections


def parts(results: MachineResults, tables: Sequence[Table]) -> tuple[Section, ...]:
    """Tables with their verdicts, a matrix of conditions, correlations of counts with times.

    If a CUDA device was measured in modes eager and cudagraph, a section sets both beside each other. The
    last one says what the device does at best, if that is known.
    """
    return (
        *sections(tables),
        *by_condition(results),
        *prediction.section(predictions(results)),
        *eager_and_device.section(tables),
        *at_best.section(results, tables),
    )
