import itertools
from importlib import import_module

import pytest

from guidelines.cli.main import main
from guidelines.measure import doctor
from guidelines.measure.case import Case
from guidelines.measure.finding import Finding
from guidelines.measure.monitor.processors import Processors
from guidelines.measure.monitor.watch import Watch
from guidelines.measure.recording import Limits
from guidelines.plugin.dry_run import CollectError, collect
from guidelines.report.subjects.doctor import line
from guidelines.results.disturbance import State
from guidelines.results.model import Failure
from guidelines.spec.condition import Condition, Device
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate

pytest_plugins = "pytester"

CPU = Condition("cpu", "a processor", image_size=2)

EXPERIMENT = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Sweep

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(4 * g, g) for g in (1, 2)))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure):
        measure()
"""


def test_the_duration_is_that_of_the_samples(sweep):
    cases = [Case(CPU, sweep, variant) for variant in sweep.variants]
    found = doctor.duration(cases, Limits(max_time_s=40.0))
    assert found == Finding("duration", "1 sweep, 3 variants: 2.0 min of samples")


@pytest.mark.parametrize(
    ("asked", "processors", "cores", "remedy"),
    [(1, 2, 2, ""), (2, 2, None, ""), (4, 2, 2, "--threads 2: "), (4, 8, 2, "--threads 2: two threads of")],
)
def test_threads_are_set_against_processors_and_cores(asked, processors, cores, remedy):
    assert doctor.threads(asked, processors, cores).remedy.startswith(remedy)
    assert bool(doctor.threads(asked, processors, cores).remedy) == bool(remedy)


def test_cores_are_counted_once_for_their_threads(tmp_path):
    for cpu, siblings in enumerate(["0,2", "1,3", "0,2", "1,3"]):
        topology = tmp_path / f"devices/system/cpu/cpu{cpu}/topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(siblings)
    assert doctor.cores(tmp_path, frozenset(range(4))) == 2
    assert doctor.cores(tmp_path, frozenset({0, 2})) == 1
    assert doctor.cores(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    ("quota", "threads", "figure", "is_well"),
    [
        (None, 2, "none", True),
        (4.0, 2, "none", True),
        (1.5, 1, "1.5 of 2 processors", True),
        (0.3, 1, "0.3 of 2 processors", False),
    ],
)
def test_a_quota_below_the_threads_has_a_remedy(quota, threads, figure, is_well):
    found = doctor.quota(Processors(installed=2, quota=quota), threads)
    assert (found.check, found.figure, not found.remedy) == ("quota", figure, is_well)


def test_one_of_a_thing_is_not_several(sweep):
    assert doctor.threads(1, 1, 1).figure == "1 of 1 processor on 1 core"
    one = doctor.duration([Case(CPU, sweep, sweep.baseline)], Limits(max_time_s=60.0))
    assert one.figure == "1 sweep, 1 variant: 1.0 min of samples"


def test_a_governor_that_saves_power_has_a_remedy():
    assert "performance" in doctor.clock_governor("powersave").remedy
    assert doctor.clock_governor("performance").remedy == doctor.clock_governor("").remedy == ""


@pytest.mark.parametrize(
    ("name", "content", "figure", "remedy"),
    [
        ("intel_pstate/no_turbo", "0\n", "on", "echo 1 | sudo tee "),
        ("intel_pstate/no_turbo", "1\n", "off", ""),
        ("cpufreq/boost", "1\n", "on", "echo 0 | sudo tee "),
        ("cpufreq/boost", "0\n", "off", ""),
    ],
)
def test_turbo_is_read_and_its_switch_named(tmp_path, name, content, figure, remedy):
    path = tmp_path / "devices/system/cpu" / name
    path.parent.mkdir(parents=True)
    path.write_text(content)
    found = doctor.turbo(tmp_path)
    assert found.figure == figure
    assert found.remedy.startswith(remedy)
    assert bool(found.remedy) == bool(remedy)


def test_where_turbo_cannot_be_read_that_is_said(tmp_path):
    assert doctor.turbo(tmp_path) == Finding("turbo", "cannot be read here")


@pytest.mark.parametrize(
    ("other_cpus", "figure", "is_well"),
    [
        (0.05, "others use 0.05 processors", True),
        (1.5, "other processes used 1.50 of 2 processors", False),
        (None, "cannot be read here", True),
    ],
)
def test_what_others_use_is_judged_as_in_a_run(monkeypatch, other_cpus, figure, is_well):
    monkeypatch.setattr(Watch, "state", lambda watch: State(cpus=2, watched_s=1.0, other_cpus=other_cpus))
    (found,) = doctor.quiet(1, Device("cpu"), wait=lambda seconds: None)
    assert (found.figure, not found.remedy) == (figure, is_well)


@pytest.mark.parametrize(
    ("step_s", "figure", "is_well"), [(1e-7, "100 ns", True), (1 / 64, "15625000 ns", False)]
)
def test_the_clocks_smallest_step_is_found(step_s, figure, is_well):
    reads = itertools.count()
    found = doctor.clock_resolution(lambda: next(reads) // 3 * step_s)
    assert (found.figure, not found.remedy) == (figure, is_well)


def test_the_overhead_is_a_figure_of_a_sample():
    assert doctor.harness_overhead(CPU).figure.endswith(" us a sample")


@pytest.mark.parametrize(("free_bytes", "is_well"), [(2**40, True), (None, True), (10, False)])
def test_the_largest_variant_is_set_against_free_memory(sweep, monkeypatch, free_bytes, is_well):
    monkeypatch.setattr(doctor, "free_bytes", lambda device: free_bytes)
    found = doctor.memory([Case(CPU, sweep, variant) for variant in sweep.variants])
    assert found.figure.startswith("G2 x1 cpu-2px g=8 needs about ")
    assert bool(found.remedy) != is_well


def noise_of(entry, sweep, half_width):
    control = Estimate(1.0, 1 - half_width, 1 + half_width, 0.95, 40) if half_width else None
    case = Case(CPU, sweep, sweep.baseline)
    return doctor._noise("noise floor (cpu)", {"g1": entry("g=1", 1.0, control=control)}, case)


def test_a_high_noise_floor_has_a_remedy(entry, sweep):
    quiet, loud = noise_of(entry, sweep, 0.01), noise_of(entry, sweep, 0.2)
    assert (quiet.figure, quiet.remedy) == ("1 % in 10 s (40 rounds of G2 x1 cpu-2px)", "")
    assert "quieter machine" in loud.remedy
    assert "unknown" in noise_of(entry, sweep, None).figure


def test_a_baseline_that_fails_is_a_finding(entry, sweep):
    failed = Failure(entry("g=1", 1.0).place, (8,), Cost(multiply_adds=1, memory_access=1), "no memory")
    found = doctor._noise("noise floor (cpu)", {"g1": failed}, Case(CPU, sweep, sweep.baseline))
    assert found.figure == "G2 x1 cpu-2px: no memory"
    assert found.remedy


@pytest.fixture(scope="session")
def compiler():
    """Torch's compiler, which cannot be imported twice: pytester forgets what is imported inside a test."""
    import_module("torch._dynamo")


