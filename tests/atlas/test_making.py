import json

import pytest
from made_up_parts import saved_audit

from guidelines.analysis.measured import results_of
from guidelines.atlas.making import EntryError, entry_of, to_text
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError


@pytest.fixture
def file(entry_of_passes, saved):
    """The content of a file of two passes, with all that a run says of its host and its project."""
    entries = [entry_of_passes("g=1", [1.0, 1.0]), entry_of_passes("g=8", [2.0, 2.1])]
    content = saved(entries)
    content["machine_info"] |= {"node": "my-laptop", "system": "Linux", "cpu": {"brand_raw": "a processor"}}
    content["commit_info"] = {"id": "0123", "project": "secret", "branch": "mine"}
    content["datetime"] = "2026-11-27T00:18:42"
    for benchmark in content["benchmarks"]:
        benchmark |= {"fullname": "/home/me/test_g2.py", "options": {"max_time": 2.0, "timer": "clock"}}
    return content


def edited(file, **changes):
    """The file with changes to our part of its first benchmark."""
    file["benchmarks"][0]["extra_info"]["guidelines"] |= changes
    return file


def test_an_entry_is_a_saved_run_without_samples_that_gives_the_same_figures(file):
    whole, entry = results_of(parse(file)), results_of(parse(entry_of(file, "a-device", "0.1.0")))
    assert [m.place for m in entry.measured] == [m.place for m in whole.measured]
    for one, other in zip(entry.measured, whole.measured, strict=True):
        for quantity in ("slowdown", "control", "seconds_per_call"):
            a, b = getattr(one, quantity)(0.95), getattr(other, quantity)(0.95)
            assert (a.estimate, a.low, a.high) == pytest.approx((b.estimate, b.low, b.high), rel=1e-4)
    assert all(not each.samples_s for each in parse(entry_of(file, "a-device", "0.1.0")).entries)
    assert (entry.machine.name, entry.machine.node, entry.machine.system) == ("a-device", "", "Linux")


def test_keys_that_are_not_listed_are_left_out(file):
    ours = edited(file, owner="alice")["benchmarks"][0]["extra_info"]["guidelines"]
    ours["passes"][0] |= {"user": "alice"}
    ours["passes"][0]["circumstances"] |= {"home": "alice"}
    file["machine_info"] |= {"release": "alice"}
    file["machine_info"]["guidelines"] |= {"login": "alice"}
    assert "alice" not in to_text(entry_of(file, "a-device", "0.1.0"))


def test_an_entry_holds_no_host_project_path_or_sample(file):
    text = to_text(entry_of(file, "a-device", "0.1.0"))
    assert not [word for word in ("my-laptop", "secret", "mine", "/home", "data", "timer") if word in text]
    assert json.loads(text)["guidelines"] == {
        "schema": 3,
        "date": "2026-11-27",
        "suite": "0.1.0",
        "failed": [],
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("killed on My-Laptop", "the host's name: 'killed on My-Laptop'"),
        ("see /home/me/net.py", "a path: 'see /home/me/net.py'"),
        ("~/net.py", "a path"),
        ("LD_PRELOAD=/opt/x.so", "a path"),
        ("C:\\\\Users\\\\me", "a path"),
        ("ask me@example.org", "an e-mail address"),
        ("GPU-0f1e2d3c-aaaa-bbbb-cccc-0123456789ab", "a serial number"),
        ("on 192.168.0.12", "a network address"),
        ("on 0a:1b:2c:3d:4e:5f", "a network address"),
    ],
)
def test_a_personal_fact_in_a_text_is_refused_and_named(file, text, what):
    with pytest.raises(EntryError, match="holds ") as raised:
        entry_of(edited(file, lost=[text]), "a-device", "0.1.0")
    assert str(raised.value).startswith(f"holds {what}")


def test_usual_texts_are_not_taken_for_personal_ones(file):
    lost = ["pass 2: took 1.5 images/s and/or died", "torch 2.13.0+cpu, 3.12.0"]
    entry_of(edited(file, lost=lost), "a-device", "0.1.0")


def test_a_setting_of_the_environment_that_names_a_path_is_refused(file):
    file["machine_info"]["guidelines"]["settings"] = {"LD_PRELOAD": "/home/me/libjemalloc.so"}
    with pytest.raises(EntryError, match=r"holds a path: '/home/me/libjemalloc\.so'"):
        entry_of(file, "a-device", "0.1.0")


def test_a_run_of_one_pass_is_refused(run, saved):
    content = saved(run.entries) | {"datetime": "2026-11-27"}
    with pytest.raises(
        EntryError, match="a variant has 1 pass: without samples, an interval needs 2 or more"
    ):
        entry_of(content, "a-device", "0.1.0")


def test_a_part_of_a_run_is_refused(file):
    file["guidelines"]["partial"] = {}
    with pytest.raises(EntryError, match="is of an unfinished run"):
        entry_of(file, "a-device", "0.1.0")


def test_one_of_several_devices_has_to_be_selected(file):
    of_card = json.loads(json.dumps(file["benchmarks"]))
    for benchmark in of_card:
        benchmark["extra_info"]["guidelines"]["condition"]["device"] = "cuda:0"
    file["benchmarks"] += of_card
    with pytest.raises(EntryError, match="holds several devices, cpu, cuda:0: select one by --device"):
        entry_of(file, "a-device", "0.1.0")
    with pytest.raises(EntryError, match="holds nothing of cuda:1, but of cpu, cuda:0"):
        entry_of(file, "a-device", "0.1.0", device="cuda:1")
    run = parse(entry_of(file, "a-device", "0.1.0", device="cuda:0"))
    assert {each.place.condition.device for each in run.entries} == {"cuda:0"}


@pytest.mark.parametrize("name", ["", "H200", "../h200", "h200.json", "a--b", "my device"])
def test_a_name_is_of_small_letters_and_digits(file, name):
    with pytest.raises(EntryError, match="is no name of a device: small letters and digits, joined by '-'"):
        entry_of(file, name, "0.1.0")


def test_a_file_of_another_form_is_refused():
    with pytest.raises(ResultsError, match="is not a pytest-benchmark file"):
        entry_of({}, "a-device", "0.1.0")


def test_an_audit_is_refused():
    with pytest.raises(EntryError, match="is an audit: the atlas holds runs of guidelines"):
        entry_of(json.loads(saved_audit()), "a-device", "0.1.0")
