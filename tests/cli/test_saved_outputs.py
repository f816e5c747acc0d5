"""What the files of report and compare hold, and which saved files they are made of."""

import csv
import io
import json
from pathlib import Path

import pytest

PARTIAL = {"sweeps": 1, "planned_sweeps": 2, "passes": 3, "planned_passes": 5}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_holds_the_time_of_a_call_and_the_images_in_a_second(write_run, printed):
    a, b = write_run("a.json", 2.0), write_run("b.json", 2.4)
    _, out, _ = printed("report", a, "--format", "csv")
    g8 = rows_of(out)[2]
    seconds = float(g8["seconds_per_call"])
    assert seconds == pytest.approx(0.02, rel=0.02)
    assert float(g8["images_per_s"]) == pytest.approx(1 / seconds)
    assert float(g8["images_per_s_low"]) == pytest.approx(1 / float(g8["seconds_per_call_high"]))
    _, out, _ = printed("compare", a, b, "--format", "csv")
    g8 = rows_of(out)[2]
    for side, slowdown in (("a", 2.0), ("b", 2.4)):
        assert float(g8[f"{side}_seconds_per_call"]) == pytest.approx(0.01 * slowdown, rel=0.02)
        assert float(g8[f"{side}_images_per_s"]) == pytest.approx(100 / slowdown, rel=0.02)


def test_images_in_a_second_count_the_batch(entry, write_run, printed):
    condition = entry("g=1", 1.0).place.condition
    four = write_run("a.json", 2.0, condition=type(condition)("cpu", "a processor", batch_size=4))
    (first, *_) = rows_of(printed("report", four, "--format", "csv")[1])
    assert float(first["images_per_s"]) == pytest.approx(4 / float(first["seconds_per_call"]))


def test_a_part_of_a_run_is_told_in_every_answer(write_run, printed):
    part = Path(write_run("part.json", 2.0))
    content = json.loads(part.read_text())
    content["guidelines"]["partial"] = PARTIAL
    part.write_text(json.dumps(content))
    note = f"{part}: is of an unfinished run: 3 of 10 passes of its 2 sweeps are there"
    whole = write_run("whole.json", 2.4)
    for arguments in (("report", str(part)), ("compare", str(part), whole)):
        _, out, _ = printed(*arguments, "--format", "json")
        assert note in json.loads(out)["summary"]


@pytest.mark.parametrize("command", ["report", "compare"])
def test_a_byte_order_mark_is_accepted(write_run, printed, command):
    path = Path(write_run("a.json", 2.0))
    other = [write_run("b.json", 2.4)] * (command == "compare")
    expected = printed(command, str(path), *other)
    path.write_text(path.read_text(), encoding="utf-8-sig")
    assert printed(command, str(path), *other) == expected


def test_a_refused_output_is_refused_before_anything_is_read(printed):
    for output in ("a.pdf", "no/folder/a.md"):
        _, _, err = printed("report", "no-such-file", "-o", output)
        assert err.startswith(f"guidelines: {output}: ")


def test_a_format_that_is_named_may_have_any_ending(write_run, printed, tmp_path):
    path = tmp_path / "summary"
    assert printed("report", write_run("a.json", 2.0), "-o", str(path), "--format", "markdown")[0] == 0
    assert path.read_text().startswith("# Guidelines")


def test_the_folder_of_pictures_is_made_but_not_those_above_it(write_run, printed, tmp_path):
    pytest.importorskip("matplotlib")
    path = write_run("a.json", 2.0)
    assert printed("plot", path, "-o", str(tmp_path / "pictures"))[0] == 0
    assert (tmp_path / "pictures" / "g2.svg").exists()
    assert printed("plot", path, "-o", str(tmp_path / "more" / "pictures"))[0] == 2
    assert not (tmp_path / "more").exists()
