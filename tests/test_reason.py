import pytest

from guidelines.reason import one_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("\n first\nsecond"), "ValueError: first"),
        (ValueError(), "ValueError"),
        (MemoryError("  \n"), "MemoryError"),
        (
            RuntimeError("Error(s) in loading:\n\tMissing key\nmore"),
            "RuntimeError: Error(s) in loading: Missing key",
        ),
    ],
)
def test_an_error_is_one_line(error, line):
    assert one_line(error) == line
