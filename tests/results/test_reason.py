import pytest

from guidelines.results.reason import one_line


class MuteError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


def nested(depth):
    error = ValueError("x")
    for _ in range(depth):
        error = ExceptionGroup("", [error])
    return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("no such row"), "ValueError: no such row"),
        (OSError("no weights\nhere"), "OSError: no weights"),
        (ValueError("\n\n  wrong  \n at the end"), "ValueError: wrong"),
        (
            RuntimeError("size mismatch:\n\n\tweight of 3\nbias of 4"),
            "RuntimeError: size mismatch: weight of 3",
        ),
        (RuntimeError("size mismatch:"), "RuntimeError: size mismatch:"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (AssertionError(" \n "), "AssertionError"),
        (KeyError("name"), "KeyError: 'name'"),
        (ExceptionGroup("teardown", [ExceptionGroup("", [ValueError("x")])]), "ValueError: x"),
        (nested(10_000), "ValueError: x"),
        (MuteError(), "MuteError"),
        (ExceptionGroup("both", [ValueError("x"), OSError("y")]), "ExceptionGroup: both (2 sub-exceptions)"),
    ],
)
def test_an_error_is_its_type_and_the_first_line_of_its_message(error, line):
    assert one_line(error) == line
