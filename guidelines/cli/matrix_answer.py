"""The answer about several machines: where each guideline holds, and which differ from their twins."""

from collections.abc import Iterable, Sequence

from guidelines.analysis.machines.kinds import KindLine, kinds
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.machines.twins import all_twins
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.tables import tables
from guidelines.cli.formats import Answer
from guidelines.cli.machines import series_of
from guidelines.report import records
from guidelines.report.pictures.series import Series
from guidelines.report.subjects import kinds as report_of_kinds
from guidelines.report.subjects import machines as report

# More rows are grouped by kinds, if that makes them fewer.
MOST_ROWS = 12


def answer_of(machines: Sequence[MachineResults]) -> Answer:
    """The matrix of machines and guidelines, by kinds if the machines are many, and the twins."""
    compared, twins = matrix(machines), all_twins(machines)
    of_kinds = kinds(compared)
    if MOST_ROWS < len(compared.lines) > len(of_kinds):
        document = report_of_kinds.document(of_kinds, compared, twins)
        drawn = _first_of_each(of_kinds)
    else:
        document = report.document(compared, twins)
        drawn = list(machines)

    def series() -> list[Series]:
        return series_of(drawn, [tables(each) for each in drawn])

    return Answer("compare", document, records.of_matrix(compared, twins), series)


def _first_of_each(of_kinds: Iterable[KindLine]) -> list[MachineResults]:
    """The first machine of each kind, for pictures."""
    return list({id(kind.lines[0].results): kind.lines[0].results for kind in of_kinds}.values())
