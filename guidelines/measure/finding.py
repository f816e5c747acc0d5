"""A finding of `guidelines doctor`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Result of one check: its figure in words, and a remedy, "" if all is well."""

    check: str
    figure: str
    remedy: str = ""
