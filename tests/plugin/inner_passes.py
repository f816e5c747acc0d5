"""Experiments that tests measure in processes of their own, and how they are run."""

OPTIONS = (
    "-p",
    "guidelines.plugin",
    "-p",
    "no:cacheprovider",
    "--device=cpu",
    "--image-size=2",
    "--benchmark-max-time=0",
    "--benchmark-min-rounds=12",
)

# State that every process needs, and what only pytest calls.
CONFTEST = """
    import sys
    import torch

    torch.of_conftest = 7

    def pytest_configure(config):
        sys.of_command_line = "x9"
"""

NETWORKS = """
    import torch
    from guidelines import Conv, Stack, Sweep, Variant

    class Network(torch.nn.Conv2d):
        def __init__(self):
            assert torch.of_conftest == 7
            super().__init__(4, 4, 1, bias=False)

    def variant(name, build=Network):
        return Variant(name, name, (4,), Stack((Conv(4, 4),)), build)

    def sweep(guideline, name="x1", last=Network):
        return Sweep(guideline, "a claim", name, (variant("a"), variant("b", last)))
"""

KINDS = """
    from functools import partial
    import pytest
    from networks import Network, sweep

    def closure(guideline):
        def sweeps(condition):
            yield sweep(guideline, last=lambda: Network())
        return sweeps

    def of_guideline(condition, guideline):
        yield sweep(guideline)

    def made(sweeps):
        @pytest.mark.guideline(sweeps=sweeps)
        def test_inner(measure):
            measure()
        return test_inner

    @pytest.mark.guideline(sweeps=closure("closure"))
    def test_closure(measure):
        measure()

    @pytest.mark.guideline(sweeps=partial(of_guideline, guideline="partial"))
    def test_partial(measure):
        measure()

    test_made = made(lambda condition: [sweep("made")])

    class TestClass:
        @pytest.mark.guideline(sweeps=lambda condition: [sweep("method")])
        def test_method(self, measure):
            print("the test of a class")
            measure()

    @pytest.mark.guideline(sweeps=lambda condition: [sweep("inherited")])
    class Base:
        def test_inherited(self, measure):
            measure()

    @pytest.mark.usefixtures("tmp_path")
    class TestChild(Base):
        pass
"""

MARKED = """
    import pytest
    from networks import sweep

    pytestmark = [pytest.mark.guideline(sweeps=lambda condition: [sweep("module")])]

    def test_marked(measure):
        measure()
"""

IN_PACKAGE = """
    import pytest
    from .common import NAME
    from networks import sweep

    @pytest.mark.guideline(sweeps=lambda condition: [sweep(NAME)])
    def test_in_package(measure):
        measure()
"""

# Its sweep is named by the command line, which processes without pytest do not have.
LOST = """
    import sys
    import pytest
    from networks import sweep

    def sweeps(condition):
        yield sweep("lost", getattr(sys, "of_command_line", "x1"))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_lost(measure):
        measure()
"""

DEADLY = """
    import os
    import signal
    import pytest
    from networks import Network, sweep

    class Deadly(Network):
        def forward(self, x):
            print("about to die", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)

    @pytest.mark.guideline(sweeps=lambda condition: [sweep("deadly", last=Deadly)])
    def test_deadly(measure):
        measure()
"""

SKIPPED = """
    import pytest
    from networks import sweep

    @pytest.mark.skip(reason="not today")
    @pytest.mark.guideline(sweeps=lambda condition: [sweep("skipped")])
    def test_skipped(measure):
        measure()

    @pytest.fixture
    def failing():
        raise RuntimeError("no fixture")

    @pytest.mark.guideline(sweeps=lambda condition: [sweep("failing")])
    def test_failing(failing, measure):
        measure()
"""

# Two sweeps; a network of the second waits for ever in the second process that builds it.
HANGING = """
    import pathlib
    import time
    import pytest
    from networks import Network, sweep

    FLAG = pathlib.Path(__file__).with_name("hangs")

    class Hanging(Network):
        def __init__(self):
            super().__init__()
            if FLAG.exists():
                FLAG.with_name("hanging").touch()
                time.sleep(60)

    @pytest.mark.guideline(sweeps=lambda condition: [sweep("G8"), sweep("G8", "x2", last=Hanging)])
    def test_g8(measure):
        measure()
"""

# The first sweep is as quick in every process; the baseline of the second sleeps longer in one of them.
DISTURBED = """
    import os
    import pathlib
    import time
    import pytest
    from guidelines import Sweep
    from networks import Network, variant

    RUNS = pathlib.Path(__file__).with_name("runs")

    class Sleeping(Network):
        def __init__(self, seconds):
            super().__init__()
            self.seconds = seconds

        def forward(self, x):
            time.sleep(self.seconds)
            return super().forward(x)

    def disturbed():
        processes = RUNS.read_text().split() if RUNS.exists() else []
        if str(os.getpid()) not in processes:
            processes.append(str(os.getpid()))
            RUNS.write_text(" ".join(processes))
        return Sleeping(0.3 if processes.index(str(os.getpid())) == 1 else 0.03)

    def sweeps(condition):
        slower = variant("b", lambda: Sleeping(0.06))
        yield Sweep("G8", "a claim", "x1", (variant("a", lambda: Sleeping(0.03)), slower))
        yield Sweep("G8", "a claim", "x2", (variant("a", disturbed), slower))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g8(measure):
        measure()
"""
