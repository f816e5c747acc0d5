import pytest

from guidelines.measure.dropped import Dropped
from guidelines.measure.recording import CONTROL, Recording
from guidelines.results.disturbance import State
from guidelines.results.model import Circumstances

QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)


def record(failures=None, state=QUIET, **seconds):
    series = {CONTROL if id == "control" else id: (s,) * 20 for id, s in seconds.items()}
    checked = {id: Circumstances(peak_memory_bytes=64) for id in series}
    return Recording(
        seconds_per_call=series,
        calls_per_sample=dict.fromkeys(series, 3),
        dropped={id: Dropped(reason) for id, reason in (failures or {}).items()},
        stopped="time",
        placed_at=(0, 3),
        checked=checked,
        state=state,
    )


@pytest.fixture
def recording():
    """A made-up recording: 20 rounds of as many seconds as are given for each network."""
    return record
