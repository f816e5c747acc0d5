import sys

import pytest

NETWORK = "from torch import nn\n\n\ndef network():\n    return nn.Conv2d(3, 4, 1)\n"
SHUFFLENET = "from guidelines.networks.registry import build\nnetwork = build('shufflenet_v2_x0_5')\n"
NAME = "shufflenet_v2_x0_5"


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "a_network_of_mine", raising=False)
    path = tmp_path / "a_network_of_mine.py"
    path.write_text(NETWORK)
    return path


@pytest.mark.parametrize("command", ["count", "decompose"])
@pytest.mark.parametrize("named_as", ["file", "module"])
def test_the_source_of_a_network_is_not_overwritten(source, printed, command, named_as):
    target = f"{source if named_as == 'file' else source.stem}:network"
    status, out, err = printed(command, target, "--input", "1,3,4,4", "-o", str(source))
    assert (status, out, err) == (2, "", f"guidelines: {source}: is among the files that were read\n")
    assert source.read_text() == NETWORK


def test_a_file_may_have_the_name_of_a_network(tmp_path, printed, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert printed("count", NAME, "-o", NAME)[0] == 0


def test_a_picture_overwrites_neither_the_source_nor_the_answer(tmp_path, printed):
    source = tmp_path / "mine.py"
    source.write_text(SHUFFLENET)
    before, target = source.read_text(), f"{source}:network"
    pytest.importorskip("matplotlib")
    status, _, err = printed("reuse", target, "--picture", str(source))
    assert (status, err) == (2, f"guidelines: {source}: is among the files that were read\n")
    same = str(tmp_path / "a.svg")
    status, _, err = printed("reuse", target, "--picture", same, "-o", same)
    assert (status, err) == (2, f"guidelines: --picture and -o are the same file: {same}\n")
    assert source.read_text() == before
