"""Addresses of one site in the order they will be asked for, with traps kept out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from lgaudit import urls
from lgaudit.gather import kinds, sought
from lgaudit.models import Kind, Reason, Verdict

MOST_FOUND = 20_000  # addresses of one site
MOST_HOSTS = 12  # of one site
DEEPEST_PATH = 12  # segments
SAME_SEGMENT = 3  # times a segment may come back in one path
# How many addresses of one shape are worth having; more are a calendar or a faceted search.
QUERIES_OF_ONE_SHAPE = 15
QUERIES_OF_ONE_PATH = 40
DATES_OF_ONE_SHAPE = 15  # two numbers or more in the path
NUMBERS_OF_ONE_SHAPE = 60
OF_ONE_SUBJECT = 3  # addresses that may come before their turn because of what they are about
_NUMBER = re.compile(r"\d+(?:\.\d+)*|\b[0-9a-f]{8,}\b", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """One address found. ``depth`` is clicks from the home page."""

    url: str
    kind: Kind
    depth: int
    text: str = ""
    linked: bool = True  # False: only a sitemap names it


def key_of(url: str) -> str:
    """Equal for addresses that name the same page: visit parameters and scheme put aside."""
    return urls.identity(url).split("://", 1)[-1]


def shape_of(url: str) -> tuple[str, int]:
    """The address with numbers as '#' and query values left out, and how many may share it."""
    head, _, query = url.split("://", 1)[-1].partition("?")
    shape, numbers = _NUMBER.subn("#", head)
    if query:
        names = sorted({part.split("=", 1)[0] for part in query.split("&")})
        return f"{shape}?{'&'.join(names)}", QUERIES_OF_ONE_SHAPE
    if numbers >= 2:
        return shape, DATES_OF_ONE_SHAPE
    return shape, NUMBERS_OF_ONE_SHAPE if numbers else MOST_FOUND


def template_hint(url: str) -> str:
    """The same for addresses that probably share a template: host and first path segment."""
    first = urls.path_of(url).split("/", 2)[1]
    return f"{urls.netloc_of(url)}/{_NUMBER.sub('#', first)}"


class Frontier:
    """First in, first out, so nearer the home page comes first; sitemaps' own come last.

    Near the end of a visit :meth:`next_sought` gives pages that councils must have before others.

    The order depends on what the site says and the seed, never on how fast it answers.
    """

    def __init__(self, homepage: str, hosts: Collection[str], seed: int) -> None:
        self.found: dict[str, Entry] = {}  # key -> entry, in the order found
        self.refused: dict[str, Verdict] = {}  # URL -> why it will not be asked for
        self._homepage, self._hosts, self._seed = homepage, hosts, seed
        self._waiting: dict[str, Entry] = {}  # key -> entry, first in, first out
        self._sought: deque[str] = deque()  # keys of those that name a page a council must have
        self._mapped: deque[Entry] | None = None  # such pages that only sitemaps name
        self._subjects: Counter[str] = Counter()  # of linked addresses, up to OF_ONE_SUBJECT
        self._shapes: Counter[str] = Counter()
        self._servers: set[str] = set()
        self._linked: set[str] = set()  # addresses offered as links, as they were written

    def start(self, url: str) -> Entry:
        """A home page: first of all, whatever it looks like."""
        entry = Entry(url, Kind.HOME, 0)
        self.found.setdefault(key_of(url), entry)
        self._servers.add(urls.netloc_of(url))
        return entry

    def offer(self, url: str, *, depth: int, text: str = "", linked: bool = True) -> None:
        """Put an address in the queue unless it is known, elsewhere, a file, or a trap."""
        if url in self._linked:  # as most are: every page has the menu
            return
        if linked:
            self._linked.add(url)
        url = urls.identity(url)
        key = key_of(url)
        known = self.found.get(key)
        if known is not None or url in self.refused:
            if known is not None and linked and not known.linked:
                self._wait(Entry(known.url, known.kind, depth, text), key)
            return
        if not urls.same_site(self._homepage, url, self._hosts):
            return
        if kinds.is_document(url) or kinds.is_asset(url):
            return
        trap = self._trap(url)
        if trap:
            self.refused[url] = Verdict(Reason.BUDGET, trap)
            return
        kind = kinds.kind_of(url, text, homepage=self._homepage)
        entry = Entry(url, kind, depth, text, linked)
        if linked:
            self._wait(entry, key)
        else:
            self.found[key] = entry

    def offer_sitemap(self, pages: Iterable[str]) -> None:
        """Addresses that a sitemap names; their depth is guessed from their path."""
        for url in pages:
            segments = sum(bool(part) for part in urls.path_of(url).split("/"))
            self.offer(url, depth=max(2, segments), linked=False)

    def next(self) -> Entry | None:
        """The next address worth fetching by links, or None when the links are used up."""
        return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None

    def next_sought(self) -> Entry | None:
        """The next address that names a page a council must have, or None.

        At most three of each subject, those nearest the home page. A subject that no link named
        may have one address that only a sitemap names.
        """
        while self._sought:
            entry = self._waiting.pop(self._sought.popleft(), None)
            if entry is not None:
                return entry
        if self._mapped is None:
            first = {s: e for e in reversed(self.unlinked()) if (s := sought.subject_of(e.url))}
            self._mapped = deque(first[s] for s in sorted(first) if not self._subjects[s])
        return self._mapped.popleft() if self._mapped else None

    @property
    def waiting(self) -> bool:
        """True while linked addresses have not been asked for."""
        return bool(self._waiting)

    def refuse(self, entry: Entry, verdict: Verdict) -> None:
        """Take an address out, with the reason."""
        self._linked.clear()  # written otherwise, it may be offered anew
        self.found.pop(key_of(entry.url), None)
        self.refused[entry.url] = verdict

    def unlinked(self) -> list[Entry]:
        """What only sitemaps name, in an order the seed decides."""
        entries = [entry for entry in self.found.values() if not entry.linked]
        return sorted(entries, key=lambda e: (_rank(self._seed, e.url), e.url))

    def _wait(self, entry: Entry, key: str) -> None:
        self.found[key] = entry
        self._waiting[key] = entry
        subject = sought.subject_of(entry.url, entry.text)
        if subject and self._subjects[subject] < OF_ONE_SUBJECT:
            self._subjects[subject] += 1
            self._sought.append(key)

    def _trap(self, url: str) -> str:
        """Why an address is not worth having, or ''."""
        if len(self.found) >= MOST_FOUND:
            return f"more than {MOST_FOUND} addresses"
        segments = [part for part in urls.path_of(url).split("/") if part]
        if len(segments) > DEEPEST_PATH:
            return "path too deep"
        if segments and max(Counter(segments).values()) >= SAME_SEGMENT:
            return "path repeats itself"
        server = urls.netloc_of(url)
        if server not in self._servers and len(self._servers) >= MOST_HOSTS:
            return f"more than {MOST_HOSTS} hosts"
        shape, most = shape_of(url)
        path = shape.split("?", 1)[0] + "?"
        if self._shapes[shape] >= most or self._shapes[path] >= QUERIES_OF_ONE_PATH:
            return "many addresses of the same shape"
        self._servers.add(server)
        self._shapes[shape] += 1
        if "?" in shape:
            self._shapes[path] += 1
        return ""


def _rank(seed: int, url: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{url}".encode("utf-8", "replace")).digest()
