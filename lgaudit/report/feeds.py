"""Atom feeds (RFC 4287) of what is new, fixed and returned.

Ids are tag URIs (RFC 4151) under ``lgaudit.invalid``, a name that can never be anybody's: a report
may be published anywhere and must keep its ids. Links are relative, and so follow the report.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from lgaudit.lives import Change, State
from lgaudit.models import Rule
from lgaudit.report import cells, words

MOST = 100  # entries of one feed, the newest and most serious
TITLE = 160
SUMMARY = 600
_TAG = "tag:lgaudit.invalid,2026:"
_NOT_XML = re.compile("[^\\t\\n\\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_TAG = re.compile(r"[^A-Za-z0-9:/.,@_~-]")
_SAID = {State.NEW: "New", State.FIXED: "Fixed", State.RETURNED: "Returned"}


class Entry(NamedTuple):
    """What a feed says of a change, and no more: many are held until the end of a report."""

    order: tuple[float, int, int, str, str]  # newest first, most serious, on the most pages
    when: dt.datetime
    state: State  # that it came to then
    rule: str
    fingerprint: str
    message: str
    example: str  # URL of one of its pages
    note: str
    council: str  # name of the site's councils
    page: str  # of the council, below the report's folder

    @property
    def pages(self) -> int:
        """How many pages it was last seen on."""
        return -self.order[2]

    @property
    def site(self) -> str:
        """Slug."""
        return self.order[3]

    @property
    def issue(self) -> str:
        """Id of the issue."""
        return self.order[4]

    @property
    def key(self) -> tuple[str, str, str]:
        """Slug, rule and fingerprint, which suppliers' issues are found by."""
        return self.site, self.rule, self.fingerprint


_ORDER = operator.itemgetter(0)


def newest(entries: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """The first entries of a feed, in its order."""
    return sorted(entries, key=_ORDER)[:most]


class Newest:
    """The entries that one feed will hold, of any number that come by."""

    def __init__(self) -> None:
        self._held: list[Entry] = []
        self._last: tuple[object, ...] | None = None  # order of the last one that has a place

    def add(self, entry: Entry) -> None:
        """Take it in, unless there are enough before it."""
        if self._last is not None and entry.order > self._last:
            return
        self._held.append(entry)
        if len(self._held) >= 2 * MOST:
            self._held = newest(self._held)
            self._last = self._held[-1].order

    def entries(self) -> list[Entry]:
        """Those, in order."""
        return newest(self._held)


def feed(
    name: str,
    title: str,
    entries: Iterable[Entry],
    rules: Mapping[str, Rule],
    *,
    file: str,
    page: str,
    started: dt.datetime,
) -> str:
    """One feed as text.

    Args:
        name: what the feed is known by for good: "council/adur".
        file: where it lies below the report's folder.
        page: the page it belongs to, there too.
        started: when the run began; the feed's date where nothing has changed yet.
    """
    shown = newest(entries)
    updated = max((entry.when for entry in shown), default=started)
    root = "../" * file.count("/")
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">',
        f"<id>{_text(_TAG + name)}</id>",
        f"<title>{_text(cells.one_line(title, TITLE))}</title>",
        f"<updated>{_when(updated)}</updated>",
        "<author><name>lgaudit</name></author>",
        "<generator>lgaudit</generator>",
        f'<link rel="self" type="application/atom+xml" href={_href(file.rpartition("/")[2])}/>',
        f'<link rel="alternate" type="text/html" href={_href(root + page)}/>',
    ]
    for entry in shown:
        lines += _entry(entry, rules[entry.rule], root)
    return "\n".join([*lines, "</feed>"]) + "\n"


def _entry(entry: Entry, rule: Rule, root: str) -> list[str]:
    visit = _day(entry.when)  # of all runs that judge it anew
    mark = f"{_TAG}issue/{entry.site}/{entry.issue}/{entry.state.value}/{visit}"
    return [
        "<entry>",
        f"<id>{_text(_plain(mark))}</id>",
        f"<title>{_text(_title(entry, rule))}</title>",
        f"<updated>{_when(entry.when)}</updated>",
        f'<link rel="alternate" type="text/html" href={_href(f"{root}{entry.page}#where")}/>',
        f"<category term={_quoted(entry.state.value)}/>",
        f"<category term={_quoted(rule.id)}/>",
        f"<category term={_quoted(rule.severity.value)}/>",
        f"<summary>{_text(_summary(entry, rule))}</summary>",
        "</entry>",
    ]


def _title(entry: Entry, rule: Rule) -> str:
    said = f"{_SAID.get(entry.state, '')}: {rule.title} ({entry.council})"
    return cells.one_line(said, TITLE)


def _summary(entry: Entry, rule: Rule) -> str:
    said = [entry.message]
    if entry.pages:
        known = "It was on" if entry.state is State.FIXED else "On"
        said.append(f"{known} {words.count(entry.pages, 'page')}, such as {entry.example}")
    if entry.note:
        said.append(f"({entry.note})")
    if rule.fix and entry.state is not State.FIXED:
        said.append(f"How to fix it: {rule.fix}")
    return cells.one_line(" ".join(said), SUMMARY)


def _plain(mark: str) -> str:
    """A tag URI's characters only."""
    return _NOT_TAG.sub("-", mark)


@lru_cache(maxsize=256)  # starts of runs
def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S}"


@lru_cache(maxsize=256)
def _when(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(value: str) -> str:
    plain = value.isascii() and value.isprintable()
    return escape(value if plain else _NOT_XML.sub("\ufffd", value))


@lru_cache(maxsize=4096)  # states, rules and severities
def _quoted(value: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", value))


@lru_cache(maxsize=4096)  # councils' pages
def _href(value: str) -> str:
    return _quoted(quote(value, safe="/#.~-_"))


def of_changes(
    changes: Iterable[Change], rules: Mapping[str, Rule], council: str, page: str
) -> list[Entry]:
    """The changes a feed can tell of: those whose rule the run knows."""
    moments: dict[dt.datetime, float] = {}  # few runs, many changes
    ranks = {name: -rule.severity.order for name, rule in rules.items()}
    found = []
    for change in changes:
        issue, when, state = change.issue, change.when, change.state
        rank = ranks.get(issue.rule)
        if rank is None:
            continue
        moment = moments.get(when)
        if moment is None:
            moment = moments[when] = -when.timestamp()
        pages = issue.pages
        order = (moment, rank, -len(pages), issue.site, issue.id)
        example = pages[0] if pages else ""
        note = issue.note if state is State.NEW and issue.state is State.NEW else ""
        told = (issue.rule, issue.fingerprint, issue.message, example, note)
        found.append(Entry(order, when, state, *told, council, page))
    return found
