import json
import signal
from dataclasses import fields, replace
from statistics import median

import pytest
import pytest_benchmark.plugin
import torch
from hypothesis import settings

from guidelines.analysis.measured import results_of
from guidelines.measure.device.declared import check_work
from guidelines.networks import blocks
from guidelines.results.joining import joined, linked
from guidelines.results.model import Circumstances, Entry, Identity, Machine, Pass, Place
from guidelines.results.schema import to_extra_info, to_failed
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Cost, Stack
from guidelines.stats.intervals import Estimate, paired_ratio
from guidelines.stats.passes import OfPass, over_passes

CPU = Condition("cpu", "a processor")
HERE = Machine(node="here", cpu_model="a processor", torch="2.13.0")

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def pytest_configure(config):
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # a shell ignores it for what it runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "cuda: needs a CUDA device")


def pytest_collection_modifyitems(items):
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("cuda"):
                item.add_marker(pytest.mark.skip(reason="there is no CUDA device"))


class Clock:
    """Time that passes only when told to."""

    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    def sample(self, seconds, overhead_s=0.0):
        """A network whose every call takes `seconds`, or the next of an iterator of them."""
        steps = iter(seconds) if hasattr(seconds, "__iter__") else None

        def sample(calls):
            taken_s = overhead_s + calls * (next(steps) if steps and calls else 0.0 if steps else seconds)
            self.now_s += taken_s
            return taken_s

        return sample


@pytest.fixture(autouse=True)
def outside_xdist(monkeypatch):
    """Let runs inside a test measure under pytest-xdist too: they time nothing in one of its workers."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def imported():
    """What torch imports when it is first used: else each run inside a test does it anew, for a second."""
    check_work(blocks.group_convolution(4, 1), CPU)


@pytest.fixture
def quick(monkeypatch, imported):
    """Runs inside a test without what takes longer than the rest of them."""
    monkeypatch.setattr("gc.collect", lambda *generation: 0)
    monkeypatch.setattr(pytest_benchmark.plugin, "get_cpu_info", lambda: {"brand_raw": "a processor"})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sweep():
    """Three made-up variants, each of one 1x1 convolution."""
    variants = tuple(
        Variant(f"g{g}", f"g={g}", (8 * g,), Stack((Conv(8 * g, 8 * g, groups=g),)), build=list, groups=g)
        for g in (1, 2, 8)
    )
    return Sweep("G2", "excessive group convolution raises memory access", "x1", variants)


def make_entry(variant, slowdown, *, rounds=40, spread=0.01, condition=CPU, **changes):
    """An entry of G2 whose slow-down in every round is `slowdown`, alternately more and less."""
    baseline_s = tuple(0.01 * (1 + 0.001 * (k % 7)) for k in range(rounds))
    ratios = [slowdown * (1 + spread * (-1) ** k * (k % 10) / 10) for k in range(rounds)]
    is_baseline = variant == "g=1"
    place = Place("G2", "claim", "x1", variant, int(variant[2:]), "g=1", "g=8", "slower", condition)
    work = Cost(
        multiply_adds=128_450_560, conv_memory_access=None, memory_access=4_055_040, parameters=40_960
    )
    identity = Identity(place, widths=(64,), groups=1, work=work, work_ratio=1.0)
    entry = Entry(
        identity=identity,
        slowdown=Estimate(
            slowdown,
            slowdown * (1.0 if is_baseline else 0.99),
            slowdown * (1.0 if is_baseline else 1.01),
            0.99,
            rounds,
        ),
        control=Estimate(1.0, 0.998, 1.002, 0.99, rounds),
        paper=None,
        seed=0,
        stopped="time",
        median_s=0.01 * slowdown,
        passes=(
            Pass(
                number=1,
                rounds=rounds,
                calls_per_sample=1,
                slowdown=OfPass(slowdown),
                control=OfPass(1.0),
                seconds_per_call=0.01 * slowdown,
            ),
        ),
        samples_s=baseline_s
        if is_baseline
        else tuple(b * r for b, r in zip(baseline_s, ratios, strict=True)),
    )
    return change(entry, **changes)


@pytest.fixture
def changed():
    """An entry with changes to any part of it, each by the name of its field."""
    return change


def change(entry, **changes):
    """An entry with changes to itself, its identity, place, work or only pass, each by the field's name."""

    def taken(kind):
        return {field.name: changes.pop(field.name) for field in fields(kind) if field.name in changes}

    identity = entry.identity
    place, work = replace(identity.place, **taken(Place)), replace(identity.work, **taken(Cost))
    identity = replace(identity, place=place, work=work, **taken(Identity))
    if "circumstances" in changes:
        passes = [replace(each, circumstances=changes["circumstances"]) for each in entry.passes]
        entry = replace(entry, passes=tuple(passes))
        del changes["circumstances"]
    if "median_s" in changes and "passes" not in changes and len(entry.passes) == 1:
        of_pass = replace(entry.passes[0], seconds_per_call=changes["median_s"])
        entry = replace(entry, passes=(of_pass,))
    return replace(entry, identity=identity, **changes)


