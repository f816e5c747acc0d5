from dataclasses import replace

import pytest
from made_up_ceilings import CPU, ceilings, with_operators

from guidelines.analysis.account.unexplained import COMPILED
from guidelines.analysis.tables import tables
from guidelines.report.document import Document
from guidelines.report.formats import text
from guidelines.report.subjects import at_best
from guidelines.report.subjects.report import parts
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)
CONV = Operators("convolution", calls=1, multiply_adds=10**6, memory_access=1000)
CUDA = Condition("cuda:0", "a device", dtype="float16", threads=2)


@pytest.fixture
def run_of(entry, results):
    def run_of(*passes, condition=CPU, operators=(ADDS,)):
        entries = [entry("g=1", 1.0, condition=condition), entry("g=8", 2.0, condition=condition)]
        made = results(*(with_operators(each, *operators) for each in entries))
        return replace(made, ceilings=passes)

    return run_of


def section(results):
    """The last section of a report."""
    return parts(results, tables(results))[-1]


def rows(section):
    return {row.values[0].text: [value.text for value in row.values[1:]] for row in section.grid.rows}


def test_figures_stand_there_with_their_worst_pass_and_unit(run_of):
    shown = section(run_of(ceilings(), ceilings(number=2, bytes_per_s=0.5e9)))
    assert shown.title == "What the device does at best"
    assert rows(shown) == {
        "copies within 64 KiB": ["1.00", "0.500", "", "GB/s"],
        "copies within 1 MiB": ["1.00", "0.500", "4 to 40", "GB/s"],
        "mult-adds, matrix product": ["10.0", "10.0", "", "G/s"],
        "mult-adds, 3x3 convolution": ["8.00", "8.00", "", "G/s"],
        "launch, element-wise, eager": ["1.00", "1.00", "0.4 to 4", "us"],
        "launch, convolution, eager": ["5.00", "5.00", "", "us"],
    }
    assert {row.group for row in shown.grid.rows} == {"cpu, float32, nchw, 1 thread"}


def test_products_stand_beside_what_is_usual_for_the_instruction_set(run_of):
    made = run_of(ceilings())
    shown = section(replace(made, machine=replace(made.machine, cpu_capability="AVX2")))
    assert rows(shown)["mult-adds, matrix product"] == ["10.0", "", "15 to 95", "G/s"]


def test_it_says_what_the_factors_mean_if_there_are_any(run_of):
    memory, kernels, source = section(run_of(ceilings())).notes
    assert kernels.startswith("kernels: the rest, ")
    assert kernels.endswith(". Remedy: aligned widths, another layout, better kernels")
    assert source == 'see "Why a network is slower" in experiments/METHOD.md'
    assert memory.startswith("memory explains: the share of traffic")
    (unlike,) = section(run_of(ceilings(), operators=())).notes
    assert unlike == (
        "the file lacks the operators of 2 networks, so that slow-downs are not explained "
        "(G2 x1 g=1, G2 x1 g=8)"
    )


def test_a_cuda_device_names_its_cudnn_choice_and_both_modes(run_of):
    shown = section(run_of(ceilings(CUDA), condition=CUDA))
    assert {row.group for row in shown.grid.rows} == {"cuda:0, float16, nchw, 2 threads, cuDNN heuristic"}
    assert rows(shown)["launch, convolution, cudagraph"] == ["0.100", "", "", "us"]


def test_mode_compile_is_not_explained(run_of):
    compiled = replace(CPU, mode="compile")
    (note,) = section(run_of(ceilings(), condition=compiled, operators=[CONV])).notes
    assert note == f"cpu, float32, nchw, 1 thread: slow-downs are not explained: {COMPILED}"


def test_networks_that_are_faster_than_their_floor_are_named(run_of):
    many = Operators("element-wise", calls=9, multiply_adds=0, memory_access=1_000_000)
    *_, note = section(run_of(ceilings(), operators=[many])).notes
    assert note.startswith("2 networks take less time than the floor, so that their slow-downs")
    assert note.endswith("(G2 x1 g=1: a floor of 3.6 times its time)")


