import pickle
from dataclasses import replace

import pytest

from guidelines.measure.audit.as_planned import DIFFERS, AsPlanned
from guidelines.measure.audit.plan import plan
from guidelines.measure.task import OriginError


def test_the_sweep_is_the_one_that_was_planned(audited, condition):
    planned = plan(audited("Plain"), condition())
    origin = pickle.loads(pickle.dumps(AsPlanned(audited("Plain"), planned.audit)))
    for mode in ("eager", "compile"):
        assert list(origin()(condition(mode=mode))) == [planned.sweep]


def test_a_network_of_other_operators_is_an_error_that_tells_no_option(audited, condition):
    origin = AsPlanned(audited("Plain"), plan(audited("Block", "1,10,32"), condition()).audit)
    with pytest.raises(OriginError) as error:
        list(origin()(condition()))
    assert str(error.value) == DIFFERS
    assert "--passes" not in DIFFERS


def test_a_network_that_cannot_be_built_again_says_why_in_one_line(audited, condition):
    planned = plan(audited("Plain"), condition())
    origin = AsPlanned(replace(audited("Plain"), target="gone.py:net"), planned.audit)
    with pytest.raises(OriginError, match=r"^it cannot be built in a process of its own: .*gone\.py[^\n]*$"):
        list(origin()(condition()))
