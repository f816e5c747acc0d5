import copy

import pytest

from guidelines.results.audit import Audit, AuditPart, Timed, parsed, to_saved

AUDIT = Audit(
    target="net.py:Net",
    inputs="1x3x224x224",
    parts=(
        AuditPart(
            variant="part-1",
            operator="conv 1x1 64->256, 56x56",
            kind="convolution",
            layers=("layer1.0.conv3", "layer1.1.conv3"),
            guideline="G1",
            rule="widths 64 and 256, 1:4",
            alternative=Timed("part-1.alternative", "widths 128 and 128", work=1.0),
            remedies=(Timed("part-1.remedy-1", "in nhwc"),),
            calls_each=2,
        ),
        AuditPart("part-2", "relu_ 64x56x56", kind="element-wise", layers=("layer1.0",), guideline="G4"),
        AuditPart("part-3", "max_pool2d 64x56x56", kind="other", layers=("pool",)),
    ),
    other_modes=("compile",),
    keeps_state=True,
)


def saved():
    """The audit as JSON gives it back: with lists for tuples."""
    plain = to_saved(AUDIT)
    parts = [
        {**part, "layers": list(part["layers"]), "remedies": list(part["remedies"])}
        for part in plain["parts"]
    ]
    return {**plain, "parts": parts, "other_modes": list(plain["other_modes"])}


def test_an_audit_is_read_as_it_was_saved():
    assert parsed(saved()) == AUDIT


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda part: part.update(guideline="G7"), "guideline must be one of G1, G2, G3, G4, got 'G7'"),
        (lambda part: part.update(layers=[]), "part-1 is in no layer"),
        (lambda part: part.update(variant="part-2"), "holds a variant twice"),
        (lambda part: part.update(calls_each=0), "calls_each must be a whole number above 0, got 0"),
        (lambda part: part["alternative"].update(work=1e-15), "work must be from 0.01 to 100"),
        (lambda part: part["alternative"].update(work=float("nan")), "work must be a positive number"),
    ],
    ids=["guideline", "layers", "twice", "calls", "work", "nan"],
)
def test_a_part_that_cannot_be_is_refused(change, wrong):
    edited = copy.deepcopy(saved())
    change(edited["parts"][0])
    with pytest.raises(ValueError, match=wrong):
        parsed(edited)


def test_audits_of_one_mode_may_lack_the_others():
    edited = saved()
    del edited["other_modes"]
    assert parsed(edited).other_modes == ()


def test_a_file_that_does_not_tell_of_weights_had_them_drawn_anew():
    edited = saved()
    assert (parsed(edited).keeps_state, parsed(edited).weights) == (True, "its own (--state)")
    del edited["keeps_state"]
    assert (parsed(edited).keeps_state, parsed(edited).weights) == (False, "drawn anew")


def test_a_part_that_does_not_tell_of_its_calls_makes_one():
    edited = saved()
    assert parsed(edited).parts[0].calls_each == 2
    del edited["parts"][0]["calls_each"]
    assert parsed(edited).parts[0].calls_each == 1


def test_other_modes_must_be_different_ones():
    for modes, wrong in ((["compile"] * 2, "holds a mode twice"), ("compile", "must be a list of texts")):
        with pytest.raises(ValueError, match=wrong):
            parsed({**saved(), "other_modes": modes})


@pytest.mark.parametrize("name", ["target", "inputs", "parts"])
def test_an_audit_that_lacks_something_is_refused(name):
    edited = saved()
    del edited[name]
    with pytest.raises(KeyError, match=name):
        parsed(edited)
