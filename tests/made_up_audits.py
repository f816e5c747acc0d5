"""Made-up audits: a network whose operators take the times that a test gives them, in several passes."""

from dataclasses import dataclass, replace

from guidelines.analysis.audit.of_run import audit_result
from guidelines.results.audit import AUDIT, WHOLE, Audit, AuditPart
from guidelines.results.joining import joined, linked
from guidelines.results.model import Entry, Failure, Identity, Machine, Pass, Place
from guidelines.spec.condition import Condition
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass

CPU = Condition("cpu", "a processor", image_size=224)
HERE = Machine(node="here", cpu_model="a processor", torch="2.13.0")
WORK = Cost(multiply_adds=1000, conv_memory_access=None, memory_access=1000, parameters=10)
ROUNDS = 40


@dataclass(frozen=True)
class MadeUp:
    """An operator: the layers that call it, its time for a call in us, None if it failed."""

    layers: tuple[str, ...]
    us: float | None
    guideline: str = ""
    operator: str = "conv 3x3 64->64, 56x56"
    kind: str = "convolution"


def operator(layers, us, guideline="", **changes):
    """An operator of some layers, their paths separated by spaces."""
    return MadeUp(tuple(layers.split(" ")), us, guideline, **changes)


def audit_run(network_us, *operators, passes=5, spread=0.002, condition=CPU, **changes):
    """A run that is an audit; the network of its passes takes a little more and less time by turns."""
    entries = [_entry(WHOLE, 0, network_us, network_us, passes, spread, condition)]
    parts, failures = [], []
    for number, each in enumerate(operators, start=1):
        variant = f"part-{number}"
        parts.append(AuditPart(variant, each.operator, each.kind, each.layers, each.guideline, rule="a rule"))
        if each.us is None:
            failures.append(Failure(_place(variant, number, condition), (), WORK, "it cannot run alone"))
        else:
            entries.append(_entry(variant, number, each.us, network_us, passes, spread, condition))
    told = {"target": "net", "inputs": "1x3x224x224", "parts": tuple(parts)} | changes
    return replace(linked(entries, failures), machine=HERE, source="a.json", audit=Audit(**told))


def audit(*arguments, **changes):
    """The same as the result of an audit."""
    return audit_result(audit_run(*arguments, **changes))


def _place(variant, row, condition):
    return Place(AUDIT, "a claim", "net", variant, row, WHOLE, "part-1", "slower", condition)


def _entry(variant, row, us, network_us, passes, spread, condition):
    is_network = variant == WHOLE
    identity = Identity(_place(variant, row, condition), (), 1, WORK, 1.0)
    by_pass = {}
    for number in range(1, passes + 1):
        drift = 1 + spread * (-1) ** number * number / passes
        slowdown = 1.0 if is_network else us / network_us * drift
        seconds = us * 1e-6 * (drift if is_network else drift**2)
        of_pass = Pass(
            number=number,
            rounds=ROUNDS,
            calls_per_sample=1,
            slowdown=OfPass(slowdown, 0.0),
            control=OfPass(1.0, 0.0),
            seconds_per_call=seconds,
        )
        entry = Entry(
            identity=identity,
            slowdown=Estimate(slowdown, slowdown, slowdown, 0.95, ROUNDS),
            control=Estimate(1.0, 1.0, 1.0, 0.95, ROUNDS),
            paper=None,
            seed=0,
            stopped="time",
            median_s=seconds,
            passes=(of_pass,),
            samples_s=(seconds,) * ROUNDS,
        )
        by_pass[number] = [entry]
    (entry,) = joined(by_pass)
    return entry
