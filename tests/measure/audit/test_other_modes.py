import json
from functools import partial

import pytest

from guidelines.analysis.audit.of_run import audit_result
from guidelines.measure import sweep as sweep_module
from guidelines.measure.audit.auditing import AuditLimits, auditing
from guidelines.measure.audit.plan import plan
from guidelines.measure.audit.whole import Whole
from guidelines.results.saved_audit import to_file
from guidelines.results.saved_file import parse

pytestmark = pytest.mark.usefixtures("in_this_process")

QUICK = AuditLimits(sampling_s=0.01, passes=2)


@pytest.fixture
def measured(audited, condition, monkeypatch):
    """Measures an audit in the modes eager and compile, of which the latter runs what a test gives it."""

    def measured(compiled, name="Plain"):
        monkeypatch.setattr(sweep_module, "binder", lambda mode: partial if mode == "eager" else compiled)
        audit = auditing(audited(name), condition(), QUICK, other_modes=["compile"])
        list(audit.steps())
        return audit

    return measured


def test_the_plan_is_the_same_in_every_mode(audited, condition):
    of_modes = [plan(audited("Plain"), condition(mode=mode)) for mode in ("eager", "compile", "cudagraph")]
    assert of_modes[0].audit == of_modes[1].audit == of_modes[2].audit
    assert of_modes[1] is of_modes[2]


def test_the_network_and_its_parts_are_measured_in_each_mode(measured):
    audit = measured(partial)
    by_mode = {"eager": [], "compile": []}
    for entry in audit.run.entries:
        assert [each.number for each in entry.passes] == [1, 2]
        by_mode[entry.place.condition.mode].append(entry.place.variant)
    assert by_mode["compile"] == ["network", "part-1", "part-2"]
    assert {"replayed", "part-1.remedy-1"} < set(by_mode["eager"])
    assert audit.compiled == 3
    result = audit_result(audit.run)
    assert [each.mode for each in result.modes] == ["compile"]
    assert result.modes[0].ratio.estimate > 0
    for each in result.parts:
        assert each.remedies[-1].timed.text == "compiled"


def test_all_modes_share_the_time_of_sampling(audited, condition):
    limits = AuditLimits(sampling_s=9.0)
    one = auditing(audited("Plain"), condition(), limits)
    both = auditing(audited("Plain"), condition(), limits, other_modes=["compile"])
    assert one.campaign.limits.max_time_s == 1.5
    assert both.campaign.limits.max_time_s == 1.0
    assert both.audit.other_modes == ("compile",)


def test_a_part_that_cannot_run_in_a_mode_is_named_and_the_others_go_on(measured):
    def compiled(module, x):
        if not isinstance(module, Whole) and _is_3x3(module):
            raise RuntimeError("a graph break")
        return partial(module, x)

    (compile_mode,) = audit_result(measured(compiled).run).modes
    assert compile_mode.ratio is not None
    assert [(part.variant, reason) for part, reason in compile_mode.failed] == [
        ("part-1", "RuntimeError: a graph break")
    ]


def test_a_network_that_cannot_run_in_a_mode_does_not_end_the_audit(measured):
    def compiled(module, x):
        raise RuntimeError("a graph break")

    audit = measured(compiled)
    result = audit_result(audit.run)
    (compile_mode,) = result.modes
    assert (compile_mode.ratio, compile_mode.reason) == (None, "RuntimeError: a graph break")
    assert len(result.parts) == 2
    saved = audit_result(parse(json.loads(to_file(audit.run, audit.machine))))
    assert saved.modes[0].reason == "RuntimeError: a graph break"


def _is_3x3(module):
    weights = module.program.calls[0].args[1]
    return module.program.tensors[weights.index].shape[-1] == 3
