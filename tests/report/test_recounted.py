"""The counts of the answer can be recounted in the cells of the matrix and of the heat map."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.measured import results_of
from guidelines.analysis.tables import tables
from guidelines.report.labels import NOT_COUNTED
from guidelines.report.subjects.answer import EAGER, MOST_LINES, lines
from guidelines.report.subjects.machines import document
from guidelines.results.files import load
from guidelines.results.model import Machine
from guidelines.stats.intervals import Estimate

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded"
WORDS = {"holds": "holds", "not": "does not hold", "in part": "holds in part", "undecided": "undecided"}


@pytest.fixture(scope="module")
def compared():
    runs = [load(RECORDED / name, 2**28) for name in ("cpu-epyc-2-cores.json", "h200.json")]
    return document(matrix([results_of(run) for run in runs]))


def counted_by_cell(grid, column):
    cells = [row.values[column].text.split("\n") for row in grid.rows]
    findings = Counter()
    for lines_of_cell in cells:
        if NOT_COUNTED not in lines_of_cell:
            findings.update(line for line in lines_of_cell if line in WORDS.values())
    return findings


def counted_by_answer(line):
    held, total = map(int, re.findall(r"(\d+) of (\d+)", line.outcome)[0])
    findings = Counter({"holds": held})
    for word, number in re.findall(r"(not|in part|undecided) on (\d+)", line.rest):
        findings[WORDS[word]] += int(number)
    assert findings.total() == total
    return findings


def test_the_counts_of_the_answer_are_those_of_the_matrix(compared):
    grid = compared.sections[0].grid
    *counted, last = compared.answer
    assert last == EAGER
    assert [line.name for line in counted] == [head.name for head in grid.heads[1:]] != []
    for column, line in enumerate(counted, start=1):
        assert counted_by_cell(grid, column) == counted_by_answer(line)


def test_the_heat_map_has_the_findings_of_the_matrix(compared):
    (shown,) = compared.heat_maps
    for heat, row in zip(shown.rows, compared.sections[0].grid.rows, strict=True):
        assert heat.name == row.values[0].text
        for cell, value in zip(heat.cells, row.values[1:], strict=True):
            assert cell.outcome in value.text.split("\n")
            assert (NOT_COUNTED in cell.detail) is (NOT_COUNTED in value.text)


def test_rows_of_one_machine_begin_with_its_device(compared):
    names = [row.values[0].text for row in compared.sections[0].grid.rows]
    assert names == ["AMD EPYC", "NVIDIA H200, host CPU", "NVIDIA H200, eager", "NVIDIA H200, cudagraph"]


def test_the_answer_has_room_for_what_is_left_out(entry, results):
    cuda = replace(entry("g=1", 1.0).place.condition, device="cuda:0")
    entries = []
    for k in range(20):
        for mode in ("eager", "cudagraph"):
            how = {"guideline": f"G{k}", "condition": replace(cuda, mode=mode)}
            entries += [entry("g=1", 1.0, **how), entry("g=8", 2.0, **how)]
    shown = lines([tables(results(*entries))])
    assert len(shown) == MOST_LINES
    assert shown[-1] == EAGER


def test_a_machine_whose_deciding_row_failed_is_no_undecided_one(entry, results):
    whole = [entry("g=1", 1.0), entry("g=8", 2.0)]
    machines = [results(*whole, machine=Machine(node=name)) for name in ("one", "two")]
    broken = results(entry("g=1", 1.0), entry("g=2", 1.2), machine=Machine(node="three"))
    (line,) = lines([tables(machine) for machine in (*machines, broken)])
    assert (line.outcome, line.rest) == ("holds on 2 of 2 machines", "no verdict on 1")


def test_a_fact_that_a_file_lacks_is_named_once(entry, results):
    pair = [entry("g=1", 1.0), entry("g=8", 2.0)]
    facts = {"system": "Linux", "cpu_model": "a processor", "cpu_count": "2", "python": "3"}
    machines = [results(*pair, machine=Machine(**facts, torch=torch)) for torch in ("", "2.6.0", "2.13.0")]
    shown = document(matrix(machines))
    notes = [note for note in shown.sections[0].notes if "do not hold" in note]
    assert notes == ["a processor: the files do not hold torch"]
    assert "unknown" not in " ".join(row.values[0].text for row in shown.sections[0].grid.rows)


def test_an_undecided_cell_has_its_cause_below(entry, results):
    def machine(node, **how):
        return results(entry("g=1", 1.0, **how), entry("g=8", 1.3, **how), machine=Machine(node=node))

    noisy = {"control": Estimate(1.0, 0.7, 1.4, 0.99, 40)}
    shown = document(matrix([machine("one"), machine("two", **noisy), machine("three", **noisy)]))
    notes = [note for note in shown.sections[0].notes if note.startswith("G2 undecided")]
    assert notes == [
        "G2 undecided on a processor, host two; a processor, host three: noise floor above 25 %, "
        "needs a quieter machine: guidelines doctor"
    ]
    (line,) = shown.answer
    assert (line.outcome, line.tone, line.rest) == ("undecided on 2 of 3 machines", "part", "holds on 1")


def test_an_answer_begins_with_what_is_most_frequent(entry, results):
    def answer(*slowdowns, **how):
        machines = [results(entry("g=1", 1.0, **how), entry("g=8", each, **how)) for each in slowdowns]
        (line,) = lines([tables(machine) for machine in machines])
        return line.outcome, line.tone, line.rest

    noisy = {"control": Estimate(1.0, 0.7, 1.4, 0.99, 40)}
    assert answer(1.3, 1.3, 1.3, **noisy) == ("undecided on 3 of 3 machines", "open", "")
    assert answer(0.5, 0.5) == ("does not hold on 2 of 2 machines", "bad", "")
    assert answer(0.5, 2.0, 0.5) == ("does not hold on 2 of 3 machines", "part", "holds on 1")
    assert answer(0.5, 2.0) == ("holds on 1 of 2 machines", "part", "does not hold on 1")


def test_an_answer_without_any_verdict_says_so(entry, results):
    (line,) = lines([tables(results(entry("g=1", 1.0), entry("g=2", 1.2))) for _ in range(2)])
    assert (line.outcome, line.tone, line.rest) == ("no verdict on 2 of 2 machines", "open", "")


def test_the_causes_of_undecided_cells_are_told_once_for_guidelines_of_the_same_machines(entry, results):
    noisy = {"control": Estimate(1.0, 0.7, 1.4, 0.99, 40)}

    def machine(node):
        entries = []
        for guideline in ("G1", "G2"):
            how = {"guideline": guideline, **noisy}
            entries += [entry("g=1", 1.0, **how), entry("g=8", 1.3, **how)]
        return results(*entries, machine=Machine(node=node))

    shown = document(matrix([machine("one"), machine("two")]))
    assert [note for note in shown.sections[0].notes if " undecided " in note] == [
        "G1, G2 undecided everywhere: noise floor above 25 %, needs a quieter machine: guidelines doctor"
    ]
    (row, _) = shown.sections[0].grid.rows
    assert row.values[1].text.split("\n")[-2:] == ["undecided", "1 sweep"]


def test_the_legend_explains_only_the_words_of_the_cells(entry, results):
    def legend(*slowdowns, **how):
        machines = []
        for node in ("one", "two"):
            its = [entry("g=1", 1.0), *(entry("g=8", each, **how) for each in slowdowns)]
            machines.append(results(*its, machine=Machine(node=node)))
        return "\n".join(document(matrix(machines)).sections[0].notes)

    held, denied = legend(2.0), legend(0.5)
    assert "holds: one or more sweeps hold, the others are undecided\n" in held
    assert "does not hold: no sweep holds, one or more do not\n" in denied
    for word in ("holds in part", "undecided:", "or faster", "launches", "not counted", "per mult-add", "!:"):
        assert word not in held
        assert word not in denied
