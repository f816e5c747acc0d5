from dataclasses import replace

import pytest
from made_up_parts import audit_run

from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.measuring import Measuring
from guidelines.report.subjects.audit.disturbed import disturbed

OF_A_RUN = "the baseline took 1.31 times its usual time; the baseline's time drifted by a factor of 1.20"


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (OF_A_RUN, OF_A_RUN.replace("baseline", "network")),
        (
            "the slow-down of part-4 drifted by a factor of 1.40",
            "the time of stem.conv drifted by a factor of 1.40",
        ),
        (
            "the slow-down of part-1.remedy-2 drifted by a factor of 0.80",
            "the time of another form of layer1.0.conv2 + 2 more drifted by a factor of 0.80",
        ),
        (
            "the slow-down of replayed drifted by a factor of 0.80",
            "the time of its operators one after the other drifted by a factor of 0.80",
        ),
        ("other processes used 1.60 of 2 processors", "other processes used 1.60 of 2 processors"),
    ],
)
def test_reasons_are_told_of_the_network_and_its_layers(reason, told):
    how = replace(Measuring(), disturbed=(f"pass 2: {reason}",), disturbed_passes=1)
    assert disturbed(how, audit_result(audit_run())) == f": pass 2: {told}"
