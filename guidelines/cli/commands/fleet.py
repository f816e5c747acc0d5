"""`guidelines fleet`: measure on every node of a Ray cluster, and gather the results."""

import shlex
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from guidelines import __version__
from guidelines.cli.arguments import LARGEST_FILE, count, size_bytes, take_after_dashes
from guidelines.cli.fleet_arguments import check_here, check_selection, for_nodes
from guidelines.cli.interruption import INTERRUPTED, LINE, TERMINATED, TERMINATED_LINE
from guidelines.cli.output import CommandError, print_answer, remark, say

if TYPE_CHECKING:
    from guidelines.fleet.cluster import RayCluster
    from guidelines.fleet.folder import Folder
    from guidelines.fleet.spreading import Member

HELP = "measure on every node of a Ray cluster"
DESCRIPTION = (
    "Measure on every node of a Ray cluster, pass by pass: one pass on every node before the second on any. "
    "The arguments after -- are those of `guidelines run`. The current folder travels to the nodes, which "
    "need Python, torch and ray. Each node is held as a whole meanwhile. FOLDER gets a saved file for each "
    "as soon as a pass is there, for `guidelines report` and `guidelines compare`. The exit status is 1 if a "
    "node is missing."
)
FOLDER, PASSES = "fleet", 5
# Missing nodes that the last line names; the others are counted.
MOST_NAMED = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.usage = "guidelines fleet [OPTION ...] -- [EXPERIMENT ...] [PYTEST ARGUMENT ...]"
    take_after_dashes(parser)
    _add_nodes(parser)
    _add_effort(parser)
    parser.add_argument(
        "-o", dest="folder", type=Path, default=Path(FOLDER), metavar="FOLDER", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with FOLDER: measure the passes that it lacks"
    )


def _add_nodes(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--address",
        type=_address,
        metavar="A",
        help="a cluster in ray's own words: auto, HOST:PORT, ray://HOST:PORT (default: one on this machine)",
    )
    parser.add_argument(
        "--nodes",
        metavar="LIST",
        help="patterns of names or addresses of nodes; !PATTERN leaves out: 'gpu*,!gpu7' (default: all)",
    )
    parser.add_argument(
        "--each",
        choices=("node", "device"),
        help="measure on each node, or on each of its GPUs, which are held one by one (default: node)",
    )


def _add_effort(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--passes", type=count, metavar="N", help=f"passes on each device (default: {PASSES})"
    )
    parser.add_argument(
        "--timeout",
        type=count,
        default=3600,
        metavar="S",
        help="seconds that a pass may take on a node, and that a node may be held by others before it "
        "(default: %(default)s)",
    )


def run(options: Namespace) -> int:
    """Measure what is missing and name the nodes that lack something; returns 1 if there are any."""
    from guidelines.fleet.plan import PLAN
    from guidelines.fleet.problem import FleetError
    from guidelines.fleet.signals import terminable

    given = options.after_dashes
    here = check_here()
    try:
        with terminable() as termination, ExitStack() as held:
            folder = _resumed(options, given, held) if options.resume else _new(options, given)
            members = _measured(options, folder, here, held)
    except FleetError as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        line = TERMINATED_LINE if termination.came else LINE
        has_begun = (options.folder / PLAN).exists()
        remark(line + (f"; `{_to_resume(options)}` goes on" if has_begun else ""))
        return TERMINATED if termination.came else INTERRUPTED
    return _told(members, options)


def _new(options: Namespace, given: Sequence[str]) -> "Folder":
    """The folder of a fleet that begins, not yet written."""
    from guidelines.fleet.cluster import check_address
    from guidelines.fleet.folder import Folder, check_new
    from guidelines.fleet.plan import Plan

    each = options.each or "node"
    arguments = for_nodes(given, each)
    check_new(options.folder)
    check_address(options.address)
    check_selection(arguments)
    plan = Plan(arguments=arguments, passes=options.passes or PASSES, each=each, suite=__version__)
    return Folder(options.folder, plan)


