import pytest

from guidelines.measure.monitor.processors import Processors
from guidelines.plugin import conditions
from guidelines.spec.condition import DTYPES, MODES, Setup

pytest_plugins = "pytester"


@pytest.fixture
def usage_error(pytester):
    """The usage error that options end with."""
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    pytester.makepyfile("def test_nothing(): pass")

    def run(*arguments):
        result = pytester.runpytest(*arguments)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        return result.stderr.str()

    return run


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--device=tpu", "'tpu' is not one of auto, cpu, cuda, cuda:N"),
        ("--device=cpu,cpu", "cpu is named twice in 'cpu,cpu'"),
        ("--device=auto,cpu", "--device auto,cpu: cpu is named twice"),
        ("--device=cuda:99", "--device cuda:99: not there; possible: cpu"),
        ("--dtype=float7", f"'float7' is not one of {', '.join(DTYPES)}"),
        ("--layout=nchw,", "'' is not one of nchw, nhwc"),
        ("--batch-size=0", "'0' is not a positive integer or auto"),
        ("--batch-size=all", "'all' is not a positive integer or auto"),
        ("--mode=jit", f"'jit' is not one of {', '.join(MODES)}"),
        ("--mode=eager,cudagraph", "--mode cudagraph: cpu ("),
        ("--cudnn=fastest", "'fastest' is not one of heuristic, autotune"),
        ("--cudnn=autotune,autotune", "autotune is named twice in 'autotune,autotune'"),
        ("--image-size=56,56", "56 is named twice in '56,56'"),
        ("--retry-disturbed=-1", "'-1' is not an integer from 0"),
        ("--threads=1,1", "1 is named twice in '1,1'"),
        ("--threads=99999999", "--threads 99999999: possible are 1 to"),
        ("--benchmark-max-time=nan", "--benchmark-max-time: give a number of seconds"),
        ("--benchmark-min-time=inf", "--benchmark-min-time: give a number of seconds"),
        ("--image-size=-3", "'-3' is not a positive integer"),
        ("--channels=best", "'best' is not one of paper, exact, all"),
        ("--seed=x", "'x' is not an integer from 0"),
        ("--machine=", "ERROR: --machine: '' is no name of a machine: give printable text, such as ci\n"),
        ("--machine=a\x1b", r"ERROR: --machine: 'a\x1b' is no name of a machine: give printable text"),
    ],
)
def test_a_wrong_value_ends_with_what_is_possible(usage_error, argument, message):
    assert message in usage_error(argument)


def test_a_type_that_the_device_cannot_run_is_refused(usage_error, monkeypatch):
    monkeypatch.setattr(conditions, "runs_dtype", lambda device, dtype: dtype != "float16")
    error = usage_error("--device=cpu", "--dtype=float32,float16")
    assert "--dtype float16: cpu (" in error
    assert "possible: float32, bfloat16" in error


def test_a_device_that_cannot_be_started_is_refused(usage_error, monkeypatch):
    def broken(device):
        raise RuntimeError("CUDA driver is too old\nand more")

    monkeypatch.setattr(conditions, "device_name", broken)
    assert "--device cpu: RuntimeError: CUDA driver is too old" in usage_error("--device=cpu")


def test_a_device_under_two_names_is_named_twice(usage_error, monkeypatch):
    monkeypatch.setattr(conditions, "device_list", lambda: ("cpu", "cuda:0"))
    assert "cuda:0 is named twice" in usage_error("--device=cuda,cuda:0")


@pytest.mark.parametrize(
    ("usable", "why"),
    [
        (Processors(installed=1), ""),
        (Processors(installed=8, numbers=frozenset({5})), "; this process may use 1 of 8 processors"),
        (Processors(installed=8, quota=1.5), "; this process has a quota of 1.5 processors"),
    ],
)
def test_more_threads_than_this_process_may_use_are_refused(usage_error, monkeypatch, usable, why):
    monkeypatch.setattr(conditions, "processors", lambda: usable)
    assert f"ERROR: --threads 2: possible are 1 to 1{why}\n" in usage_error("--threads=1,2")


@pytest.mark.parametrize(
    ("arguments", "notes"),
    [
        ((), []),
        (("--cudnn=heuristic", "--batch-size=4"), []),
        (("--cudnn=heuristic,autotune",), ["--cudnn heuristic,autotune: changes nothing, no CUDA device *"]),
        (("--batch-size=2,auto",), ["--batch-size auto: is 1, no CUDA device is measured"]),
    ],
)
def test_options_for_a_device_that_is_not_measured_are_named(pytester, arguments, notes):
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    result = pytester.runpytest("--device=cpu", *arguments)
    result.stdout.fnmatch_lines(notes)
    assert result.stdout.str().count("no CUDA device") == len(notes)


