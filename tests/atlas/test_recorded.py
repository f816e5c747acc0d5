import json
from importlib.resources import files

import pytest

from guidelines import __version__
from guidelines.analysis.measured import results_of
from guidelines.atlas import making
from guidelines.atlas.personal import check_nothing_personal
from guidelines.atlas.recorded import names, recorded

DEVICES = recorded(names())
# The host of every run that this project recorded.
HOST = "vm"


def test_the_devices_are_in_the_order_of_their_names():
    assert names() == sorted(names())
    assert {"epyc-2-cores", "h200"} <= set(names())
    assert [device.name for device in DEVICES] == names()


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_a_recorded_device_is_one_device_of_a_described_machine_in_several_passes(device):
    run = device.run
    assert run.source == f"atlas/{device.name}.json"
    assert (run.machine.name, run.machine.node) == (device.name, "")
    assert run.machine.cpu_model
    assert run.machine.cpu_count
    assert run.machine.torch
    assert device.date.startswith("20")
    assert len(device.date) == len("2026-11-27")
    assert device.suite <= __version__
    assert len({entry.place.condition.device for entry in run.entries}) == 1
    assert min(len(entry.passes) for entry in run.entries) >= 5
    assert not any(entry.samples_s for entry in run.entries)
    assert results_of(run).notes == ()


@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name)
def test_every_recorded_device_was_measured_by_a_run_without_options(device):
    ids = {entry.place.condition.id for entry in device.run.entries}
    assert ids in ({"cpu"}, {"cuda:0", "cuda:0-cudagraph"})
    assert {entry.place.guideline for entry in device.run.entries} == {"G1", "G2", "G3", "G4"}


@pytest.mark.parametrize("name", names())
def test_a_file_is_small_and_holds_nothing_personal(name):
    file = files("guidelines.atlas").joinpath(f"{name}.json")
    content = file.read_text("utf-8")
    check_nothing_personal(json.loads(content), HOST)
    variants = content.count('"extra_info"')
    assert len(content) < 2400 * variants
    assert set(json.loads(content)) == {"machine_info", "guidelines", "benchmarks"}


@pytest.mark.parametrize("name", names())
def test_a_file_holds_only_keys_that_are_listed(name):
    content = json.loads(files("guidelines.atlas").joinpath(f"{name}.json").read_text("utf-8"))
    machine = content["machine_info"]
    assert set(machine) == {*making.OF_MACHINE, "guidelines"}
    assert set(machine["guidelines"]) <= {*making.OF_LIBRARIES, "name"}
    assert set(content["guidelines"]) <= {"schema", "date", "suite", "failed", "ceilings"}
    for benchmark in content["benchmarks"]:
        assert set(benchmark) == {"name", "extra_info", "stats", "options"}
        assert set(benchmark["extra_info"]) == {"guidelines"}
        variant = benchmark["extra_info"]["guidelines"]
        assert set(variant) <= set(making.OF_VARIANT)
        for of_pass in variant["passes"]:
            assert set(of_pass) == set(making.OF_PASS)
            assert set(of_pass["circumstances"]) <= set(making.OF_CIRCUMSTANCES)
