import random
from collections import deque
from functools import partial

import numpy
import pytest
import torch
from torch import nn
from unit_network import COMPILED, EAGER, Unit

from guidelines.measure.device import second_look
from guidelines.measure.device.modes import binder
from guidelines.measure.device.randomness import RANDOM
from guidelines.measure.device.second_look import CHANGES, MAY_CHANGE, Timed, as_timed
from guidelines.measure.device.timing import pinned, prepare
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack


@pytest.fixture(scope="module", autouse=True)
def measuring():
    with pinned(EAGER):
        yield


def timed_network(build, condition=EAGER, bind=None):
    """A network of one convolution after its first call."""
    variant = Variant("a", "a", (4,), Stack((Conv(4, 4),)), build)
    network = prepare(variant, condition, 0, bind or binder("eager"))
    network(1)
    return network


def looked_at(build, calls=3, **how):
    network = timed_network(build, **how)
    network(calls)
    return network.look_again(1.0)


class Network(Unit):
    """A unit that counts its calls."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return self.called(x)

    def called(self, x):
        return self.conv(x)


class Cached(Network):
    def called(self, x):
        if self.calls == 1:
            self.y = self.conv(x)
        return self.y


class Idle(Network):
    def called(self, x):
        return self.conv(x) if self.calls < 3 else x


class Busier(Network):
    def called(self, x):
        return self.conv(x) if self.calls < 3 else self.conv(x) + self.conv(x) - self.conv(x)


class NotANumberLater(Network):
    def called(self, x):
        return self.conv(x) * (float("nan") if self.calls > 3 else 1.0)


class Drifting(Network):
    def called(self, x):
        return self.conv(x) * (1.01**self.calls)


class Reshaping(Network):
    def called(self, x):
        return self.conv(x) if self.calls < 3 else self.conv(x).flatten()


class Writing(Network):
    def called(self, x):
        y = self.conv(x)
        x.mul_(0.5)
        return y


class Swapping(Network):
    def called(self, x):
        x.copy_(x.flip(-1))
        return self.conv(x)


class Leaking(Network):
    def __init__(self):
        super().__init__()
        self.kept = []

    def called(self, x):
        self.kept.append(torch.ones(100))
        return self.conv(x)


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (Cached, "once timed, a call does 0 multiply-adds, it declares 256"),
        (Idle, "once timed, a call does 0 multiply-adds, it declares 256"),
        (Busier, "once timed, a call does 768 multiply-adds, it declares 256"),
        (NotANumberLater, "the output is not finite any more after the timing"),
        (Drifting, r"after the timing the output differs from the first by .* more than 0\.0001"),
        (Reshaping, "after the timing the output is of another shape than the first"),
        (Writing, "it changes its input"),
        (Leaking, "it keeps 400 more bytes of memory with every call"),
    ],
)
def test_a_network_that_is_not_what_was_checked_any_more_is_refused(build, reason):
    with pytest.raises(ValueError, match=reason):
        looked_at(build)


@pytest.mark.parametrize("build", [Drifting, Reshaping])
def test_an_output_that_may_change_is_noted(build, monkeypatch):
    monkeypatch.setattr(build, MAY_CHANGE, True, raising=False)
    assert looked_at(build) == (CHANGES,)


def test_an_input_whose_values_only_change_places_is_another():
    with pytest.raises(ValueError, match="it changes its input"):
        looked_at(Swapping, calls=2)


def test_a_network_that_is_as_it_was_is_no_news():
    assert looked_at(Unit) == ()


class Remembering(Network):
    """Keeps a table that it makes once, and its last results."""

    def called(self, x):
        if self.calls == 1:
            self.table = torch.ones(50)
            self.last = []
        self.last = [*self.last[-1:], self.conv(x)]
        return self.last[-1]


class Ring(Network):
    """Keeps so many of its last results."""

    def __init__(self, size):
        super().__init__()
        self.last = deque(maxlen=size)

    def called(self, x):
        self.last.append(self.conv(x))
        return self.last[-1]


def test_a_ring_of_results_is_no_leak_up_to_64():
    assert looked_at(partial(Ring, 60)) == ()
    with pytest.raises(ValueError, match="with every call: they are still there after 64 further calls"):
        looked_at(partial(Ring, 70))


def of_a_generator_elsewhere():
    generator = random.Random(7)
    return OfItsOwnGenerator(None, lambda _: generator.random())


def test_a_generator_that_is_not_known_is_told_how_to_become_so():
    hint = "if random numbers are the reason, make their generator an attribute of the network"
    with pytest.raises(ValueError, match=f"after the timing the output differs .*; {hint}"):
        looked_at(of_a_generator_elsewhere)


def test_a_second_look_leaves_a_networks_own_random_numbers_as_they_were():
    generator = random.Random(7)
    network = timed_network(lambda: OfItsOwnGenerator(generator, lambda each: each.random()))
    expected = random.Random()
    expected.setstate(generator.getstate())
    assert network.look_again(1.0) == (RANDOM,)
    assert expected.random() is not None  # the call that is observed draws once
    assert generator.getstate() == expected.getstate()


def test_a_table_and_the_last_results_are_no_leak():
    assert looked_at(Remembering) == ()


class RandomlyDropping(Network):
    def called(self, x):
        return nn.functional.dropout(self.conv(x), 0.5, training=True)


class RandomlyScaling(Network):
    def called(self, x):
        return self.conv(x) * random.random()


class OfItsOwnGenerator(Network):
    """Draws from a generator of its own, which a part of it holds."""

    def __init__(self, generator, draw):
        super().__init__()
        self.conv.generator = generator
        self.draw = draw

    def called(self, x):
        return self.conv(x) * self.draw(self.conv.generator)


def of_torch():
    return OfItsOwnGenerator(torch.Generator(), lambda generator: torch.rand(1, generator=generator))


def of_python():
    return OfItsOwnGenerator(random.Random(7), lambda generator: generator.random())


def of_numpy():
    return OfItsOwnGenerator(numpy.random.default_rng(7), lambda generator: float(generator.random()))


@pytest.mark.parametrize("build", [RandomlyDropping, RandomlyScaling, of_torch, of_python, of_numpy])
def test_a_network_that_is_random_by_design_is_noted(build):
    assert looked_at(build) == (RANDOM,)


def test_a_second_look_leaves_random_numbers_as_they_were():
    network = timed_network(Drifting)
    before = random.getstate(), torch.random.get_rng_state()
    with pytest.raises(ValueError, match="differs from the first"):
        network.look_again(1.0)
    assert random.getstate() == before[0]
    assert torch.equal(torch.random.get_rng_state(), before[1])


class Unknown(Network):
    def called(self, x):
        y = self.conv(x)
        return y + torch.fft.ifft2(torch.fft.fft2(y)).real if self.calls > 2 else 2 * y


def test_work_that_cannot_be_counted_is_given_the_benefit_of_the_doubt():
    assert looked_at(Unknown) == ()


def test_in_a_mode_that_prepares_networks_the_prepared_call_is_looked_at():
    outputs = []

    def bind(module, x):
        return lambda: outputs.append(module(x)) or outputs[-1] * (2.0 if len(outputs) > 3 else 1.0)

    with pytest.raises(ValueError, match="after the timing the output differs from the first by 1"):
        looked_at(Unit, condition=COMPILED, bind=bind)


def test_the_rate_of_declared_multiply_adds_is_looked_at(monkeypatch):
    told = []
    monkeypatch.setattr(second_look, "check_rate", lambda rate, condition: told.append((rate, condition)))
    timed_network(Unit).look_again(0.5)
    assert told == [(512.0, EAGER)]


def test_the_first_single_call_and_no_other_is_kept():
    network = timed_network(Unit)
    instance = network.sample.__self__
    first = instance._first
    network(1)
    assert instance._first is first
    assert torch.equal(first, instance.call())


def test_a_plain_function_is_timed_and_not_looked_at():
    network = as_timed(lambda calls: 2.0 * calls)
    assert network(3) == 6.0
    assert network.look_again(1.0) == ()
    assert as_timed(network) is network
    assert isinstance(network, Timed)
