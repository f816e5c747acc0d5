"""The HTML report in a real browser: what it shows, that it says and asks for nothing else."""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from guidelines.cli.main import main

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SAVED = Path(__file__).parent.parent / "results" / "saved" / "schema_1.json"
HOSTILE = '<img src=x onerror="console.error(1)"><script>console.error(2)</script>\x1b[31m'

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@dataclass(frozen=True)
class Visit:
    """What a page became in the browser, what it said on the console, and the URLs it asked for."""

    dom: str
    console: list[str]
    urls: set[str]


def visit(page, folder):
    """Load a page, let its scripts run for two seconds of its own time, and look."""
    log = folder / "net.json"
    switches = (
        "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync "
        "--disable-component-update --disable-extensions --enable-logging=stderr --virtual-time-budget=2000"
    )
    places = (f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}")
    done = subprocess.run(
        [CHROMIUM, *switches.split(), *places, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    console = re.findall(r":CONSOLE.*?\] (.*)", done.stderr)
    asked = set(re.findall(r'"url":"([^"]+)"', log.read_text("utf-8", errors="replace")))
    ours = {
        url for url in asked if not re.match(r"(https?://[\w.-]*google|chrome|file:|data:|devtools:)", url)
    }
    return Visit(done.stdout, console, ours)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A comparison of a machine with one whose every name is hostile."""
    folder = tmp_path_factory.mktemp("page")
    content = json.loads(SAVED.read_text("utf-8"))
    content["machine_info"]["node"] = content["machine_info"]["guidelines"]["torch"] = HOSTILE
    for benchmark in content["benchmarks"]:
        ours = benchmark["extra_info"]["guidelines"]
        ours["claim"] = ours["condition"]["device_name"] = HOSTILE
    hostile, path = folder / "hostile.json", folder / "report.html"
    hostile.write_text(json.dumps(content))
    assert main(["compare", str(hostile), str(SAVED), "-o", str(path)]) == 0
    return path


def test_the_visit_would_notice_an_error_and_a_request(tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text('<script>console.error("seen")</script><img src="http://127.0.0.1:9/asked.png">')
    found = visit(bad, tmp_path)
    assert any("seen" in line for line in found.console)
    assert "http://127.0.0.1:9/asked.png" in found.urls


def test_a_report_says_nothing_on_the_console_and_asks_for_nothing(page, tmp_path):
    found = visit(page, tmp_path)
    assert found.console == []
    assert found.urls == set()
    assert found.dom.count('class="panel"') == found.dom.count("figure_1") == 4
    assert "<th scope" in found.dom
    assert "<button>" in found.dom
    assert "&lt;img src=x onerror=" in found.dom
    assert r"\x1b[31m" in found.dom


def test_a_click_on_a_heading_sorts_its_table_by_number_and_back(page, tmp_path):
    clicks = """<script>
      const heading = [...document.querySelectorAll("th")].find((th) => th.textContent === "slow-down B");
      const body = heading.closest("table").tBodies[0];
      const column = () => [...body.rows].map((row) => row.cells[heading.cellIndex].textContent);
      const seen = [];
      for (const _ of [1, 2]) { heading.firstChild.click(); seen.push([heading.ariaSort, ...column()]); }
      document.body.innerHTML = `<pre>${JSON.stringify(seen)}</pre>`;
    </script>"""
    changed = tmp_path / "clicked.html"
    text = page.read_text("utf-8")
    changed.write_text(re.sub("<meta http-equiv.*?>", "", text) + clicks, "utf-8")
    (seen,) = re.findall("<pre>(.*)</pre>", visit(changed, tmp_path).dom)
    (up, *rising), (down, *falling) = json.loads(seen)
    assert (up, down) == ("ascending", "descending")
    assert sorted(map(float, rising)) == list(map(float, rising)) == list(map(float, falling))[::-1]
    assert len(set(rising)) > 2
