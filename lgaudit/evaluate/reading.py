"""The words of a page as a reader meets them, computed once a page and shared by all rules."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain

from lgaudit.evaluate.blocks import PLACES, Block, blocks_of
from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node

__all__ = ["GAP", "Block", "Hit", "Reading", "Stream", "read"]
GAP = "\n\uffff\n"  # between blocks: neither a letter nor a space, so no pattern runs across
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found in a stream: the words and the smallest element that holds them."""

    node: Node
    text: str
    block: Block
    start: int  # within the block's text
    end: int


@dataclass(frozen=True)
class Stream:
    """Several blocks as one string, so that a pattern runs once a page and not once a block."""

    blocks: tuple[Block, ...]
    text: str
    starts: tuple[int, ...]

    @cached_property
    def lowered(self) -> str:
        """The text in small letters, straight apostrophes and spaces, same length."""
        lower = self.text.lower()
        if len(lower) != len(self.text):  # a few letters grow when lowered
            lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        return lower.replace("’", "'").replace("\n", " ")

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every different word, in small letters."""
        return frozenset(_WORD.findall(self.lowered))

    @cached_property
    def words(self) -> int:
        """How many words there are, those masked included."""
        return sum([block.words for block in self.blocks])

    def hit(self, start: int, end: int) -> Hit:
        """The place of characters ``start`` to ``end`` of the stream."""
        low = max(0, bisect_right(self.starts, start) - 1)
        block, offset = self.blocks[low], self.starts[low]
        a, b = start - offset, min(end - offset, len(block.text))
        return Hit(block.element(a, b), block.text[a:b], block, a, b)


@dataclass(frozen=True)
class Reading:
    """The blocks of a page's main content in reading order."""

    blocks: tuple[Block, ...]
    lang: str  # of the page, '' when not declared
    _streams: dict[tuple[frozenset[str], bool], Stream] = field(default_factory=dict)

    def within(self, places: Sequence[str]) -> Iterator[Block]:
        """Blocks of these places that are in the page's own language."""
        for block in self._own:
            if block.place in places:
                yield block

    def stream(self, places: Sequence[str] = ("prose",), links: bool = True) -> Stream:
        """The blocks of these places as one masked string.

        Raises:
            ValueError: a place that does not exist.
        """
        if unknown := sorted(set(places) - PLACES):
            raise ValueError(f"no place is called {unknown[0]}: use {', '.join(sorted(PLACES))}")
        key = (frozenset(places), links)
        if key not in self._streams:
            masked = self._open if links else self._closed
            chosen = sorted(chain(*[self._by_place.get(place, ()) for place in key[0]]))
            texts = [masked[n] for n in chosen]
            ends = accumulate([len(text) + len(GAP) for text in texts], initial=0)
            blocks = tuple([self._own[n] for n in chosen])
            self._streams[key] = Stream(blocks, GAP.join(texts), tuple(ends)[:-1])
        return self._streams[key]

    @cached_property
    def _own(self) -> tuple[Block, ...]:
        """Blocks in the page's own language."""
        page = self.lang
        return tuple([b for b in self.blocks if not b.lang or not page or b.lang == page])

    @cached_property
    def _by_place(self) -> dict[str, list[int]]:
        """Where in :attr:`_own` the blocks of each place stand."""
        found: dict[str, list[int]] = {}
        for n, block in enumerate(self._own):
            found.setdefault(block.place, []).append(n)
        return found

    @cached_property
    def _open(self) -> list[str]:
        """What :attr:`_own` says, links to be read."""
        return [block.masked(True) for block in self._own]

    @cached_property
    def _closed(self) -> list[str]:
        """What :attr:`_own` says, links masked too."""
        return [block.masked(False) for block in self._own]

    @cached_property
    def headings(self) -> tuple[Block, ...]:
        """Headings of the main content in the page's language."""
        return tuple(self.within(("heading",)))

    @cached_property
    def sentences(self) -> tuple[tuple[Block, int, int], ...]:
        """Sentences of the prose as (block, start, end); a line break ends one."""
        return tuple(
            (block, start, end)
            for block in self.within(("prose",))
            for start, end in block.sentences
        )


def read(page: Page) -> Reading:
    """The page's reading, computed when first asked for and kept with the page."""
    return kept(page, "reading", _read)


def _read(page: Page) -> Reading:
    blocks = blocks_of(page.main, page.lang) if page.main is not None else ()
    return Reading(blocks, page.lang)
