import re

import pytest


def test_reuse_is_shown_and_drawn(printed, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "reuse.svg"
    status, out, err = printed("reuse", "shufflenet_v2_x1_0", "--picture", str(path))
    assert (status, err) == (0, f"wrote {path}\n")
    assert re.search(r"^ +2 +29 +29 +25$", out, re.MULTILINE)
    assert "Channels passed unchanged" in path.read_text()


def test_reuse_is_of_networks_that_split_their_channels(printed):
    _, _, err = printed("reuse", "mobilenet_v1_x0_25")
    assert err.startswith("guidelines: Sequential has no units that split their channels")
