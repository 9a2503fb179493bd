"""What changed from one bar to the next, read from history.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import tomli


@dataclass(frozen=True, slots=True)
class Change:
    """One version of the bar, and what in it can move a score."""

    version: str
    changes: tuple[str, ...]


@cache
def bars() -> tuple[Change, ...]:
    """Every version of the bar, the newest first."""
    text = resources.files("lgaudit.report").joinpath("history.toml").read_text(encoding="utf-8")
    return tuple(
        Change(str(one["version"]), tuple(map(str, one["changes"])))
        for one in tomli.loads(text)["bars"]
    )


def until(version: str) -> tuple[Change, ...]:
    """The given version and those before it; all when it is not known."""
    known = bars()
    at = next((n for n, one in enumerate(known) if one.version == version), 0)
    return known[at:]
