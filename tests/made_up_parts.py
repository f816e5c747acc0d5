"""A made-up audit: a network of five operators, each with the share of the time that a test gives it."""

from dataclasses import replace
from statistics import median

from guidelines.results.audit import REPLAYED, WHOLE, WITHOUT_G4, Audit, AuditPart, Timed
from guidelines.results.joining import linked
from guidelines.results.machine import parse_machine
from guidelines.results.model import REST, Circumstances, Entry, Failure, Identity, Pass, Place
from guidelines.results.saved_audit import to_file
from guidelines.spec.condition import Condition
from guidelines.spec.work import Cost
from guidelines.stats.passes import OfPass, over_passes

CPU = Condition("cpu", "a processor", image_size=224)
MACHINE = {"node": "here", "guidelines": {"cpu_model": "a processor", "torch": "2.13.0"}}
NETWORK_S, ROUNDS = 0.01, 10
# What differs between passes, for each variant in turn.
SPREADS = ((1.0, 1.01, 0.99), (1.01, 0.99, 1.0), (0.99, 1.0, 1.01))

GROUPED = AuditPart(
    "part-1",
    operator="conv 3x3 128->128, 32 groups, 56x56",
    kind="convolution",
    layers=("layer1.0.conv2", "layer1.1.conv2", "layer1.2.conv2"),
    guideline="G2",
    rule="32 groups",
    alternative=Timed("part-1.alternative", "one group, widths 24 and 24", work=1.125),
    remedies=(Timed("part-1.remedy-1", "in nhwc"), Timed("part-1.remedy-2", "as 32 convolutions")),
)
NARROW = AuditPart(
    "part-2",
    operator="conv 1x1 16->96, 112x112",
    kind="convolution",
    layers=("layer1.0.conv1",),
    guideline="G1",
    rule="widths 16 and 96, 1:6",
    alternative=Timed("part-2.alternative", "widths 40 and 40"),
)
RELU = AuditPart(
    "part-3",
    operator="relu_ 256x56x56",
    kind="element-wise",
    layers=("layer1.0.relu", "layer1.1.relu"),
    guideline="G4",
    rule="works element by element",
)
PLAIN = AuditPart("part-4", operator="conv 3x3 64->64, 56x56", kind="convolution", layers=("stem.conv",))
ODD = AuditPart("part-5", operator="fft 3x224x224", kind="other", layers=("fft",))
# The time of one call over that of the network, by variant.
SHARES = {
    WHOLE: 1.0,
    REPLAYED: 0.95,
    WITHOUT_G4: 0.76,
    "part-1": 0.1,
    "part-1.alternative": 0.045,
    "part-1.remedy-1": 0.08,
    "part-1.remedy-2": 0.12,
    "part-2": 0.2,
    "part-2.alternative": 0.19,
    "part-3": 0.1,
    "part-4": 0.2,
}
# Shares of all parts in a row of all operators; the rest is between them.
IN_PLACE = {"part-1": 0.5, "part-2": 0.25, "part-3": 0.15, "part-4": 0.05, "part-5": 0.04}


def audit_run(
    *,
    shares=SHARES,
    parts=(GROUPED, NARROW, RELU, PLAIN, ODD),
    passes=3,
    disturbed=(),
    modes=None,
    in_place=None,
    **changes,
):
    """A run of the audit of "net"; parts without a share failed, passes with a number in `disturbed` were.

    `in_place` are the shares of parts in the row of all operators, by variant, all calls of each.
    `modes` are the shares in other modes, also in the time of the network in the mode of the audit. `reasons`
    are those of further variants that failed.
    """
    entries = []
    for row, (variant, share) in enumerate(shares.items()):
        spread = (1.0,) * 3 if variant == WHOLE else SPREADS[row % 3]
        entry = _entry(variant, row, share, spread[:passes], disturbed)
        entries.append(_in_a_row(entry, in_place, parts) if in_place and variant == REPLAYED else entry)
    failures = _failures([part.variant for part in parts if part.variant not in shares])
    for row, (name, reason) in enumerate(changes.pop("reasons", {}).items(), start=190):
        failures.append(Failure(_place(name, row, CPU), (), _work(), reason))
    for mode, of_mode in (modes or {}).items():
        under = replace(CPU, mode=mode)
        for row, (variant, share) in enumerate(of_mode.items()):
            spread = SPREADS[row % 3][:passes]
            network = [of_mode[WHOLE] * factor for factor in SPREADS[0]]
            entries.append(_entry(variant, row, share, spread, disturbed, under, network))
        in_both = [WHOLE, *(part.variant for part in parts)]
        failures += _failures([name for name in in_both if name not in of_mode], under)
    told = Audit(
        target=changes.pop("target", "net"),
        inputs=changes.pop("inputs", "1x3x224x224"),
        parts=parts,
        other_modes=tuple(modes or ()),
        keeps_state=changes.pop("keeps_state", False),
    )
    run = replace(linked(entries, failures), machine=parse_machine(MACHINE), audit=told)
    return replace(run, **changes)


def _in_a_row(entry, in_place, parts):
    shares = {part.variant: in_place[part.variant] for part in parts if part.variant in in_place}
    return with_shares(entry, shares | {REST: 1 - sum(shares.values())})


def with_shares(entry, shares):
    """An entry each of whose passes knows these shares of a call."""
    in_row = [replace(each.circumstances, shares=shares) for each in entry.passes]
    passes = [replace(each, circumstances=own) for each, own in zip(entry.passes, in_row, strict=True)]
    return replace(entry, passes=tuple(passes))


def _failures(variants, condition=CPU):
    reason = "it cannot run alone" if condition == CPU else f"it cannot run in mode {condition.mode}"
    return [Failure(_place(name, 90 + k, condition), (), _work(), reason) for k, name in enumerate(variants)]


def saved_audit(**changes):
    """The text of a file that holds it."""
    return to_file(audit_run(**changes), MACHINE)


def _place(variant, row, condition):
    return Place("audit", "a claim", "net", variant, row, WHOLE, "part-1", "slower", condition)


def _work():
    return Cost(multiply_adds=1000, conv_memory_access=None, memory_access=1000, parameters=0)


def _entry(variant, row, share, spread, disturbed, condition=CPU, network=(1.0,) * 3):
    passes, samples_s = [], []
    for number, factor in enumerate(spread, start=1):
        slowdown, own_s = share * factor / network[number - 1], share * factor * NETWORK_S
        samples_s += [own_s] * ROUNDS
        passes.append(
            Pass(
                number=number,
                rounds=ROUNDS,
                calls_per_sample=1,
                slowdown=OfPass(slowdown, 0.0),
                control=OfPass(1.0, 0.0),
                seconds_per_call=own_s,
                circumstances=Circumstances(disturbed=("a hog",) if number in disturbed else ()),
            )
        )
    rounds = ROUNDS * len(spread)
    return Entry(
        identity=Identity(_place(variant, row, condition), (), 1, _work(), 1.0),
        slowdown=over_passes([each.slowdown for each in passes], rounds)(0.95),
        control=over_passes([each.control for each in passes], rounds)(0.95),
        paper=None,
        seed=0,
        stopped="time",
        median_s=median(samples_s),
        passes=tuple(passes),
        samples_s=tuple(samples_s),
    )
