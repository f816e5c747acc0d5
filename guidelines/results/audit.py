"""An audit of a network: its parts with the guidelines they break, and the saved form of both."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from guidelines.results import checked

# Variants of an audit's sweep beside those of parts: the network; its operators one after the other; and the
# same without the operators that break G4.
WHOLE, REPLAYED, WITHOUT_G4 = "network", "replayed", "without-G4"
# Widths are rounded to 1 or 8 channels, which changes the work of a small alternative.
MOST_WORK = 100
GUIDELINES = ("G1", "G2", "G3", "G4")
# The rule of the operators that break G4 and that need no redesign to go.
FOLDABLE = "normalisation that can be folded into the convolution before it"
# Stands for the guideline of the sweep.
AUDIT = "audit"


@dataclass(frozen=True)
class Timed:
    """An operator to compare a part with: the variant that times it, and what it is, such as "in nhwc".

    `work` is its multiply-adds over those of the part. For each occurrence it makes `calls_each` calls.
    """

    variant: str
    text: str
    work: float = 1.0
    calls_each: int = 1


@dataclass(frozen=True)
class AuditPart:
    """A distinct operator of a network: the variant that times it, and the layers in which it occurs.

    Fragments that could be one operator are one part: each occurrence makes `calls_each` calls. `kind` is the
    class of its run time. `guideline` is the one that it breaks, "" for none, and `rule` says how. Without an
    `alternative`, a part that breaks a guideline is compared with doing without it.
    """

    variant: str
    operator: str
    kind: str
    layers: tuple[str, ...]
    guideline: str = ""
    rule: str = ""
    alternative: Timed | None = None
    remedies: tuple[Timed, ...] = ()
    calls_each: int = 1

    @property
    def all_calls(self) -> int:
        """The number of operators that all of its layers call."""
        return self.calls_each * len(self.layers)


@dataclass(frozen=True)
class Audit:
    """The network of an audit, its inputs as text ("1x3x224x224"), and its parts in order of their calls.

    The network and its parts were also timed in `other_modes`: there, their variants have the same names.
    A network that `keeps_state` has the weights that it was given with (--state), others were drawn anew.
    """

    target: str
    inputs: str
    parts: tuple[AuditPart, ...]
    other_modes: tuple[str, ...] = ()
    keeps_state: bool = False

    @property
    def weights(self) -> str:
        """The weights with which it was timed, in words."""
        return "its own (--state)" if self.keeps_state else "drawn anew"


def to_saved(audit: Audit) -> dict[str, Any]:
    """An audit as strict JSON, for the key "audit" of a file."""
    return asdict(audit)


def parsed(saved: Mapping[str, Any]) -> Audit:
    """An audit as written by `to_saved`. Raises KeyError, TypeError or ValueError for anything else."""
    if not isinstance(saved["parts"], list):
        raise ValueError(f"audit.parts must be a list, got {checked.shown(saved['parts'])}")
    audit = Audit(
        target=checked.text(saved["target"]),
        inputs=checked.text(saved["inputs"]),
        parts=tuple(map(_part, saved["parts"])),
        other_modes=checked.texts(saved, "other_modes"),
        keeps_state=saved.get("keeps_state", False) is True,  # files of before have no such key
    )
    variants = [part.variant for part in audit.parts]
    if len(set(variants)) < len(variants):
        raise ValueError("audit.parts holds a variant twice")
    if len(set(audit.other_modes)) < len(audit.other_modes):
        raise ValueError("audit.other_modes holds a mode twice")
    return audit


def _part(saved: Mapping[str, Any]) -> AuditPart:
    guideline = checked.text(saved["guideline"])
    if guideline not in ("", *GUIDELINES):
        raise ValueError(f"audit: guideline must be one of {', '.join(GUIDELINES)}, got {guideline!r}")
    layers = checked.texts(saved, "layers")
    if not layers:
        raise ValueError(f"audit: {checked.text(saved['variant'])} is in no layer")
    alternative = saved["alternative"]
    return AuditPart(
        variant=checked.text(saved["variant"]),
        operator=checked.text(saved["operator"]),
        kind=checked.text(saved["kind"]),
        layers=layers,
        guideline=guideline,
        rule=checked.text(saved["rule"]),
        alternative=None if alternative is None else _timed(alternative),
        remedies=tuple(map(_timed, saved["remedies"])),
        calls_each=_calls_each(saved),
    )


def _timed(saved: Mapping[str, Any]) -> Timed:
    return Timed(
        variant=checked.text(saved["variant"]),
        text=checked.text(saved["text"]),
        work=_work(saved["work"]),
        calls_each=_calls_each(saved),
    )


def _calls_each(saved: Mapping[str, Any]) -> int:
    return checked.count(saved.get("calls_each", 1), "calls_each")  # older files have no such key


def _work(saved: Any) -> float:
    """The work of an alternative over that of its part, which rounding of widths moves away from 1."""
    work = checked.positive(saved, "work")
    if not 1 / MOST_WORK <= work <= MOST_WORK:
        raise ValueError(
            f"audit: work must be from {1 / MOST_WORK:g} to {MOST_WORK:g}, got {checked.shown(saved)}"
        )
    return work
