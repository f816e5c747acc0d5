"""Plan an audit: the network, its parts, their alternatives and remedies, as variants of a sweep."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import NamedTuple

import torch
from torch import nn

from guidelines.measure.audit.whole import Whole
from guidelines.measure.case import Sweeps
from guidelines.measure.device.timing import MEMORY_FORMATS, pinned, placed_module
from guidelines.networks.parts.part import Part, parts
from guidelines.networks.parts.program import Call, Program
from guidelines.networks.parts.recorder import recorded
from guidelines.networks.parts.remedies import Remedy
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.row import Row
from guidelines.networks.parts.streams import OnStreams, has_streams
from guidelines.networks.parts.taken_out import without
from guidelines.networks.parts.values import repeatable
from guidelines.networks.target import TargetError, target
from guidelines.networks.whole import at_unit_gain_network
from guidelines.results.audit import AUDIT, REPLAYED, WHOLE, WITHOUT_G4, Audit, AuditPart, Timed
from guidelines.spec.condition import Condition
from guidelines.spec.inputs import Input, described
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Cost, Shape, Traced, total

CLAIM = "what the operators of a network take, and what others of equal work would"
SEED = 0


@dataclass(frozen=True)
class Audited:
    """The network to audit, by its name as a target, and its inputs. Calling it gives its sweeps.

    If the target is an instance, `keeps_state` keeps its weights; otherwise they are drawn anew. It is plain
    data, so that another process can find the same sweep.
    """

    target: str
    inputs: tuple[Input, ...]
    keeps_state: bool = False

    def __call__(self) -> Sweeps:
        """The function that gives the sweep under a condition."""
        return self._sweeps

    def _sweeps(self, condition: Condition) -> Iterator[Sweep]:
        yield plan(self, condition).sweep

    def whole(self, condition: Condition) -> Callable[[], Whole]:
        """A function that builds the network with its inputs in it."""
        return partial(Whole, self.build, self.inputs, MEMORY_FORMATS[condition.layout])

    def build(self) -> nn.Module:
        """A new instance of the network; those of this suite with weights that keep numbers in range."""
        build = target(self.target, keeps_state=self.keeps_state)
        if ":" not in self.target:
            return at_unit_gain_network(self.target)
        try:
            return build()
        except TargetError:  # on the meta device, for one: weights have no values there
            with torch.device("cpu"):
                return build()


class Plan(NamedTuple):
    """The sweep of an audit, and what its variants are."""

    sweep: Sweep
    audit: Audit


def plan(audited: Audited, condition: Condition) -> Plan:
    """Call the network, take it apart, and say what to time: the same in every mode, but for streams.

    Raises LayerError, naming the layer that fails, and TargetError or ValueError with the reason.
    """
    return _plan(audited, replace(condition, mode="eager"), has_streams(condition), is_in_place(condition))


def is_in_place(condition: Condition) -> bool:
    """True if operators can be timed where they are: if each computes while it is called, by itself."""
    return condition.device.is_cpu and condition.mode == "eager"


@cache
def _plan(audited: Audited, condition: Condition, has_streams: bool, in_place: bool) -> Plan:
    build = audited.whole(condition)
    program = recorded_program(build, condition)
    known = parts(program, has_streams)
    by_name = {f"part-{number}": part for number, part in enumerate(known, start=1)}
    variants = [_variant(WHOLE, build, _work(program.calls)), *_rows(program, by_name, in_place)]
    described_parts = []
    for name, part in by_name.items():
        described_part, of_part = _of_part(name, part)
        described_parts.append(described_part)
        variants += of_part
    sweep = Sweep(AUDIT, CLAIM, _name(audited.target), tuple(variants))
    audit = Audit(
        target=audited.target,
        inputs=described(audited.inputs),
        parts=tuple(described_parts),
        keeps_state=audited.keeps_state,
    )
    return Plan(sweep, audit)


def recorded_program(build: Callable[[], Whole], condition: Condition) -> Program:
    """The program of a later call of the network, on the device and in the type and layout of a condition."""
    with pinned(condition):
        module = placed_module(build, condition, SEED)
        assert isinstance(module, Whole)
        x = torch.empty(1, 1, 1, 1, device=condition.device, dtype=getattr(torch, condition.dtype))
        inputs = module.values(x)
        # What only the first call does, such as filling a table, is not timed.
        recorded(module.network, inputs)
        program = recorded(module.network, inputs)
    if not any(call.cost for call in program.calls):
        raise ValueError("it calls no operator of torch, so there is nothing to time")
    return program


def _rows(program: Program, by_name: Mapping[str, Part], in_place: bool) -> Iterator[Variant]:
    """The operators of the network one after the other, and the same without those that break G4."""
    names: dict[int, str] = {}
    taken: set[int] = set()
    for name, part in by_name.items():
        names |= dict.fromkeys(map(id, part.calls), name)
        if part.guideline == "G4":
            taken |= set(map(id, part.calls))
    yield _row(REPLAYED, program, [names.get(id(call), "") for call in program.calls], in_place)
    kept = without(program, lambda call: id(call) in taken)
    if taken and any(call.cost for call in kept.calls):
        yield _row(WITHOUT_G4, kept, [""] * len(kept.calls), in_place)


def _row(name: str, program: Program, names: Sequence[str], in_place: bool) -> Variant:
    """Operators in a row, with looks at the clock in between if they are timed in place."""
    again = repeatable(program)
    if not in_place:
        return _variant(name, partial(Replayed, again), _work(program.calls))
    variant = _variant(name, partial(Row, again, names), _work(program.calls))
    return replace(variant, before_sample=Row.forget, part_seconds=Row.part_seconds)


def _of_part(name: str, part: Part) -> tuple[AuditPart, list[Variant]]:
    """A part, described, and the variants that time it, its alternative and its remedies."""
    work = _work(part.program.calls)
    variants = [_alone(name, part.program, work)]
    alternative, remedies = None, []
    if part.alternative:
        other = part.alternative
        alternative = Timed(f"{name}.alternative", other.text, other.work, _calls_each(other.program))
        variants.append(_alone(alternative.variant, other.program, _work(other.program.calls)))
    for number, remedy in enumerate(part.remedies, start=1):
        calls_each = _calls_each(remedy.program)
        remedies.append(Timed(f"{name}.remedy-{number}", remedy.text, calls_each=calls_each))
        variants.append(_of_remedy(remedies[-1].variant, remedy, part, work))
    audited = AuditPart(
        variant=name,
        operator=part.operator,
        kind=part.kind,
        layers=part.layers,
        guideline=part.guideline,
        rule=part.rule,
        alternative=alternative,
        remedies=tuple(remedies),
        calls_each=_calls_each(part.program),
    )
    return audited, variants


def _calls_each(program: Program) -> int:
    """The number of its operators that compute, such as those that a network's parts are made of."""
    return max(1, sum(call.cost is not None for call in program.calls))


def _of_remedy(name: str, remedy: Remedy, part: Part, work: Cost) -> Variant:
    network = OnStreams if remedy.on_streams else Replayed
    return _alone(name, remedy.program, work, like=part.program, network=network)


def _alone(
    name: str,
    program: Program,
    work: Cost,
    like: Program | None = None,
    network: type[Replayed] = Replayed,
) -> Variant:
    """A few operators of a network; before each sample they are as near as others leave them there."""
    build = partial(network, repeatable(program), like and repeatable(like))
    return replace(_variant(name, build, work), before_sample=Replayed.get_ready)


def _variant(name: str, build: Callable[[], nn.Module], work: Cost) -> Variant:
    """A variant whose work is known from the trace; its input is a single number, which tells the device."""

    def cost(shape: Shape) -> Cost:
        return work

    def largest(shape: Shape) -> int:
        return work.memory_access

    return Variant(
        id=name, name=name, widths=(), work=Traced(1, cost, largest, own_image_size=1), build=build
    )


def _work(calls: Sequence[Call]) -> Cost:
    return total(call.cost.work for call in calls if call.cost)


def _name(target: str) -> str:
    """The name of a target as that of a sweep."""
    return target.rpartition("/")[2]
