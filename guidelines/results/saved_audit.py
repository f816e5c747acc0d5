"""Write an audit as a file that is read like those of a run."""

import json
import platform
from collections.abc import Mapping
from typing import Any

from guidelines.results import audit as saved_audit
from guidelines.results.ceilings import to_saved
from guidelines.results.model import Run
from guidelines.results.schema import KEY, SCHEMA, to_benchmark, to_failed


def machine_info(described: Mapping[str, Any]) -> dict[str, Any]:
    """The machine of a file, from what `measure.device.devices.describe` says of its devices."""
    return {
        "node": platform.node(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python_version": platform.python_version(),
        KEY: dict(described),
    }


def to_file(run: Run, machine: Mapping[str, Any]) -> str:
    """The file of a run that is an audit, in the form of pytest-benchmark's, with its `machine_info`.

    Raises ValueError for a run that is none.
    """
    if run.audit is None:
        raise ValueError("the run is no audit")
    ours = {
        "schema": SCHEMA,
        "failed": [to_failed(failure) for failure in run.failures],
        "ceilings": [to_saved(ceilings) for ceilings in run.ceilings],
        "audit": saved_audit.to_saved(run.audit),
    }
    benchmarks = [to_benchmark(entry) for entry in run.entries]
    return json.dumps({"machine_info": dict(machine), "benchmarks": benchmarks, KEY: ours})
