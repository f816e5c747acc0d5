"""Experiments that take long: they run only if the command names their file."""

import os
from pathlib import Path

import pytest

# How long each experiment takes that was left out, by its file.
LEFT_OUT = pytest.StashKey[dict[Path, str]]()


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of experiments that run on request, unless their file is named."""
    folder = config.invocation_params.dir
    named = {(folder / argument.split("::")[0]).resolve() for argument in config.args}
    left_out = [item for item in items if _duration(item) and item.path.resolve() not in named]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.stash[LEFT_OUT] = {item.path: _duration(item) for item in left_out}
        config.hook.pytest_deselected(items=left_out)


def left_out(config: pytest.Config) -> list[str]:
    """A line for each experiment that was left out: the command that runs it, and how long it takes."""
    lines: list[str] = []
    for path, duration in config.stash.get(LEFT_OUT, {}).items():
        file = os.path.relpath(path, config.invocation_params.dir)
        lines.append(f"on request only: pytest {file} --benchmark-only ({duration})")
    return lines


def _duration(item: pytest.Item) -> str:
    """Time in words that an experiment takes if it runs on request only, else ""."""
    marker = item.get_closest_marker("guideline")
    return str(marker.kwargs.get("on_request", "")) if marker else ""
