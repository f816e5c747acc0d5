import pytest
import torch

from guidelines.measure.device import fastest
from guidelines.measure.device.fastest import check_rate
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "")


@pytest.fixture
def rates(monkeypatch):
    """Made-up rates of matrix products by type; those that were asked for."""
    asked = []
    known = {"float32": 5e10, "bfloat16": 1e10, "float16": 8e10}
    monkeypatch.setattr(fastest, "product_rate", lambda device, name: asked.append(name) or known[name])
    return asked


def test_no_product_is_timed_for_a_rate_that_is_not_suspicious(rates):
    check_rate(1e11, CPU)
    check_rate(4e11, Condition("cpu", "", threads=4))
    check_rate(1e12, Condition("cuda:0", ""))
    assert rates == []


def test_a_rate_that_winograd_explains_is_believed(rates):
    check_rate(4e11, CPU)
    assert rates


def test_a_rate_that_nothing_explains_is_refused():
    with pytest.raises(ValueError, match=r"^1e\+18 multiply-adds a second are not possible"):
        check_rate(1e18, CPU)


def test_a_type_without_a_fast_product_has_the_bound_of_float32(rates):
    check_rate(4e11, Condition("cpu", "", dtype="bfloat16"))
    with pytest.raises(ValueError, match=r"a matrix product has 8e\+10$"):
        check_rate(7e11, Condition("cpu", "", dtype="float16"))


def test_a_product_is_timed_once(monkeypatch):
    fastest.product_rate.cache_clear()
    made = []
    original = torch.ones
    monkeypatch.setattr(torch, "ones", lambda *shape, **how: made.append(shape) or original(*shape, **how))
    assert fastest.product_rate(CPU.device, "float32") == fastest.product_rate(CPU.device, "float32") > 0
    assert made == [(512, 512)]
    fastest.product_rate.cache_clear()


def test_without_memory_for_a_product_every_rate_is_believed(monkeypatch):
    def ones(*shape, **how):
        raise torch.OutOfMemoryError

    fastest.product_rate.cache_clear()
    monkeypatch.setattr(torch, "ones", ones)
    check_rate(1e18, CPU)
    fastest.product_rate.cache_clear()
