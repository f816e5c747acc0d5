"""Makes an entry of the atlas from a saved run; asserts nothing.

An entry holds the figures of each pass, without samples, and a machine without host name, paths or serial
numbers: the script refuses a run in which one of these would stay.

python tests/harness/atlas_entry.py RUN.json NAME [--device cuda:0] -o guidelines/atlas/NAME.json
"""

import argparse
import json
import sys
from pathlib import Path

from guidelines import __version__
from guidelines.atlas.making import EntryError, entry_of, to_text
from guidelines.results.checked import printable
from guidelines.results.schema import ResultsError


def main() -> int:
    options = _options()
    try:
        saved = json.loads(options.run.read_text("utf-8"))
    except OSError as error:
        return _refused(options.run, error.strerror)
    except ValueError as error:
        return _refused(options.run, f"is not valid JSON: {error}")
    try:
        text = to_text(entry_of(saved, options.name, suite=options.suite, device=options.device))
    except KeyError as error:
        return _refused(options.run, f"lacks {error}")
    except (EntryError, ResultsError) as error:
        return _refused(options.run, str(error))
    if options.output is None:
        print(text, end="")
        return 0
    if options.output.name != f"{options.name}.json":
        return _refused(options.output, f"must be named {options.name}.json, as the device")
    options.output.write_text(text, "utf-8")
    print(f"wrote {options.output}, {len(text.encode()) / 1000:.0f} kB", file=sys.stderr)
    return 0


def _refused(path: Path, reason: str) -> int:
    print(f"{path}: {printable(reason)}", file=sys.stderr)
    return 2


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, metavar="RUN.json")
    parser.add_argument("name", metavar="NAME", help="small letters and digits, joined by '-'")
    parser.add_argument("--device", default="", help="one of several devices of the run, such as cuda:0")
    parser.add_argument(
        "--suite", default=__version__, help="version of the suite that measured it (default: %(default)s)"
    )
    parser.add_argument("-o", "--output", type=Path, help="default: print it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
