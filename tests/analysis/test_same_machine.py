from dataclasses import replace

import pytest

from guidelines.analysis.merge import by_machine
from guidelines.analysis.same_machine import alike_but_for_hosts, runs_of_each_machine
from guidelines.results.model import Machine

CPU_RUN = Machine(node="vm", cpu_model="a processor", torch="2.13.0")
H100 = replace(CPU_RUN, devices="NVIDIA H100 80GB HBM3", device_memory="79 GiB")
H200 = replace(CPU_RUN, devices="NVIDIA H200", device_memory="140 GiB")
OLD_H200 = replace(H200, device_memory="")


@pytest.fixture
def grouped(entry, results):
    """The machines and the numbers of the runs that are theirs, of runs of some machines."""

    def grouped(*machines):
        runs = []
        for number, machine in enumerate(machines):
            run = results(entry("g=1", 1.0), entry("g=8", 2.0), machine=machine, source=str(number))
            runs.append(run)
        groups = runs_of_each_machine(runs)
        return [(group[0].machine, [int(run.sources[0]) for run in group]) for group in groups]

    return grouped


def test_two_devices_on_hosts_of_one_name_are_two_machines(grouped):
    assert grouped(H100, H200, H100) == [(H100, [0, 2]), (H200, [1])]


def test_devices_of_one_name_with_different_memory_are_two_machines(grouped):
    half = replace(H200, device_memory="71 GiB")
    assert grouped(H200, half, OLD_H200) == [(H200, [0]), (half, [1]), (OLD_H200, [2])]


@pytest.mark.parametrize("order", [(H200, OLD_H200, CPU_RUN), (CPU_RUN, OLD_H200, H200)])
def test_what_a_file_does_not_say_makes_no_other_machine(grouped, order):
    assert grouped(*order) == [(H200, [0, 1, 2])]


def test_a_run_that_does_not_say_which_of_two_devices_is_there_is_of_neither(grouped):
    assert grouped(H100, CPU_RUN, H200) == [(H100, [0]), (CPU_RUN, [1]), (H200, [2])]


def test_a_device_is_no_device_of_another_host(grouped):
    elsewhere = replace(CPU_RUN, node="elsewhere")
    assert grouped(H200, elsewhere) == [(H200, [0]), (elsewhere, [1])]


def test_runs_of_one_name_are_of_one_machine_whatever_their_torch_is_called(grouped):
    named = replace(CPU_RUN, node="", name="ci", torch="")
    assert grouped(named, named) == [(named, [0, 1])]
    assert grouped(named, replace(named, torch="2.13.0"))[1:] == [(replace(named, torch="2.13.0"), [1])]


PLAIN = replace(CPU_RUN, usable_cpus="all", onednn_isa="AVX512_CORE", settings="none")


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, usable_cpus="1"),
        replace(PLAIN, onednn_isa="SSE41"),
        replace(PLAIN, settings="MKL_CBWR=COMPATIBLE"),
    ],
)
def test_other_processors_instructions_or_settings_are_another_machine(grouped, other):
    assert grouped(PLAIN, other, PLAIN) == [(PLAIN, [0, 2]), (other, [1])]
    assert grouped(PLAIN, other, CPU_RUN)[:2] == [(PLAIN, [0]), (other, [1])]
    assert [numbers for _, numbers in grouped(PLAIN, other, CPU_RUN)] == [[0], [1], [2]]


def test_a_file_without_these_facts_is_of_the_machine_that_is_alike_in_all_else(grouped):
    assert grouped(CPU_RUN, PLAIN, CPU_RUN) == [(PLAIN, [0, 1, 2])]
    assert grouped(CPU_RUN, CPU_RUN) == [(CPU_RUN, [0, 1])]
    assert grouped(CPU_RUN, replace(PLAIN, devices="A", device_memory="1 GiB"))[0][1] == [0, 1]


def test_two_devices_are_not_merged(entry, results):
    runs = [
        results(entry("g=1", 1.0), entry("g=8", value), machine=machine, source=source)
        for source, value, machine in (("a.json", 2.0, H100), ("b.json", 2.4, H200), ("c.json", 2.1, H100))
    ]
    first, second = by_machine(runs)
    assert (first.sources, first.runs, first.machine) == (("a.json", "c.json"), 2, H100)
    assert (second.sources, second.machine) == (("b.json",), H200)


def test_machines_that_differ_by_their_host_alone_are_named():
    hosts = [replace(CPU_RUN, node=node) for node in ("b", "a", "b")]
    assert alike_but_for_hosts([*hosts, replace(CPU_RUN, node="c", torch="2.6.0")]) == ("b", "a")
    assert alike_but_for_hosts([CPU_RUN, H200, replace(CPU_RUN, node="", name="ci")]) == ()
    assert alike_but_for_hosts([CPU_RUN, CPU_RUN]) == ()
