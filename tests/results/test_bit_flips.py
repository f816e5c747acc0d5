import importlib.util
from pathlib import Path

import pytest

from guidelines.results.files import load

HARNESS = Path(__file__).parent.parent / "harness" / "bit_flips.py"


@pytest.fixture(scope="module")
def bit_flips():
    """The script of the same name."""
    spec = importlib.util.spec_from_file_location("bit_flips", HARNESS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_flipped_bit_of_a_journal_is_noticed(bit_flips, path):
    bit_flips.write(path)
    assert load(path, 10**9).notes == ()
    outcomes = bit_flips.flipped(path, flips=100, seed=2)
    assert outcomes.total() == 100
    assert outcomes.keys() <= {bit_flips.NOTED, bit_flips.REFUSED}
    assert outcomes[bit_flips.NOTED] > 50


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_of_the_first_bytes_is_refused_in_one_line(bit_flips, path, bit):
    bit_flips.write(path)
    whole = path.read_bytes()
    original = load(path, 10**9)
    for position in range(30):
        content = bytearray(whole)
        content[position] ^= 1 << bit
        path.write_bytes(content)
        assert bit_flips.outcome(path, original) == bit_flips.REFUSED
