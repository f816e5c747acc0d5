from dataclasses import replace

import pytest

from guidelines.analysis.merge import merged
from guidelines.analysis.tables import tables
from guidelines.report.labels import attributes, labels, sentence
from guidelines.report.records import of_tables
from guidelines.report.subjects.machines import by_condition
from guidelines.report.subjects.sentences import setup
from guidelines.report.subjects.tables import sections
from guidelines.results.model import Circumstances, Machine
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor")
CUDA = Condition("cuda:0", "a card")
TUNED = replace(CUDA, cudnn="autotune")
HERE = Machine(node="here", torch="2.11.0", cudnn="91900")


def test_a_footer_names_cudnns_choice_on_cuda_only():
    assert setup(CPU, "G2") == "float32, nchw, eager, batch 1, 56x56, 1 thread, published widths"
    assert setup(CUDA, "G2") == f"{setup(CPU, 'G2')}, cuDNN heuristic"
    assert setup(TUNED, "G2") == f"{setup(CPU, 'G2')}, cuDNN autotune"


def test_a_label_names_cudnns_choice_if_it_varies_and_never_for_a_cpu():
    names, shared = labels([attributes(HERE, condition) for condition in (CPU, CUDA, TUNED)])
    assert names == ["a processor, cpu", "a card, cuda:0, cuDNN heuristic", "a card, cuda:0, cuDNN autotune"]
    assert "cuDNN 91900" in sentence(shared)


def test_a_label_leaves_out_the_only_choice():
    names, _ = labels([attributes(HERE, condition) for condition in (CPU, CUDA)])
    assert names == ["a processor, cpu", "a card, cuda:0"]
    _, shared = labels([attributes(HERE, CPU)])
    assert "cuDNN heuristic" not in sentence(shared)


def titles(run):
    return [section.title.partition(": ")[2].split(": ")[-1] for section in sections(tables(run))]


def test_titles_name_cudnns_choice_if_it_varies(under):
    assert [title.split(", ")[-1] for title in titles(under(CPU, CUDA, TUNED))] == [
        "cpu",
        "cuDNN heuristic",
        "cuDNN autotune",
    ]
    assert [title.split(", ")[-1] for title in titles(under(CPU, CUDA))] == ["cpu", "cuda:0"]


def test_conditions_are_compared_by_cudnns_choice(under):
    (section,) = by_condition(under(CUDA, TUNED))
    assert [row.values[0].text for row in section.grid.rows] == [
        "a card, cuDNN heuristic",
        "a card, cuDNN autotune",
    ]


def test_records_part_cudnns_choice_from_its_version(under):
    run = replace(under(CPU, TUNED), machine=HERE)
    records = of_tables(run, tables(run))
    assert [record["cudnn_choice"] for record in records[::2]] == [None, "autotune"]
    assert {record["cudnn"] for record in records} == {"91900"}


def drawn(entry, condition, slowdowns):
    """A sweep whose networks were built anew every ten rounds, and whose slow-down was another each time."""
    placed = Circumstances(placed_at=tuple(range(0, 10 * len(slowdowns), 10)))
    baseline = entry("g=1", 1.0, rounds=10 * len(slowdowns), condition=condition, circumstances=placed)
    factors = [slowdowns[k // 10] for k in range(len(baseline.samples_s))]
    samples_s = tuple(s * factor for s, factor in zip(baseline.samples_s, factors, strict=True))
    variant = entry("g=8", slowdowns[0], condition=condition, circumstances=placed, samples_s=samples_s)
    return baseline, variant


def notes_on_draws(run):
    (section,) = sections(tables(run))
    return [note for note in section.notes if "cuDNN chose" in note]


def test_a_variant_whose_slowdown_hangs_on_cudnns_choice_is_named_with_its_range(entry, results):
    run = results(*drawn(entry, TUNED, [1.13, 1.60, 1.14, 1.13]))
    assert notes_on_draws(run) == ["x1 g=8: 1.13 to 1.60 by what cuDNN chose"]


@pytest.mark.parametrize(
    ("condition", "slowdowns"),
    [(TUNED, [1.13, 1.14, 1.12]), (CUDA, [1.13, 1.60, 1.14]), (CPU, [1.13, 1.60, 1.14])],
)
def test_others_are_not_named(entry, results, condition, slowdowns):
    assert notes_on_draws(results(*drawn(entry, condition, slowdowns))) == []


def test_draws_of_merged_runs_are_looked_at_together(entry, results):
    runs = [results(*drawn(entry, TUNED, [slowdown] * 3), source=str(slowdown)) for slowdown in (1.13, 1.6)]
    assert [notes_on_draws(run) for run in runs] == [[], []]
    assert notes_on_draws(merged(runs)) == ["x1 g=8: 1.13 to 1.60 by what cuDNN chose"]


def test_a_file_without_samples_names_no_draws(entry, results):
    without = [replace(each, samples_s=()) for each in drawn(entry, TUNED, [1.13, 1.60])]
    assert notes_on_draws(results(*without)) == []


def test_a_launch_bound_variant_shows_nothing_of_cudnns_choice(entry, results, changed):
    baseline, variant = drawn(entry, TUNED, [1.13, 1.60, 1.14, 1.13])
    bound = replace(variant.passes[0].circumstances, launch_s=2.0, device_s=1.0)
    assert notes_on_draws(results(baseline, changed(variant, circumstances=bound))) == []
