"""Small experiments that tests run inside themselves."""

SMALL = """
    import pytest
    from guidelines.networks import blocks
    from guidelines import Sweep

    def sweeps(condition):
        yield Sweep("G2", "a claim", "x1", tuple(blocks.group_convolution(4 * g, g) for g in (1, 2, 4)))
        yield Sweep("G2", "a claim", "x2", tuple(blocks.group_convolution(8 * g, g) for g in (1, 2, 4)))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure, request):
        measure()
"""
X1, X2 = "G2 x1 cpu-2px", "G2 x2 cpu-2px"

ONE_FAILS = """
    import pytest
    from torch import nn
    from guidelines.networks import blocks
    from guidelines.results.files import load_journal
    from guidelines import Conv, Stack, Sweep, Variant

    def build():
        conv = nn.Conv2d(4, 4, 1, bias=False)
        nn.init.constant_(conv.weight, float("nan"))
        return conv

    def sweeps(condition):
        networks = tuple(blocks.group_convolution(4, g) for g in (1, 2, 4))
        bad = Variant("bad", "bad", (4,), Stack((Conv(4, 4),)), build)
        yield Sweep("G2", "all go well", "x1", networks)
        yield Sweep("G2", "one fails", "x2", (*networks, bad))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g2(measure, benchmark, request):
        measure()
"""

# A network that does something at one of its steps (0: it is built, then its calls) when it is built for
# the n-th time: 1: its work is counted, 2: checked, 3: its memory, 4: warmed up, 5: anew after some rounds.
TRAP = """
    import os
    import signal
    import pytest
    import torch
    from guidelines import Conv, Stack, Sweep, Variant

    class Network(torch.nn.Conv2d):
        built = 0

        def __init__(self):
            super().__init__(4, 4, 1, bias=False)

    class Trap(Network):
        def __init__(self):
            super().__init__()
            Trap.built += 1
            self.step = -1
            self.act()

        def forward(self, x):
            self.act()
            return super().forward(x)

        def act(self):
            self.step += 1
            if f"{Trap.built}.{self.step}" == "STEP":
                ACT

    def variant(name, build):
        return Variant(name, name, (4,), Stack((Conv(4, 4),)), build)

    def sweeps(condition):
        a, b, c = (variant(name, Network) for name in "abc")
        trap = variant("trap", Trap)
        yield Sweep("G8", "a claim", "x1", (a, b))
        yield Sweep("G8", "a claim", "x2", (a, trap, c))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g8(measure, request):
        measure()
        AFTER
"""
BUILT, WARMED_UP, IN_A_ROUND = "2.0", "4.1", "5.2"
X1_NAMES = ["x1 a", "x1 b"]
X2_NAMES = ["x2 a", "x2 trap", "x2 c"]


def trap(act, at, after):
    """TRAP with what its network does, at which step, and what its test does after the timing."""
    return TRAP.replace("ACT", act).replace("STEP", at).replace("AFTER", after)
