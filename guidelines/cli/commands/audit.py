"""`guidelines audit`: which layers of a network break a guideline, and what each costs on a device."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from guidelines.cli.arguments import add_input, add_output, add_target, count, inputs
from guidelines.cli.audit_answer import add_fail_on, add_top, answer_of, gated, limits_of
from guidelines.cli.interruption import at_once
from guidelines.cli.output import CommandError, check_folder, check_not_read, remark, show, write
from guidelines.cli.target import builder, check_state, condition, sources
from guidelines.plugin.choices import choice, described, list_of
from guidelines.spec.condition import DTYPES, LAYOUTS, MODES, Condition, Device

if TYPE_CHECKING:
    from guidelines.analysis.audit.result import AuditResult
    from guidelines.measure.audit.auditing import Auditing
    from guidelines.results.model import Run

HELP = "show the layers that break a guideline, and their price"
DESCRIPTION = (
    "Time a network and each of its distinct operators on a device, find those that break one of the four "
    "guidelines, and time beside each the operator of equal multiply-adds that keeps the guideline. The "
    "price is what that would save: a bound on what a redesign could win, no promise of accuracy."
)

MODE_HELP = (
    f"how the network and each operator run: {described(MODES)}. Of a list such as eager,compile the first "
    "one is the mode of the audit; the others are tried beside it on the network and each of its operators. "
    "compile makes an audit some minutes longer (default: %(default)s)"
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_target(parser)
    add_input(parser)
    _add_state(parser)
    _add_condition(parser)
    _add_effort(parser)
    add_top(parser)
    add_fail_on(parser)
    parser.add_argument(
        "--save",
        type=Path,
        metavar="FILE.json",
        help="save what was measured, beside the answer, for `guidelines report` and `guidelines compare`",
    )
    add_output(parser)


def _add_state(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--state",
        action="store_true",
        help="keep the trained weights of a TARGET that is a torch.nn.Module already, such as file.py:net: "
        "zeros and denormal numbers among them can change the time of the network (default: draw them anew, "
        "so that no figure depends on training)",
    )


def _add_condition(parser: ArgumentParser) -> None:
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N (default: %(default)s)")
    parser.add_argument(
        "--dtype",
        choices=tuple(DTYPES),
        default="float32",
        help="type of the network's numbers (default: %(default)s)",
    )
    parser.add_argument(
        "--layout",
        choices=tuple(LAYOUTS),
        default="nchw",
        help="order of the dimensions in memory; nhwc: channels last (default: %(default)s)",
    )
    parser.add_argument(
        "--mode",
        type=list_of(choice(MODES)),
        default="eager",
        metavar="LIST",
        help=MODE_HELP,
    )
    parser.add_argument(
        "--threads", type=count, default=1, metavar="N", help="CPU threads (default: %(default)s)"
    )


def _add_effort(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--passes",
        type=count,
        default=5,
        metavar="N",
        help="processes that measure everything, one after the other; intervals come from the spread between "
        "them (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds",
        type=count,
        default=30,
        metavar="N",
        help="time for sampling in all passes and modes together; the whole takes two to three times as long "
        "(default: %(default)s)",
    )


def run(options: Namespace) -> int:
    """Audit a target and show its parts, the dearest first. Returns 1 if a limit of --fail-on is exceeded."""
    wanted = limits_of(options.fail_on)
    if options.save:
        check_folder(options.save)
        if options.output and options.save.absolute() == options.output.absolute():
            raise CommandError("--save and -o name one file")
    audit = _measured(options)
    read = sources(options.target)
    if options.save:
        check_not_read([options.save], read)
        _save(audit, options.save)
    results = [_result(audit.run)]
    answer, status = gated(answer_of("audit", results, options.top), results, wanted)
    show(answer, options, read)
    return status


def _measured(options: Namespace) -> "Auditing":
    """An audit that has been measured, while its progress was shown."""
    with at_once():  # until there are processes that measure
        from guidelines.cli.audit_progress import follow

        audit = _planned(options)
    follow(audit)
    if printed := "".join(audit.printed).strip():
        remark(printed)
    return audit


def _planned(options: Namespace) -> "Auditing":
    from guidelines.measure.audit.auditing import AuditLimits, auditing
    from guidelines.measure.audit.plan import Audited

    under = _condition(options)
    if options.state:
        check_state(options.target)
    with builder(options.target):
        limits = AuditLimits(sampling_s=options.seconds, passes=options.passes)
        audited = Audited(options.target, inputs(options), options.state)
        return auditing(audited, under, limits, other_modes=options.mode[1:])


def _save(audit: "Auditing", path: Path) -> None:
    from guidelines.results.saved_audit import to_file

    write(path, to_file(audit.run, audit.machine).encode())


def _result(run: "Run") -> "AuditResult":
    from guidelines.analysis.audit.fit import fitted
    from guidelines.analysis.audit.of_run import audit_result

    try:
        return fitted(audit_result(run))
    except ValueError as error:
        raise CommandError(str(error)) from error


def _condition(options: Namespace) -> Condition:
    """The condition of the options. Raises CommandError if something of it cannot be used here."""
    on_device = condition(options)
    _check_device(on_device.device, options)
    return replace(on_device, dtype=options.dtype, mode=options.mode[0], threads=options.threads)


def _check_device(device: Device, options: Namespace) -> None:
    """Raise CommandError if a device cannot run a type or one of the modes, or lacks the threads."""
    from guidelines.measure.device.devices import runs_dtype
    from guidelines.measure.device.modes import lacks_for_mode
    from guidelines.measure.monitor.processors import processors

    if options.dtype != "float32" and not runs_dtype(device, options.dtype):
        raise CommandError(f"--dtype {options.dtype}: {device} cannot run it")
    for mode in options.mode:
        if lacks := lacks_for_mode(device, mode):
            raise CommandError(f"--mode {mode}: {device} cannot run it, {lacks}")
    most = processors().most_threads
    if options.threads > most:
        raise CommandError(f"--threads {options.threads}: possible are 1 to {most}")
