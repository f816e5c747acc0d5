"""`guidelines plot`: a page of pictures for each guideline."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from guidelines.cli.arguments import add_files, add_paper
from guidelines.cli.output import CommandError, check_not_read, make_folder, remark, write

if TYPE_CHECKING:
    from guidelines.analysis.reading import Reading

HELP = "draw a page of pictures for each guideline, as SVG and PNG"
DESCRIPTION = (
    "Draw a page of pictures for each guideline, as SVG and PNG. Needs matplotlib (the extra `plot`)."
)

# Names of devices on Windows, whatever their ending is.
RESERVED = (
    *("con", "prn", "aux", "nul"),
    *(f"com{k}" for k in range(10)),
    *(f"lpt{k}" for k in range(10)),
)
UNNAMED = "guideline"
# Letters that a name of a file has room for, four bytes each.
MOST_LETTERS = 50


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    add_paper(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder for g1.svg, g1.png, ...; it is made if it is not there",
    )


def run(options: Namespace) -> int:
    """Write a page for each guideline, as SVG and PNG."""
    from guidelines.analysis.tables import tables
    from guidelines.cli.machines import merged_machines, paths_of, read_files, series_of, status_of
    from guidelines.report.pictures import page
    from guidelines.report.pictures.limits import limited

    reading = read_files(options)
    if reading.audits:
        _leave_out_audits(reading)
    machines = merged_machines(reading)
    tables_by_machine = [tables(results, options.paper) for results in machines]
    series, left_out = limited(series_of(machines, tables_by_machine))
    pages = page.pages(series)
    names = file_names(pages)
    svgs = [options.output / f"{name}.svg" for name in names]
    pngs = [options.output / f"{name}.png" for name in names]
    check_not_read([*svgs, *pngs], paths_of(options, reading))
    make_folder(options.output)
    for name, drawn, svg, png in zip(names, pages.values(), svgs, pngs, strict=True):
        write(svg, page.to_svg(drawn, name).encode())
        write(png, page.to_png(drawn))
    if left_out:
        remark(f"guidelines: {left_out}")
    return status_of(reading)


def _leave_out_audits(reading: "Reading") -> None:
    """Say that there are no pictures of audits. Raises CommandError if there is nothing else."""
    sources = [each.network.sources[0] for each in reading.audits]
    line = f"{sources[0]}: an audit has no curves; `guidelines report FILE -o audit.html` draws its bar"
    if not any(reading.runs_by_path):
        raise CommandError(line)
    remark(f"guidelines: left out {line}")


def file_names(guidelines: Iterable[str]) -> list[str]:
    """A name for the files of each guideline; no two are one file, on any file system."""
    names: list[str] = []
    taken = set(RESERVED)
    for guideline in guidelines:
        slug = "".join(c if c.isalnum() else "-" for c in normalize("NFKC", guideline).casefold())
        stem = name = slug[:MOST_LETTERS] or UNNAMED
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        names.append(name)
    return names
