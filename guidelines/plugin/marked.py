"""Cases that the mark `guideline` of a test asks for; a mistake in it is one line."""

import dis
from functools import partial
from itertools import chain

import pytest

from guidelines.measure.case import Case, cases
from guidelines.plugin.conditions import conditions, is_unasked, time_share
from guidelines.plugin.entry import RIGHT
from guidelines.plugin.measurement import NOT_CALLED
from guidelines.plugin.origin import Module, Origin
from guidelines.spec.condition import Setup
from guidelines.spec.mistakes import shown

ARGUMENTS = ("sweeps", "setup", "on_request")
# Marks of tests that may stay without a body.
MAY_NOT_RUN = ("skip", "skipif", "xfail")


def marked_cases(metafunc: pytest.Metafunc, marker: pytest.Mark) -> list[Case]:
    """Every variant of every sweep of a test, under each condition. Raises ValueError and UsageError."""
    source = metafunc.definition.nodeid
    if mistake := _mistake(marker):
        raise ValueError(f"{source}: {mistake}")
    if "measure" not in metafunc.fixturenames:
        raise ValueError(f"{source}: {RIGHT} and use `measure`: the test does not take it")
    if _never_calls(metafunc):
        raise ValueError(f"{source}: {NOT_CALLED}: nothing would be measured")
    each = cases(
        marker.kwargs["sweeps"],
        conditions(metafunc.config, marker.kwargs.get("setup", Setup())),
        source,
        origin=_origin(metafunc),
        time_share=partial(time_share, metafunc.config),
        may_lack=partial(is_unasked, metafunc.config),
    )
    return list(each)


def _mistake(marker: pytest.Mark) -> str:
    """A sentence on the first argument of a mark that is wrong; "" if all are right."""
    if marker.args:
        return f"{RIGHT}: arguments need their names, got {shown(marker.args[0])} without one"
    for name in marker.kwargs:
        if name not in ARGUMENTS:
            return f"{RIGHT}: it has no argument {name}; possible: {', '.join(ARGUMENTS)}"
    if "sweeps" not in marker.kwargs:
        return f"{RIGHT}: sweeps is missing"
    sweeps, setup = marker.kwargs["sweeps"], marker.kwargs.get("setup", Setup())
    if not callable(sweeps):
        return f"sweeps must be a function of the condition that yields Sweep objects, got {shown(sweeps)}"
    if not isinstance(setup, Setup):
        return f"setup must be a Setup such as Setup(image_sizes=(56,)), got {shown(setup)}"
    on_request = marker.kwargs.get("on_request", "")
    if not isinstance(on_request, str):
        return f'on_request must be a text such as "12 minutes", got {shown(on_request)}'
    return ""


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
