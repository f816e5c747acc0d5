"""The suite's own defaults of pytest-benchmark's options; what a user gives wins."""

import argparse
import os
import shlex

import pytest

from guidelines.analysis.remedies import USUAL_MAX_TIME_S

# Two seconds and twelve rounds a variant give the widest networks an interval on a laptop; 95 % is the level
# that most readers expect of one.
DEFAULTS = {"benchmark_max_time": USUAL_MAX_TIME_S, "benchmark_min_rounds": 12, "benchmark_confidence": 0.95}


def value(config: pytest.Config, name: str) -> float:
    """The value of one of DEFAULTS: the user's, wherever it was given, else the suite's."""
    if name in _given(config):
        return float(config.getoption(name))
    return DEFAULTS[name]


def _given(config: pytest.Config) -> dict[str, object]:
    """Options among DEFAULTS that the command line, PYTEST_ADDOPTS or a file's `addopts` gives."""
    parser = argparse.ArgumentParser(
        allow_abbrev=False, add_help=False, fromfile_prefix_chars="@", argument_default=argparse.SUPPRESS
    )
    for name in DEFAULTS:
        parser.add_argument(f"--{name.replace('_', '-')}", dest=name)
    arguments = [
        *shlex.split(os.environ.get("PYTEST_ADDOPTS", "")),
        *config.getini("addopts"),
        *map(str, config.invocation_params.args),
    ]
    given, _ = parser.parse_known_args(arguments)
    return vars(given)
