"""Make an entry of the atlas from a saved run: summaries by pass, without samples and personal facts."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from guidelines.results.checked import shown
from guidelines.results.saved_file import CEILINGS, parse
from guidelines.results.schema import KEY, SCHEMA, extra_info_of

# Keys of an entry, beside those of a saved run under KEY.
DATE, SUITE = "date", "suite"
# Digits of a figure: the check of a saved file lets figures be rounded to these.
DIGITS = 7
FEWEST_PASSES = 2
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What is kept of a machine, of a variant, of a pass, and of the circumstances of a pass.
OF_MACHINE = ("system", "machine", "python_version")
SAMPLES = ("baseline_samples_s", "control_samples_s")
OF_CIRCUMSTANCES = ("disturbed", "retried", "noted", "launch_s", "device_s", "operators")
# What a text of an entry must not hold; a path begins a text or follows a space or a sign such as "=".
PERSONAL: Mapping[str, re.Pattern[str]] = {
    "a path": re.compile(r"(?:^|[\s=:;,('\"])(?:~|\.{0,2}/\w|[A-Za-z]:\\)"),
    "an e-mail address": re.compile(r"\w@\w"),
    "a serial number": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\b[0-9a-f]{16,}\b", re.IGNORECASE),
    "a network address": re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b"),
}


class EntryError(Exception):
    """A run that makes no entry of the atlas; its message is one line."""


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
    check_nothing_personal(entry, host=saved["machine_info"].get("node", ""))
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
    return {**{key: info[key] for key in OF_MACHINE if key in info}, KEY: {**info[KEY], "name": name}}


def _failed_and_ceilings(saved: Mapping[str, Any], device: str) -> dict[str, Any]:
    """The failures of a device, and what it does at best if the file holds that."""
    ours = saved.get(KEY, {})
    failed = [each for each in ours.get("failed", []) if each["condition"]["device"] == device]
    if CEILINGS not in ours:
        return {"failed": failed}
    return {"failed": failed, CEILINGS: [each for each in ours[CEILINGS] if each["device"] == device]}


def _benchmark(benchmark: Mapping[str, Any]) -> dict[str, Any]:
    """A variant with the figures of its passes, without their samples."""
    ours = {name: value for name, value in extra_info_of(benchmark)[KEY].items() if name not in SAMPLES}
    ours["passes"] = [_of_pass(each) for each in ours["passes"]]
    return {
        "name": benchmark["name"],
        "extra_info": {KEY: ours},
        "stats": {"median": benchmark["stats"]["median"]},
        "options": {"max_time": benchmark["options"]["max_time"]},
    }


def _of_pass(saved: Mapping[str, Any]) -> dict[str, Any]:
    circumstances = saved.get("circumstances", {})
    kept = {name: circumstances[name] for name in OF_CIRCUMSTANCES if name in circumstances}
    return {**saved, "circumstances": kept}


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


def check_nothing_personal(entry: Mapping[str, Any], host: str) -> None:
    """Raise EntryError for a text that holds the host's name, a path, a serial number or an address."""
    is_host = re.compile(rf"\b{re.escape(host)}\b", re.IGNORECASE) if host else None
    patterns = {**PERSONAL, "the host's name": is_host} if is_host else PERSONAL
    for text in _texts(entry):
        for what, pattern in patterns.items():
            if pattern.search(text):
                raise EntryError(f"holds {what}: {shown(text)}")


def _texts(value: Any) -> Iterator[str]:
    """All texts of a value of JSON, and the keys of its mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from value
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _rounded(value: Any) -> Any:
    """A value of JSON whose numbers have no more than DIGITS digits."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return value