def test_networks_that_are_faster_than_their_launches_are_named(run_of):
    many = Operators("element-wise", calls=30_000, multiply_adds=0, memory_access=0)
    *_, note = section(run_of(ceilings(), operators=[ADDS, many])).notes
    assert note.startswith("2 networks take less time than the floor and the launches, so that their slow-")
    assert note.endswith("(G2 x1 g=1: a floor of 0.4 and launches of 3 times its time)")
    *_, note = section(run_of(ceilings(traffic={}), operators=[ADDS, many])).notes
    assert note.startswith("2 networks take less time than the launches, so that")
    assert note.endswith("(G2 x1 g=1: launches of 3 times its time)")


def test_the_legend_speaks_of_memory_only_if_traffic_is_known(run_of):
    (first, *_) = section(run_of(ceilings(traffic={}))).notes
    assert first.startswith("in the answer: the shares of factors in the effect")


def test_a_condition_without_ceilings_says_why_once(run_of):
    none = ceilings(traffic={}, launch_s={}, missing=("rates of moving bytes: no memory", "launches in mode"))
    shown = section(run_of(none, replace(none, number=2)))
    assert shown.notes == (
        "cpu, float32, nchw, 1 thread: slow-downs are not explained: rates of moving bytes: no memory; "
        "launches in mode",
    )
    bare = ceilings(traffic={}, multiply_adds_per_s={}, launch_s={}, missing=("no time",))
    assert section(run_of(bare)).grid is None


def test_a_figure_that_is_missing_beside_others_has_its_reason(run_of):
    lacking = ceilings(missing=("rate of the 1x1 convolution: no memory",))
    assert section(run_of(lacking)).notes[3:] == (
        "cpu, float32, nchw, 1 thread: not measured: rate of the 1x1 convolution: no memory",
    )


def test_rates_within_a_cache_do_not_stand_beside_those_that_are_usual_for_memory(run_of):
    reason = "rates of moving bytes beyond 1 MiB: memory is short"
    short = ceilings(missing=(reason,))
    shown = section(run_of(short))
    assert rows(shown)["copies within 1 MiB"] == ["1.00", "", "", "GB/s"]
    assert shown.notes[3:] == (f"cpu, float32, nchw, 1 thread: not measured: {reason}",)
    assert rows(section(run_of(short, ceilings(number=2))))["copies within 1 MiB"][2] == "4 to 40"


def test_a_terminal_shows_one_figure_of_each_kind_if_there_are_many_conditions(run_of):
    conditions = [replace(CUDA, threads=k) for k in range(1, 5)]
    shown = section(run_of(*map(ceilings, conditions), condition=CUDA))
    assert (len(shown.grid.rows), len(shown.brief.rows)) == (32, 12)
    assert [row.values[0].text for row in shown.brief.rows[:3]] == [
        *("copies within 1 MiB", "mult-adds, 3x3 convolution", "launch, convolution, cudagraph"),
    ]
    assert section(run_of(ceilings())).brief is None


def test_an_older_file_has_no_such_section(run_of):
    assert at_best.section(run_of(), tables(run_of())) == ()


def test_a_run_that_was_too_short_says_so(run_of):
    short = replace(run_of(), is_too_short_for_ceilings=True)
    (shown,) = at_best.section(short, tables(short))
    assert (shown.grid, shown.notes) == (None, (at_best.TOO_SHORT,))
    explained = replace(run_of(ceilings()), is_too_short_for_ceilings=True)
    assert at_best.TOO_SHORT not in section(explained).notes


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_a_terminal(run_of, width):
    document = Document("", (), (section(run_of(ceilings(CUDA), condition=CUDA)),))
    assert max(map(len, text.render(document, width).splitlines())) <= width
