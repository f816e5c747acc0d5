import json
from dataclasses import replace

import pytest
from made_up_parts import audit_run, saved_audit

from guidelines.analysis.audit.compare import audit_change
from guidelines.analysis.audit.of_run import audit_result
from guidelines.results.audit import WHOLE
from guidelines.results.saved_file import parse

COMPILED = {WHOLE: 0.8, "part-1": 0.07, "part-2": 0.22, "part-3": 0.04, "part-4": 0.2}
CAPTURED = {WHOLE: 0.5, "part-1": 0.05, "part-3": 0.01, "part-4": 0.2}


def result(**changes):
    return audit_result(audit_run(**changes))


def part(of, variant):
    (known,) = [each for each in of.parts if each.part.variant == variant]
    return known


def forms(of, variant):
    return {each.timed.text: each.saves.estimate for each in part(of, variant).remedies}


def test_the_network_takes_a_part_of_its_time():
    compiled, captured = result(modes={"compile": COMPILED, "cudagraph": CAPTURED}).modes
    assert (compiled.mode, captured.mode) == ("compile", "cudagraph")
    assert compiled.ratio.estimate == pytest.approx(0.8, rel=0.01)
    assert compiled.ratio.low < 0.8 < compiled.ratio.high
    assert captured.ratio.estimate == pytest.approx(0.5, rel=0.01)
    assert captured.network.measured[0].place.condition.mode == "cudagraph"


def test_what_a_part_saves_is_a_share_of_the_time_now():
    saves = forms(result(modes={"compile": COMPILED, "cudagraph": CAPTURED}), "part-1")
    assert list(saves) == ["in nhwc", "as 32 convolutions", "compiled", "as a CUDA graph"]
    assert saves["compiled"] == pytest.approx(3 * (0.1 - 0.07), rel=0.05)
    assert saves["as a CUDA graph"] == pytest.approx(3 * (0.1 - 0.05), rel=0.05)
    seconds = part(result(modes={"compile": COMPILED}), "part-1").remedies[-1].seconds_per_call
    assert seconds.estimate == pytest.approx(0.07 * 0.01, rel=0.02)


def test_the_best_form_may_be_another_mode():
    of = result(modes={"compile": COMPILED})
    assert part(of, "part-1").best_remedy.timed.text == "compiled"
    assert part(of, "part-2").best_remedy is None
    assert forms(of, "part-2")["compiled"] < 0


def test_everything_else_is_that_of_the_audits_own_mode():
    without, beside = result(), result(modes={"compile": COMPILED, "cudagraph": CAPTURED})
    assert beside.condition.mode == "eager"
    for name in ("network_s", "sum", "guidelines", "replayed", "without_g4", "failed"):
        assert getattr(beside, name) == getattr(without, name)
    assert [each.share for each in beside.parts] == [each.share for each in without.parts]
    assert [each.price for each in beside.parts] == [each.price for each in without.parts]


def test_parts_that_failed_in_a_mode_are_named_unless_they_failed_before():
    (captured,) = result(modes={"cudagraph": CAPTURED}).modes
    assert [(part.variant, reason) for part, reason in captured.failed] == [
        ("part-2", "it cannot run in mode cudagraph")
    ]
    assert "as a CUDA graph" not in forms(result(modes={"cudagraph": CAPTURED}), "part-2")


def test_a_network_that_failed_in_a_mode_is_named_alone():
    of = audit_run(modes={"compile": COMPILED})
    kept = [entry for entry in of.entries if entry.place.condition.mode == "eager"]
    (missing,) = audit_result(replace(of, entries=tuple(kept))).modes
    assert (missing.ratio, missing.reason, missing.failed) == (None, "not measured", ())


def test_passes_that_measured_one_mode_alone_tell_nothing():
    run = audit_run(modes={"compile": COMPILED}, passes=2)
    entries = []
    for entry in run.entries:
        k = int(entry.place.condition.mode == "compile")
        entries.append(replace(entry, passes=entry.passes[k : k + 1]))
    (compiled,) = audit_result(replace(run, entries=tuple(entries))).modes
    assert compiled.ratio is None


def test_an_audit_of_several_modes_is_read_as_it_was_saved():
    saved = json.loads(saved_audit(modes={"compile": COMPILED}))
    again, now = audit_result(parse(saved)), result(modes={"compile": COMPILED})
    assert again.audit == now.audit
    assert again.modes[0].ratio.estimate == pytest.approx(now.modes[0].ratio.estimate)
    assert forms(again, "part-3") == pytest.approx(forms(now, "part-3"))


def test_audits_are_compared_in_their_own_modes():
    change = audit_change(result(modes={"compile": COMPILED}), result())
    assert change.ratio.estimate == pytest.approx(1)
