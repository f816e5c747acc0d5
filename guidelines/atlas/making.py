"""Make an entry of the atlas from a saved run: summaries by pass, without samples and personal facts."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from guidelines.atlas.personal import EntryError, check_nothing_personal
from guidelines.results.checked import shown, text
from guidelines.results.saved_file import CEILINGS, parse
from guidelines.results.schema import KEY, SCHEMA, extra_info_of

# Keys of an entry, beside those of a saved run under KEY.
DATE, SUITE = "date", "suite"
# Digits of a figure: the check of a saved file lets figures be rounded to these.
DIGITS = 7
FEWEST_PASSES = 2
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Keys that are kept: of a machine and its libraries, of a variant, of a pass and of its circumstances.
OF_MACHINE = ("system", "machine", "python_version")
OF_LIBRARIES = (
    *("cpu_model", "cpu_count", "usable_cpus", "devices", "device_memory_bytes", "threads"),
    *("torch", "cuda", "cudnn", "onednn", "onednn_isa", "cpu_capability", "settings"),
)
OF_VARIANT = (
    *("schema", "guideline", "claim", "sweep", "variant", "row", "baseline", "extreme", "expect"),
    *("condition", "per_multiply_add", "claims_every_row", "multiply_adds", "conv_memory_access"),
    *("memory_access", "parameters", "widths", "groups", "work_ratio", "slowdown", "control", "paper"),
    *("seed", "stopped", "passes", "lost"),
)
OF_PASS = ("number", "rounds", "calls_per_sample", "slowdown", "control", "seconds_per_call", "circumstances")
OF_CIRCUMSTANCES = ("disturbed", "retried", "noted", "launch_s", "device_s", "operators")


def entry_of(saved: Any, name: str, suite: str, device: str = "") -> dict[str, Any]:
    """The entry of a device from the content of a saved file, itself such a content.

    `suite` is the version that measured it; `device` selects one of several, such as "cuda:0". Raises
    EntryError or ResultsError for a run that cannot be an entry.
    """
    if not NAME.fullmatch(name):
        raise EntryError(f"{shown(name)} is no name of a device: small letters and digits, joined by '-'")
    _check_run(saved)
    device = device or _only_device(saved)
    facts = {"schema": SCHEMA, DATE: saved["datetime"][:10], SUITE: suite}
    entry = {
        "machine_info": _machine(saved["machine_info"], name),
        KEY: {**facts, **_failed_and_ceilings(saved, device)},
        "benchmarks": [_benchmark(each) for each in saved["benchmarks"] if _device(each) == device],
    }
    if not entry["benchmarks"]:
        raise EntryError(f"holds nothing of {device}, but of {', '.join(_devices(saved))}")
    check_nothing_personal(entry, host=text(saved["machine_info"].get("node")))
    rounded: dict[str, Any] = _rounded(entry)
    parse(rounded)  # raises an error if it is no saved run
    return rounded


def to_text(entry: Mapping[str, Any]) -> str:
    """The text of an entry's file: a line for each variant."""
    lines = [json.dumps(each, separators=(",", ":")) for each in entry["benchmarks"]]
    head = json.dumps({**entry, "benchmarks": []}, separators=(",", ":")).removesuffix("[]}")
    return "\n".join([f"{head}[", ",\n".join(lines), "]}", ""])


def _check_run(saved: Any) -> None:
    """Raise EntryError unless a file holds a whole run of several passes, each in its present form."""
    run = parse(saved)
    if run.audit:
        raise EntryError("is an audit: the atlas holds runs of guidelines")
    if run.notes:
        raise EntryError(run.notes[0])
    fewest = min((len(entry.passes) for entry in run.entries), default=0)
    if fewest < FEWEST_PASSES:
        raise EntryError(
            f"a variant has {fewest} pass: without samples, an interval needs {FEWEST_PASSES} or more"
        )


def _machine(info: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The facts of a machine that results depend on, under a name in place of its host."""
    return {**_kept(info, OF_MACHINE), KEY: {**_kept(info[KEY], OF_LIBRARIES), "name": name}}


def _kept(saved: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The part of a mapping that is under some names."""
    return {name: saved[name] for name in names if name in saved}


def _failed_and_ceilings(saved: Mapping[str, Any], device: str) -> dict[str, Any]:
    """The failures of a device, and what it does at best if the file holds that."""
    ours = saved.get(KEY, {})
    failed = [each for each in ours.get("failed", []) if each["condition"]["device"] == device]
    if CEILINGS not in ours:
        return {"failed": failed}
    return {"failed": failed, CEILINGS: [each for each in ours[CEILINGS] if each["device"] == device]}


def _benchmark(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    """A variant with the figures of its passes, without their samples."""
    ours = _kept(extra_info_of(benchmark)[KEY], OF_VARIANT)
    ours["passes"] = [_of_pass(each) for each in ours["passes"]]
    return {
        "name": benchmark["name"],
        "extra_info": {KEY: ours},
        "stats": {"median": benchmark["stats"]["median"]},
        "options": {"max_time": benchmark["options"]["max_time"]},
    }


def _of_pass(saved: Mapping[str, Any]) -> dict[str, Any]:
    circumstances = _kept(saved.get("circumstances", {}), OF_CIRCUMSTANCES)
    return {**_kept(saved, OF_PASS), "circumstances": circumstances}


def _device(benchmark: Mapping[str, Any]) -> str:
    device: str = extra_info_of(benchmark)[KEY]["condition"]["device"]
    return device


def _devices(saved: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(map(_device, saved["benchmarks"])))


def _only_device(saved: Mapping[str, Any]) -> str:
    devices = _devices(saved)
    if len(devices) > 1:
        raise EntryError(f"holds several devices, {', '.join(devices)}: select one by --device")
    return devices[0]


def _rounded(value: Any) -> Any:
    """A value of JSON whose numbers have no more than DIGITS digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return value
