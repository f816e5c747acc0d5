import os
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters
from torch._inductor.cpu_vec_isa import pick_vec_isa
from unit_network import COMPILED, EAGER, Unit

from guidelines.measure.device.checks import _check_alike, check
from guidelines.measure.device.modes import binder, lacks_for_mode
from guidelines.measure.device.timing import build, pinned
from guidelines.spec.condition import MODES, Condition, Device
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

GRAPHED = Condition("cuda:0", "", mode="cudagraph", image_size=4)


class Branching(Unit):
    def forward(self, x):
        return self.conv(x) if x.sum() > 0 else x


class Caching(nn.Module):
    kept = None

    def forward(self, x):
        if self.kept is None:
            self.kept = (x + x).relu_()
        return self.kept


NETWORK = Variant("a", "a", (4,), Stack((Conv(4, 4),)), build=Unit)
# Nothing of it has to be compiled by the C++ compiler, which takes seconds.
ANOTHER = Variant("b", "b", (2,), Stack((Conv(2, 2),)), build=nn.Flatten)


def running():
    """Threads of torch and of this suite, and the processes that this one started (none without /proc).

    Others, such as the one with which tqdm watches its progress bars, start at any time and are not theirs.
    """
    return {*filter(is_own, threading.enumerate()), *children()}


def is_own(thread):
    """True if a thread runs a function of torch, of this suite, or of a pool."""
    functions = [getattr(thread, "_target", None), type(thread).run]
    modules = [getattr(function, "__module__", None) or "" for function in functions]
    packages = {module.partition(".")[0] for module in modules}
    return not packages.isdisjoint({"torch", "guidelines", "concurrent", "multiprocessing"})


def children():
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # some end meanwhile
            _state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid():
                yield stat


def compilations():
    return counters["stats"]["unique_graphs"]


@pytest.fixture(scope="module", autouse=True)
def measuring():
    with pinned(EAGER):
        yield


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """An empty cache: what was compiled in an earlier run would not be compiled again."""
    if not lacks_for_mode(Device("cpu"), "compile"):
        pick_vec_isa()  # compiles six programs, unless they are in the usual cache
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("inductor")))
        yield


@pytest.fixture(scope="module")
def compiled(measuring, fresh):
    """A binder that has compiled NETWORK."""
    if lacks := lacks_for_mode(Device("cpu"), "compile"):
        pytest.skip(lacks)
    before, earlier = running(), compilations()
    bind = binder("compile")
    bind(*build(NETWORK, COMPILED, 0))
    return SimpleNamespace(bind=bind, compilations=compilations() - earlier, left=running() - before)


def test_a_thread_of_a_library_beside_does_not_count_and_one_of_a_pool_does():
    class Monitor(threading.Thread):  # as tqdm starts one, and torch imports tqdm
        def run(self):
            ended.wait()

    ended, before = threading.Event(), running()
    Monitor(daemon=True).start()
    assert running() - before == set()
    with ThreadPoolExecutor() as pool:
        pool.submit(ended.wait)
        assert len(running() - before) == 1
        ended.set()


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_that_can_be_asked_for_has_a_binder(mode):
    assert callable(binder(mode))


def test_an_eager_call_runs_the_module_on_the_input_anew_each_time():
    calls = []
    call = binder("eager")(calls.append, "x")
    assert calls == []
    call()
    call()
    assert calls == ["x", "x"]


def test_binding_compiles_and_calling_does_not(compiled):
    assert compiled.compilations == 1
    call = compiled.bind(*build(NETWORK, COMPILED, 1))
    before = compilations()
    call()
    assert compilations() == before


def test_a_compiled_network_gives_what_it_gives_eagerly(compiled):
    module, x = build(NETWORK, COMPILED, 0)
    expected, found = module(x), compiled.bind(module, x)()
    assert float((found - expected).abs().max()) <= 1e-4 * float(expected.abs().max())


def test_another_instance_is_served_with_its_own_weights_without_compiling_again(compiled):
    before = compilations()
    networks = [build(NETWORK, COMPILED, seed) for seed in (1, 2)]
    calls = [compiled.bind(module, x) for module, x in networks]
    found, expected = [call() for call in calls], [module(x) for module, x in networks]
    assert compilations() == before
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(*expected)


