"""What the mark `guideline` of a test asks for, as cases; a mistake in it is one line."""

from functools import partial

import pytest

from guidelines.measure.case import Case, cases
from guidelines.plugin.conditions import conditions, is_unasked, time_share
from guidelines.plugin.origin import Module, Origin
from guidelines.spec.condition import Setup
from guidelines.spec.mistakes import shown


def marked_cases(metafunc: pytest.Metafunc, marker: pytest.Mark) -> list[Case]:
    """Every variant of every sweep of a test, under each condition. Raises ValueError and UsageError."""
    sweeps, source = marker.kwargs.get("sweeps"), metafunc.definition.nodeid
    setup = marker.kwargs.get("setup", Setup())
    if not callable(sweeps) or "measure" not in metafunc.fixturenames:
        raise ValueError(f"{source}: write @pytest.mark.guideline(sweeps=...) and use `measure`")
    if not isinstance(setup, Setup):
        raise ValueError(
            f"{source}: setup must be a Setup such as Setup(image_sizes=(56,)), got {shown(setup)}"
        )
    each = cases(
        sweeps,
        conditions(metafunc.config, setup),
        source,
        origin=_origin(metafunc),
        time_share=partial(time_share, metafunc.config),
        may_lack=partial(is_unasked, metafunc.config),
    )
    return list(each)


def _origin(metafunc: pytest.Metafunc) -> Origin:
    """The place of a test's mark, for processes of their own."""
    module, test = metafunc.module, metafunc.definition
    classes = [node.name for node in test.listchain() if isinstance(node, pytest.Class)]
    return Origin(Module(module.__name__, str(module.__file__)), (*classes, test.originalname))
