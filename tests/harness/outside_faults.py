"""Repeats, in small runs, the faults that outsiders found, and prints for each what the suite says of it.

Run it by hand, about five minutes on two cores: python tests/harness/outside_faults.py [PART OF A NAME]
The networks and runs that misbehave are in tests/harness/hostile. The exit status is the number of wrong
answers.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import hostile_judges as judges
from hostile_run import Result, run

from guidelines.results.schema import ResultsError

# A judge gives what was said and whether that is right.
Judge = Callable[[Result], tuple[str, bool]]


@dataclass(frozen=True)
class Case:
    """A run with one fault: the test that it runs, its variables and options, and who judges it."""

    name: str
    test: str
    judge: Judge
    variables: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


NETWORKS = (
    "cache",
    "not_a_number",
    "grow_input",
    "shrink_input",
    "leak",
    "set_threads",
    "switch_onednn_off",
    "cancel",
)
SAVE = ("--benchmark-json=run.json",)
KEEP = (*SAVE, "--journal=run.jsonl")


def cases() -> list[Case]:
    """Every fault as a case."""
    of_networks = []
    for network in NETWORKS:
        variables = {"NETWORK": network}
        of_networks.append(
            Case(f"network: {network}", "test_g8", judges.only_hostile_fails, variables, options=SAVE)
        )
        here = (*SAVE, "--passes=1")
        of_networks.append(
            Case(f"network, 1 pass: {network}", "test_g8", judges.only_hostile_fails, variables, options=here)
        )
    refused = partial(judges.is_refused, ("--threads",))
    return [
        *of_networks,
        Case("work in training mode", "test_g9", judges.eval_is_counted, options=SAVE),
        Case("tracer", "test_g10", judges.nothing_fails, {"RUN": "trace"}, options=SAVE),
        Case(
            "tracer, 1 pass",
            "test_g10",
            judges.nothing_fails,
            {"RUN": "trace"},
            options=(*SAVE, "--passes=1"),
        ),
        Case("denormals", "test_g11", judges.denormals_are_named, options=(*SAVE, "--image-size=14")),
        Case("timeout", "test_g8", judges.nothing_fails, {"RUN": "timeout 5"}, options=SAVE),
        Case(
            "timeout, 1 pass",
            "test_g8",
            judges.no_network_is_blamed,
            {"RUN": "timeout 0.5", "NETWORK": "sleep"},
            options=(*SAVE, "--passes=1"),
        ),
        Case(
            "second Ctrl-C",
            "test_g8",
            judges.can_be_resumed,
            {"RUN": "interrupt_twice 2"},
            options=(*KEEP, "--passes=1"),
        ),
        Case(
            "pytest.exit", "test_g8", judges.can_be_resumed, {"RUN": "exit 2"}, options=(*KEEP, "--passes=1")
        ),
        Case(
            "removed folder",
            "test_g8",
            judges.loss_is_told,
            {"RUN": "remove_folder 2"},
            options=("--journal=out/run.jsonl", "--passes=1"),
        ),
        Case("whole file", "test_g8", judges.whole_file_is_kept),
        Case(
            "same samples",
            "test_g8",
            judges.samples_count_once,
            {"RUN": "interrupt 5"},
            options=(*KEEP, "--passes=1"),
        ),
        Case("hole in a journal", "test_g8", judges.holes_end_a_journal, options=KEEP),
        Case("rerun", "test_g8", judges.last_try_counts, {"RUN": "rerun"}, options=KEEP),
        Case(
            "asked for twice",
            "test_g8",
            judges.counts_twice_or_refuses,
            options=("hostile_networks.py::test_g8", "--keep-duplicates", *SAVE),
        ),
        Case("too many threads", "test_g8", refused, options=("--threads=1000",)),
        Case(
            "other kernels",
            "test_g8",
            judges.other_kernels_are_another_machine,
            {"ONEDNN_MAX_CPU_ISA": "SSE41"},
            options=SAVE,
        ),
    ]


def main() -> int:
    """Run the cases whose names hold the argument; returns the number of wrong answers."""
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    wrong = 0
    chosen = [case for case in cases() if part in case.name]
    for case in chosen:
        with tempfile.TemporaryDirectory() as name:
            result = run(Path(name), case.test, case.variables, case.options)
            try:
                said, is_right = case.judge(result)
            except (ResultsError, OSError, StopIteration, json.JSONDecodeError) as error:
                said, is_right = f"{type(error).__name__}: {error}", False
        wrong += not is_right
        print(f"{'right' if is_right else 'WRONG'}  {case.name}: {said[:300]}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} right")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
