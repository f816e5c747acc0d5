import pytest

from guidelines.paper import tables as paper
from guidelines.spec.channels import fragment_widths, group_widths, ratio_widths


def test_slow_downs_follow_from_the_printed_throughputs():
    figure = paper.figure("G2", "arm", "x1", "g=8")
    assert (figure.throughput, figure.unit) == (27.8, "images/s")
    assert figure.slowdown == pytest.approx(40.0 / 27.8)
    assert paper.figure("G1", "gpu", "x4", "1:12").slowdown == pytest.approx(232 / 163)


def test_every_table_is_complete():
    rows = {"G1": 4, "G2": 4, "G3": 5, "G4": 4}
    for guideline in paper.GUIDELINES:
        for platform in ("arm", "gpu"):
            variants = paper.widths(guideline, platform)
            assert len(variants) == rows[guideline]
            for sweep in paper.columns(guideline, platform):
                figures = [paper.figure(guideline, platform, sweep, variant) for variant in variants]
                assert all(figure.throughput > 0 for figure in figures)
                assert figures[0].slowdown == 1


def test_the_paper_exceeds_twofold_for_8_groups_on_the_gpu_but_at_x4():
    found = [paper.figure("G2", "gpu", sweep, "g=8").slowdown for sweep in ("x1", "x2", "x4")]
    assert [round(slowdown, 2) for slowdown in found] == [3.87, 2.9, 1.9]


def test_what_the_paper_does_not_have_is_none():
    assert paper.figure("G2", "arm", "x1", "g=16") is None
    assert paper.figure("G2", "arm", "x3", "g=8") is None
    assert paper.figure("G5", "arm", "x1", "g=8") is None
    assert paper.table_number("G5") is None
    assert paper.columns("G5", "gpu") == ()
    assert paper.columns("source", "gpu") == ()


def test_sweeps_of_the_two_platforms_correspond_by_place():
    assert paper.counterpart("G3", "c64", "arm", "gpu") == "c128"
    assert paper.counterpart("G3", "c128", "gpu", "arm") == "c64"
    assert paper.counterpart("G1", "x2", "arm", "gpu") == "x2"
    assert paper.counterpart("G5", "x2", "arm", "gpu") is None


def test_a_network_of_table_8_is_relative_to_shufflenet_v2_of_its_group():
    figure = paper.figure("T8", "arm", "group-300M", "igcv3_d_x1_0", 224)
    assert (figure.throughput, figure.unit) == (6.3, "images/s")
    assert figure.slowdown == pytest.approx(11.8 / 6.3)
    assert paper.figure("T8", "gpu", "group-140M", "igcv3_d_x1_0", 224) is None
    assert paper.figure("T8", "gpu", "group-300M", "condensenet74_g8", 224) is None
    assert paper.figure("T8", "arm", "group-300M", "igcv3_d_x1_0", 192) is None
    assert paper.work_ratio("T8", "igcv3_d_x1_0", "shufflenet_v2_x1_5", "arm") == 318 / 299
    assert paper.work_ratio("U", "xception", "shufflenet_v2", "gpu") == 1
    assert paper.table_number("T8", 224) == "8"


def test_units_are_printed_for_two_image_sizes():
    found = {size: paper.figure("U", "gpu", "c64", "xception", size) for size in (28, 56, 112)}
    assert found[28].slowdown == pytest.approx(407 / 254)
    assert found[56].slowdown == pytest.approx(216 / 185)
    assert found[112] is None
    assert paper.counterpart("U", "c64", "arm", "gpu", 28) == "c64"


@pytest.mark.parametrize("platform", ["arm", "gpu"])
def test_the_work_of_published_networks_is_that_of_their_widths(platform):
    """The rules of spec.channels give the same residues."""
    bases = {name: paper.base_width(name, platform) for name in ("G1", "G2", "G3")}
    for ratio in (1, 2, 6, 12):
        residue = ratio_widths(bases["G1"], ratio, "paper").residue
        assert paper.work_ratio("G1", f"1:{ratio}", "1:1", platform) == pytest.approx(float(1 + residue))
    for groups in (1, 2, 4, 8):
        residue = group_widths(bases["G2"], groups, "paper").residue
        assert paper.work_ratio("G2", f"g={groups}", "g=1", platform) == pytest.approx(float(1 + residue))
    for fragments in (2, 4):
        residue = fragment_widths(bases["G3"], fragments, "paper").residue
        name = f"{fragments}-fragment-parallel"
        assert paper.work_ratio("G3", name, "1-fragment", platform) == pytest.approx(float(1 + residue))
    assert paper.work_ratio("G4", "neither", "ReLU + shortcut", platform) == 1
    assert paper.work_ratio("G1", "1:12", "1:3", platform) == 1
    assert paper.work_ratio("G5", "3x3", "1x1", platform) == 1
