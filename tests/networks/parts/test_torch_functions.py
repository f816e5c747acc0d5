import gc
import weakref

import pytest
import torch
from torch import fx, nn
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.networks.parts.generated import generated
from guidelines.networks.parts.recorder import recorded
from guidelines.networks.parts.torch_functions import fastest, fastest_through, of_torch
from guidelines.networks.target import target

CPU = torch.device("cpu")


class Counted(TorchDispatchMode):
    """Counts the operators that are run inside it."""

    number = 0

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        self.number += 1
        return operator(*args, **(kwargs or {}))


def values_of(program):
    torch.manual_seed(0)
    return {index: torch.rand(program.tensors[index].shape) for index in program.given}


def called(function):
    """The functions that generated code calls, by their names."""
    return set(function.__code__.co_names)


def test_functions_of_torch_are_called_in_place_of_overloads(program):
    known = program(lambda net, x: (net.a(x).relu() + x).mul_(2), a=nn.Conv2d(8, 8, 1))
    names = called(fastest(known, values_of(known), CPU))
    assert {"torch", "relu", "convolution"} <= names
    assert not {"ops", "default"} & names


@pytest.mark.parametrize("name", ["mobilenet_v2_x1_0", "shufflenet_v2_x1_0", "densenet121"])
def test_networks_run_the_same_operators_and_compute_the_same(name):
    with torch.inference_mode():
        known = recorded(target(name)().eval(), [torch.rand(1, 3, 64, 64)])
        values = values_of(known)
        by_function, by_overload = fastest(known, values, CPU), generated(known, tuple(values), CPU)
        assert "ops" not in called(by_function)
        assert "ops" in called(by_overload)
        assert torch.equal(by_function(*values.values())[0], by_overload(*values.values())[0])


def test_an_overload_that_a_function_would_not_choose_is_called_itself(program):
    known = program(lambda net, x: torch.ops.aten.add.Scalar(x, 1))
    assert torch.ops.aten.add.Scalar in [call.operator for call in known.calls]
    assert "ops" in called(fastest(known, values_of(known), CPU))


def test_an_operator_that_no_function_has_is_called_itself(program):
    known = program(lambda net, x: x.clone()[1:])
    (call,) = [call for call in known.calls if call.name == "slice"]
    assert of_torch(call.operator) is call.operator
    x = torch.rand(1, 8, 6, 6)
    assert torch.equal(fastest(known, dict.fromkeys(known.given, x), CPU)(x)[0], x[1:])


def test_a_program_that_fails_does_so_when_it_is_called(program):
    known = program(lambda net, x: x.view(64, -1).relu(), (1, 8, 8, 8))
    function = fastest(known, dict.fromkeys(known.given, torch.rand(3)), CPU)
    with pytest.raises(RuntimeError, match="invalid for input of size 3"):
        function(torch.rand(3))


def test_values_are_not_changed_before_the_first_call(program):
    known = program(lambda net, x: torch.empty_like(x).add_(x).mul_(2))
    last = known.only([call for call in known.calls if call.name == "mul_"])
    (index,) = last.given
    x = torch.ones(1, 8, 6, 6)
    fastest(last, {index: x}, CPU)
    assert x.unique().tolist() == [1]


def test_the_check_is_not_counted_as_work(program):
    known = program(lambda net, x: x.relu())
    values = values_of(known)
    with Counted() as counted:
        function = fastest(known, values, CPU)
        assert counted.number == 0
        function(*values.values())
    assert counted.number == 1


def test_the_function_of_a_program_is_written_once_for_each_device_and_goes_with_the_program(program):
    known = program(lambda net, x: x.relu())
    values = values_of(known)
    function = fastest(known, values, CPU)
    assert fastest(known, values, CPU) is function
    assert fastest(known, values, torch.device("meta")) is not function
    left = weakref.ref(known)
    del known
    gc.collect()
    assert left() is None


def test_a_function_holds_no_graph(program):
    """Each collection of garbage would look at its thousands of objects."""
    known = program(lambda net, x: x.relu())
    gc.collect()
    before = sum(type(each) is fx.Graph for each in gc.get_objects())
    function = fastest(known, values_of(known), CPU)
    gc.collect()
    assert sum(type(each) is fx.Graph for each in gc.get_objects()) == before
    assert function(torch.ones(1, 8, 6, 6))[0].shape == (1, 8, 6, 6)


def test_each_function_is_called_through_what_is_given(program):
    known = program(lambda net, x: x.relu().add(1))
    seen = []

    def through(function):
        def noted(*args, **kwargs):
            seen.append(function.__name__)
            return function(*args, **kwargs)

        return noted

    fastest_through(through, known, values_of(known), CPU)(torch.ones(1, 8, 6, 6))
    assert seen == ["relu", "add"]
