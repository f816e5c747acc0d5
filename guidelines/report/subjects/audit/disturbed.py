"""Say what disturbed an audit in the words of an audit: it has a network and its layers, and no baseline."""

import re

from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.audit.untimed import OF_NETWORK
from guidelines.analysis.measuring import Measuring
from guidelines.report.subjects.audit.parts import layers_of
from guidelines.report.subjects.how_measured import disturbance

# The words of a run, whose slow-downs are those of its variants relative to a baseline.
BASELINE, SLOWDOWN = "the baseline", re.compile(r"the slow-down of (\S+) drifted")


def disturbed(how: Measuring, result: AuditResult) -> str:
    """The end of a sentence, as of `disturbance`: ": pass 3: the network took 1.31 times its usual time"."""
    told = disturbance(how).replace(BASELINE, "the network")
    return SLOWDOWN.sub(lambda drifted: f"the time of {_named(drifted[1], result)} drifted", told)


def _named(variant: str, result: AuditResult) -> str:
    """The layers that a variant times, or to which it is another form."""
    part, dot, _ = variant.partition(".")
    for each in result.audit.parts:
        if each.variant == part:
            return f"another form of {layers_of(each)}" if dot else layers_of(each)
    return OF_NETWORK.get(variant, variant)
