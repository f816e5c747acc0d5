"""The program `guidelines`: Ctrl-C may come while it imports its commands."""

import sys

from guidelines.cli.interruption import INTERRUPTED, LINE, TERMINATED, at_once, end, take_over


def main() -> int:
    """Run the command that the arguments name, and return its exit status."""
    take_over()
    try:
        with at_once():
            from guidelines.cli.main import main
        status = main()
    except KeyboardInterrupt:
        print(LINE, file=sys.stderr)
        status = INTERRUPTED
    if status in (INTERRUPTED, TERMINATED):
        end(status)
    return status


if __name__ == "__main__":  # reading many files starts processes that import this module
    sys.exit(main())
