import csv
import io
import json

import pytest

from guidelines.atlas.recorded import names


def test_the_list_describes_each_device_and_its_conditions(answered, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    shown = answered("devices")
    assert [name for name in names() if f"\n{name}: " in f"\n{shown}"] == names()
    assert "h200: NVIDIA H200, Linux x86_64" in shown
    assert "140 GiB device memory" in shown
    assert "G1, G2, G3, G4 on 2026-11-26 by guidelines 0.1.0" in " ".join(shown.split())
    (row,) = (line for line in shown.splitlines() if "cudagraph" in line)
    assert " ".join(row.split()) == (
        "cuda:0 float32 nchw cudagraph 1 56x56 1 published heuristic 5 G1 G2 G3 G4"
    )


def test_the_list_fits_a_terminal_of_80_columns(answered, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    shown = answered("devices").splitlines()
    assert max(map(len, shown)) <= 80
    assert len([line for line in shown if "type  layout" in line]) == 1


def test_the_list_as_csv_and_json_has_a_record_for_each_condition(answered):
    rows = list(csv.DictReader(io.StringIO(answered("devices", "--format", "csv"))))
    h200 = [row for row in rows if row["machine"] == "h200"]
    assert [row["mode"] for row in h200] == ["eager", "cudagraph"]
    assert {row["node"] for row in rows} == {""}
    content = json.loads(answered("devices", "--format", "json"))
    assert content["kind"] == "devices"
    first = content["records"][0]
    facts = ("machine", "date", "suite", "passes", "guidelines")
    assert [first[name] for name in facts] == ["epyc-2-cores", "2026-11-27", "0.1.0", 5, "G1 G2 G3 G4"]


def test_a_device_is_shown_as_a_report_shows_it(answered):
    shown = answered("devices", "h200")
    assert shown.startswith("Do the guidelines hold here?\nG1 cuda:0  holds in 2 of 3")
    assert "h200: NVIDIA H200, " in shown
    assert "samples" not in shown
    record = json.loads(answered("devices", "h200", "--format", "json"))
    assert (record["kind"], record["date"], record["suite"]) == ("device", "2026-11-26", "0.1.0")
    assert len(record["records"]) == 102


@pytest.mark.parametrize("format", ["markdown", "html", "latex"])
def test_every_format_shows_the_list_and_a_device(answered, format):
    assert "NVIDIA H200" in answered("devices", "--format", format)
    assert "holds: 1:12 is 1.136x slower per mult" in answered("devices", "h200", "--format", format)


def test_an_unknown_device_is_named_with_the_one_that_is_near(refused):
    assert refused("devices", "H20") == (
        f"guidelines: H20: no such recorded device; did you mean h200?; possible: {', '.join(names())}"
    )
