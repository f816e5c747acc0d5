import json
from pathlib import Path

import pytest

from guidelines.analysis.measured import results_of
from guidelines.results.files import load
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError

SAVED = Path(__file__).parent / "saved"
RECORDED = Path(__file__).parents[2] / "experiments" / "recorded"
BASELINE, ROW = 0, 1
OPERATORS = {"kind": "convolution", "calls": 3, "multiply_adds": 4, "memory_access": 5, "in_place": 0}


@pytest.fixture
def content():
    """A file of three passes, with samples."""
    return json.loads((SAVED / "schema_3.json").read_text())


def ours(content, row):
    return content["benchmarks"][row]["extra_info"]["guidelines"]


def scale_samples(content):
    stats = content["benchmarks"][ROW]["stats"]
    stats["data"] = [s * 1.5 for s in stats["data"]]


def scale_control_samples(content):
    entry = ours(content, BASELINE)
    entry["control_samples_s"] = [s * 1.2 for s in entry["control_samples_s"]]


def swap_rounds(content):
    first, second, _ = ours(content, ROW)["passes"]
    first["rounds"], second["rounds"] = first["rounds"] - 3, second["rounds"] + 3


CHANGES = {
    "samples": (scale_samples, r"stats\.median is 0\.\d+, but its samples give 0\.\d+"),
    "median": (
        lambda content: content["benchmarks"][ROW]["stats"].update(median=1.0),
        r"stats\.median is 1, but its samples give 0\.\d+",
    ),
    "time of a pass": (
        lambda content: ours(content, ROW)["passes"][1].update(seconds_per_call=1.0),
        r"passes\[1\]\.seconds_per_call is 1, but its samples give 0\.\d+",
    ),
    "slow-down of a pass": (
        lambda content: ours(content, ROW)["passes"][1]["slowdown"].update(estimate=3.0),
        r"passes\[1\]\.slowdown is 3, but its samples give [\d.]+",
    ),
    "slow-down": (
        lambda content: ours(content, ROW)["slowdown"].update(estimate=3.0, high=4.0),
        r"slowdown is 3, but its passes give [\d.]+",
    ),
    "rounds": (
        lambda content: ours(content, ROW)["slowdown"].update(rounds=7),
        r"slowdown\.rounds is 7, but its passes have \d+",
    ),
    "deviation of a slow-down": (
        lambda content: ours(content, ROW)["passes"][1]["slowdown"].update(log_deviation=0.5),
        r"passes\[1\]\.slowdown\.log_deviation is 0\.5, but its samples give \S+",
    ),
    "deviation of a baseline": (
        lambda content: ours(content, BASELINE)["passes"][0]["slowdown"].update(log_deviation=0.5),
        r"passes\[0\]\.slowdown\.log_deviation is 0\.5, but its samples give 0",
    ),
    "row": (
        lambda content: ours(content, ROW).update(row=2),
        "its row is 2, but that is the row of 1:2",
    ),
    "operators": (
        lambda content: ours(content, ROW)["passes"][0]["circumstances"].update(operators=[OPERATORS]),
        r"the multiply_adds of passes\[0\]'s operators is 12, but the entry has [\d.e+]+",
    ),
    "rounds of passes": (swap_rounds, r"passes\[0\]\.\S+ is [\d.]+, but its samples give [\d.]+"),
    "control": (
        lambda content: ours(content, BASELINE)["control"].update(estimate=0.5, low=0.4),
        r"control is 0\.5, but its passes give [\d.]+",
    ),
    "control of a pass": (
        lambda content: ours(content, BASELINE)["passes"][2]["control"].update(estimate=0.5),
        r"passes\[2\]\.control is 0\.5, but its samples give [\d.]+",
    ),
    "deviation of a control": (
        lambda content: ours(content, BASELINE)["passes"][2]["control"].update(log_deviation=1e-5),
        r"passes\[2\]\.control\.log_deviation is 1e-05, but its samples give none",
    ),
    "another row's control": (
        lambda content: ours(content, ROW)["passes"][2]["control"].update(log_deviation=1e-5),
        r"passes\[2\]\.control\.log_deviation is 1e-05, but its baseline's entry says none",
    ),
    "samples of the control": (
        scale_control_samples,
        r"passes\[0\]\.control is [\d.]+, but its samples give 1\.\d+",
    ),
    "lost samples of the control": (
        lambda content: ours(content, BASELINE)["control_samples_s"].pop(),
        r"the control's number of samples is \d+, but its passes have \d+",
    ),
    "work": (
        lambda content: ours(content, ROW).update(multiply_adds=7),
        r"work_ratio is [\d.]+, but its multiply_adds are, over its baseline's, [\d.e-]+",
    ),
    "ratio of work": (
        lambda content: ours(content, ROW).update(work_ratio=0.5),
        r"work_ratio is 0\.5, but its multiply_adds are, over its baseline's, [\d.e-]+",
    ),
    "claim": (
        lambda content: ours(content, ROW).update(expect="faster"),
        "its expect is not that of G1 x1 1:1",
    ),
    "deciding row": (
        lambda content: ours(content, ROW).update(extreme="1:2"),
        "its extreme is not that of G1 x1 1:1",
    ),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=CHANGES)
