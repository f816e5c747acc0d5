"""`guidelines plot`: a page of pictures for each guideline."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from guidelines.cli.arguments import add_files, add_paper
from guidelines.cli.output import write

HELP = "draw a page of pictures for each guideline, as SVG and PNG"
DESCRIPTION = "Draw a page of pictures for each guideline, as SVG and PNG. Needs the extra `plot`."


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
        help="the folder for g1.svg, g1.png, ...",
    )


def run(options: Namespace) -> int:
    """Write a page for each guideline, as SVG and PNG."""
    from guidelines.analysis.tables import tables
    from guidelines.cli.given import given_files
    from guidelines.cli.machines import read_machines, series_of
    from guidelines.report.pictures import page

    machines = read_machines(given_files(options.files), options.max_bytes)
    tables_by_machine = [tables(results, options.paper) for results in machines]
    pages = page.pages(series_of(machines, tables_by_machine))
    for guideline, drawn in pages.items():
        name = _file_name(guideline)
        write(options.output / f"{name}.svg", page.to_svg(drawn, name).encode())
        write(options.output / f"{name}.png", page.to_png(drawn))
    return 0


def _file_name(guideline: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in guideline.lower())
