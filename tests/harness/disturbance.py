"""Prints how many sweeps are marked as disturbed, with and without a disturbance; asserts nothing.

Run it by hand on an otherwise idle machine, about seven minutes: python tests/harness/disturbance.py
"""

import subprocess
import sys
import threading
from collections.abc import Callable

from guidelines.measure.device.devices import cpu_model
from guidelines.measure.outcome import outcome
from guidelines.measure.recording import Limits
from guidelines.measure.sweep import budget_s, measure_sweep
from guidelines.networks import blocks
from guidelines.results.model import Circumstances, Entry
from guidelines.spec.channels import group_widths
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep

CONDITION = Condition("cpu", cpu_model())
LIMITS = Limits(max_time_s=2.0, min_rounds=12, warmup_s=0.1, confidence=0.95)
DISTURBED, UNDISTURBED, HOGS = 10, 20, 2
BUSY = "while True: pass"


def main() -> None:
    print(f"{cpu_model()}, G2 x1, {LIMITS.max_time_s:g} s a network")
    quiet = [measured(k) for k in range(UNDISTURBED)]
    print_marked(f"undisturbed, {UNDISTURBED} sweeps", quiet)
    hogged = [measured(k, start_hogs) for k in range(DISTURBED)]
    print_marked(f"{HOGS} busy processes from the middle of the sweep on, {DISTURBED} sweeps", hogged)


def print_marked(name: str, sweeps: list[Circumstances]) -> None:
    marked = [sweep.disturbed for sweep in sweeps if sweep.disturbed]
    states = [sweep.state for sweep in sweeps if sweep.state]
    others = [state.other_cpus for state in states if state.other_cpus is not None]
    steal = [state.steal for state in states if state.steal is not None]
    print(f"\n{name}: {len(marked)} marked as disturbed")
    print(
        f"others' processors {min(others):.2f} to {max(others):.2f}, "
        f"steal {min(steal):.1%} to {max(steal):.1%}"
    )
    for reasons in marked:
        print(f"  {'; '.join(reasons)}")


def measured(seed: int, disturb: Callable[[], list[subprocess.Popen[bytes]]] | None = None) -> Circumstances:
    sweep = g2_x1()
    chosen = [variant.id for variant in sweep.variants]
    hogs: list[subprocess.Popen[bytes]] = []
    middle_s = budget_s(sweep, chosen, LIMITS) / 2
    timer = threading.Timer(middle_s, lambda: hogs.extend(disturb() if disturb else []))
    timer.start()
    try:
        recording = measure_sweep(sweep, chosen, CONDITION, LIMITS, seed=seed)
    finally:
        timer.cancel()
        timer.join()
        for hog in hogs:
            hog.kill()
            hog.wait()
    entry = outcome(sweep, chosen, CONDITION, recording, confidence=LIMITS.confidence)["g8"]
    assert isinstance(entry, Entry), entry
    print(".", end="", file=sys.stderr, flush=True)
    return entry.passes[0].circumstances


def g2_x1() -> Sweep:
    variants = []
    for groups in (1, 2, 4, 8):
        widths = group_widths(64, groups, "paper").widths
        variants.append(blocks.group_convolution(*widths, groups=groups))
    return Sweep("G2", "excessive group convolution raises memory access", "x1", tuple(variants))


def start_hogs() -> list[subprocess.Popen[bytes]]:
    return [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(HOGS)]


if __name__ == "__main__":
    main()