def test_compiling_leaves_no_process_and_no_thread_behind(compiled):
    assert compiled.left == set()


def test_networks_of_a_sweep_do_not_use_up_each_others_compilations(compiled):
    with torch._dynamo.config.patch(recompile_limit=1):
        module, x = build(ANOTHER, COMPILED, 0)
        torch.testing.assert_close(binder("compile")(module, x)(), module(x))


def test_a_network_that_cannot_be_compiled_whole_fails_when_it_is_bound():
    module, x = build(Variant("a", "a", (4,), Stack((Conv(4, 4),)), build=Branching), COMPILED, 0)
    module(x)
    bind = binder("compile")
    with pytest.raises(torch._dynamo.exc.TorchDynamoException):
        bind(module, x)


def test_a_compiled_network_passes_its_check_and_says_how_long_it_took(compiled):
    before = compilations()
    checked = check(NETWORK, COMPILED, 3, compiled.bind)
    assert checked.setup_s > 0
    assert checked.peak_memory_bytes is None or checked.peak_memory_bytes >= 0
    assert compilations() == before


@pytest.mark.cuda
def test_a_replayed_graph_computes_what_its_input_holds_now():
    module, x = build(NETWORK, GRAPHED, 0)
    call = binder("cudagraph")(module, x)
    outputs = []
    for _ in range(2):
        x.copy_(torch.randn_like(x))
        outputs.append(call().clone())
        _check_alike(outputs[-1], module(x), GRAPHED)
    assert not torch.allclose(*outputs)


@pytest.mark.cuda
def test_a_graph_keeps_the_weights_and_the_input_that_it_reads():
    module, x = build(NETWORK, GRAPHED, 0)
    expected = module(x)
    call = binder("cudagraph")(module, x)
    kept = weakref.ref(module), weakref.ref(x)
    del module, x
    assert None not in [thing() for thing in kept]
    _overwriting = [torch.zeros(size, device="cuda:0") for size in (16, 64) for _ in range(99)]
    _check_alike(call(), expected, GRAPHED)


@pytest.mark.cuda
def test_two_graphs_keep_their_outputs_apart():
    networks = [build(NETWORK, GRAPHED, seed) for seed in (1, 2)]
    calls = [binder("cudagraph")(module, x) for module, x in networks]
    found = [call() for call in calls]
    for output, (module, x) in zip(found, networks, strict=True):
        _check_alike(output, module(x), GRAPHED)


@pytest.mark.cuda
@pytest.mark.parametrize("mode", MODES)
def test_everything_is_found_out_about_a_network_on_cuda(mode, fresh):
    condition = Condition("cuda:0", "", mode=mode, image_size=4)
    before = running()
    checked = check(NETWORK, condition, 0, binder(mode))
    assert (checked.setup_s is None) == (mode == "eager")
    assert min(checked.peak_memory_bytes, checked.launch_s, checked.device_s) > 0
    assert running() - before == set()


@pytest.mark.cuda
def test_a_graph_of_an_operator_in_place_reads_what_it_changes():
    module, x = nn.ReLU(inplace=True), torch.randn(4, 4, device="cuda:0")
    expected = x.relu()
    assert torch.equal(binder("cudagraph")(module, x)(), expected)


def test_a_replay_that_does_nothing_gives_nan_and_leaves_what_was_there_before(monkeypatch):
    monkeypatch.setattr("guidelines.measure.device.modes.torch", MagicMock())
    bind, x = binder("cudagraph"), torch.ones(2)
    assert bind(nn.ReLU(), x)().isnan().all()
    assert bind(Caching(), x)().isnan().all()
    assert torch.equal(bind(nn.ReLU(inplace=True), x)(), torch.ones(2))


def test_a_graph_keeps_its_network_and_input(monkeypatch):
    monkeypatch.setattr("guidelines.measure.device.modes.torch", MagicMock())
    module, x = build(NETWORK, EAGER, 0)
    kept = weakref.ref(module), weakref.ref(x)
    call = binder("cudagraph")(module, x)
    del module, x
    assert None not in [thing() for thing in kept]
    del call
    assert [thing() for thing in kept] == [None, None]
