from guidelines.plugin.replay import recorded_clock, replay


class Benchmark:
    """Times as pytest-benchmark's pedantic mode does."""

    def pedantic(self, target, setup, rounds, iterations):
        self.durations_s = []
        for _ in range(rounds):
            setup()
            start = recorded_clock()
            for _ in range(iterations):
                target()
            self.durations_s.append(recorded_clock() - start)


def test_durations_come_back_to_the_last_digit():
    benchmark, durations_s = Benchmark(), [0.1, 1e-9, 12345.678, 0.1 + 0.2]
    replay(benchmark, durations_s)
    assert benchmark.durations_s == durations_s


def test_a_second_replay_starts_from_its_own_beginning():
    benchmark = Benchmark()
    for durations_s in ([1.0, 2.0, 3.0], [4.0]):
        replay(benchmark, durations_s)
        assert benchmark.durations_s == durations_s
