"""The arguments of pytest that a fleet passes on to its nodes, checked before anything is spread."""

from collections.abc import Sequence
from pathlib import Path

from guidelines.cli.experiments import for_pytest
from guidelines.cli.output import CommandError

SET_BY_FLEET = ("--benchmark-json", "--passes", "--until-pass", "--machine", "--journal", "--resume")
OF_FLEET = {"--passes": "give it before `--`", "--resume": "give it before `--`"}
ITS_OWN = "a fleet sets it for each device"
# Options whose values depend on the machine: each node checks them for itself.
OF_NODES = ("--device ", "--threads ", "--dtype ", "--mode ", "--batch-size ")


def for_nodes(given: Sequence[str], each: str) -> tuple[str, ...]:
    """The arguments after `--`, with the device that `--each device` names. Raises CommandError."""
    refused = (*SET_BY_FLEET, "--device") if each == "device" else SET_BY_FLEET
    for argument in given:
        name = argument.partition("=")[0]
        if name in refused:
            raise CommandError(f"{name}: {OF_FLEET.get(name, ITS_OWN)}")
    return (*given, "--device=cuda:0") if each == "device" else tuple(given)


def check_selection(arguments: Sequence[str]) -> None:
    """Collect what the arguments select, without measuring it. Raises CommandError.

    A device that is not here may be on the nodes: the processor then stands for it.
    """
    from guidelines.cli.usage import plugins
    from guidelines.plugin.dry_run import CollectError, collect

    for device in ([], ["--device=cpu"]):
        try:
            collect(for_pytest([*arguments, "--benchmark-only", *device]), plugins())
            return
        except CollectError as error:
            if not str(error).startswith(OF_NODES):
                raise CommandError(str(error)) from error


def check_here() -> Path:
    """The folder that travels to the nodes. Raises CommandError for one that is no project's."""
    here = Path.cwd().resolve()
    if here in (Path.home().resolve(), Path(here.anchor)):
        raise CommandError(f"{here}: the current folder travels to every node; begin in that of a project")
    return here
