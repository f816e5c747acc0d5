import pytest
import torch
from torch import nn
from torch.nn import functional

from guidelines.networks.parts.part import parts
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.values import repeatable

CPU = torch.device("cpu")
NONE = torch.zeros(8, dtype=torch.long)
OPERATORS = {
    "bernoulli": lambda x: torch.bernoulli(x.sigmoid()),
    "bernoulli_": lambda x: torch.empty_like(x).bernoulli_(x.sigmoid()),
    "bernoulli_ of a number": lambda x: torch.empty_like(x).bernoulli_(0.5),
    "binary_cross_entropy": lambda x: functional.binary_cross_entropy(x.sigmoid(), (x > 0).float()),
    "acos": lambda x: x.tanh().acos(),
    "asin": lambda x: x.tanh().asin(),
    "atanh": lambda x: (0.9 * x.tanh()).atanh(),
    "erfinv": lambda x: (0.9 * x.tanh()).erfinv(),
    "logit": lambda x: x.sigmoid().logit(),
    "floor_divide": lambda x: x.long() // (x.long().abs() + 1),
    "fmod": lambda x: x.long().fmod(x.long().abs() + 1),
    "remainder": lambda x: x.long() % (x.long().abs() + 1),
    "inverse": lambda x: torch.linalg.inv(x + 9 * torch.eye(6)),
    "index_add_": lambda x: x.exp().index_add_(1, NONE, x),
    "index_add_ to a row": lambda x: x[:, :1].exp().index_add_(1, NONE, x),
    "index_select of a row": lambda x: x[:, :1].index_select(1, NONE),
    "index of a row": lambda x: x[:, :1][:, NONE],
    "gather of a row": lambda x: x[:, :1].gather(1, (0 * x).long()),
    "embedding of a row": lambda x: functional.embedding(NONE, x[0, 0, :1]),
}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=OPERATORS)
def test_an_operator_gets_numbers_that_it_takes(program, operator):
    for part in parts(program(lambda net, x: operator(x))):
        network = Replayed(repeatable(part.program))
        with torch.inference_mode():
            for _ in range(3):
                assert bool(network.run(CPU)[0].isfinite().all()), part.operator


def test_look_ups_in_several_rows_read_more_than_the_first(program):
    known = program(lambda net, x: net.words(x.long()[:, :, 0, 0].abs()), words=nn.Embedding(9, 4))
    look_up = parts(known)[-1]
    with torch.inference_mode():
        [out] = Replayed(look_up.program).run(CPU)
    assert len(out.flatten(0, 1).unique(dim=0)) == 2
