"""The devices of a fleet, and the reasons why some of them are missing from the beginning."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from guidelines.fleet.folder import Folder
from guidelines.fleet.nodes import Node
from guidelines.fleet.probe import PACKAGES, Facts, installed, unfit
from guidelines.fleet.spreading import Member, Slot

NOT_THERE = "is not in the cluster"
NO_GPU = "has no GPU that the cluster knows"


class Looking(Protocol):
    """A cluster that tells what its nodes have, and gives packages to those that lack some."""

    packages: dict[str, tuple[str, ...]]

    def look(self, nodes: Sequence[Node]) -> Mapping[Node, Facts | str]:
        """The facts of nodes, or the reason why one does not tell them."""


def members_of(folder: Folder, nodes: Sequence[Node], cluster: Looking) -> list[Member]:
    """The devices of all nodes that a fleet was begun on; those that cannot measure are missing."""
    there = {node.name: node for node in nodes}
    by_device = folder.plan.each == "device"
    needed = [name for name in folder.plan.nodes if by_device or not folder.is_whole(name)]
    reasons = {name: NOT_THERE for name in needed if name not in there}
    reasons |= _reasons(cluster, [there[name] for name in needed if name in there])
    members: list[Member] = []
    for name in folder.plan.nodes:
        node = there.get(name, Node(id="", name=name, address="", processors=0, gpus=0))
        if by_device and name not in reasons and not node.gpus:
            reasons[name] = NO_GPU
        if name in reasons:
            members.append(Member(Slot(node), name, state="missing", reason=reasons[name]))
        elif by_device:
            members += [Member(Slot(node, gpu), f"{name}-gpu?") for gpu in range(node.gpus)]
        else:
            members.append(Member(Slot(node), name))
    return members


def _reasons(cluster: Looking, nodes: Sequence[Node]) -> dict[str, str]:
    """The reasons why nodes cannot measure, by name; the others get the packages that they lack."""
    reasons: dict[str, str] = {}
    known: dict[str, Facts] = {}
    for node, facts in cluster.look(nodes).items() if nodes else ():
        if isinstance(facts, str):
            reasons[node.name] = facts
            continue
        known[node.name] = facts
        if facts.lacking:
            cluster.packages[node.id] = tuple(f"{package}=={installed(package)}" for package in PACKAGES)
    return reasons | unfit(known)
