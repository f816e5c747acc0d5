import sys

from guidelines.cli.main import main

if __name__ == "__main__":  # reading many files starts processes that import this module
    sys.exit(main())
