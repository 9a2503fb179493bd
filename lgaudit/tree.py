"""A parsed page that remembers what it was asked: hundreds of rules look for the same elements."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

# One step of a selector that this module can read: what joins two steps, a name, or a part of one.
_STEP = re.compile(
    r"(?P<join>\s*[>+~]\s*|\s+)|(?P<any>\*)|(?P<tag>[a-zA-Z][\w-]*)|[.](?P<class>-?[a-zA-Z_][\w-]*)"
    r"|#(?P<id>-?[a-zA-Z_][\w-]*)"
    r"|\[(?P<attribute>[a-zA-Z][\w-]*)"
    r"(?:[~|^$*]?=(?P<value>\"[^\"\\]*\"|'[^'\\]*'|[\w-]+)(?: [is])?)?\]"
)
# Letters stand in a source as they are, unless it writes one by its number, or "fj" by name.
_LETTERS = re.compile(rb"[a-z0-9]{2,}")
_VEILED = re.compile(
    rb"&fjlig|&#0*(?:4[89]|5[0-7]|6[5-9]|[78]\d|9[0789]|1[01]\d|12[0-2])(?!\d)"
    rb"|&#x0*(?:3\d|[4-7][0-9a-f])(?![0-9a-f])"
)

# Elements that a parser makes where no such tag is written (img: from "image").
IMPLIED = frozenset("html head body tbody tr colgroup p br img".split())

# For each alternative of a selector: starts of tags and names of attributes that stand as whole
# words in the source of a page where it matches, and letters that stand anywhere in it.
Needs = tuple[tuple[frozenset[bytes], frozenset[bytes]], ...]
_APART = bytes(c if chr(c) in "abcdefghijklmnopqrstuvwxyz0123456789_-<" else 32 for c in range(256))


class Tree(LexborHTMLParser):
    """A tree nobody changes. Call :meth:`forget` when done: what it found points back to it."""

    def __init__(self, html: bytes) -> None:
        super().__init__(html)
        self.hidden: dict[int, bool] = {}  # what is known of elements, by their memory
        self._source = html.lower()
        self._found: dict[str, list[LexborNode]] = {}
        self._there: dict[bytes, bool] = {}  # letters -> whether they stand in the source at all
        self._veiled = _VEILED.search(self._source) is not None

    def css(self, query: str) -> list[LexborNode]:
        """Every element the selector finds, in document order.

        Raises:
            SelectolaxError: the selector is not valid.
        """
        found = self._found.get(query)
        if found is None:
            found = [] if self._lacks(query) else super().css(query)
            self._found[query] = found
        return found

    def css_first(  # type: ignore[override]
        self, query: str, default: LexborNode | None = None, strict: bool = False
    ) -> LexborNode | None:
        """The first element the selector finds, else ``default``."""
        if strict:
            return super().css_first(query, default, strict)
        found = self._found.get(query)
        if found is None:
            if self._lacks(query):
                self._found[query] = []
                return default
            return super().css_first(query, default)
        return found[0] if found else default

    def forget(self) -> None:
        """Drop what was found."""
        self._found.clear()
        self.hidden.clear()

    def _lacks(self, query: str) -> bool:
        """True when each way to match names a tag or an attribute that the page has nowhere."""
        needs = needed(query, not self._veiled)
        if not needs:
            return False
        words = self._words
        for names, letters in needs:
            if names <= words and (not letters or all(map(self._has, letters))):
                return False
        return True

    @cached_property
    def _words(self) -> frozenset[bytes]:
        """Starts of tags, as "<table", and whatever else could be the name of an attribute."""
        return frozenset(self._source.replace(b"<", b" <").translate(_APART).split())

    def _has(self, letters: bytes) -> bool:
        there = self._there.get(letters)
        if there is None:
            there = self._there[letters] = letters in self._source
        return there


@lru_cache(maxsize=2048)
def needed(selector: str, values: bool = True) -> Needs:
    """For each alternative what the source of a page must hold for it to match anything.

    That is the start of a tag, as "<table", or the name of an attribute, in small letters, and
    with ``values`` the letters of classes, ids and values. Tags that a parser puts in by itself
    are left out. Empty when the selector says something this function does not read.
    """
    found: list[tuple[frozenset[bytes], frozenset[bytes]]] = []
    names: set[bytes] = set()
    letters: set[bytes] = set()
    at, before = 0, ""  # what stood before, "" at a start
    text = selector.strip()
    while at < len(text):
        if text[at] == "," and before not in ("", "join"):
            found.append((frozenset(names), frozenset(letters)))
            names, letters, before = set(), set(), ""
            at = len(text) - len(text[at + 1 :].lstrip())
            continue
        step = _STEP.match(text, at)
        if step is None:
            return ()
        kind = "attribute" if step["attribute"] else step.lastgroup or ""
        value = step[kind].lower()
        starts = before in ("", "join")
        if kind in (("join",) if starts else ("tag", "any")):
            return ()
        at, before = step.end(), kind
        if kind == "tag" and value not in IMPLIED:
            names.add(f"<{value}".encode())
        elif kind in ("class", "id"):
            names.add(kind.encode())
        elif kind == "attribute":
            names.add(value.encode())
            value = (step["value"] or "").lower()
        if values and kind in ("class", "id", "attribute"):
            letters.update(_LETTERS.findall(value.encode()) if value.isascii() else ())
    every = (*found, (frozenset(names), frozenset(letters)))
    sure = all(names or letters for names, letters in every)
    return every if sure and before not in ("", "join") else ()
