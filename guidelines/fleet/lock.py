"""The lock of a fleet's folder, so that two processes do not measure in one folder at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guidelines.fleet.plan import PLAN
from guidelines.fleet.problem import FleetError
from guidelines.results.checked import printable
from guidelines.results.journal_file import lock

LOCK = "fleet.lock"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the folder of a fleet that was begun until the block ends; the system unlocks it for the dead.

    Raises FleetError if another process has locked it. A folder without a plan is left as it is.
    """
    if not (path / PLAN).exists():
        yield
        return
    try:
        file = (path / LOCK).open("ab")
    except OSError as error:
        raise FleetError(f"{printable(str(path / LOCK))}: cannot be written: {error.strerror}") from error
    with file:
        try:
            lock(file)
        except BlockingIOError as error:
            shown = printable(str(path))
            raise FleetError(
                f"{shown}: another `guidelines fleet` is measuring in it; wait for its end"
            ) from error
        yield
