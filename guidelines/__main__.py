"""The program `guidelines`: Ctrl-C may come while it imports its commands."""

import sys


def main() -> int:
    """Run the command that the arguments name, and return its exit status."""
    try:
        from guidelines.cli.main import main

        return main()
    except KeyboardInterrupt:
        print("guidelines: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":  # reading many files starts processes that import this module
    sys.exit(main())
