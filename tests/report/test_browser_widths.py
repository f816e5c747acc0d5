"""Pages in a real browser as wide as a phone: nothing scrolls sideways, what matters is in sight."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from made_up_ceilings import explained

from guidelines.cli.main import main

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RECORDED = Path(__file__).parents[2] / "experiments" / "recorded"
PHONE, DESK = 390, 1280
# Columns that a phone leaves out; the group stands beside the name.
DETAILS = {
    *("sweep", "c", "M mult-adds", "M memory access", "M conv. memory access", "images/s"),
    *("± A", "± B"),
}
# The width of the page; the headings that are out of sight, and the texts that their boxes cut, in a frame.
LOOK = """<script>
  const frame = document.querySelector("iframe");
  frame.addEventListener("load", () => {
    const page = frame.contentDocument, hidden = [];
    for (const box of page.querySelectorAll(".scroll")) {
      const end = box.getBoundingClientRect().right + 1;
      for (const head of box.querySelectorAll("thead th")) {
        const { width, right } = head.getBoundingClientRect();
        if (!width || right > end) hidden.push(head.textContent);
      }
    }
    const cut = [...page.querySelectorAll("svg text")].filter((text) => {
      const own = text.getBoundingClientRect(), all = text.ownerSVGElement.getBoundingClientRect();
      return own.right > all.right + 1 || own.left < all.left - 1;
    });
    for (const bar of page.querySelectorAll(".line")) {
      const all = bar.getBoundingClientRect();
      for (const part of bar.children) {
        const own = part.getBoundingClientRect();
        if (own.right > all.right + 6 || own.left < all.left - 6) cut.push(part);
      }
    }
    const bars = page.querySelectorAll(".line").length;
    const maps = [...page.querySelectorAll("section.heat")].map((map) => map.getBoundingClientRect().bottom);
    const width = page.documentElement.scrollWidth;
    const seen = { width, hidden, maps, bars, cut: cut.map((text) => text.textContent) };
    document.body.innerHTML = `<pre>${JSON.stringify(seen)}</pre>`;
  });
</script>"""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


def look(page, width, folder):
    """What a page looks like in a window of a width."""
    copy, frame = folder / "copy.html", folder / "frame.html"
    copy.write_text(re.sub("<meta http-equiv.*?>", "", page.read_text("utf-8")), "utf-8")
    frame.write_text(f'<iframe style="border:0;width:{width}px;height:844px" src="copy.html"></iframe>{LOOK}')
    switches = "--headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files"
    done = subprocess.run(
        [
            *(CHROMIUM, *switches.split(), f"--user-data-dir={folder / 'profile'}"),
            *("--virtual-time-budget=3000", "--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    (seen,) = re.findall("<pre>(.*)</pre>", done.stdout)
    return json.loads(seen)


@pytest.fixture(scope="module", params=["report", "compare", "networks", "accounts", "factors"])
def page(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "page.html"
    names = ("cpu-epyc-2-cores.json", "cpu-epyc-2-cores-sse41.json", "cpu-epyc-2-cores-networks.json")
    cpu, older, networks = (str(RECORDED / name) for name in names)
    known = []
    for saved in (cpu, older):
        known.append(str(folder / Path(saved).name))
        Path(known[-1]).write_text(json.dumps(explained(json.loads(Path(saved).read_text("utf-8")))))
    commands = {
        "report": ["report", cpu],
        "compare": ["compare", cpu, older],
        "networks": ["report", networks],
        "accounts": ["report", known[0]],
        "factors": ["compare", *known],
    }
    assert main([*commands[request.param], "-o", str(path)]) == 0
    return path


def test_on_a_phone_the_page_does_not_scroll_and_slow_downs_and_verdicts_are_in_sight(page, tmp_path):
    seen = look(page, PHONE, tmp_path)
    assert seen["width"] <= PHONE
    details = {
        "sweep",
        "c",
        "M mult-adds",
        "M memory access",
        "M conv. memory access",
        "images/s",
        "± A",
        "± B",
        "work",
        "condition",
    }
    assert set(seen["hidden"]) <= details
    assert seen["cut"] == []
    has_ceilings = page.parent.name.startswith(("accounts", "factors"))
    assert (seen["bars"] > 0) == has_ceilings


def test_on_a_desk_everything_is_in_sight_and_maps_are_on_the_first_screen(page, tmp_path):
    seen = look(page, DESK, tmp_path)
    assert seen["width"] <= DESK
    assert seen["hidden"] == seen["cut"] == []
    assert seen["maps"]
    assert max(seen["maps"]) <= 900


def test_the_look_would_notice_what_is_too_wide(tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<div class="scroll" style="overflow:auto"><table style="width:800px;table-layout:fixed"><thead><tr>'
        "<th width='100'>seen</th><th>far</th></tr></thead></table></div><p style='width:500px'>wide</p>"
        '<svg width="20" height="20"><text x="5" y="9">a long text</text></svg>'
    )
    seen = look(bad, PHONE, tmp_path)
    assert seen["width"] > PHONE
    assert seen["hidden"] == ["far"]
    assert seen["cut"] == ["a long text"]
