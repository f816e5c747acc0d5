import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from guidelines.measure.monitor import watch
from guidelines.measure.monitor.processors import Processors, affinity
from guidelines.measure.monitor.watch import Watch, governor
from guidelines.results.disturbance import GpuSnapshot

FREQUENCY = "devices/system/cpu/cpu{}/cpufreq/scaling_cur_freq"
GOVERNOR = "devices/system/cpu/cpu0/cpufreq/scaling_governor"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def stat(user=0, nice=0, system=0, idle=0, iowait=0, irq=0, softirq=0, steal=0, guest=0):
    first = f"cpu  {user} {nice} {system} {idle} {iowait} {irq} {softirq} {steal} {guest} 0"
    return f"{first}\ncpu0 9 9 9 9 9 9 9 9 9 0\nctxt 77\n"


def stat_of(**user):
    """/proc/stat of processors by name, with the user time of each and a steal time of twice as much."""
    lines = [f"{name} {ticks} 0 0 50 0 0 0 {2 * ticks} 0 0" for name, ticks in user.items()]
    return "\n".join([stat(user=sum(user.values())).splitlines()[0], *lines, "ctxt 77"])


@pytest.fixture
def machine(monkeypatch, clock, tmp_path):
    """A made-up machine of four processors and 100 ticks a second, with nothing in /proc and /sys."""
    system = SimpleNamespace(sysconf={"SC_CLK_TCK": 100}.__getitem__)
    system.times = lambda: os.times_result((0, 0, 0, 0, 1e9))
    monkeypatch.setattr(watch, "os", system)
    monkeypatch.setattr(watch, "time", SimpleNamespace(perf_counter=clock))
    made_up = SimpleNamespace(proc=tmp_path / "proc", sys=tmp_path / "sys", os=system, clock=clock)
    made_up.usable = Processors(installed=4)
    monkeypatch.setattr(watch, "processors", lambda *folders, **named: made_up.usable)
    monkeypatch.setattr(watch, "affinity", lambda: made_up.usable.numbers)
    return made_up


def watched(machine, between, **changes):
    """The state after two looks, ten seconds apart."""
    observer = Watch(proc=machine.proc, sys=machine.sys, **changes)
    observer.look()
    between()
    machine.clock.now_s += 10.0
    observer.look()
    return observer.state()


def test_others_are_busy_for_what_neither_idles_nor_is_ours(machine):
    write(machine.proc / "stat", stat(user=1000, idle=5000))

    def work():
        ticks = {"user": 2000, "nice": 100, "system": 200, "irq": 30, "softirq": 70}
        write(machine.proc / "stat", stat(**ticks, idle=9000, iowait=800, steal=400, guest=600))
        machine.os.times = lambda: os.times_result((4.0, 3.0, 2.0, 1.0, 1e9))

    state = watched(machine, work)
    assert state.other_cpus == pytest.approx((14.0 - 10.0) / 10)
    assert state.steal == pytest.approx(4.0 / 10 / 4)
    assert (state.cpus, state.watched_s) == (4, 10.0)


def test_others_count_on_the_processors_that_we_may_use_alone(machine):
    machine.usable = Processors(installed=64, numbers=frozenset({1, 12}))
    write(machine.proc / "stat", stat_of(cpu0=0, cpu1=0, cpu11=0, cpu12=0))

    def work():
        write(machine.proc / "stat", stat_of(cpu0=900, cpu1=100, cpu11=700, cpu12=400))
        machine.os.times = lambda: os.times_result((2.0, 0, 0, 0, 1e9))

    state = watched(machine, work)
    assert state.other_cpus == pytest.approx((5.0 - 2.0) / 10)
    assert state.steal == pytest.approx(10.0 / 10 / 2)
    assert state.cpus == 2


@pytest.mark.parametrize(
    ("shown", "other_cpus"),
    [
        ({"cpu0": 100, "cpu1": 200}, 0.3),  # as in containers that number their own processors from 0
        ({"cpu0": 100, "cpu1": 200, "cpu2": 300}, None),
        ({"cpu12": 100}, None),
        ({}, None),
    ],
)
def test_processors_that_the_system_shows_under_other_numbers(machine, shown, other_cpus):
    machine.usable = Processors(installed=64, numbers=frozenset({12, 13}))
    write(machine.proc / "stat", stat_of(**dict.fromkeys(shown, 0)))
    state = watched(machine, lambda: write(machine.proc / "stat", stat_of(**shown)))
    assert state.other_cpus == (None if other_cpus is None else pytest.approx(other_cpus))


def test_processors_that_are_taken_away_meanwhile_are_noticed(machine):
    machine.usable = Processors(installed=4, numbers=frozenset({0, 1, 2}))
    write(machine.proc / "stat", stat_of(cpu0=0, cpu1=0, cpu2=0, cpu3=0))

    def take_away():
        machine.usable = Processors(installed=4, numbers=frozenset({3}))
        write(machine.proc / "stat", stat_of(cpu0=300, cpu1=0, cpu2=0, cpu3=900))

    state = watched(machine, take_away)
    assert (state.cpus, state.other_cpus) == (1, pytest.approx(0.3))
    assert state.steal == pytest.approx(6.0 / 10 / 3)


