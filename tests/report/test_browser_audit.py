"""The page of an audit in a real browser."""

import pytest
from made_up_parts import saved_audit
from test_browser_widths import CHROMIUM, DESK, PHONE, look

from guidelines.cli.main import main

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    (folder / "audit.json").write_text(saved_audit())
    assert main(["report", str(folder / "audit.json"), "-o", str(folder / "page.html")]) == 0
    return folder / "page.html"


def test_on_a_phone_the_page_does_not_scroll_and_prices_are_in_sight(page, tmp_path):
    seen = look(page, PHONE, tmp_path)
    assert seen["width"] <= PHONE
    folded = {"calls", "operator", "us now", "us instead", "instead", "mostly", "no redesign"}
    assert set(seen["hidden"]) <= folded


def test_on_a_desk_everything_is_in_sight(page, tmp_path):
    seen = look(page, DESK, tmp_path)
    assert seen["width"] <= DESK
    assert seen["hidden"] == []
