"""Unrounded figures as flat records, for JSON and CSV (`formats.csv_records`).

Schema 2 renamed keys of schema 1: the widths of a network are `widths` and the rule that chose them is
`channel_rule` (both were `channels`). It added `parameters`. Schema 3 added `passes`, the number of passes of
all runs (equal to that of the runs if each was one process), `cudnn_choice` (`cudnn` is its version),
`is_auto_batch`, `seconds_per_call`, `images_per_s`, the factors of `slowdown` (`work`, `traffic`, `launches`
and `kernels`), and `floor_share`, the time that a device takes at best over the time that it took.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from guidelines.analysis.change import Change
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.machines.matrix import Line, Matrix, Standing
from guidelines.analysis.machines.twins import NO_TWINS, AllTwins
from guidelines.analysis.measured import MachineResults, Measured, distinct
from guidelines.analysis.same_machine import kind_of
from guidelines.analysis.sweep_result import SweepResult, VariantResult
from guidelines.analysis.tables import Table
from guidelines.report.document import NO_BREAK, Document
from guidelines.report.factor_records import of_factors
from guidelines.report.figures import Record, of_account, of_estimate
from guidelines.report.twin_records import TwinRecords
from guidelines.results.model import Circumstances, SweepKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate

SCHEMA = 3


def of_tables(results: MachineResults, tables: Sequence[Table]) -> list[Record]:
    """One record for each variant of a machine; the one that decides its sweep holds the verdict.

    The verdict is about the slow-down per multiply-add if `per_multiply_add` is 1, else about `slowdown`.
    A slow-down is about launches, not about the device, if `launch_bound` is 1.
    """
    measured = {each.place.key: each for each in results.measured}
    records = []
    for table in tables:
        for sweep in table.sweeps:
            sweep_key = SweepKey(table.guideline, table.condition, sweep.name)
            for variant in sweep.variants:
                name = {"guideline": table.guideline, "sweep": sweep.name, "variant": variant.variant}
                record = of_machine(results) | name | of_condition(table.condition)
                record["batch_size"] = variant.batch_size
                times = _times(measured.get(VariantKey(sweep_key, variant.variant)), table.confidence)
                record |= _variant(variant) | times | of_account(sweep, variant)
                records.append(record | _verdict(table, sweep, variant))
    return records


def of_comparison(comparison: Comparison) -> list[Record]:
    """One record for each variant that both sides have; `ratio` is B's slow-down over A's.

    Slow-downs are per multiply-add if `per_multiply_add` is 1. `a_launch_bound` and `b_launch_bound` are 1
    if the slow-down of that side is about launches, not about the device.
    """
    records = []
    for row, factors in zip(comparison.rows, of_factors(comparison), strict=True):
        records.append(_compared(row, comparison.confidence) | factors)
    return records


def of_matrix(matrix: Matrix, twins: AllTwins = NO_TWINS) -> list[Record]:
    """One record for each machine, condition and guideline.

    `slowdown` is per multiply-add if `per_multiply_add` is 1.
    """
    records = []
    beside = TwinRecords(twins)
    for line in matrix.lines:
        kind = kind_of(line.machine, line.condition)
        for guideline, standing in line.standings.items():
            of_twins = beside.of(kind, id(line.results), guideline)
            records.append(_standing(line, guideline, standing) | of_twins)
    return records


def to_json(
    kind: str, records: Sequence[Record], document: Document, facts: Mapping[str, object] | None = None
) -> str:
    """Records as JSON, with a schema number, the sentences of the report and further facts."""
    sentences: list[str] = []
    for section in document.sections:
        sentences += (*section.findings, *section.notes)
    content: Mapping[str, object] = {
        "schema": SCHEMA,
        "kind": kind,
        **(facts or {}),
        "answer": [line.text.replace(NO_BREAK, " ") for line in document.answer],
        "summary": document.lead,
        "notes": [*sentences, *document.notes],
        "records": records,
    }
    return json.dumps(content, indent=1, allow_nan=False)


def of_machine(results: MachineResults) -> Record:
    """A machine by its facts, and the files of its runs."""
    machine = asdict(results.machine)
    return {
        "machine": machine.pop("name"),
        **machine,
        "runs": results.runs,
        "files": " ".join(results.sources),
    }


def of_condition(condition: Condition, prefix: str = "") -> Record:
    """A condition by name; cuDNN's version, a property of the machine, is `cudnn`, its choice is not.

    `batch_size` is None if each of several sweeps has its own.
    """
    known: Record = asdict(condition)
    known["batch_size"] = condition.batch_size or None
    known["is_auto_batch"] = int(condition.is_auto_batch)
    known["cudnn_choice"] = condition.texts["cudnn_choice"] or None
    del known["cudnn"]
    return {f"{prefix}{name}": value for name, value in known.items()}


def _variant(variant: VariantResult) -> Record:
    cell = variant.cell
    return {
        "widths": " ".join(map(str, variant.widths)),
        **_work(variant.work),
        **of_estimate(cell.slowdown, "slowdown"),
        **of_estimate(cell.multiply_adds_per_s, "multiply_adds_per_s"),
        "paper_slowdown": cell.paper.slowdown if cell.paper else None,
        "failure": cell.failure,
        "launch_bound": int(cell.is_launch_bound),
        **_circumstances(cell.circumstances),
    }


def _times(measured: Measured | None, confidence: float | None) -> Record:
    """The time of a call and the images in a second; None for a variant that was not measured."""
    if measured is None or confidence is None:
        return _seconds(None, None)
    seconds_per_call = measured.seconds_per_call(confidence)
    images_per_s = seconds_per_call.inverse().scaled(measured.place.condition.batch_size)
    return _seconds(seconds_per_call, images_per_s)


def _seconds(per_call: Estimate | None, images_per_s: Estimate | None) -> Record:
    return {**of_estimate(per_call, "seconds_per_call"), **of_estimate(images_per_s, "images_per_s")}


def _work(work: Cost) -> Record:
    return {
        "multiply_adds": work.multiply_adds,
        "memory_access": work.memory_access,
        "conv_memory_access": work.conv_memory_access,
        "parameters": work.parameters,
    }


def _circumstances(runs: Sequence[Circumstances]) -> Record:
    """The largest figures and all disturbances of the runs of a variant."""
    largest: Record = {}
    for name in ("setup_s", "peak_memory_bytes", "launch_s", "device_s"):
        of_runs = [getattr(run, name) for run in runs]
        largest[name] = max((value for value in of_runs if value is not None), default=None)
    return {
        **largest,
        "disturbed": "; ".join(distinct(run.disturbed for run in runs)),
        "noted": "; ".join(distinct(run.noted for run in runs)),
    }


def _verdict(table: Table, sweep: SweepResult, variant: VariantResult) -> Record:
    verdict = sweep.verdict if variant.variant == sweep.extreme else None
    return {
        "confidence": table.confidence,
        "rounds": variant.how.rounds if variant.how else 0,
        "passes": variant.how.passes if variant.how else 0,
        "noise_floor": variant.how.noise_floor if variant.how else None,
        "verdict": verdict.outcome if verdict else None,
        "margin": verdict.margin if verdict else None,
        "per_multiply_add": int(sweep.is_judged_per_multiply_add),
        **of_estimate(verdict.slowdown if verdict else None, "verdict_slowdown"),
    }


def _compared(row: Compared, confidence: float) -> Record:
    place = row.a.place
    a, b = row.slowdowns(confidence)
    return {
        "guideline": place.guideline,
        "sweep": place.sweep,
        "variant": place.variant,
        "confidence": confidence,
        "per_multiply_add": int(row.is_per_multiply_add),
        **_side("a", row.a, a, confidence=confidence),
        "a_launch_bound": int(row.is_a_launch_bound),
        **_side("b", row.b, b, confidence=confidence),
        "b_launch_bound": int(row.is_b_launch_bound),
        **_change(row.effect, "ratio", row.outcome),
        **_change(row.speed, "speedup", row.pace),
    }


def _side(side: str, measured: Measured, slowdown: Estimate, *, confidence: float) -> Record:
    times = {f"{side}_{name}": value for name, value in _times(measured, confidence).items()}
    return {
        **of_condition(measured.place.condition, f"{side}_"),
        **of_estimate(slowdown, f"{side}_slowdown"),
        **times,
        f"{side}_passes": measured.passes,
        f"{side}_disturbed": "; ".join(measured.disturbed),
    }


def _standing(line: Line, guideline: str, standing: Standing) -> Record:
    slowdown = standing.verdict.slowdown
    return {
        **of_machine(line.results),
        "guideline": guideline,
        "sweep": standing.sweep,
        "variant": standing.extreme,
        "passes": standing.passes,
        **of_condition(line.condition),
        **of_estimate(slowdown, "slowdown"),
        "slowdown_confidence": slowdown.confidence,
        "verdict": standing.verdict.outcome,
        "margin": standing.verdict.margin,
        "sweeps_held": standing.sweeps_held,
        "sweeps_judged": standing.sweeps_judged,
        "sweeps_launch_bound": standing.sweeps_launch_bound,
        "finding": standing.finding,
        "counted": int(standing.is_counted),
        "disturbed": int(standing.is_disturbed),
        "per_multiply_add": int(standing.is_per_multiply_add),
    }


def _change(change: Change | None, name: str, outcome: str) -> Record:
    return {
        **of_estimate(change.ratio if change else None, name),
        f"{name}_confidence": change.ratio.confidence if change else None,
        f"{name}_margin": change.margin if change else None,
        f"{name}_verdict": outcome or None,
        f"{name}_reason": change.reason if change else None,
    }
