"""Label machines and conditions as shortly as tells them apart, for matrices, legends and heat maps."""

from collections import Counter
from collections.abc import Sequence

from guidelines.report.labels import phrase

# What tells machines and conditions apart at a glance comes first; other attributes follow as they stand.
FIRST = ("device", "layout", "mode", "dtype", "batch_size", "image_size", "threads", "widths")
THEN = ("cudnn_choice", "cpu_capability", "torch")
LONGEST = 60


def short_labels(everything: Sequence[dict[str, str]]) -> list[str]:
    """A label for each: the name that the user gave or the device, and what tells it from others like it.

    A name for all tells nothing apart: the devices stand behind it.
    """
    names = {known.get("name", "") for known in everything}
    labels = [_begin(known, is_only_name=len(names) == 1) for known in everything]
    for attribute in _attributes(everything):
        labels = _told_apart(labels, [known.get(attribute, "") for known in everything], attribute)
    return _numbered([label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…" for label in labels])


def _begin(known: dict[str, str], is_only_name: bool) -> str:
    name = known.get("name", "")
    if name and is_only_name:
        return f"{name}: {_device(known)}"
    return name or _device(known)


def _device(known: dict[str, str]) -> str:
    """The device; a processor is named after the CUDA devices of its machine, if there are any."""
    if known.get("device") == "cpu" and known.get("devices"):
        return f"{known['devices']}, host CPU"
    return known.get("device_name", "")


def headings(everything: Sequence[dict[str, str]]) -> list[str]:
    """A label for each machine, behind the name that the user gave it: "ci: a processor, torch 2.13.0"."""
    told = []
    for known, label in zip(everything, short_labels(everything), strict=True):
        name = known.get("name", "")
        told.append(f"{name}: {label}" if name and not label.startswith(name) else label)
    return told


def _attributes(everything: Sequence[dict[str, str]]) -> list[str]:
    """The attributes that may tell labels apart, the most telling first."""
    others: dict[str, None] = {}
    for known in everything:
        others |= dict.fromkeys(known)
    return list(dict.fromkeys((*FIRST, *THEN, *others)))


def _told_apart(labels: Sequence[str], values: Sequence[str], attribute: str) -> list[str]:
    """Labels that several share, with an attribute behind them if it differs between these."""
    values_of: dict[str, set[str]] = {}
    for label, value in zip(labels, values, strict=True):
        values_of.setdefault(label, set()).add(value)
    longer = []
    for label, value in zip(labels, values, strict=True):
        differs = len(values_of[label]) > 1
        told = phrase(attribute, value) if differs and value else ""
        longer.append(", ".join(filter(None, (label, told))))
    return longer


def _numbered(labels: Sequence[str]) -> list[str]:
    """The labels, with a number behind those that are alike because they were cut."""
    counts, seen = Counter(labels), Counter[str]()
    numbered = []
    for label in labels:
        seen[label] += 1
        numbered.append(f"{label} ({seen[label]})" if counts[label] > 1 else label)
    return numbered
