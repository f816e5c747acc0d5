"""Refuse texts of an entry that may say whose machine it is: each must have the form expected under its key.

The forms list what may stand, so a path or an address fails in whatever signs it is wrapped. Personal facts
made of plain letters and digits, such as a serial number, are looked for beside that.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from guidelines.results.checked import shown


class EntryError(Exception):
    """A run that makes no entry of the atlas; its message is one line."""


class _Text(NamedTuple):
    """A text of an entry, and the key that it stands under, "" for a key itself."""

    key: str
    text: str


# Ids, versions and names of tests: letters, digits and a few signs, among them that of "cuda:0" and "g=8".
ID = re.compile(r"[A-Za-z0-9 _.:=+()\[\],-]{0,120}")
# "Intel(R) Core(TM) i5 CPU @ 2.60GHz", "AMD Instinct MI250X / MI250".
MODEL = re.compile(r"(?:[A-Za-z0-9 _.+()\[\],-]| @ | / ){0,120}")
UNIT = re.compile(r"[a-z]+/s")
# Words, numbers and the marks between them; a slash stands in a unit and in "and/or" only.
SENTENCE = re.compile(r"(?:[A-Za-z0-9 _.:;=+(),'%-]|(?<=[a-z])/s\b|(?<=and)/or\b){0,400}")
SETTING = re.compile(r"[A-Za-z0-9 _.:;=+(),{}%*-]{0,200}")
FORMS: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(("device_name", "cpu_model", "devices"), MODEL),
    **dict.fromkeys(("claim", "disturbed", "retried", "noted", "lost", "reason"), SENTENCE),
    "unit": UNIT,
    "settings": SETTING,
}
# Mappings whose keys are devices and variables: the form of their values is that of the mapping.
BY_NAME = ("devices", "settings")
PERSONAL: Mapping[str, re.Pattern[str]] = {
    # A slash before a word, but for units; a backslash; the signs of a home and of a variable.
    "a path": re.compile(r"(?<!\w)/(?=\S)|/(?!\s|s\b|or\b)|[A-Za-z]:/|[\\~$]|\bfile:"),
    "an e-mail address": re.compile(r"\w@\w"),
    "a network address": re.compile(
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b"
        r"|\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|\b(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}\b"
        r"|::|\b(?:[0-9a-f]{1,4}:){5,}[0-9a-f]{1,4}\b",
        re.IGNORECASE,
    ),
    "a serial number": re.compile(
        r"[0-9a-f]{8}-[0-9a-f]{4}-|(?<![0-9a-z])[0-9a-f]{16,}|(?<!\.dev)\d{8,}", re.IGNORECASE
    ),
}


def check_nothing_personal(entry: Mapping[str, Any], host: str) -> None:
    """Raise EntryError for a text that holds the host's name or is not of the form of its key.

    A path, an address and a serial number are named as such.
    """
    patterns = {**PERSONAL, **_of_host(host)}
    for key, text in _texts(entry):
        for what, pattern in patterns.items():
            if pattern.search(text):
                raise EntryError(f"holds {what}: {shown(text)}")
        if not FORMS.get(key, ID).fullmatch(text):
            where = f"under {shown(key)}" if key else "as a key"
            raise EntryError(f"holds a text of a form that is not expected {where}: {shown(text)}")


def _of_host(host: str) -> dict[str, re.Pattern[str]]:
    """The pattern of a host's name and of its first label; of an address, the label is only a number."""
    label = host.partition(".")[0]
    names = [name for name in (host, label) if name.strip() and not name.isdigit()]
    if not names:
        return {}
    return {"the host's name": re.compile("|".join(map(_as_a_word, names)), re.IGNORECASE)}


def _as_a_word(name: str) -> str:
    """A pattern of a name that no letter or digit continues; after a letter, a number may follow."""
    end = "a-z0-9" if name[-1].isdigit() else "a-z"
    return rf"(?<![a-z0-9]){re.escape(name)}(?![{end}])"


def _texts(value: Any, key: str = "") -> Iterator[_Text]:
    """All texts of a value of JSON, and the keys of its mappings."""
    if isinstance(value, str):
        yield _Text(key, value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield _Text("", name)
            yield from _texts(each, key if key in BY_NAME else name)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, key)
