"""Experiments that take long: they run where their file is named, and are spoken of where it is not."""

from pathlib import Path

import pytest

LEFT_OUT = pytest.StashKey[dict[Path, str]]()


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is measured on request, unless its file is named."""
    folder = config.invocation_params.dir
    named = {(folder / argument.split("::")[0]).resolve() for argument in config.args}
    left_out = [item for item in items if _duration(item) and item.path.resolve() not in named]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.stash[LEFT_OUT] = {item.path: _duration(item) for item in left_out}
        config.hook.pytest_deselected(items=left_out)


def left_out(config: pytest.Config) -> list[str]:
    """A line for each experiment that was left out: the command that runs it, and how long it takes."""
    return [
        f"on request only: pytest {path.relative_to(config.rootpath)} --benchmark-only ({duration})"
        for path, duration in config.stash.get(LEFT_OUT, {}).items()
    ]


def _duration(item: pytest.Item) -> str:
    """How long an experiment takes that is measured on request, "" for one that always is."""
    marker = item.get_closest_marker("guideline")
    return str(marker.kwargs.get("on_request", "")) if marker else ""
