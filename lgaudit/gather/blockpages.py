"""Recognise pages of bot walls, captchas and outages by the signs in ``blockpages.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lgaudit.evidence import Headers
from lgaudit.models import Reason, Verdict

PLACES = ("title", "heading", "text", "source", "header", "host", "status")
READ = 200_000  # characters of the source; the signs stand near its start
OUTSIDE = ("header", "host")  # signs that do not depend on what the document holds


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing to look for, and where."""

    place: str
    text: str
    pattern: re.Pattern[str] | None
    shown: str

    def whole(self, value: str) -> bool:
        """True when the whole value is what is looked for."""
        if self.pattern is not None:
            return self.pattern.fullmatch(value) is not None
        return value == self.text

    def part(self, value: str) -> bool:
        """True when the value holds what is looked for."""
        if self.pattern is not None:
            return self.pattern.search(value) is not None
        return self.text in value


@dataclass(frozen=True, slots=True)
class BlockPage:
    """One vendor's page: one sure sign, or two hints, give it away."""

    name: str
    verdict: Reason
    sure: tuple[Sign, ...]
    hints: tuple[Sign, ...]


@dataclass(frozen=True)
class _Seen:
    """What the signs are held against, folded to lower case."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    host: str
    title: str = ""
    headings: tuple[str, ...] = ()
    text: str = ""
    source: str = ""

    def shows(self, sign: Sign) -> bool:
        if sign.place == "title":
            return sign.whole(self.title)
        if sign.place == "heading":
            return any(sign.whole(heading) for heading in self.headings)
        if sign.place == "text":
            return sign.part(self.text)
        if sign.place == "source":
            return sign.part(self.source)
        if sign.place == "host":
            return self.host == sign.text or self.host.endswith(f".{sign.text}")
        if sign.place == "status":
            return sign.whole(str(self.status))
        name, _, start = sign.text.partition(" = ")
        return any(key == name and value.startswith(start) for key, value in self.headers)


def match_address(status: int | None, headers: Headers, host: str) -> Verdict | None:
    """A verdict from the headers and the final host alone."""
    seen = _Seen(status, _folded(headers), host)
    for page, sign in _outside():
        if seen.shows(sign):
            return Verdict(page.verdict, f"{page.name} ({sign.shown})")
    return None


@cache
def _outside() -> tuple[tuple[BlockPage, Sign], ...]:
    return tuple((page, s) for page in known() for s in page.sure if s.place in OUTSIDE)


def match_document(
    *,
    status: int | None,
    headers: Headers,
    host: str,
    title: str,
    headings: Sequence[str],
    text: str,
    source: str,
) -> Verdict | None:
    """A verdict from everything seen of a small document. The first page in the file wins."""
    seen = _Seen(
        status,
        _folded(headers),
        host,
        _plain(title),
        tuple(_plain(h) for h in headings),
        " ".join(_plain(text).split()),
        source[:READ].lower(),
    )
    for page in known():
        sign = next((s for s in page.sure if seen.shows(s)), None)
        if sign is not None:
            return Verdict(page.verdict, f"{page.name} ({sign.shown})")
        hints = [s.shown for s in page.hints if seen.shows(s)]
        if len(hints) > 1:
            return Verdict(page.verdict, f"{page.name} ({hints[0]}; {hints[1]})")
    return None


@cache
def known() -> tuple[BlockPage, ...]:
    """Every page of the data file, in its order."""
    path = Path(__file__).with_suffix(".toml")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(
        BlockPage(
            entry["name"],
            Reason(entry["verdict"]),
            tuple(_sign(s) for s in entry["sure"]),
            tuple(_sign(s) for s in entry["hints"]),
        )
        for entry in table["page"]
    )


def _sign(text: str) -> Sign:
    place, _, what = text.partition(": ")
    if place not in PLACES or not what:
        raise ValueError(f"not a sign: {text!r}")
    if what.startswith("re:"):
        return Sign(place, "", re.compile(what[3:], re.I), place)
    return Sign(place, what.lower(), None, f"{place} “{what[:60]}”" if place != "source" else place)


def _folded(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((key.lower(), value.strip().lower()) for key, value in headers)


def _plain(text: str) -> str:
    return text.strip().lower().replace("’", "'").replace("‘", "'")
