import re

from guidelines.networks.registry import NETWORKS


def test_every_network_is_listed_with_its_work_and_every_row_that_is_lacking_with_a_reason(printed):
    out = printed("networks")[1]
    named = re.findall(r"^([a-z]\w+)(?: \*)? +\d+ ", out, re.MULTILINE)
    assert named == list(NETWORKS)
    assert re.search(r"^condensenet74_g4 \* +224 +4\.77 +517 +529 ", out, re.MULTILINE)
    assert re.search(r"^IGCV2-0\.5 +156 +has no public definition$", out, re.MULTILINE)
