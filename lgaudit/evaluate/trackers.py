"""Who is behind a cookie or a request, and what for; the facts are in ``trackers.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lgaudit import urls

# Google's consent mode tells its servers that consent was refused, and then stores nothing.
_REFUSED = ("gcs=G100", "npa=1&gcs=G100")


@dataclass(frozen=True, slots=True)
class Tracker:
    """One third party. ``kind``: advertising, social, recording, statistics or functional."""

    name: str
    kind: str
    hosts: tuple[str, ...]
    cookies: tuple[str, ...]
    not_with: tuple[str, ...] = ()
    source: str = ""


@cache
def known() -> tuple[Tracker, ...]:
    """Every tracker of the data file."""
    text = (files("lgaudit.evaluate") / "trackers.toml").read_text(encoding="utf-8")
    return tuple(
        Tracker(
            item["name"],
            item["kind"],
            tuple(item["hosts"]),
            tuple(item["cookies"]),
            tuple(item.get("not_with", ())),
            item["source"],
        )
        for item in tomllib.loads(text)["tracker"]
    )


def of_cookie(name: str) -> Tracker | None:
    """The tracker that sets cookies of this name."""
    for tracker in known():
        if any(named(pattern, name) for pattern in tracker.cookies):
            return tracker
    return None


def of_request(url: str, frames: Iterable[str] = ()) -> Tracker | None:
    """The tracker a request goes to; None for one that says consent was refused.

    ``frames`` are hosts of the page's frames, which may bring requests along.
    """
    host = urls.host_of(url)
    if not host or any(mark in url for mark in _REFUSED):
        return None
    for tracker in known():
        if any(within(host, owner) for owner in tracker.hosts):
            brought = any(within(f, owner) for f in frames for owner in tracker.not_with)
            return None if brought else tracker
    return None


def named(pattern: str, name: str) -> bool:
    """True when a cookie's name fits; ``*`` at the end stands for any end."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def within(host: str, owner: str) -> bool:
    """True for a host and all below it."""
    return host == owner or host.endswith("." + owner)
