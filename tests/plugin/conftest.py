from functools import partial

import inner_passes
import pytest
from inner_experiments import ONE_FAILS, SMALL, trap
from inner_runs import HEADER, SWEEP

from guidelines.measure import task
from guidelines.results import journal


@pytest.fixture
def suite(pytester, quick):
    """Runs an experiment in a folder of its own, as fast as it can be measured."""

    def run(*arguments, experiment=SMALL, how=pytester.runpytest_inprocess, **keywords):
        pytester.makepyfile(test_small=experiment)
        plugins = ("-p", "guidelines.plugin", "-p", "no:cacheprovider")
        options = (
            "--device=cpu",
            "--passes=1",
            "--image-size=2",
            "--benchmark-max-time=0",
            "--benchmark-min-rounds=12",
        )
        return how(*plugins, *options, *arguments, **keywords)

    return run


@pytest.fixture
def experiments(pytester, quick):
    """Writes experiments into a folder of their own, and measures them in other processes."""

    def experiments(*arguments, conftest=inner_passes.CONFTEST, **modules):
        pytester.makeconftest(conftest)
        pytester.makepyfile(networks=inner_passes.NETWORKS, **modules)
        return pytester.runpytest_inprocess(*inner_passes.OPTIONS, *arguments)

    return experiments


@pytest.fixture
def one_fails(suite):
    """Runs two sweeps; the last variant of the second fails."""
    return partial(suite, experiment=ONE_FAILS)


@pytest.fixture
def trapped(suite):
    """Runs two sweeps; a network of the second, or its test, does something."""

    def run(*arguments, act="pass", at="", after="pass", **keywords):
        return suite(*arguments, experiment=trap(act, at, after), **keywords)

    return run


@pytest.fixture
def at(pytester):
    return pytester.path.joinpath


@pytest.fixture(scope="session")
def uninterrupted():
    """The outputs of one run to its end, by name; the first test that needs them fills it."""
    return {}


@pytest.fixture
def whole(suite, at, uninterrupted):
    """The lines of the journal of one uninterrupted run, the same for every test; its file is whole.json."""
    if not uninterrupted:
        suite("--journal=whole.jsonl", "--benchmark-json=whole.json").assert_outcomes(passed=6)
        for name in ("whole.jsonl", "whole.json"):
            uninterrupted[name] = at(name).read_bytes()
    at("whole.json").write_bytes(uninterrupted["whole.json"])
    return uninterrupted["whole.jsonl"].splitlines(keepends=True)


@pytest.fixture
def resume(suite, at):
    """Resumes a run of which some lines of its journal are left."""

    def resume(lines, *arguments, **named):
        at("run.jsonl").write_bytes(b"".join(lines))
        return suite("--journal=run.jsonl", "--benchmark-json=run.json", "--resume", *arguments, **named)

    return resume


@pytest.fixture
def begun(entry):
    """Writes a journal of one sweep to a path."""

    def begun(path, is_finished=False):
        path.parent.mkdir(exist_ok=True)
        log = journal.create(path, HEADER)
        log.add(SWEEP, 1, [entry("g=1", 1.0), entry("g=8", 2.0)])
        if is_finished:
            log.finish()
        log.close()
        return path.read_bytes()

    return begun


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def refused(pytester, suite, monkeypatch):
    """The one line of a run that measures nothing and leaves every file as it is."""
    measured = []

    def measure(sweep, *_, **_named):
        measured.append(sweep)
        raise KeyboardInterrupt

    monkeypatch.setattr(task, "measure_sweep", measure)
    pytester.makepyfile(test_small=SMALL)

    def refused(*options):
        before = files(pytester.path)
        result = suite(*options)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        (line,) = filter(None, result.errlines)
        assert line.startswith("ERROR: ")
        assert line.isprintable()
        assert measured == []
        assert files(pytester.path) == before
        return line.removeprefix("ERROR: ")

    return refused
