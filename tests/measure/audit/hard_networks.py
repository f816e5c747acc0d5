"""Networks that are hard to take apart, or cannot be; a fresh process can import them."""

import random
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional


class Block(nn.TransformerEncoderLayer):
    def __init__(self):
        super().__init__(32, 4, 64, batch_first=True)


class Attention(nn.MultiheadAttention):
    def __init__(self):
        super().__init__(32, 4, batch_first=True)

    def forward(self, x):
        return super().forward(x, x, x)


class Images(nn.Module):
    """A 1x1 convolution of images, and whatever follows it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)
        self.calls = 0
        self.register_buffer("count", torch.zeros(1))


class Plain(nn.Sequential):
    """Breaks no guideline."""

    def __init__(self):
        super().__init__(nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 1))


class Segmentation(Images):
    def forward(self, x):
        small = functional.relu(self.conv(x)[:, :5, ::2, ::2])
        return {
            "aux": [],
            "out": functional.interpolate(small, x.shape[-2:], mode="bilinear"),
            "small": small,
        }


@dataclass
class Found:
    image: torch.Tensor
    score: float


class DataClass(Images):
    def forward(self, x):
        return Found(self.conv(x), 0.5)


class TwoInputs(Images):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 8)

    def forward(self, x, y):
        return self.conv(x) + self.linear(y)[:, :, None, None]


class TwoOfBoth(TwoInputs):
    def forward(self, x, y):
        found = super().forward(x, y)
        return {"found": functional.interpolate(found, scale_factor=2.0, mode="bilinear"), "small": found}


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.linear = nn.Embedding(100, 16), nn.Linear(16, 4)

    def forward(self, x):
        return self.linear(self.words(x).mean(1))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.linear = nn.LSTM(16, 8, batch_first=True), nn.Linear(8, 8)

    def forward(self, x):
        return self.linear(self.lstm(x)[0])


class Dropping(Images):
    def forward(self, x):
        return functional.dropout(self.conv(x), 0.5)


class Noisy(Images):
    def forward(self, x):
        return self.conv(x + torch.randn_like(x))


class Counting(Images):
    def forward(self, x):
        self.calls += 1
        return self.conv(x) * self.calls


class CountingInABuffer(Images):
    def forward(self, x):
        self.count += 1
        return self.conv(x) * self.count


class OtherPaths(Images):
    """Takes another way at random, so that no two calls do the same work."""

    def forward(self, x):
        return self.conv(self.conv(x)[:, :3]) if random.random() < 0.5 else self.conv(x)


class OtherWidths(nn.Module):
    """Built with another width each time."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, random.randrange(8, 5000), 1)

    def forward(self, x):
        return self.conv(x)


class ByValues(Images):
    def forward(self, x):
        y = self.conv(x)
        y = y.relu() if y.sum() > 0 else y.abs() + 1
        for _ in range(int(y.abs().mean()) + 1):
            y = y + 1
        return y[y > 1.5]


class Spectral(Images):
    def forward(self, x):
        return torch.fft.ifft2(torch.fft.fft2(self.conv(x)) * 2).real


class Gated(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x.sigmoid() * x

    @staticmethod
    def backward(context, gradient):
        return gradient


class CustomFunction(Images):
    def forward(self, x):
        return Gated.apply(self.conv(x))


class WithNumpy(Images):
    def forward(self, x):
        y = self.conv(x).detach().cpu().numpy()
        return torch.from_numpy(y * 2) + 1


class Complex(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(16, 16)

    def forward(self, x):
        return self.linear(torch.complex(x, x).abs())


class Scripted(Images):
    def __init__(self):
        super().__init__()
        self.inner = torch.jit.script(nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU()))

    def forward(self, x):
        return self.inner(self.conv(x))


class Quantised(nn.Sequential):
    """Its weights cannot be made on the meta device."""

    def __init__(self):
        inner = nn.Sequential(nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 8))
        super().__init__(torch.ao.quantization.quantize_dynamic(inner, {nn.Linear}, dtype=torch.qint8))


class QuantisedImages(Images):
    """Two operators that cannot be timed alone: tensors of this type cannot be drawn."""

    def forward(self, x):
        return torch.quantize_per_tensor(self.conv(x), 0.1, 0, torch.quint8).dequantize().relu()


class Mutating(Images):
    def forward(self, x):
        return self.conv(x.mul_(2))


class InTraining(Images):
    def forward(self, x):
        if not self.training:
            raise RuntimeError("only in training mode")
        return self.conv(x)


class ByGradients(Images):
    def forward(self, x):
        with torch.inference_mode(False), torch.enable_grad():
            x = x.clone().requires_grad_()
            return torch.autograd.grad(self.conv(x).sum(), x)[0]


class WithoutTensor(Images):
    def forward(self, x):
        return float(self.conv(x).sum())


class WithoutOutput(Images):
    def forward(self, x):
        self.conv(x)


class Flattening(nn.Module):
    def forward(self, x):
        return x.flatten()


class Table(Images):
    """Fills a table in its first call."""

    table = None

    def forward(self, x):
        if self.table is None:
            self.table = torch.arange(8.0).view(1, 8, 1, 1).sin()
        return self.conv(x) * self.table


class Branches(nn.Module):
    """Depthwise branches of one tensor, which break G3, and their sum, which breaks G4."""

    def __init__(self):
        super().__init__()
        self.one = nn.Conv2d(3, 3, 3, padding=1, groups=3)
        self.two = nn.Conv2d(3, 3, 3, padding=1, groups=3)

    def forward(self, x):
        return self.one(x) + self.two(x)
