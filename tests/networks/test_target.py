import json
import re

import pytest
import torch
from torch import nn

from guidelines.networks.target import TargetError, is_instance, target

MADE = """
import functools
from torch import nn

class Net(nn.Module):
    pass

class Wide(nn.Module):
    def __init__(self, c, *more, depth, groups=1, **rest):
        super().__init__()
        self.given = (c, more, depth, groups, rest)

    @classmethod
    def of_depth(cls, c, **rest):
        return cls(c, depth=7, **rest)

class Shop:
    net = staticmethod(Net)
    wide = Wide

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


def test_an_instance_is_copied_with_its_weights_or_draws_them_anew(monkeypatch):
    instance = nn.Linear(2, 2)
    nn.init.constant_(instance.weight, 3)
    monkeypatch.setattr("made_here.nets.net", instance)
    kept, anew = (target("made_here.nets:net", keeps_state=keeps)().weight for keeps in (True, False))
    threes = torch.full((2, 2), 3.0)
    assert torch.equal(kept, threes)
    assert kept is not instance.weight
    assert not bool((anew == 3).any())
    assert torch.equal(instance.weight, threes)


def test_an_instance_is_told_from_what_builds_one():
    names = ["net", "Net", "built", "partial", "Wide(3, depth=2)", "number"]
    assert [name for name in names if is_instance(f"made_here.nets:{name}")] == ["net"]
    assert is_instance("made_here/nets.py:net")
    assert not is_instance("resnet50")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Wide(3, depth=2)", (3, (), 2, 1, {})),
        ("Wide(3, 4, 5, depth=(1, 'x'), groups=-2, rate=0.5)", (3, (4, 5), (1, "x"), -2, {"rate": 0.5})),
        ("Wide.of_depth([1, None], deep=True)", ([1, None], (), 7, 1, {"deep": True})),
        ("Shop.wide(c='a:b.py:c', depth={'k': 1})", ("a:b.py:c", (), {"k": 1}, 1, {})),
    ],
)
@pytest.mark.parametrize("where", ["made_here.nets", "made_here/nets.py", "./made_here/nets.py"])
def test_a_callable_gets_the_arguments_that_are_given(where, name, given):
    assert target(f"{where}:{name}")().given == given


def test_a_file_is_named_by_its_path_from_anywhere_and_its_folder_can_be_imported_from(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "beside_it.py").write_text("WIDTH = 5")
    (folder / "json.py").write_text(
        "import beside_it\nfrom torch import nn\ndef net(): return nn.Linear(1, beside_it.WIDTH)"
    )
    assert target(f"{folder}/json.py:net")().out_features == 5
    assert json.loads("1") == 1  # a file does not replace a module of its name


def test_a_class_of_a_library_is_a_target():
    assert isinstance(target("torch.nn:ReLU")(), nn.ReLU)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "resnet51",
            "'resnet51' is no network of this suite; near: resnet50, .*; others are named as "
            "package.module:callable or file.py:callable",
        ),
        ("made_here.nets.Net", "'made_here.nets.Net' is .*; near: made_here.nets:Net"),
        ("nets.py", "'nets.py' is .*; near: nets.py:CALLABLE"),
        (
            "nowhere.nets:net",
            "nowhere.nets: cannot be imported: ModuleNotFoundError: No module named 'nowhere'",
        ),
        ("made_here.bad:net", "made_here.bad: cannot be imported: ZeroDivisionError: division by zero"),
        ("made_here.quits:net", "made_here.quits: cannot be imported: SystemExit: 3"),
        (":net", ": cannot be imported: ValueError: Empty module name"),
        (
            "made_here.nets:nett",
            "made_here.nets:nett: module 'made_here.nets' has no attribute 'nett'; near: net",
        ),
        (
            "made_here.nets:number",
            "made_here.nets:number: is an int, neither a torch.nn.Module nor a function that returns one",
        ),
        (
            "made_here.nets:Wide",
            r"made_here.nets:Wide: takes c, depth; give them, made_here.nets:Wide\(c=..., depth=...\), or "
            "name a function without arguments",
        ),
        (
            "made_here.nets:Wide(3)",
            r"made_here.nets:Wide\(3\): missing a required argument: 'depth'; made_here.nets:Wide takes "
            r"\(c, \*more, depth, groups=1, \*\*rest\)",
        ),
        (
            "made_here.nets:Wide(3, depth=two)",
            'made_here.nets:Wide.*: two is no literal; near: "two", in a shell with quotes .*; arguments are '
            'literals, such as "text", .*',
        ),
        ("made_here.nets:Wide(__import__('os'))", ".*: __import__\\('os'\\) is no literal; arguments are .*"),
        ("made_here.nets:Wide(**{'c': 3})", r".*: \*\* is no argument that can be given; .*"),
        ("made_here.nets:net(3)", ".*: is a module that is built already; it takes no arguments"),
        ("made_here.nets:Net()()", ".*: 'Net\\(\\)\\(\\)' is no callable, such as Net or Net\\(10\\)"),
        ("made_here.nets:", "made_here.nets:: '' is no callable, such as .*"),
        ("made_here/nets:Net", "made_here/nets: there is no such file; near: made_here/nets.py:Net"),
        ("./nowhere.py:Net", "./nowhere.py: there is no such file"),
        ("made_here/bad.py:net", "made_here/bad.py: cannot be imported: ZeroDivisionError: .*"),
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
