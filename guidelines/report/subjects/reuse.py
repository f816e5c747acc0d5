"""Write feature reuse as a document and as records, beside the paper's formula."""

from collections.abc import Iterator, Sequence

from guidelines.networks.stage_reuse import StageReuse
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.figures import Record

HEADS = (
    Head("blocks apart"),
    Head("channels passed"),
    Head("r^j c"),
    Head("% of c"),
)
NOTES = (
    "channels passed: those of a block's c output channels that the block j further on gives unchanged, "
    "followed through the network's own splits and shuffles; r^j c: the paper's formula, r = 1/2.",
    "Where a block's channels that are left are odd in number, one more is kept than worked on: the count is "
    "the formula rounded up, and the first channel of a stage is never worked on.",
)


def document(network: str, stages: Sequence[StageReuse]) -> Document:
    """A table with a row for each distance between blocks, grouped by stage."""
    title = f"Feature reuse in {network}"
    rows: list[Row] = []
    for stage in stages:
        rows += _rows(stage)
    return Document(title, (), (Section(title, Grid(HEADS, tuple(rows), "stage"), notes=NOTES),))


def _rows(stage: StageReuse) -> Iterator[Row]:
    """Rows for the distances from the first block; later blocks have the same counts."""
    for apart, count in enumerate(stage.passed[0]):
        formula, share = stage.formula(apart), 100 * count / stage.channels
        cells = (
            Value(str(apart), apart),
            Value(str(count), count),
            Value(f"{formula:.4g}", formula),
            Value(f"{share:.3g}", share),
        )
        yield Row(cells, group=f"{stage.name}, c = {stage.channels}")


def records(network: str, stages: Sequence[StageReuse]) -> list[Record]:
    """One record for each pair of blocks of a stage."""
    pairs: list[Record] = []
    for stage in stages:
        pairs += _pairs(network, stage)
    return pairs


def _pairs(network: str, stage: StageReuse) -> Iterator[Record]:
    for source, target, count in stage.pairs:
        yield {
            "network": network,
            "stage": stage.name,
            "channels": stage.channels,
            "source_block": source,
            "target_block": target,
            "channels_passed": count,
            "formula": stage.formula(target - source),
        }
