import json
from importlib.resources import files
from pathlib import Path

import pytest
from made_up_parts import saved_audit

from guidelines.atlas.recorded import names

RECORDED = Path(__file__).parents[2] / "experiments" / "recorded"
# An earlier run of the machine of epyc-2-cores.
EPYC = RECORDED / "cpu-epyc-2-cores.json"


def entry_path(name):
    return Path(str(files("guidelines.atlas").joinpath(f"{name}.json")))


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal that breaks no line."""
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture
def slower(tmp_path):
    """The recorded EPYC with the slow-downs of G2 larger by 15 %."""
    content = json.loads(entry_path("epyc-2-cores").read_text("utf-8"))
    for benchmark in content["benchmarks"]:
        ours = benchmark["extra_info"]["guidelines"]
        if ours["guideline"] == "G2" and ours["variant"] != ours["baseline"]:
            for each in (ours["slowdown"], *(of_pass["slowdown"] for of_pass in ours["passes"])):
                each |= {name: 1.15 * each[name] for name in ("estimate", "low", "high") if name in each}
    content["machine_info"]["guidelines"]["name"] = "mine"
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(content))
    return path


def test_the_nearest_device_comes_first_and_that_nothing_departs_is_said(answered):
    shown = answered("compare", EPYC, "--atlas").splitlines()
    assert shown[0].startswith("nearest is epyc-2-cores: slow-downs differ by a factor of 1.01 [1.00, 1.06]")
    assert "departs from epyc-2-cores in none of 12 sweeps; 29 of 39 slow-downs are undecided" in shown
    assert "nowhere: no slow-down differs beyond both intervals" in shown


def test_departures_take_a_line_each_before_the_tables(answered, slower):
    shown = answered("compare", slower, "--atlas").splitlines()
    assert [line for line in shown if line.startswith("departs from epyc-2-cores in 3 of 12 sweeps, of G2")]
    begin = shown.index("Where it departs from epyc-2-cores")
    tables = next(k for k, line in enumerate(shown) if line.startswith("G1 equal channel width"))
    lines = [line for line in shown[begin:tables] if " STRONGER: " in line]
    assert sorted(line[:5] for line in lines) == ["G2 x1", "G2 x2", "G2 x4"]
    assert shown[tables:]


def test_several_files_stand_beside_the_recorded_devices_each(answered, slower):
    shown = answered("compare", EPYC, slower, "--atlas")
    assert f"{EPYC}: nearest is epyc-2-cores" in " ".join(shown.split())
    assert f"{slower}: nearest is epyc-2-cores" in " ".join(shown.split())


def test_devices_of_one_file_stand_apart(answered):
    shown = " ".join(answered("compare", RECORDED / "h200.json", "--atlas").split())
    assert "h200.json cpu: nearest is xeon-16-cores" in shown
    assert "h200.json cuda:0: nearest is h200" in shown


def test_json_holds_every_distance_and_the_departures(answered, slower):
    content = json.loads(answered("compare", slower, "--atlas", "--format", "json"))
    assert content["kind"] == "compare_atlas"
    assert {record["recorded_device"] for record in content["records"]} == set(names())
    first = content["records"][0]
    assert first["distance_low"] <= first["distance"] <= first["distance_high"]
    assert (first["slowdowns"], first["sweeps_departing"], first["near"]) == (39, 3, 1)
    assert {(each["recorded_device"], each["guideline"]) for each in content["departures"]} == {
        (first["recorded_device"], "G2")
    }


@pytest.mark.parametrize("format", ["markdown", "html", "latex", "csv"])
def test_every_format_shows_it(answered, format):
    assert "epyc-2-cores" in answered("compare", EPYC, "--atlas", "--format", format)


def test_cells_of_the_map_lead_to_their_tables(answered):
    page = answered("compare", EPYC, "--atlas", "--format", "html")
    cell = page[page.index("1:12 per mult-add") - 400 : page.index("1:12 per mult-add")]
    number = cell.rpartition('href="#s')[2].partition('"')[0]
    section = page[page.index(f'id="s{number}"') :]
    assert section.partition("G1 equal channel width")[0].count("<h2") <= 1


@pytest.mark.parametrize("name", names())
def test_compare_and_report_read_an_entry_as_any_saved_run(answered, name):
    assert "A and B hold the same run" in answered("compare", entry_path(name), entry_path(name))
    assert f"{name}.json" in answered("report", entry_path(name), "--format", "csv")


def test_nothing_in_common_is_one_line_that_says_what_to_measure(refused):
    path = RECORDED / "cpu-epyc-2-cores-units.json"
    assert refused("compare", path, "--atlas") == (
        f"guidelines: {path}: nothing in common with the recorded devices: it holds U under cpu, cpu-28px, "
        "they hold G1, G2, G3, G4 under cpu, cuda:0, cuda:0-cudagraph; measure these by "
        "`guidelines run G1 G2 G3 G4`"
    )


def test_an_audit_is_refused(refused, tmp_path):
    path = tmp_path / "audit.json"
    path.write_text(saved_audit())
    assert refused("compare", path, "--atlas") == (
        f"guidelines: {path} is an audit: --atlas takes runs of guidelines; compare takes two audits"
    )


def test_a_file_of_another_form_is_refused(refused, tmp_path):
    path = tmp_path / "other.json"
    path.write_text("[]")
    assert refused("compare", path, "--atlas").startswith(
        f"guidelines: {path}: is not a pytest-benchmark file"
    )


def test_there_is_no_gate_against_the_atlas(refused):
    assert refused("compare", EPYC, "--atlas", "--fail-on", "slower") == (
        "guidelines: --fail-on needs two sides, A and B: leave out --atlas"
    )
