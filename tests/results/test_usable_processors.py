from guidelines.results.disturbance import Snapshot, State, disturbances, during


def seen_in(state, threads):
    return disturbances(state, threads, [], None)


def test_more_threads_than_processors_disturb():
    assert seen_in(State(cpus=2, watched_s=10.0), threads=2) == ()
    reason = "it was allowed fewer processors (2) than it has threads (3)"
    assert seen_in(State(cpus=2, watched_s=10.0), threads=3) == (reason,)


# Of 64 usable processors, 4 threads and 4 busy others leave 56 free. Of 4, they leave none.
def test_others_disturb_if_they_are_on_the_processors_that_we_may_use():
    assert seen_in(State(cpus=64, watched_s=10.0, other_cpus=4.0), threads=4) == ()
    reason = "other processes used 4.00 of 4 processors"
    assert seen_in(State(cpus=4, watched_s=10.0, other_cpus=4.0), threads=4) == (reason,)


def test_the_fewest_processors_of_any_snapshot_count():
    seen = [
        Snapshot(at_s=10.0 * k, own_s=0.0, stolen_s=2.0 * k, cpus=cpus) for k, cpus in enumerate((4, 1, 2))
    ]
    assert (during(seen, 4).cpus, during(seen, 4).steal) == (1, 4.0 / 20.0 / 4)


def test_snapshots_of_a_system_that_does_not_count_processors_have_the_number_given():
    seen = [Snapshot(at_s=at_s, own_s=0.0) for at_s in (0.0, 10.0)]
    assert during(seen, 4).cpus == 4


def test_a_quota_is_seen_in_a_pass_of_a_moment():
    seen = [Snapshot(at_s=0.0, own_s=0.0, throttled_s=7.0), Snapshot(at_s=0.1, own_s=0.0, throttled_s=7.03)]
    assert seen_in(during(seen, 2), threads=1) == (
        "the quota of its container or control group stopped it for 0.30 s a second",
    )
