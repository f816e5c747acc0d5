import pytest
from test_words import FOLDER

pytest_plugins = "pytester"

EVERY_ROW = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Sweep

    def sweeps(condition):
        rows = tuple(blocks.group_convolution(128, 2**k) for k in range(8))
        yield Sweep("G8", "every row is slower", "x1", rows, claims_every_row=True)

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g8(measure):
        measure()
"""


@pytest.fixture
def said(pytester, suite, monkeypatch):
    """The lines on verdicts that a selection of the experiments, or of others, leaves without a variant."""

    monkeypatch.setenv("COLUMNS", "160")

    def said(*arguments, experiment="", file=""):
        if experiment:
            result = suite("--collect-only", "-q", *arguments, experiment=experiment)
        else:
            result = pytester.runpytest(
                *(f"{FOLDER / 'test_g1_channel_ratio.py'}{file}", "-p", "guidelines.plugin", "--device=cpu"),
                *("--import-mode=importlib", "--rootdir", str(pytester.path), "--collect-only", *arguments),
            )
        assert result.ret == 0
        return [line for line in result.outlines if "selected: " in line]

    return said


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["-k", "1to12 or equal"], "G1 x1, x2, x4: no verdict without 1to16; selected: equal"),
        (["-k", "x1 and not 1to16"], "G1 x1: no verdict without 1to16; selected: equal 1to4"),
        (["-k", "x2 and 1to4"], "G1 x2: no verdict without 1to16; selected: 1to4"),
    ],
)
def test_a_selection_without_the_row_that_decides_is_said(said, arguments, line):
    assert said("--channels=exact", *arguments) == [line]


def test_it_is_said_of_a_node_id_and_under_each_rule_for_widths(said):
    assert said(file="::test_g1[cpu-x4-equal]") == ["G1 x4: no verdict without 1to12; selected: equal"]
    assert said("--channels=all", "-k", "x1 and (1to12 or 1to4)") == [
        "G1 x1: no verdict without 1to16; selected: 1to4"
    ]


@pytest.mark.parametrize("words", ["1to12", "g1", "x1 and (1to12 or 1to2)"])
def test_nothing_is_said_without_the_baseline_which_is_measured_anyway(said, words):
    assert said("-k", words) == []


def test_a_claim_about_every_row_can_be_denied_by_one(said):
    assert said("-k", "8groups or 64groups", experiment=EVERY_ROW) == [
        "G8 x1: cannot hold without 2groups 4groups 16groups 32groups; selected: 8groups 64groups 128groups"
    ]
    assert said("-k", "not 16groups", experiment=EVERY_ROW) == [
        "G8 x1: cannot hold without 16groups; selected: 1group 2groups 4groups 8groups 32groups 64groups and "
        "1 more"
    ]
    assert said("-k", "1group", experiment=EVERY_ROW) == [
        "G8 x1: no verdict without 2groups 4groups 8groups 16groups 32groups 64groups and 1 more; selected: "
        "1group"
    ]
    assert said("-k", "x1", experiment=EVERY_ROW) == []
