"""Cases that the mark `guideline` of a test asks for; a mistake in it is one line."""

import dis
from functools import partial
from itertools import chain

import pytest

from guidelines.measure.case import Case, cases
from guidelines.plugin.conditions import conditions, is_unasked, time_share
from guidelines.plugin.measurement import NOT_CALLED
from guidelines.plugin.origin import Module, Origin
from guidelines.spec.condition import Setup
from guidelines.spec.mistakes import shown

# Marks of tests that may stay without a body.
MAY_NOT_RUN = ("skip", "skipif", "xfail")


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
    if _never_calls(metafunc):
        raise ValueError(f"{source}: {NOT_CALLED}: nothing would be measured")
    each = cases(
        sweeps,
        conditions(metafunc.config, setup),
        source,
        origin=_origin(metafunc),
        time_share=partial(time_share, metafunc.config),
        may_lack=partial(is_unasked, metafunc.config),
    )
    return list(each)


def _never_calls(metafunc: pytest.Metafunc) -> bool:
    """True if no instruction of a test names `measure`, which it takes, and no fixture of it could call it.

    False if in doubt, as for a wrapper with `*args`: whoever has not called it when it ends fails then.
    """
    if any(metafunc.definition.get_closest_marker(name) for name in MAY_NOT_RUN):
        return False
    code = getattr(metafunc.function, "__code__", None)
    if code is None or "measure" not in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
        return False
    for instruction in dis.get_instructions(code):
        named = instruction.argval  # one name, or two in newer versions of Python
        if "measure" in (named if isinstance(named, tuple) else (named,)):
            return False
    known = metafunc.definition._fixtureinfo.name2fixturedefs
    fixtures = chain.from_iterable(known.values())
    return not any("measure" in fixture.argnames for fixture in fixtures)


def _origin(metafunc: pytest.Metafunc) -> Origin:
    """The place of a test's mark, for processes of their own."""
    module, test = metafunc.module, metafunc.definition
    classes = [node.name for node in test.listchain() if isinstance(node, pytest.Class)]
    return Origin(Module(module.__name__, str(module.__file__)), (*classes, test.originalname))
