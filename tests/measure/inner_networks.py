"""The text of a module of tiny networks, some of which end the process that measures them."""

from collections import deque

from guidelines.measure.case import Case
from guidelines.measure.recording import Limits
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.plugin.origin import Module, Origin
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor", image_size=2)
NETWORKS = """
import asyncio, ctypes, os, pathlib, signal, subprocess, sys, time
from functools import partial
import pytest
import torch
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Stack

HERE = pathlib.Path(__file__).parent

class Network(torch.nn.Conv2d):
    def __init__(self, built=None, called=None):
        super().__init__(4, 4, 1, bias=False)
        self.called = called
        if built:
            built()

    def forward(self, x):
        if self.called:
            self.called()
        return super().forward(x)

calls = []

def end_in_a_round():
    calls.append(1)
    if len(calls) == 30:
        print("the last words")
        os._exit(4)

def talk():
    print("printed")
    os.write(1, b"written" + os.linesep.encode())
    os.system("echo echoed")
    assert sys.stdin.read() == ""

def hang():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (HERE / "child").write_text(str(child.pid))
    (HERE / "hangs.new").write_text(str(os.getpid()))
    (HERE / "hangs.new").rename(HERE / "hangs")
    time.sleep(600)

def leave_a_child():
    child = os.fork()
    if not child:
        time.sleep(600)
        os._exit(0)
    (HERE / "child").write_text(str(child))
    os._exit(5)

class Mute(Exception):
    def __str__(self):
        raise RuntimeError

def throw(error, *arguments):
    raise error(*arguments)

def recurse():
    recurse()

TRAPS = {
    "quiet": {},
    "exits": {"built": partial(os._exit, 3)},
    "crashes": {"built": partial(ctypes.string_at, 0)},
    "killed": {"called": lambda: os.kill(os.getpid(), signal.SIGKILL)},
    "odd": {"called": lambda: os.kill(os.getpid(), 40)},
    "forks": {"built": leave_a_child},
    "round": {"called": end_in_a_round},
    "talks": {"called": talk},
    "hangs": {"built": hang},
    "interrupts": {"called": partial(throw, KeyboardInterrupt, "the time is up")},
    "quits": {"called": partial(pytest.exit, "the time is up")},
    "cancelled": {"called": partial(throw, asyncio.CancelledError, "cancelled")},
    "generator": {"called": partial(throw, GeneratorExit)},
    "failed": {"called": partial(pytest.fail, "odd")},
    "recursion": {"called": recurse},
    "group": {"called": partial(throw, BaseExceptionGroup, "two", [GeneratorExit(), ValueError()])},
    "mute": {"called": partial(throw, Mute)},
}

def variant(name, build):
    return Variant(name, name, (4,), Stack((Conv(4, 4),)), build=build)

def sweeps(condition):
    for name, trap in TRAPS.items():
        variants = variant("a", Network), variant("trap", partial(Network, **trap)), variant("c", Network)
        yield Sweep("G8", "a claim", name, variants)

@pytest.mark.guideline(sweeps=sweeps)
def test_networks():
    pass
"""


def module_of(folder, name, text):
    """A module in a folder that has none of its name yet."""
    path = folder / f"{name}.py"
    path.write_text(text)
    return Module(name, str(path))


def sweeps_of(folder, *names):
    """The passes of sweeps of NETWORKS, which stand in a module in a folder."""
    module = module_of(folder, "networks_of_a_user", NETWORKS)
    by_name = {sweep.name: sweep for sweep in module().sweeps(CPU)}
    return [passes_of(by_name[name], Origin(module, ("test_networks",))) for name in names]


def passes_of(sweep, origin):
    """One pass of 40 rounds over all variants of a sweep."""
    return SweepPasses(
        case=Case(CPU, sweep, sweep.baseline, origin=origin),
        chosen=("a", "trap", "c"),
        limits=Limits(max_time_s=0.0, min_rounds=40),
        seed=0,
        planned=1,
    )


def tasks_of(sweeps):
    return deque((sweep.task(1), sweep.case) for sweep in sweeps)