def test_a_file_that_contradicts_itself_is_refused_in_one_line_that_names_the_entry(content, change, message):
    parse(content)
    change(content)
    with pytest.raises(ResultsError, match=rf"^G1 \S+ \S+: {message}$"):
        parse(content)


@pytest.mark.parametrize("path", sorted(RECORDED.glob("*.json")), ids=lambda path: path.stem)
def test_recorded_files_agree_with_themselves(path):
    assert load(path, 10**9).entries


@pytest.mark.parametrize(
    "path", [SAVED / "schema_3.json", *RECORDED.glob("cpu*.json")], ids=lambda path: path.stem
)
def test_figures_of_seven_digits_agree(path):
    content = json.loads(path.read_text())

    def rounded(value):
        if isinstance(value, dict):
            return {name: rounded(each) for name, each in value.items()}
        if isinstance(value, list):
            return list(map(rounded, value))
        return float(f"{value:.7g}") if isinstance(value, float) else value

    content["benchmarks"] = rounded(content["benchmarks"])
    assert parse(content).entries


def test_without_samples_figures_of_passes_are_the_truth(content):
    for row in content["benchmarks"]:
        del row["stats"]["data"]
        row["extra_info"]["guidelines"].pop("control_samples_s", None)
    parse(content)
    CHANGES["slow-down"][0](content)
    with pytest.raises(ResultsError, match="slowdown is 3, but its passes give"):
        parse(content)


def test_figures_of_an_old_file_are_computed_from_its_samples():
    content = json.loads((RECORDED / "cpu-epyc-2-cores-modes.json").read_text())
    before = results_of(parse(content)).measured[BASELINE]
    content["benchmarks"][BASELINE]["stats"]["median"] = 1.0
    ours(content, BASELINE)["control"]["low"] = 0.5
    after = results_of(parse(content)).measured[BASELINE]
    assert after.noise_floor == before.noise_floor
    assert after.seconds_per_call(0.95) == before.seconds_per_call(0.95)


def test_rounds_of_an_old_file_with_a_part_of_its_samples_are_those_that_are_there():
    content = json.loads((SAVED / "schema_1.json").read_text())
    (first, *_) = parse(content).entries
    assert 0 < len(first.samples_s) < ours(content, BASELINE)["slowdown"]["rounds"]
    assert len(first.samples_s) == first.slowdown.rounds == first.passes[0].rounds
    for row in content["benchmarks"]:
        row["extra_info"]["guidelines"]["slowdown"]["rounds"] = 9999
    assert parse(content) == parse(json.loads((SAVED / "schema_1.json").read_text()))


def test_operators_that_do_the_work_of_the_entry_agree(content):
    work = {**OPERATORS, "calls": 1, "multiply_adds": ours(content, ROW)["multiply_adds"]}
    ours(content, ROW)["passes"][0]["circumstances"].update(operators=[work])
    assert parse(content).entries[ROW].passes[0].circumstances.operators