def test_options_for_a_device_that_is_measured_are_not_named(pytester, with_a_card):
    config = configured(pytester, "--cudnn=autotune", "--batch-size=auto")
    chosen = conditions.conditions(config, Setup())
    assert conditions.without_effect(config, chosen) == []


def configured(pytester, *arguments):
    return pytester.parseconfigure("-p", "guidelines.plugin", *arguments)


@pytest.fixture
def with_a_card(monkeypatch):
    """A machine with a CUDA device."""
    monkeypatch.setattr(conditions, "device_list", lambda: ("cpu", "cuda:0"))
    monkeypatch.setattr(conditions, "device_name", {"cpu": "a processor", "cuda:0": "a card"}.get)


def ids(pytester, *arguments):
    return [each.id for each in conditions.conditions(configured(pytester, *arguments), Setup())]


def test_the_defaults_are_the_papers_and_a_cuda_devices_own_time(pytester, with_a_card):
    combined = conditions.conditions(configured(pytester), Setup())
    assert [(c.id, c.device_name) for c in combined] == [
        ("cpu", "a processor"),
        ("cuda:0", "a card"),
        ("cuda:0-cudagraph", "a card"),
    ]


def shares(pytester, *arguments):
    """The share of a variant's time that each condition gets."""
    config = configured(pytester, *arguments)
    combined = conditions.conditions(config, Setup())
    return {condition.id: conditions.time_share(config, condition) for condition in combined}


def test_the_default_modes_of_a_device_share_the_time_of_a_variant(pytester, with_a_card):
    assert shares(pytester) == {"cpu": 1.0, "cuda:0": 0.25, "cuda:0-cudagraph": 0.25}


def test_modes_that_were_asked_for_get_all_the_time(pytester, with_a_card):
    asked = "--device=cuda", "--mode=cudagraph,eager"
    assert shares(pytester, *asked) == {"cuda:0-cudagraph": 1.0, "cuda:0": 1.0}
    assert shares(pytester, "--mode=eager") == {"cpu": 1.0, "cuda:0": 1.0}


def test_cudnns_ways_to_choose_are_conditions_of_cuda_alone(pytester, with_a_card):
    both = "--mode=eager", "--cudnn=heuristic,autotune"
    assert ids(pytester, *both) == ["cpu", "cuda:0", "cuda:0-autotune"]
    assert ids(pytester, "--device=cpu", "--cudnn=autotune") == ["cpu"]
    assert ids(pytester, "--device=cuda", "--cudnn=autotune") == [
        "cuda:0-autotune",
        "cuda:0-cudagraph-autotune",
    ]


def test_an_automatic_batch_is_a_condition_whose_batch_is_open(pytester, with_a_card):
    combined = conditions.conditions(configured(pytester, "--batch-size=2,auto", "--device=cpu"), Setup())
    assert [(c.id, c.batch_size, c.is_auto_batch) for c in combined] == [
        ("cpu-b2", 2, False),
        ("cpu-bauto", 0, True),
    ]


def test_all_channel_rules_are_two_conditions(pytester):
    combined = conditions.conditions(configured(pytester, "--device=cpu", "--channels=all"), Setup())
    assert [condition.id for condition in combined] == ["cpu", "cpu-exact"]


def test_the_limits_are_pytest_benchmarks_own_options(pytester):
    arguments = ("--benchmark-max-time=3", "--benchmark-min-rounds=7", "--benchmark-precision=0.02")
    limits = conditions.limits(configured(pytester, *arguments, "--benchmark-confidence=0.95"))
    assert (limits.max_time_s, limits.min_rounds, limits.precision, limits.confidence) == (3, 7, 0.02, 0.95)
    assert 0 < limits.warmup_s < 3
    assert conditions.limits(configured(pytester, "--benchmark-warmup=on")).warmup_s == 2


def test_the_help_text_names_every_option(pytester):
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    result = pytester.runpytest("--help")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["*--device=LIST*", "*--threads=LIST*", "*--mode=LIST*", "*--cudnn=LIST*", "*--channels=RULE*"]
    )
    assert "on a CUDA device eager and cudagraph, which share half" in " ".join(result.stdout.str().split())
