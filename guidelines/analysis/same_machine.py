"""Tell machines apart: which runs are of one machine, and which machines differ by their host alone."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.measured import MachineResults
from guidelines.results.model import Machine
from guidelines.spec.condition import Condition

# Facts that a file may lack.
MAY_LACK = ("devices", "device_memory", "usable_cpus", "onednn_isa", "settings")


class Kind(NamedTuple):
    """A kind of machines, described but for their names, under a condition."""

    machine: Machine
    condition: Condition


def kind_of(machine: Machine, condition: Condition) -> Kind:
    """The kind of a machine: all that its description holds but its name and its host."""
    return Kind(replace(machine, name="", node=""), condition)


def runs_of_each_machine(results: Iterable[MachineResults]) -> list[list[MachineResults]]:
    """The runs of each machine; machines keep the order in which they first come.

    A file that names neither its machine nor its host and its version of torch is a machine of its own.
    """
    groups: dict[Hashable, list[MachineResults]] = {}
    for result in _completed(list(results)):
        machine = result.machine
        is_known = machine.name or (machine.node and machine.torch)
        key: Hashable = machine if is_known else (machine, result.sources)
        groups.setdefault(key, []).append(result)
    return list(groups.values())


def alike_but_for_hosts(all_machines: Sequence[Machine]) -> tuple[str, ...]:
    """The hosts of machines that differ from another one by nothing but the host."""
    hosts: dict[Machine, dict[str, None]] = {}
    for machine in all_machines:
        if machine.node:
            hosts.setdefault(replace(machine, node=""), {})[machine.node] = None
    alike: tuple[str, ...] = ()
    for of_machine in hosts.values():
        if len(of_machine) > 1:
            alike += tuple(of_machine)
    return alike


def _completed(results: Sequence[MachineResults]) -> list[MachineResults]:
    """Results whose machines have the facts of MAY_LACK, too, if other runs of the machine tell them.

    A file of a CPU run may lack the devices, an older file any of the others. That makes no other machine of
    it, unless two machines that are alike in all else differ in such a fact: then it may be either.
    """
    completed = list(results)
    for position, fact in enumerate(MAY_LACK):
        completed = _completed_by(completed, fact, lacks=MAY_LACK[position:])
    return completed


def _completed_by(results: Sequence[MachineResults], fact: str, lacks: Sequence[str]) -> list[MachineResults]:
    """Results with a fact that is missing, from machines that are equal except for the facts in `lacks`."""
    blank = dict.fromkeys(lacks, "")
    known: dict[Machine, set[str]] = {}
    for result in results:
        known.setdefault(replace(result.machine, **blank), set()).add(getattr(result.machine, fact))
    completed = []
    for result in results:
        told = known[replace(result.machine, **blank)] - {""}
        if len(told) == 1:
            result = replace(result, machine=replace(result.machine, **{fact: told.pop()}))
        completed.append(result)
    return completed