def test_the_quota_of_a_container_and_forced_switches_are_seen(machine):
    status = "Name:\tx\nvoluntary_ctxt_switches:\t{}\nnonvoluntary_ctxt_switches:\t{}\n"
    quota = "usage_usec 5\nnr_throttled 9\nthrottled_usec {}\n"
    write(machine.proc / "self/status", status.format(1, 30))
    write(machine.sys / "fs/cgroup/cpu.stat", quota.format(1_000_000))

    def work():
        write(machine.proc / "self/status", status.format(900, 80))
        write(machine.sys / "fs/cgroup/cpu.stat", quota.format(3_500_000))

    state = watched(machine, work)
    assert state.throttled == pytest.approx(0.25)
    assert state.switches_per_s == 5.0


def test_the_load_is_that_of_the_last_minute_at_its_highest(machine):
    machine.os.getloadavg = lambda: (1.5, 8.0, 9.0)

    def work():
        machine.os.getloadavg = lambda: (0.5, 8.0, 9.0)

    assert watched(machine, work).load == 1.5


def test_the_clock_is_that_of_the_fastest_processor(machine):
    machine.usable = Processors(installed=64, numbers=frozenset({0, 1, 10}))
    write(machine.proc / "cpuinfo", "cpu MHz\t\t: 9999.0\n")
    for cpu, khz in {0: "800000\n", 1: "3000000\n", 2: "9000000\n", 10: "2900000\n"}.items():
        write(machine.sys / FREQUENCY.format(cpu), khz)

    def work():
        write(machine.sys / FREQUENCY.format(1), "1000000\n")

    state = watched(machine, work)
    assert (state.lowest_clock_mhz, state.highest_clock_mhz) == (2900.0, 3000.0)


@pytest.mark.parametrize("hidden", [None, "<unknown>\n"])
def test_the_clock_is_in_cpuinfo_where_the_system_does_not_scale_it(machine, hidden):
    cpuinfo = "processor\t: 0\ncpu MHz\t\t: 2399.998\nprocessor\t: 1\ncpu MHz\t\t: 2600.5\n"
    write(machine.proc / "cpuinfo", cpuinfo)
    if hidden:
        write(machine.sys / FREQUENCY.format(0), hidden)
    state = watched(machine, lambda: None)
    assert (state.lowest_clock_mhz, state.highest_clock_mhz) == (2600.5, 2600.5)


def test_a_device_is_read_at_every_look(machine):
    seen = iter([GpuSnapshot(1400, 60, 200.0, (), 0), GpuSnapshot(900, 70, 100.0, (), 0)])
    gpu = watched(machine, lambda: None, read_gpu=lambda: next(seen)).gpu
    assert (gpu.lowest_clock_mhz, gpu.highest_clock_mhz, gpu.highest_temperature_c) == (900, 1400, 70)


def test_a_device_that_cannot_be_read_is_none(machine):
    assert watched(machine, lambda: None, read_gpu=lambda: None).gpu is None


@pytest.mark.parametrize("text", [None, "", "cpu  1 2 3 4 5 6 7\n"])
def test_a_system_that_says_nothing_gives_none(machine, text):
    if text is not None:
        write(machine.proc / "stat", text)
    state = watched(machine, lambda: None)
    known = {name for name, value in vars(state).items() if value is not None}
    assert known == {"cpus", "watched_s", "governor"}
    assert state.governor == ""


def test_the_governor_is_told_with_the_state(machine):
    write(machine.sys / GOVERNOR, "performance\n")
    assert governor(machine.sys) == "performance"
    assert watched(machine, lambda: None).governor == "performance"


def test_the_governor_is_that_of_a_processor_that_we_may_use(machine):
    write(machine.sys / GOVERNOR, "powersave\n")
    write(machine.sys / GOVERNOR.replace("cpu0", "cpu8"), "performance\n")
    machine.usable = Processors(installed=64, numbers=frozenset({8, 9}))
    assert watched(machine, lambda: None).governor == "performance"


def test_a_file_that_may_not_be_read_is_as_none(tmp_path):
    (tmp_path / GOVERNOR).mkdir(parents=True)
    assert governor(tmp_path) == ""


def test_one_look_gives_no_state(machine):
    observer = Watch(proc=machine.proc, sys=machine.sys)
    assert observer.state() is None
    observer.look()
    assert observer.state() is None


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="no Linux")
def test_this_machine_says_how_busy_it_is(monkeypatch, clock):
    monkeypatch.setattr(watch, "time", SimpleNamespace(perf_counter=clock))
    observer = Watch()
    observer.look()
    clock.now_s += 1.0
    observer.look()
    state = observer.state()
    assert state.cpus == len(affinity())
    assert None not in (state.load, state.other_cpus, state.steal, state.switches_per_s)
    assert min(state.load, state.other_cpus, state.steal, state.switches_per_s) >= 0
