import pytest

from guidelines.results.machine import called, checked_name, parse_machine
from guidelines.results.model import Machine


def machine(**ours):
    return parse_machine({"node": "here", "guidelines": ours})


def test_devices_and_their_memory_are_read_as_text():
    read = machine(
        devices={"cpu": "a processor", "cuda:0": "A"}, device_memory_bytes={"cuda:0": 150109880320}
    )
    assert (read.devices, read.device_memory) == ("A", "140 GiB")


def test_several_devices_are_named_in_one_order_each_model_once():
    devices = {"cuda:0": "B", "cuda:1": "A", "cuda:2": "B"}
    sizes_bytes = {"cuda:0": 24 * 2**30, "cuda:1": 12 * 2**30, "cuda:2": 24 * 2**30 + 2**20}
    read = machine(devices=devices, device_memory_bytes=sizes_bytes)
    assert (read.devices, read.device_memory) == ("A and B", "12 GiB and 24 GiB")


def test_devices_of_one_model_with_different_memory_are_both_named():
    sizes_bytes = {"cuda:0": 80 * 2**30, "cuda:1": 40 * 2**30}
    read = machine(devices={"cuda:0": "A", "cuda:1": "A"}, device_memory_bytes=sizes_bytes)
    assert (read.devices, read.device_memory) == ("A and A", "40 GiB and 80 GiB")


def test_a_file_without_memory_tells_the_names_alone():
    assert machine(devices={"cuda:0": "A"}) == Machine(node="here", devices="A")
    partly = machine(devices={"cuda:0": "A", "cuda:1": "B"}, device_memory_bytes={"cuda:1": 2**34})
    assert (partly.devices, partly.device_memory) == ("A and B", "")


def test_a_machine_without_cuda_has_no_devices():
    read = machine(devices={"cpu": "a processor"}, device_memory_bytes={})
    assert (read.devices, read.device_memory) == ("", "")


@pytest.mark.parametrize("devices", [None, 7, "A", [], ["A"], {"cuda:0": None}, {"cuda:0": ""}])
def test_devices_that_are_none_are_unknown(devices):
    assert machine(devices=devices, device_memory_bytes={"cuda:0": 2**34}) == Machine(node="here")


@pytest.mark.parametrize("size", [None, 0, -1, True, 1.5, "80 GiB", [], {}, 10**30, float("nan")])
def test_memory_that_is_none_is_unknown(size):
    read = machine(devices={"cuda:0": "A"}, device_memory_bytes={"cuda:0": size})
    assert (read.devices, read.device_memory) == ("A", "")


@pytest.mark.parametrize("sizes", [None, 7, "A", []])
def test_memories_that_are_none_are_unknown(sizes):
    assert machine(devices={"cuda:0": "A"}, device_memory_bytes=sizes) == Machine(node="here", devices="A")


@pytest.mark.parametrize(
    ("ours", "usable_cpus"),
    [
        ({"cpu_count": 8, "usable_cpus": 8}, "all"),
        ({"cpu_count": 8, "usable_cpus": 2}, "2"),
        ({"cpu_count": 8, "usable_cpus": 0}, ""),
        ({"cpu_count": 0, "usable_cpus": 0}, ""),
        ({"usable_cpus": 2}, "2"),
        ({"cpu_count": 8}, ""),
        ({}, ""),
    ],
)
def test_processors_that_a_run_may_use_are_all_or_some(ours, usable_cpus):
    assert machine(**ours).usable_cpus == usable_cpus


@pytest.mark.parametrize(
    ("saved", "settings"),
    [
        ({"MKL_CBWR": "COMPATIBLE", "KMP_BLOCKTIME": "0"}, "KMP_BLOCKTIME=0 MKL_CBWR=COMPATIBLE"),
        ({}, "none"),
        (None, ""),
        (7, ""),
        (["MKL_CBWR"], ""),
        ({"a\x1b": {"b": "\n"}}, r"a\x1b={'b': '\n'}"),
    ],
)
def test_settings_are_read_as_one_text(saved, settings):
    assert machine(settings=saved).settings == settings


def test_long_settings_are_cut_with_a_mark_and_stay_distinct():
    shown = {machine(settings={"a": "b" * 5000 + end}).settings for end in "xy"}
    assert {len(each) for each in shown} == {1000}
    assert {"…" in each for each in shown} == {True}
    assert len(shown) == 2


def test_a_device_cannot_steer_the_terminal():
    assert machine(devices={"cuda:0": "A\x1b[2J"}).devices == r"A\x1b[2J"
    assert machine(devices={"cuda:0": ["\n"]}).devices.isprintable()


def test_a_name_takes_the_place_of_the_host():
    assert machine(name="ci", torch="2.13.0") == Machine(name="ci", torch="2.13.0")
    assert called(Machine(node="here", torch="2.13.0"), "ci") == Machine(name="ci", torch="2.13.0")
    assert machine(name=None) == Machine(node="here")


def test_a_name_is_read_without_the_space_around_it():
    assert checked_name(" ci: größer ") == "ci: größer"


@pytest.mark.parametrize("text", ["", "  ", "\n", "a\x1b[2J", "a\nb", "\udcff", "a\u202eb"])
def test_a_name_that_cannot_be_shown_is_refused(text):
    with pytest.raises(
        ValueError, match=r"is no name of a machine: give printable text, such as ci$"
    ) as error:
        checked_name(text)
    assert str(error.value).isprintable()
