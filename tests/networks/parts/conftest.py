import pytest
import torch
from torch import nn

from guidelines.networks.parts.recorder import recorded


class Called(nn.Module):
    """A module that calls a function with itself, so that a test can show its forward()."""

    def __init__(self, forward, **layers):
        super().__init__()
        self._forward = forward
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, *inputs):
        return self._forward(self, *inputs)


@pytest.fixture
def program():
    """The program of a function of layers on images of a shape, in inference mode as networks are timed."""

    def program(forward, *shapes, layout=torch.contiguous_format, **layers):
        inputs = []
        for shape in shapes or ((1, 8, 6, 6),):
            x = torch.randn(shape)
            inputs.append(x.to(memory_format=layout) if x.dim() == 4 else x)
        module = Called(forward, **layers).eval()
        with torch.inference_mode():
            return recorded(module.to(memory_format=layout), inputs)

    return program


@pytest.fixture
def names():
    """The names of a program's calls."""
    return lambda program: [call.name for call in program.calls]
