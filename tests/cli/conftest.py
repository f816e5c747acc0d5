import json

import pytest

from guidelines.cli.main import main

NETS = """
import torch
from torch import nn

class Fickle(nn.Module):
    def forward(self, x):
        return torch.fft.fft(x) * x.sum().item()

class Talking(nn.Module):
    def __init__(self):
        super().__init__()
        print("being built")
        self.add_module("\\x1b[31mred", nn.Conv2d(3, 4, 3, bias=False))

    def forward(self, x):
        print("being called")
        return next(self.children())(x)

class Real(nn.Module):
    def forward(self, x):
        if x.device.type != "meta":
            raise RuntimeError("needs another device")
        return x + 1

class Odd(nn.Module):
    def parameters(self):
        raise KeyError("none")

class Speechless(Exception):
    def __str__(self):
        raise OSError("no words")

class Raising(nn.Module):
    def forward(self, x):
        raise Speechless

def on_meta():
    return nn.Linear(3, 3, device="meta")

def built_with_values():
    return nn.Linear(3, int(torch.ones(4).sum().item()))

class Captioned(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.words, self.picture = nn.Embedding(2, width), nn.Conv2d(3, width, 8)

    def forward(self, words, picture):
        return self.words(words).sum(1) + self.picture(picture).flatten(1)
"""


@pytest.fixture
def printed(capsys):
    """Runs a command; gives its status and what it wrote to stdout and stderr."""

    def printed(*arguments):
        status = main(list(arguments))
        out, err = capsys.readouterr()
        return status, out, err

    return printed


@pytest.fixture
def answered(printed):
    """Runs a command that goes well, and gives what it wrote to stdout."""

    def answered(*arguments):
        status, out, err = printed(*map(str, arguments))
        assert (status, err) == (0, "")
        return out

    return answered


@pytest.fixture
def refused(printed):
    """Runs a command that is an error, and gives the line that it wrote to stderr."""

    def refused(*arguments):
        status, out, err = printed(*map(str, arguments))
        (line,) = err.splitlines()
        assert (status, out) == (2, "")
        return line

    return refused


@pytest.fixture
def printed_line(printed):
    """The same with every run of white space in stdout as one space."""

    def printed_line(*arguments):
        status, out, err = printed(*arguments)
        return status, " ".join(out.split()), err

    return printed_line


@pytest.fixture
def run_path(tmp_path, saved_run):
    path = tmp_path / "run.json"
    path.write_text(saved_run)
    return path


@pytest.fixture
def write_run(tmp_path, entry, saved):
    """Writes a run of G2 whose g=8 has a slow-down, on a host, to a file."""

    def write_run(name, g8, node="here", **changes):
        entries = [entry(v, s, **changes) for v, s in (("g=1", 1.0), ("g=2", 1.2), ("g=8", g8))]
        content = saved(entries)
        content["machine_info"]["node"] = node
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
        return str(path)

    return write_run


@pytest.fixture
def nets(monkeypatch, tmp_path):
    """A folder to stand in, with a module of networks that do what networks should not."""
    (tmp_path / "odd_nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
