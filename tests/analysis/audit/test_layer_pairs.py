from made_up_audits import audit_run, operator

from guidelines.analysis.audit.layer_pairs import layer_pairs


def pairs(a, b):
    """The layers of two audits, each row with the operators of A and of B."""
    parts = (audit_run(1, *operators).audit.parts for operators in (a, b))
    rows = layer_pairs(*parts)
    return [(row.layers, row.a and row.a.operator, row.b and row.b.operator) for row in rows]


def add(layers, name="add"):
    return operator(layers, 1, operator=name, kind="element-wise")


def conv(layers, name="conv"):
    return operator(layers, 1, operator=name)


def test_layers_of_the_same_parts_are_together():
    assert pairs([conv("a b c")], [conv("a b c")]) == [(("a", "b", "c"), "conv", "conv")]


def test_a_part_whose_layers_are_of_two_parts_on_the_other_side_is_two_rows():
    assert pairs([conv("a b c")], [conv("a c", "wide"), conv("b")]) == [
        (("b",), "conv", "conv"),
        (("a", "c"), "conv", "wide"),
    ]


def test_calls_of_one_layer_are_matched_by_operator_then_by_kind():
    a = [conv("net", "conv 1"), conv("net", "conv 2"), add("net")]
    b = [add("net", "mul"), conv("net", "conv 2"), conv("net", "conv 3")]
    assert pairs(a, b) == [
        (("net",), "conv 2", "conv 2"),
        (("net",), "conv 1", "conv 3"),
        (("net",), "add", "mul"),
    ]


def test_operators_of_two_kinds_are_not_one_that_has_changed():
    cat = operator("down", 1, operator="cat", kind="data movement")
    assert pairs([cat], [conv("down")]) == [(("down",), "cat", None), (("down",), None, "conv")]
    assert pairs([add("net"), add("net", "mul")], [conv("net")]) == [
        (("net",), "add", None),
        (("net",), "mul", None),
        (("net",), None, "conv"),
    ]


def test_calls_beyond_those_of_the_other_side_are_on_one_side_only():
    assert pairs([add("relu relu relu")], [add("relu")]) == [
        (("relu",), "add", "add"),
        (("relu", "relu"), "add", None),
    ]


def test_every_call_is_in_one_row():
    a, b = [conv("a b"), add("a b c d"), conv("x")], [add("a d e"), conv("b a"), conv("c", "new")]
    rows = pairs(a, b)
    assert sum(len(layers) for layers, of_a, _ in rows if of_a) == 7
    assert sum(len(layers) for layers, _, of_b in rows if of_b) == 6
