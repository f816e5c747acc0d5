"""Write the list of recorded devices, and what stands above the report of one."""

from collections.abc import Sequence

from guidelines.analysis.measured import MachineResults, distinct
from guidelines.analysis.selection import guidelines_of
from guidelines.atlas.recorded import RecordedDevice
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.figures import Record
from guidelines.report.labels import of_results, sentence
from guidelines.report.records import of_condition, of_machine
from guidelines.results.model import Run
from guidelines.spec.condition import Condition

TITLE = "Recorded devices"
HEADS = (
    Head("device", is_number=False),
    Head("type"),
    Head("layout"),
    Head("mode"),
    Head("batch"),
    Head("image", is_detail=True),
    Head("threads"),
    Head("widths"),
    Head("cuDNN", is_detail=True),
    Head("passes"),
    Head("guidelines", is_detail=True),
)
HOW = "`guidelines devices NAME` shows one; `guidelines compare FILE --atlas` sets a run of yours beside them"


def document(devices: Sequence[RecordedDevice], results: Sequence[MachineResults]) -> Document:
    """A line for each device, then a table with a row for each condition that it was measured under."""
    lines = [f"{device.name}: {described(device, its)}" for device, its in zip(devices, results, strict=True)]
    rows: list[Row] = []
    for device in devices:
        rows += [_row(device, condition) for condition in _conditions(device.run)]
    section = Section("Conditions", Grid(HEADS, tuple(rows), "recorded device"), notes=(HOW,))
    return Document(TITLE, tuple(lines), (section,))


def described(device: RecordedDevice, results: MachineResults) -> str:
    """The machine of a device, what was measured on it and when, and the version of the suite."""
    known = of_results(results)
    machine = sentence({name: value for name, value in known.items() if name != "name"})
    measured = ", ".join(guidelines_of(results))
    return f"{machine}; {measured} on {device.date} by guidelines {device.suite}"


def records(devices: Sequence[RecordedDevice], results: Sequence[MachineResults]) -> list[Record]:
    """A record for each device and condition."""
    every = []
    for device, its in zip(devices, results, strict=True):
        for condition in _conditions(device.run):
            record = of_machine(its) | of_condition(condition)
            record |= {"date": device.date, "suite": device.suite, "passes": _passes(device.run, condition)}
            every.append(record | {"guidelines": " ".join(_guidelines(device.run, condition))})
    return every


def _row(device: RecordedDevice, condition: Condition) -> Row:
    texts, passes = condition.texts, _passes(device.run, condition)
    image = f"{condition.image_size}x{condition.image_size}"
    cells = (
        *(condition.device, condition.dtype, condition.layout, condition.mode, texts["batch_size"], image),
        *(texts["threads"], texts["widths"], texts["cudnn_choice"]),
    )
    guidelines = Value(" ".join(_guidelines(device.run, condition)))
    return Row((*map(Value, cells), Value(str(passes), passes), guidelines), device.name)


def _conditions(run: Run) -> tuple[Condition, ...]:
    return distinct([entry.place.condition.shared] for entry in run.entries)


def _guidelines(run: Run, condition: Condition) -> tuple[str, ...]:
    its = [entry.place for entry in run.entries if entry.place.condition.shared == condition]
    return distinct([place.guideline] for place in its)


def _passes(run: Run, condition: Condition) -> int:
    """The most passes of a variant under a condition."""
    its = [entry for entry in run.entries if entry.place.condition.shared == condition]
    return max(len(entry.passes) for entry in its)
