"""Many files, as of a fleet: what cannot be compared with the others is named, and the rest goes on."""

from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from guidelines.analysis.measured import MachineResults
from guidelines.analysis.merge import MergeError, merged
from guidelines.analysis.reading import Reading
from guidelines.analysis.same_machine import runs_of_each_machine
from guidelines.cli.given import Given, given_files
from guidelines.cli.machines import read_files, read_given
from guidelines.cli.output import remark

# A comparison of two paths stands for A and B: neither may lack a file.
SIDES = 2


def read_sides(options: Namespace) -> Reading:
    """The files to compare; of many, those that cannot be compared are left out."""
    if not _are_many(options):
        return read_files(options)
    return read_many(given_files(options.files), options.max_bytes)


def read_many(files: Sequence[Given], max_bytes: int) -> Reading:
    """The runs that can be compared with the others; files that are left out are named on stderr."""
    return _comparable(read_given(files, max_bytes, skip_broken=True))


def _are_many(options: Namespace) -> bool:
    """True for a folder, or for more files than the two sides of a comparison; a gate needs two sides."""
    files = given_files(options.files)
    is_folder = len(files) == 1 and files[0].path.is_dir()
    return not options.fail_on and (is_folder or len(files) > SIDES)


def _comparable(reading: Reading) -> Reading:
    """The reading without audits among runs, and without runs of one machine that do not fit together.

    Each of them is named on stderr, and counts as left out.
    """
    runs: list[MachineResults] = []
    for of_path in reading.runs_by_path:
        runs += of_path
    if not runs:
        return reading
    audits = [f"{each.network.sources[0]}: is an audit, the others are not" for each in reading.audits]
    odd = dict(_odd(runs))
    lines = (*audits, *dict.fromkeys(odd.values()))
    for line in lines:
        remark(f"guidelines: skipped {line}")
    left = [_without(of_path, odd) for of_path in reading.runs_by_path]
    return reading._replace(runs_by_path=left, audits_by_path=(), skipped=(*reading.skipped, *lines))


def _without(runs: list[MachineResults], odd: Mapping[int, str]) -> list[MachineResults]:
    return [run for run in runs if id(run) not in odd]


def _odd(runs: list[MachineResults]) -> Iterator[tuple[int, str]]:
    """The runs of each machine that cannot be merged, by their identities, with the reason."""
    for of_machine in runs_of_each_machine(runs):
        if len(of_machine) == 1:
            continue
        try:
            merged(of_machine)
        except MergeError as error:
            sources = {run.sources for run in of_machine}
            yield from ((id(run), str(error)) for run in runs if run.sources in sources)
