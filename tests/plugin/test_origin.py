import pickle
import sys
from textwrap import dedent

import pytest

from guidelines.measure.task import OriginError
from guidelines.plugin.origin import Module, Origin

SOURCE = """
    import pytest

    def marked(name):
        return pytest.mark.guideline(sweeps=lambda condition: name)

    @marked("function")
    def test_function(): ...

    class TestClass:
        @marked("method")
        def test_method(self): ...

    @marked("class")
    class Base:
        def test_inherited(self): ...

    @pytest.mark.usefixtures("tmp_path")
    class TestChild(Base): ...

    @marked("nearer")
    class TestNearer(Base):
        class TestInner:
            def test_inner(self): ...

    def test_bare(): ...
"""


@pytest.fixture
def module(tmp_path):
    """Writes the module of tests; a name of its own keeps it out of the way of others."""
    name = "inner_module_of_test_origin"

    def module(source=SOURCE):
        path = tmp_path / f"{name}.py"
        path.write_text(dedent(source))
        return Module(name, str(path))

    yield module
    sys.modules.pop(name, None)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("test_function", "function"),
        ("TestClass test_method", "method"),
        ("TestChild test_inherited", "class"),
        ("TestNearer test_inherited", "nearer"),
        ("TestNearer TestInner test_inner", "nearer"),
    ],
)
def test_the_nearest_mark_counts_as_for_pytest(module, names, found):
    origin = Origin(module(), tuple(names.split()))
    assert pickle.loads(pickle.dumps(origin))()(None) == found


@pytest.mark.parametrize(
    "pytestmark", ['marked("module")', '[pytest.mark.usefixtures("tmp_path"), marked("module")]']
)
def test_the_mark_of_a_module_counts_if_there_is_no_nearer_one(module, pytestmark):
    marked = module(f"{SOURCE}\n    pytestmark = {pytestmark}\n")
    assert Origin(marked, ("test_bare",))()(None) == "module"
    assert Origin(marked, ("test_function",))()(None) == "function"


@pytest.mark.parametrize("name", ["test_bare", "test_missing"])
def test_a_test_without_a_mark_is_named_with_the_way_out(module, name):
    origin = Origin(module(), (name,))
    with pytest.raises(OriginError, match=f"::{name} has no mark `guideline` .*; use --passes 1$"):
        origin()


def test_a_module_is_run_once(module):
    marked = module()
    assert marked() is marked()


def test_a_module_that_fails_does_so_for_each_of_its_tests(module):
    broken = module(f"{SOURCE}\n    1 / 0\n")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            Origin(broken, ("test_function",))()


def test_a_file_that_python_cannot_import_is_named_with_the_way_out(tmp_path):
    with pytest.raises(OriginError, match=r"tests\.txt cannot be imported .*; use --passes 1$"):
        Module("inner_text", str(tmp_path / "tests.txt"))()