@pytest.fixture
def project(compiler, pytester, monkeypatch):
    """A project whose experiments are one small sweep, examined in no time."""
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    folder = pytester.mkdir("experiments")
    (folder / "test_g2_small.py").write_text(EXPERIMENT.replace("\n    ", "\n"))
    monkeypatch.setattr("guidelines.cli.experiments.folder", lambda: folder)
    monkeypatch.setattr(doctor, "NOISE_S", 0.05)
    monkeypatch.setattr(doctor, "WATCHED_S", 0.0)
    return pytester


def test_what_a_command_would_measure_is_collected_and_not_measured(project):
    cases, limits = collect(["experiments", "--device=cpu", "--benchmark-max-time=7"])
    assert [case.id for case in cases] == ["cpu-x1-1group", "cpu-x1-2groups"]
    assert limits.max_time_s == 7
    assert not (project.path / ".guidelines").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "^file or directory not found: nowhere$"),
        (["experiments", "--device=tpu"], "^argument --device: 'tpu' is not one of"),
        (["experiments", "--threads=9999"], "^--threads 9999: possible are"),
        (["experiments", "-k", "nothing"], "^no guideline would be measured with these arguments$"),
    ],
)
def test_what_pytest_refuses_is_one_line(project, arguments, message):
    with pytest.raises(CollectError, match=message):
        collect(arguments)


@pytest.mark.parametrize(
    ("experiment", "message"),
    [
        ("import nothing_here", "^ModuleNotFoundError: No module named 'nothing_here'$"),
        (
            "import pytest\n@pytest.mark.guideline(sweep=1)\ndef test_g5(measure): measure()",
            r"test_g5.py::test_g5: write @pytest.mark.guideline\(sweeps=...\): it has no argument sweep; ",
        ),
    ],
)
def test_a_mistake_in_an_experiment_is_one_line(project, experiment, message):
    (project.path / "experiments" / "test_g5.py").write_text(experiment, "utf-8")
    with pytest.raises(CollectError, match=message):
        collect(["experiments", "--device=cpu"])


def test_the_command_prints_a_line_a_check_and_says_by_its_status_what_it_found(project, capsys, monkeypatch):
    status = main(["doctor", "--device", "cpu"])
    lines = capsys.readouterr().out.splitlines()
    checks = [shown for shown in lines if not shown.startswith("   ->")]
    names = (
        "duration",
        "threads",
        "quota",
        "clock governor",
        "turbo",
        "quiet",
        "clock",
        "harness",
        "memory",
        "noise",
    )
    for check in names:
        assert any(check in shown[:22] for shown in checks), check
    assert status == any(shown.startswith("!") for shown in checks)


def test_a_mistake_is_one_line_and_status_2(project, capsys):
    assert main(["doctor", "--dtype", "int8"]) == 2
    assert capsys.readouterr().err.startswith("guidelines: argument --dtype: 'int8' is not one of")


def test_a_report_takes_no_options_of_pytest(capsys):
    assert main(["report", "x.json", "--device", "cpu"]) == 2
    assert "--device: no such option of `guidelines report`" in capsys.readouterr().err


def test_a_remedy_stands_below_what_it_mends():
    assert line("turbo", "on", "turn it off", 80) == "! turbo                on\n   -> turn it off"
    assert line("turbo", "off", "", 80) == "  turbo                off"
    assert max(map(len, line("turbo", "on " * 60, "turn it off " * 20, 80).splitlines())) <= 80