@pytest.fixture
def entry():
    return make_entry


def make_entry_of_passes(variant, slowdowns, *, disturbed=(), **changes):
    """An entry of passes, each with a slow-down of its own; those with the numbers in `disturbed` were."""
    passes = {}
    for number, slowdown in enumerate(slowdowns, 1):
        how = Circumstances(disturbed=("a hog",) if number in disturbed else ())
        one = make_entry(variant, slowdown, circumstances=how, **changes)
        passes[number] = [replace(one, passes=(replace(one.passes[0], number=number),))]
    (entry,) = joined(passes)
    return entry


@pytest.fixture
def entry_of_passes():
    return make_entry_of_passes


def make_results(*entries, failures=(), machine=HERE, source="a.json"):
    """What a file of entries is reduced to."""
    return results_of(replace(linked(entries, failures), machine=machine, source=source))


@pytest.fixture
def results():
    return make_results


@pytest.fixture
def under(entry, results):
    """Results of G2 x1 under some conditions."""

    def measured(*conditions):
        entries = []
        for condition in conditions:
            entries += [entry("g=1", 1.0, condition=condition), entry("g=8", 2.0, condition=condition)]
        return results(*entries)

    return measured


def agreeing(entries):
    """Entries whose medians are those of their samples, as in a file that was measured."""
    return [_agreeing(entry) if entry.samples_s else entry for entry in linked(entries, []).entries]


def _agreeing(entry):
    baselines_s = entry.by_pass(entry.baseline_samples_s) or [None] * len(entry.passes)
    passes = []
    for of_pass, own_s, base_s in zip(entry.passes, entry.by_pass(entry.samples_s), baselines_s, strict=True):
        slowdown = of_pass.slowdown
        if base_s:
            slowdown = OfPass.of(paired_ratio(own_s, base_s, entry.slowdown.confidence))
        if entry.is_baseline:
            slowdown = OfPass(1.0, 0.0)
        passes.append(replace(of_pass, seconds_per_call=median(own_s), slowdown=slowdown))
    centre = over_passes([each.slowdown for each in passes], 1)(0.95).estimate
    slowdown = replace(
        entry.slowdown.scaled(centre / entry.slowdown.estimate), rounds=len(entry.samples_s), estimate=centre
    )
    control = entry.control and replace(entry.control, rounds=len(entry.samples_s))
    return replace(
        entry, passes=tuple(passes), slowdown=slowdown, control=control, median_s=median(entry.samples_s)
    )


@pytest.fixture(name="agreeing")
def agreeing_entries():
    return agreeing


def to_file(entries, failures=(), data=True):
    """The content of a file as pytest-benchmark writes it."""
    if data:
        known = zip(agreeing(entries), entries, strict=True)
        entries = [replace(each, baseline_samples_s=old.baseline_samples_s) for each, old in known]
    return {
        "machine_info": {"node": "here", "guidelines": {"cpu_model": "a processor", "torch": "2.13.0"}},
        "benchmarks": [
            {
                "name": f"test_g2[cpu-x1-{entry.place.variant}]",
                "extra_info": {"guidelines": to_extra_info(entry)},
                "stats": {"median": entry.median_s, **({"data": list(entry.samples_s)} if data else {})},
            }
            for entry in entries
        ],
        "guidelines": {"schema": 3, "failed": [to_failed(failure) for failure in failures]},
    }


@pytest.fixture
def saved():
    return to_file


@pytest.fixture
def saved_run(run):
    """The same sweep as the text of a file."""
    return json.dumps(to_file(run.entries))


@pytest.fixture
def run():
    """A whole sweep of G2 on the CPU: g=8 twice as slow as g=1."""
    return linked([make_entry("g=1", 1.0), make_entry("g=2", 1.2), make_entry("g=8", 2.0)], [])
