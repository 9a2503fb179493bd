"""Paths of pages against patterns with stars, as lgaudit.toml writes them."""

from __future__ import annotations

import re
from functools import lru_cache

from lgaudit import urls

_INDEX = re.compile(r"(?<=/)index(?:\.html?)?$|\.html?$", re.I)


def path_of(url: str) -> str:
    """The clean path of a page: /pay for /pay.html, /pay/ and /pay/index.html."""
    return _INDEX.sub("", urls.path_of(url)).rstrip("/") or "/"


def captured(pattern: str, path: str) -> tuple[str, ...] | None:
    """What the stars of a pattern stand for in a clean path; None when it does not fit.

    ``/news/*`` fits ``/news`` too, because the page of a section belongs to it.
    """
    found = _compiled(_INDEX.sub("", pattern)).fullmatch(path)
    if found is None and pattern.endswith("/*"):
        found = _compiled(_INDEX.sub("", pattern)).fullmatch(f"{path}/")
    return found.groups() if found else None


def fits(pattern: str, path: str) -> bool:
    """Whether a clean path fits a pattern."""
    return captured(pattern, path) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    whole = pattern if "*" in pattern else pattern.rstrip("/") or "/"
    return re.compile("(.*)".join(map(re.escape, re.sub(r"\*{2,}", "*", whole).split("*"))))
