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
    """A change with the names a feed says it by."""

    order: tuple[float, int, int, str, str]  # newest first, most serious, on the most pages
    change: Change
    rule: Rule
    council: str  # name of the site's councils
    page: str  # of the council, below the report's folder


_ORDER = operator.itemgetter(0)


def newest(entries: Iterable[Entry], most: int = MOST) -> list[Entry]:
    """The first entries of a feed, in its order."""
    return sorted(entries, key=_ORDER)[:most]


def feed(
    name: str,
    title: str,
    entries: Iterable[Entry],
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
    updated = max((entry.change.when for entry in shown), default=started)
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
        lines += _entry(entry, root)
    return "\n".join([*lines, "</feed>"]) + "\n"


def _entry(entry: Entry, root: str) -> list[str]:
    change, issue, rule = entry.change, entry.change.issue, entry.rule
    visit = _day(change.when)  # of all runs that judge it anew
    mark = f"{_TAG}issue/{issue.site}/{issue.id}/{change.state.value}/{visit}"
    return [
        "<entry>",
        f"<id>{_text(_plain(mark))}</id>",
        f"<title>{_text(_title(entry))}</title>",
        f"<updated>{_when(change.when)}</updated>",
        f'<link rel="alternate" type="text/html" href={_href(f"{root}{entry.page}#where")}/>',
        f"<category term={_quoted(change.state.value)}/>",
        f"<category term={_quoted(rule.id)}/>",
        f"<category term={_quoted(rule.severity.value)}/>",
        f"<summary>{_text(_summary(entry))}</summary>",
        "</entry>",
    ]


def _title(entry: Entry) -> str:
    said = f"{_SAID.get(entry.change.state, '')}: {entry.rule.title} ({entry.council})"
    return cells.one_line(said, TITLE)


def _summary(entry: Entry) -> str:
    issue = entry.change.issue
    said = [issue.message]
    if issue.pages:
        count = len(issue.pages)
        known = "It was on" if entry.change.state is State.FIXED else "On"
        said.append(f"{known} {words.count(count, 'page')}, such as {issue.pages[0]}")
    if entry.change.state is State.NEW and issue.state is State.NEW and issue.note:
        said.append(f"({issue.note})")
    if entry.rule.fix and entry.change.state is not State.FIXED:
        said.append(f"How to fix it: {entry.rule.fix}")
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
        issue, when = change.issue, change.when
        rule = rules.get(issue.rule)
        if rule is None:
            continue
        moment = moments.get(when)
        if moment is None:
            moment = moments[when] = -when.timestamp()
        order = (moment, ranks[rule.id], -len(issue.pages), issue.site, issue.id)
        found.append(Entry(order, change, rule, council, page))
    return found
