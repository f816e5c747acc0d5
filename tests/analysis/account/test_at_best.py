from made_up_ceilings import ceilings

from guidelines.analysis.account.at_best import at_best
from guidelines.results.ceilings import COPY, Rate
from guidelines.spec.condition import Condition


def figures(*passes):
    return {
        (each.name, each.working_set_bytes, each.mode): (each.best, each.worst) for each in at_best(passes)
    }


def test_the_best_and_the_worst_pass_are_told():
    slower = ceilings(number=2, bytes_per_s=0.8e9, launch_s={"eager": {"element-wise": 3e-6}})
    known = figures(ceilings(), slower)
    assert known[COPY, 2**16, ""] == known[COPY, 2**20, ""] == (1e9, 0.8e9)
    assert known["matrix product", 0, ""] == (1e10, 1e10)
    assert known["element-wise", 0, "eager"] == (1e-6, 3e-6)
    assert known["convolution", 0, "eager"] == (5e-6, None)
    assert ("1x1 convolution", 0, "") not in known


def test_copies_are_those_in_the_smallest_a_middle_and_the_largest_working_set():
    rates = tuple(Rate(2**k, 1e9 / k) for k in range(16, 21))
    copies = [each for each in at_best([ceilings(traffic={COPY: rates})]) if each.kind == "copy"]
    assert [each.working_set_bytes for each in copies] == [2**16, 2**18, 2**20]


def test_a_cuda_device_launches_in_both_modes():
    modes = {each.mode for each in at_best([ceilings(Condition("cuda:0", "a device"))])}
    assert modes == {"", "eager", "cudagraph"}


def test_what_could_not_be_measured_is_left_out():
    assert at_best([ceilings(traffic={}, multiply_adds_per_s={}, launch_s={})]) == ()
    assert at_best([]) == ()
