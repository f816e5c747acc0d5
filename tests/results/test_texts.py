import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guidelines.results.checked import LONGEST, escaped, printable, shown, text, texts

MOVING = {
    "control": "\x1b[2J",
    "direction": "\u202e\u2066\u061c",
    "right to left": "\u05d0\u0627\u0660\U00010b40\ufe8e",
    "filler": "\u115f\u1160\u3164\uffa0\u2800",
    "joiner": "\u034f\u200b\u200d\u2060\ufeff",
    "selector": "\u180b\ufe0f\U000e0100",
    "tag": "\U000e0041",
    "space": "\u00a0\u2003\u3000",
    "line": "\n\r\u0085\u2028\u2029",
    "private": "\ue000\U000f0000",
    "half": "\ud800",
}


@pytest.mark.parametrize("hidden", MOVING.values(), ids=MOVING)
def test_what_is_invisible_or_moves_others_is_escaped(hidden):
    for character in hidden:
        assert printable(f"a{character}b") == "a" + character.encode("unicode_escape").decode() + "b"


@pytest.mark.parametrize(
    "plain", ["", "g=8", "±0.03 é", "e\u0301", "数据 モデル", "ไม้", "हिन्दी", "G²", "🙂", "–"]
)
def test_what_shows_stays(plain):
    assert printable(plain) == plain


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("\u0301a", r"\u0301a"),
        ("a \u0301", r"a \u0301"),
        ("a" + "\u0301" * 5, "a" + "\u0301" * 3 + r"\u0301\u0301"),
        ("\u05d0\u0301", r"\u05d0\u0301"),
    ],
)
def test_a_mark_needs_a_letter_below_it(marked, expected):
    assert printable(marked) == expected


@given(st.text(max_size=50))
@example("\\x1b\x1b")
def test_a_printable_text_stays_as_it_is(any_text):
    once = printable(any_text)
    assert once.isprintable()
    assert printable(once) == once


@given(st.text(alphabet="a\u0301\x1b", min_size=300, max_size=1100))
@example("a" * LONGEST)
@example("a" * (LONGEST + 1))
@example("a" * (LONGEST - 1) + "\x1b")
def test_a_long_text_is_cut_with_a_mark_once(any_text):
    cut = printable(any_text)
    assert len(cut) <= LONGEST
    assert printable(cut) == cut
    assert ("…" in cut) == (len(escaped(any_text)) > LONGEST)


def test_long_texts_that_begin_alike_stay_two():
    assert len({printable("a" * 5000 + end) for end in "bcd"}) == 3
    assert printable("a" * 5000)[:900] == "a" * 900


@pytest.mark.parametrize("value", [10**400, "x" * 10**6, list(range(10**5)), {"a" * 10**6: 1}])
def test_a_message_shows_a_large_value_in_short(value):
    assert len(shown(value)) < 600
    assert len(text(value)) <= LONGEST


def test_a_value_of_any_depth_is_a_text():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert text(deep) == "[[[[...]]]]"
    while deep:  # freed step by step: its destructor would recurse as well
        (deep,) = deep


def test_a_list_of_texts_is_bounded_text_by_text():
    assert texts({"lost": ["a", None, "b" * 2000]}, "lost")[:2] == ("a", "")
    assert len(texts({"lost": ["b" * 2000]}, "lost")[0]) == LONGEST
