from dataclasses import replace

import pytest
from made_up_parts import SHARES, audit_run

from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import csv_records, text
from guidelines.report.part_records import facts, of_audits
from guidelines.report.subjects.audit.document import document
from guidelines.results.audit import WHOLE
from guidelines.results.model import Failure

COMPILED = {WHOLE: 0.8, "part-1": 0.07, "part-2": 0.22, "part-3": 0.04, "part-4": 0.15}
CAPTURED = {WHOLE: 0.5, "part-1": 0.05, "part-3": 0.01}


def result(**changes):
    return audit_result(audit_run(**changes))


def shown(width=80, **changes):
    return text.render(document([result(**changes)], 15), width)


def flat(**changes):
    return " ".join(shown(**changes).split())


def test_the_whole_network_has_a_line_for_each_mode():
    told = shown(modes={"compile": COMPILED, "cudagraph": CAPTURED}).splitlines()
    assert "compiled, the whole network takes 0.80 [0.78, 0.82] times as long" in told
    assert "as a CUDA graph, the whole network takes 0.500 [0.488, 0.513] times as long" in told


def test_a_mode_that_is_faster_for_no_operator_says_so():
    slower = {name: share * 1.5 for name, share in COMPILED.items() if name != WHOLE}
    slower = {WHOLE: 0.8, **slower, "part-1": 0.12, "part-3": 0.12, "part-4": 0.2}
    none = "takes 0.80 [0.78, 0.82] times as long; alone, none of its operators is clearly faster so"
    assert none in flat(modes={"compile": slower})
    assert "none of its operators" not in flat(modes={"compile": slower | {"part-4": 0.15}})
    assert "none of its operators" not in flat(modes={"compile": {WHOLE: 0.8}})  # none was measured
    assert "none of its operators" not in flat(modes={"compile": slower}, passes=1)  # nothing is clear


def test_without_intervals_the_line_has_the_estimate_alone():
    assert "compiled, the whole network takes ~0.80 times as long" in flat(
        modes={"compile": COMPILED}, passes=2
    )


def test_the_best_form_of_a_part_is_shown_with_what_it_saves():
    told = shown(modes={"compile": COMPILED, "cudagraph": CAPTURED})
    assert max(map(len, told.splitlines())) <= 80
    together = " ".join(told.split())
    legend = (
        "in another mode, an operator was timed alone, too; what the whole network takes in it stands above"
    )
    assert legend in together
    assert legend not in flat()
    line = "without redesign: layer1.0.relu + 1 more as a CUDA graph saves 18.0 % of the time; 2 other parts"
    assert line in together
    (dearest,) = [
        each
        for each in document([result(modes={"compile": COMPILED})], 15).sections
        if each.title.startswith("The dearest")
    ]
    assert [row.values[-1].text for row in dearest.grid.rows] == [
        "compiled: -12.0 %",
        "compiled: -8.9 %",
        "",
    ]


def test_a_network_that_failed_is_told_with_its_reason():
    run = audit_run(modes={"compile": COMPILED})
    entries, failures = [], list(run.failures)
    for entry in run.entries:
        if entry.place.condition.mode == "eager":
            entries.append(entry)
        else:
            failures.append(Failure(entry.place, (), entry.identity.work, "RuntimeError: a graph break"))
    failed = audit_result(replace(run, entries=tuple(entries), failures=tuple(failures)))
    told = text.render(document([failed], 15), 200).splitlines()
    reason = "RuntimeError: a graph break"
    assert f"compiled, the whole network was not measured, nor were its parts: {reason}" in told
    assert not any(line.endswith("measured compiled") for line in told)
    assert of_audits([failed])[0]["compile_failure"] == reason
    assert facts([failed])[0]["other_modes"][0]["failure"] == reason


def test_parts_that_failed_are_told_with_their_reason():
    told = flat(modes={"cudagraph": CAPTURED})
    assert "as a CUDA graph, 2 parts could not be measured: see below" in told
    assert (
        "Parts that were not measured as a CUDA graph layer1.0.conv1 (conv 1x1 16->96, 112x112): it" in told
    )
    assert "it cannot run in mode cudagraph" in told
    assert "Parts that were not measured fft (fft 3x224x224): it cannot run alone" in told


def test_what_disturbed_a_mode_is_told():
    told = flat(modes={"compile": COMPILED}, disturbed=(2,))
    assert "the run was disturbed: pass 2: a hog; end other programs" in told
    assert "the run in mode compile was disturbed: pass 2: a hog; end other programs" in told


def test_records_have_columns_for_each_mode():
    records = of_audits([result(modes={"compile": COMPILED, "cudagraph": CAPTURED})])
    by_layer = {each["layer"]: each for each in records}
    grouped, narrow = by_layer["layer1.0.conv2"], by_layer["layer1.0.conv1"]
    assert grouped["compile_saves"] == pytest.approx(0.09, rel=0.05)
    assert grouped["compile_seconds_per_call"] == pytest.approx(0.0007, rel=0.02)
    assert grouped["compile_saves_low"] < grouped["compile_saves"] < grouped["compile_saves_high"]
    assert grouped["cudagraph_failure"] is None
    assert narrow["cudagraph_saves"] is None
    assert narrow["cudagraph_failure"] == "it cannot run in mode cudagraph"
    head, *_ = csv_records.to_csv(records).splitlines()
    assert "compile_saves,compile_saves_low" in head


def test_facts_have_the_ratio_of_each_mode():
    (known,) = facts([result(modes={"cudagraph": CAPTURED})])
    (captured,) = known["other_modes"]
    assert captured["mode"] == "cudagraph"
    assert captured["ratio"] == pytest.approx(0.5, rel=0.01)
    assert (captured["failed_parts"], captured["failure"]) == (2, None)


def test_an_audit_of_one_mode_says_nothing_of_others():
    assert "other_modes" not in facts([result()])[0]
    assert not any("compile" in name for name in of_audits([result(shares=SHARES)])[0])
