"""`guidelines devices`: the recorded devices that come with the suite."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

from guidelines.cli.arguments import add_output
from guidelines.cli.formats import Answer
from guidelines.cli.near import did_you_mean
from guidelines.cli.output import CommandError, show

if TYPE_CHECKING:
    from guidelines.atlas.recorded import RecordedDevice

HELP = "list recorded devices, to set your own beside"
DESCRIPTION = (
    "List the recorded devices that come with the suite, and the conditions that they were measured under, "
    "or show the tables and verdicts of one. `guidelines compare FILE --atlas` sets a run of yours beside "
    "them."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="show this device (default: list all)")
    add_output(parser)


def run(options: Namespace) -> int:
    """List the recorded devices, or show one. Raises CommandError for an unknown name."""
    from guidelines.atlas.recorded import names, recorded

    known = names()
    if options.name is None:
        show(_list(recorded(known)), options)
        return 0
    if options.name not in known:
        meant = did_you_mean(options.name, known)
        raise CommandError(f"{options.name}: no such recorded device{meant}; possible: {', '.join(known)}")
    show(_one(*recorded([options.name])), options)
    return 0


def _list(devices: "list[RecordedDevice]") -> Answer:
    from guidelines.analysis.measured import results_of
    from guidelines.report.subjects import devices as report

    results = [results_of(device.run) for device in devices]
    return Answer("devices", report.document(devices, results), report.records(devices, results))


def _one(device: "RecordedDevice") -> Answer:
    """The report on a device, below what is known of its recording."""
    from guidelines.analysis.measured import results_of
    from guidelines.cli.commands.report import answer_of_machines
    from guidelines.report.subjects.devices import described

    results = results_of(device.run)
    answer = answer_of_machines([results])
    lead = (f"{device.name}: {described(device, results)}", *results.notes)
    document = replace(answer.document, title=f"Recorded device {device.name}", lead=lead)
    facts = {**answer.facts, "date": device.date, "suite": device.suite}
    return replace(answer, kind="device", document=document, facts=facts)
