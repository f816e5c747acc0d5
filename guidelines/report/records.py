"""The same figures, unrounded, a flat record a row: for CSV, JSON and whoever reads those."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from guidelines.change import Change
from guidelines.compare import Comparison
from guidelines.matrix import Matrix
from guidelines.merge import Results, distinct
from guidelines.report.document import Document
from guidelines.report.table import Column, Row, Table
from guidelines.results import Circumstances
from guidelines.spec import Condition
from guidelines.stats import Estimate

SCHEMA = 1
Scalar = str | int | float | None
Record = dict[str, Scalar]
# A spreadsheet takes text that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def of_tables(results: Results, tables: Sequence[Table]) -> list[Record]:
    """One record a variant of a machine; the verdict stands with the variant that decides its sweep.

    Where `per_multiply_add` is 1, it is about the slow-down of a multiply-add, else about `slowdown`.
    """
    return [
        _identity(results)
        | {"guideline": table.guideline, "sweep": column.sweep, "variant": row.variant}
        | _condition(table.condition)
        | _row(row)
        | _verdict(table, column, row)
        for table in tables
        for column in table.columns
        for row in column.rows
    ]


def of_comparison(comparison: Comparison) -> list[Record]:
    """One record a variant that both sides have; ratio is B's slow-down over A's.

    Where `per_multiply_add` is 1, slow-downs are of a multiply-add.
    """
    records: list[Record] = []
    for row in comparison.rows:
        a, b = row.a, row.b
        record: Record = {"guideline": a.place.guideline, "sweep": a.place.sweep, "variant": a.place.variant}
        record |= {"confidence": comparison.confidence, "per_multiply_add": int(a.place.per_multiply_add)}
        for side, measured in (("a", a), ("b", b)):
            record |= _condition(measured.place.condition, f"{side}_")
            record |= _estimate(measured.judged(comparison.confidence), f"{side}_slowdown")
            record |= _estimate(measured.seconds_per_call(comparison.confidence), f"{side}_seconds_per_call")
            record[f"{side}_disturbed"] = "; ".join(measured.disturbed)
        record |= _change(row.effect, "ratio", row.outcome)
        record |= _change(row.speed, "speedup", row.pace)
        records.append(record)
    return records


def of_matrix(matrix: Matrix) -> list[Record]:
    """One record a machine, condition and guideline; `slowdown` is of a multiply-add where it says so."""
    return [
        _identity(line.results)
        | {"guideline": guideline, "sweep": standing.sweep, "variant": standing.extreme}
        | _condition(line.condition)
        | _estimate(standing.verdict.slowdown, "slowdown")
        | {
            "slowdown_confidence": standing.verdict.slowdown.confidence,
            "verdict": standing.verdict.outcome,
            "margin": standing.verdict.margin,
            "sweeps_held": standing.held,
            "sweeps_judged": standing.judged,
            "disturbed": int(standing.is_disturbed),
            "per_multiply_add": int(standing.is_per_multiply_add),
        }
        for line in matrix.lines
        for guideline, standing in line.standings.items()
    ]


def to_csv(records: Sequence[Record]) -> str:
    """Records below a line of their names; text that a spreadsheet would run gets an apostrophe before it."""
    names = dict.fromkeys(name for record in records for name in record)
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _inert(value) for name, value in record.items()} for record in records)
    return out.getvalue().rstrip("\n")


def to_json(kind: str, records: Sequence[Record], document: Document) -> str:
    """Records under "records", with a schema number of their own, and all that the report says in words."""
    said = [note for section in document.sections for note in (*section.verdicts, *section.notes)]
    content: Mapping[str, object] = {
        "schema": SCHEMA,
        "kind": kind,
        "summary": document.lead,
        "notes": [*said, *document.notes],
        "records": records,
    }
    return json.dumps(content, indent=1, allow_nan=False)


def _identity(results: Results) -> Record:
    return {**asdict(results.machine), "runs": results.runs, "files": " ".join(results.sources)}


def _condition(condition: Condition, prefix: str = "") -> Record:
    return {f"{prefix}{name}": value for name, value in asdict(condition).items()}


def _row(row: Row) -> Record:
    cell = row.cell
    return {
        "channels": " ".join(map(str, row.channels)),
        "multiply_adds": row.multiply_adds,
        "memory_access": row.memory_access,
        "conv_memory_access": row.conv_memory_access,
        **_estimate(cell.slowdown, "slowdown"),
        **_estimate(cell.multiply_adds_per_s, "multiply_adds_per_s"),
        "paper_slowdown": cell.paper.slowdown if cell.paper else None,
        "failure": cell.failure,
        **_circumstances(cell.circumstances),
    }


def _circumstances(runs: Sequence[Circumstances]) -> Record:
    """How a variant was measured; of several runs the largest figures and every disturbance."""
    figures = ("setup_s", "peak_memory_bytes", "launch_s", "device_s")
    return {
        **{name: max(_known(runs, name), default=None) for name in figures},
        "disturbed": "; ".join(distinct(of_run.disturbed for of_run in runs)),
    }


def _known(runs: Sequence[Circumstances], name: str) -> list[float]:
    return [value for of_run in runs if (value := getattr(of_run, name)) is not None]


def _verdict(table: Table, column: Column, row: Row) -> Record:
    verdict = column.verdict if row.variant == column.extreme else None
    return {
        "confidence": table.confidence,
        "rounds": column.rounds,
        "noise_floor": column.noise_floor,
        "verdict": verdict.outcome if verdict else None,
        "margin": verdict.margin if verdict else None,
        "per_multiply_add": int(column.is_per_multiply_add),
        **_estimate(verdict.slowdown if verdict else None, "verdict_slowdown"),
    }


def _change(change: Change | None, name: str, outcome: str) -> Record:
    return {
        **_estimate(change.ratio if change else None, name),
        f"{name}_confidence": change.ratio.confidence if change else None,
        f"{name}_margin": change.margin if change else None,
        f"{name}_verdict": outcome or None,
        f"{name}_reason": change.reason if change else None,
    }


def _estimate(estimate: Estimate | None, name: str) -> Record:
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.estimate, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def _inert(value: Scalar) -> Scalar:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
