from torch import nn


class Functional(nn.Module):
    """A module whose forward is a function."""

    def __init__(self, function, *layers):
        super().__init__()
        self.function = function
        self.layers = nn.ModuleList(layers)

    def forward(self, *inputs):
        return self.function(*inputs, *self.layers)
