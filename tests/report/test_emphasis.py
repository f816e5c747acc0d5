"""Looks of many machines: one for each in all pictures of a page."""

from guidelines.analysis.tables import tables
from guidelines.report.pictures.legend import MANY, STYLES
from guidelines.report.pictures.series import Series
from guidelines.report.pictures.shown import shown


def looks_by_guideline(series):
    """The look of each machine, by its label, in the picture of each guideline."""
    return {each.guideline: dict(zip(each.labels, each.looks, strict=True)) for each in shown(series)}


def machine(entry, results, label, **slowdowns):
    entries = []
    for guideline, slowdown in slowdowns.items():
        entries += [entry(v, s, guideline=guideline) for v, s in (("g=1", 1.0), ("g=8", slowdown))]
    return Series(label, tuple(tables(results(*entries))))


def test_a_machine_has_one_colour_and_number_in_all_pictures(entry, results):
    # What is large in one guideline is small in the other.
    series = [machine(entry, results, f"m{k}", G1=1.1 + k / 10, G2=3.0 - k / 20) for k in range(9)]
    looks = looks_by_guideline(series)
    assert looks["G1"] == looks["G2"]
    assert sum(look == MANY for look in looks["G1"].values()) == 3
    assert {label.partition(": ")[0] for label, look in looks["G1"].items() if look != MANY} == set("123789")


def test_effects_are_held_against_those_of_the_same_sweep(entry, results):
    series = [machine(entry, results, f"m{k}", G1=2.0 + k / 10, G2=9.0) for k in range(8)]
    only_small = machine(entry, results, "other", G1=2.75)
    labels = shown([*series, only_small])[0].labels
    ranks = {name: rank for rank, _, name in (label.partition(": ") for label in labels)}
    assert ranks["other"] == "1"  # though the mean effect of those with G2 is larger


def test_machines_of_a_picture_of_few_are_never_grey(entry, results):
    many = [machine(entry, results, f"m{k}", G1=1.5 + k / 10) for k in range(8)]
    both = machine(entry, results, "both", G1=1.85, G2=2.0)
    alone = [machine(entry, results, f"alone {k}", G3=2.0) for k in range(5)]
    looks = looks_by_guideline([*many, both, *alone])
    for guideline in ("G2", "G3"):
        of_few = list(looks[guideline].values())
        assert MANY not in of_few
        assert len(set(of_few)) == len(of_few)
    colours = [look for look in looks["G1"].values() if look != MANY]
    assert sorted(colours) == sorted(STYLES)
    (own,) = (look for label, look in looks["G1"].items() if label.endswith("both"))
    assert list(looks["G2"].values()) == [own]
