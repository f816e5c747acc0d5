"""The nodes of a cluster, and the choice among them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from guidelines.fleet.problem import FleetError

# Names in an error message.
MOST_NAMED = 8
ID_LETTERS = 6


@dataclass(frozen=True)
class Node:
    """A machine of the cluster; `processors` and `gpus` are the numbers that it offers to the cluster."""

    id: str
    name: str
    address: str
    processors: float
    gpus: int


@dataclass(frozen=True)
class Host:
    """Names of a node: that of its host, and the one that it has in the cluster."""

    id: str
    host: str
    in_cluster: str


def names(hosts: Sequence[Host]) -> dict[str, str]:
    """A name for each node by its id, unique even without its capitals: that of its host if it can be.

    Nodes that share a host, as in tests, are named as in the cluster, or else by host and id.
    """
    of_hosts = Counter(each.host.casefold() for each in hosts)
    in_cluster = Counter(each.in_cluster.casefold() for each in hosts)
    ids = Counter(each.id[:ID_LETTERS] for each in hosts)
    named = {}
    for each in hosts:
        host, other = each.host.casefold(), each.in_cluster.casefold()
        by_id = f"{each.host or 'node'}-{each.id[:ID_LETTERS]}"
        if host and of_hosts[host] == 1:
            named[each.id] = each.host
        elif other and in_cluster[other] == 1 and other not in of_hosts:
            named[each.id] = each.in_cluster
        elif ids[each.id[:ID_LETTERS]] == 1 and not {by_id.casefold()} & {*of_hosts, *in_cluster}:
            named[each.id] = by_id
        else:
            named[each.id] = f"{each.host or 'node'}-{each.id}"
    return named


def chosen(nodes: Sequence[Node], expression: str) -> list[Node]:
    """The nodes of a comma list of shell patterns for names or addresses; `!pattern` leaves nodes out.

    Raises FleetError for a pattern without a node, or if no node is left.
    """
    patterns = [pattern.strip() for pattern in expression.split(",") if pattern.strip()]
    for pattern in patterns:
        if not any(map(_matcher(pattern.removeprefix("!")), nodes)):
            raise FleetError(f"--nodes {pattern}: no such node; possible: {listed(nodes)}")
    wanted = [_matcher(pattern) for pattern in patterns if not pattern.startswith("!")]
    unwanted = [_matcher(pattern[1:]) for pattern in patterns if pattern.startswith("!")]
    left = []
    for node in nodes:
        is_wanted = not wanted or any(matches(node) for matches in wanted)
        if is_wanted and not any(matches(node) for matches in unwanted):
            left.append(node)
    if not left:
        raise FleetError(f"--nodes {expression}: leaves out every node; possible: {listed(nodes)}")
    return left


def of_one_machine(nodes: Sequence[Node]) -> list[str]:
    """A line for each address that several nodes have, which measure at the same time on one machine."""
    by_address: dict[str, list[Node]] = {}
    for node in nodes:
        by_address.setdefault(node.address, []).append(node)
    return [
        f"{listed(several)} have one address, {address}: nodes of one machine disturb each other"
        for address, several in by_address.items()
        if len(several) > 1
    ]


def listed(nodes: Sequence[Node]) -> str:
    """Names of nodes for a message, which names only the first of many."""
    shown = ", ".join(node.name for node in nodes[:MOST_NAMED])
    rest = len(nodes) - MOST_NAMED
    return f"{shown} and {rest} more" if rest > 0 else shown


def _matcher(pattern: str) -> Callable[[Node], bool]:
    return lambda node: fnmatchcase(node.name, pattern) or fnmatchcase(node.address, pattern)
