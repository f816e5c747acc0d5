import json

import pytest

from guidelines.fleet.folder import Folder, resumed
from guidelines.fleet.plan import PLAN, Plan
from guidelines.fleet.problem import FleetError


@pytest.fixture
def path(tmp_path):
    folder = Folder(tmp_path / "fleet", Plan(("G1",), passes=3, each="node", suite="0.1"))
    folder.begin(["n1", "n2"])
    return folder.path


def error_of(path):
    with pytest.raises(FleetError) as raised:
        resumed(path)
    beginning = f"{path / PLAN}: cannot be read: "
    assert str(raised.value).startswith(beginning)
    assert "\n" not in str(raised.value)
    return str(raised.value).removeprefix(beginning)


@pytest.mark.parametrize(
    ("key", "value", "error"),
    [
        ("passes", float("inf"), "passes must be a whole number from 1 to 999999, got inf"),
        ("passes", 0, "passes must be a whole number from 1 to 999999, got 0"),
        ("passes", -1, "passes must be a whole number from 1 to 999999, got -1"),
        ("passes", True, "passes must be a whole number from 1 to 999999, got True"),
        ("passes", 10**9, "passes must be a whole number from 1 to 999999, got 1000000000"),
        ("devices", {"n1": 4}, "devices: 'n1' must have 0 to 3 passes, got 4"),
        ("devices", {"n1": -3}, "devices: 'n1' must have 0 to 3 passes, got -3"),
        ("devices", {"n1": float("inf")}, "devices: 'n1' must have 0 to 3 passes, got inf"),
        ("devices", ["n1"], "devices must be numbers of passes by name, got ['n1']"),
        ("each", "x", "each must be node or device, got 'x'"),
        ("each", [], "each must be node or device, got []"),
        ("suite", 1, "suite must be a version, got 1"),
        ("arguments", "G1", "arguments must be a list of texts, got 'G1'"),
        ("nodes", [1], "nodes must be a list of texts, got [1]"),
        ("nodes", [], "nodes must name at least one node, got []"),
        ("nodes", ["n1", "n1"], "nodes 'n1' and 'n1' would share a file"),
        ("nodes", ["n1", "N1"], "nodes 'n1' and 'N1' would share a file"),
        ("whole", "n1", "whole must be a list of texts, got 'n1'"),
        ("guidelines_fleet", True, "it is no plan of a fleet that this version reads"),
    ],
)
def test_a_plan_that_cannot_be_is_one_line(path, key, value, error):
    saved = json.loads((path / PLAN).read_text())
    (path / PLAN).write_text(json.dumps({**saved, key: value}))
    assert error_of(path) == error


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b"\xff\xfe", b'{"guidelines_fleet": 1, "passes": ' + b"9" * 5000 + b"}", b"null"],
)
def test_a_plan_of_any_content_is_one_line(path, content):
    (path / PLAN).write_bytes(content)
    assert error_of(path) == "it is no plan of a fleet that this version reads"


def test_a_key_that_is_missing_is_one_line(path):
    saved = json.loads((path / PLAN).read_text())
    for key in saved:
        (path / PLAN).write_text(json.dumps({name: saved[name] for name in saved if name != key}))
        assert error_of(path)


def test_a_plan_that_is_a_folder_is_one_line(path):
    (path / PLAN).unlink()
    (path / PLAN).mkdir()
    assert error_of(path) == "Is a directory"


def test_nodes_that_would_share_a_file_are_refused_before_anything_is_measured(tmp_path):
    folder = Folder(tmp_path / "fleet", Plan(("G1",), passes=3, each="node", suite="0.1"))
    with pytest.raises(FleetError, match=r"^--nodes: nodes 'gpu1' and 'GPU1' would share a file; leave one"):
        folder.begin(["gpu1", "GPU1"])
    assert not folder.path.exists()
