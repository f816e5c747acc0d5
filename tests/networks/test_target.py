import re

import pytest
from torch import nn

from guidelines.networks.target import TargetError, target

MADE = """
import functools
from torch import nn

class Net(nn.Module):
    pass

class Wide(nn.Module):
    def __init__(self, c, *more, depth, groups=1, **rest):
        super().__init__()

class Shop:
    net = staticmethod(Net)

net = nn.Sequential(nn.Linear(2, 2))
partial = functools.partial(Wide, 3, depth=2)
number = 7

def built():
    return nn.ReLU()

def nothing():
    pass

def quits():
    raise SystemExit(3)

def broken():
    raise OSError("no weights\\nhere")
"""


@pytest.fixture(autouse=True)
def made(tmp_path, monkeypatch):
    """A folder to stand in, with a package of one module."""
    package = tmp_path / "made_here"
    package.mkdir()
    (package / "nets.py").write_text(MADE)
    (package / "bad.py").write_text("1 / 0")
    (package / "quits.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)


def test_a_network_is_named_as_in_this_suite():
    network = target("shufflenet_v2_x0_5")()
    assert sum(p.numel() for p in network.parameters()) == 1_365_792
    assert not network.training


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Net", "Net"), ("Shop.net", "Net"), ("partial", "Wide"), ("built", "ReLU"), ("net", "Sequential")],
)
def test_a_class_a_function_a_partial_and_a_module_build_modules_anew(name, kind):
    build = target(f"made_here.nets:{name}")
    assert type(build()).__name__ == kind
    assert build() is not build()


def test_a_class_of_a_library_is_a_target():
    assert isinstance(target("torch.nn:ReLU")(), nn.ReLU)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "resnet51",
            "'resnet51' is no network of this suite; near: resnet50, .*; others are named as "
            "package.module:callable",
        ),
        (
            "nowhere.nets:net",
            "nowhere.nets: cannot be imported: ModuleNotFoundError: No module named 'nowhere'",
        ),
        ("made_here.bad:net", "made_here.bad: cannot be imported: ZeroDivisionError: division by zero"),
        ("made_here.quits:net", "made_here.quits: cannot be imported: SystemExit: 3"),
        (":net", ": cannot be imported: ValueError: Empty module name"),
        (
            "made_here.nets:nett",
            "made_here.nets:nett: module 'made_here.nets' has no attribute 'nett'",
        ),
        (
            "made_here.nets:number",
            "made_here.nets:number: is an int, neither a torch.nn.Module nor a function that returns one",
        ),
        (
            "made_here.nets:Wide",
            "made_here.nets:Wide: takes c, depth; name a function without arguments, or a functools.partial",
        ),
    ],
)
def test_a_target_that_cannot_be_had_is_refused_in_one_line(name, message):
    with pytest.raises(TargetError) as caught:
        target(name)
    assert re.fullmatch(message, str(caught.value))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "gives None, not a torch.nn.Module"),
        ("Shop", "gives a Shop, not a torch.nn.Module"),
        ("broken", "cannot be built: OSError: no weights"),
        ("quits", "cannot be built: SystemExit: 3"),
    ],
)
def test_a_target_that_builds_no_module_says_what_it_gives_or_raises(name, message):
    build = target(f"made_here.nets:{name}")
    with pytest.raises(TargetError) as caught:
        build()
    assert str(caught.value) == f"made_here.nets:{name}: {message}"


def test_the_current_folder_can_be_imported_from(tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "only_in_inner.py").write_text("from torch.nn import ReLU")
    monkeypatch.chdir(tmp_path / "inner")
    assert isinstance(target("only_in_inner:ReLU")(), nn.ReLU)
