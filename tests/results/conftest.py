import pytest
from journals import HEADER, OTHER, SWEEP, failed

from guidelines.results import journal
from guidelines.results.model import Failure
from guidelines.spec.work import Cost


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.jsonl"


@pytest.fixture
def log(path):
    """A journal that was begun and is still being written."""
    begun = journal.create(path, HEADER)
    yield begun
    begun.close()


@pytest.fixture
def pair(entry):
    """What one measurement of a sweep gave; `g8` tells measurements apart."""

    def pair(g8=2.0, **changes):
        return [entry("g=1", 1.0, rounds=12, **changes), entry("g=8", g8, rounds=12, **changes)]

    return pair


@pytest.fixture
def whole(log, path, pair, entry):
    """A finished journal of two sweeps, with everything that a journal can hold."""
    log.add(SWEEP, 1, [*pair(), failed(entry("g=4", 1.0))])
    log.withdraw(failed(pair()[1]))
    log.resume()
    log.skip("test_g2[cpu-x2-g1]", "not today")
    log.add(OTHER, 1, pair(sweep="x2"))
    log.add(SWEEP, 1, pair(3.0))
    log.finish()
    return path.read_bytes()


@pytest.fixture
def failure(entry):
    return Failure(
        entry("g=2", 1.0).place,
        (90,),
        Cost(multiply_adds=7, conv_memory_access=8, memory_access=9, parameters=10),
        "RuntimeError: out of memory",
    )
