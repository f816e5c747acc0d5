import pytest

from guidelines.measure.device.second_look import Timed
from guidelines.measure.recording import Limits
from guidelines.measure.rounds import Rounds
from guidelines.results.model import REST


def timing_parts(clock, of_samples):
    """A network whose part "conv" takes the next share of some in each sample, and "relu" a tenth."""
    shares, taken_s = iter(of_samples), [0.0]

    def sample(calls):
        taken_s.append(clock.sample(1.0)(calls))
        return taken_s[-1]

    def part_seconds():
        return {"conv": taken_s[-1] * next(shares), "relu": taken_s[-1] * 0.1}

    return Timed(sample, part_seconds=part_seconds)


@pytest.mark.parametrize(
    ("of_samples", "conv"),
    [([0.5, 0.6, 0.4, 0.9, 0.5], 0.5), ([0.89, 0.91, 0.89, 0.89, 0.9], 0.89), ([0.95] * 5, 0.95 / 1.05)],
    ids=["median", "all but a hundredth", "more than all"],
)
def test_parts_that_a_network_times_have_their_share_in_the_median_over_rounds(clock, of_samples, conv):
    network = timing_parts(clock, of_samples)
    rounds = Rounds(
        {"a": lambda: clock.sample(1.0), "b": lambda: network},
        "a",
        Limits(min_rounds=5),
        budget_s=0.0,
        order="0 1",
        clock=clock,
        collect=lambda: None,
    )
    recording = rounds.run()
    assert recording.shares.keys() == {"b"}
    shares = recording.shares["b"]
    assert shares["conv"] == pytest.approx(conv)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares[REST] >= 0