def _resumed(options: Namespace, given: Sequence[str], held: ExitStack) -> "Folder":
    """The folder of a fleet that goes on, locked for as long as the stack is held."""
    from guidelines.fleet.folder import check_same, resumed
    from guidelines.fleet.lock import locked

    if options.nodes:
        raise CommandError("--nodes: a fleet is resumed on the nodes that it was begun on")
    held.enter_context(locked(options.folder))
    folder = resumed(options.folder)
    arguments = for_nodes(given, folder.plan.each) if given else None
    check_same(folder, arguments=arguments, passes=options.passes, each=options.each, suite=__version__)
    return folder


def _measured(options: Namespace, folder: "Folder", here: Path, held: ExitStack) -> "list[Member]":
    """The members of a fleet that has been measured as far as possible, while its progress was shown."""
    from guidelines.cli.fleet_progress import follow
    from guidelines.fleet.cluster import connected
    from guidelines.fleet.project import travelling
    from guidelines.fleet.spreading import Spreading

    stream = sys.stderr  # ray's own words are kept from it
    print(f"{here} travels to the nodes", file=stream, flush=True)
    with travelling(here, options.folder) as environment, connected(options.address, environment) as cluster:
        members = _members(options, folder, cluster, held)
        spreading = Spreading(
            cluster=cluster,
            store=folder,
            members=members,
            arguments=folder.plan.arguments,
            passes=folder.plan.passes,
            timeout_s=options.timeout,
        )
        follow(spreading.steps(), spreading, stream)
    return members


def _members(options: Namespace, folder: "Folder", cluster: "RayCluster", held: ExitStack) -> "list[Member]":
    """The members of a fleet; a new one has its nodes from now on, and its folder is locked."""
    from guidelines.fleet.lock import locked
    from guidelines.fleet.members import members_of
    from guidelines.fleet.nodes import chosen, of_one_machine

    nodes = cluster.nodes()
    if not options.resume:
        nodes = chosen(nodes, options.nodes or "*")
        for line in of_one_machine(nodes):
            remark(line)
        folder.begin([node.name for node in nodes])
        held.enter_context(locked(folder.path))
    return members_of(folder, nodes, cluster)


def _told(members: "Sequence[Member]", options: Namespace) -> int:
    """Name the devices that lack something, and where the others are; returns 1 if any lacks something."""
    missing = [member for member in members if member.state != "done"]
    for member in missing:
        remark(f"{member.name}: {member.reason}")
        for line in member.printed.splitlines():
            if member.reason not in line:
                remark(f"  {line}")
    there = len(members) - len(missing)
    if there:
        _show_answer(options.folder)
    reads = "compare" if len(members) > 1 else "report"
    hint = f"; `{shlex.join(['guidelines', reads, str(options.folder)])}` shows more" if there else ""
    say(f"{there} of {len(members)} are there, in {options.folder}{hint}")
    if missing:
        names = ", ".join(member.name for member in missing[:MOST_NAMED])
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        say(f"missing: {names}{more}; `{_to_resume(options)}` goes on")
    return 1 if missing else 0


def _show_answer(folder: Path) -> None:
    """Print where the guidelines hold on the devices of a fleet, and which differ from their twins."""
    from guidelines.cli.given import Given
    from guidelines.cli.machines import merged_machines
    from guidelines.cli.many import read_many
    from guidelines.cli.matrix_answer import answer_of

    reading = read_many([Given(folder)], size_bytes(LARGEST_FILE))
    print_answer(answer_of(merged_machines(reading)))


def _to_resume(options: Namespace) -> str:
    """The command that goes on with a fleet."""
    address = ["--address", options.address] if options.address else []
    return shlex.join(["guidelines", "fleet", *address, "-o", str(options.folder), "--resume"])


def _address(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("is empty; leave it out for a cluster on this machine")
    return text
