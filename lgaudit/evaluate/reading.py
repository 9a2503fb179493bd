"""The words of a page as a reader meets them, computed once a page and shared by all rules."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain
from typing import NamedTuple

from lgaudit.evaluate.blocks import PLACES, Block, blocks_of
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.sieve import Sifted, sift
from lgaudit.evidence import Page
from lgaudit.tree import Node

__all__ = ["GAP", "STOPS", "Block", "Hit", "Reading", "Sentence", "Stream", "read"]
GAP = "\n\uffff\n"  # between blocks: neither a letter nor a space, so no pattern runs across


STOPS = (".", "!", "?", ".”", ".’", '."', ".)", "!”", "?”")  # what a sentence ends with
_LAST = frozenset(stop[-1] for stop in (*STOPS, ":"))


class Sentence(NamedTuple):
    """A sentence, and where in its block it stands."""

    block: Block
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found in a stream: the words and the smallest element that holds them."""

    node: Node
    text: str
    block: Block
    start: int  # within the block's text
    end: int


class Stream:
    """Several blocks as one string, so that a pattern runs once a page and not once a block.

    It is put together when first read: of most pages most rules need to know no more than
    :attr:`words` and :attr:`sifted`.
    """

    def __init__(self, reading: Reading, places: frozenset[str], links: bool) -> None:
        self._reading = reading
        self._places = places
        self._links = links

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks in reading order."""
        return tuple(self._reading.within(self._places))

    @cached_property
    def _texts(self) -> list[str]:
        return [block.masked(self._links) for block in self.blocks]

    @cached_property
    def text(self) -> str:
        """What the blocks say, with what no rule should read masked."""
        return GAP.join(self._texts)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where in :attr:`text` each block begins."""
        ends = accumulate([len(text) + len(GAP) for text in self._texts], initial=0)
        return tuple(ends)[:-1]

    @property
    def sifted(self) -> Sifted:
        """What is known of the words of the page that these blocks are from."""
        return self._reading.sifted

    @cached_property
    def lowered(self) -> str:
        """The text in small letters, straight apostrophes and spaces, same length."""
        # Plain letters are made small much faster where the sign between blocks is not by.
        lower = GAP.join([text.lower() for text in self._texts])
        if len(lower) != len(self.text):  # a few letters grow when lowered
            lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)
        return lower.replace("’", "'").replace("\n", " ")

    @cached_property
    def words(self) -> int:
        """How many words there are, those masked included."""
        of_place = self._reading.words_of_place
        return sum([of_place.get(place, 0) for place in self._places])

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
    said: Collection[str] = field(repr=False)  # words of all blocks, as they are written
    _streams: dict[tuple[frozenset[str], bool], Stream] = field(default_factory=dict)
    _asked: dict[tuple[tuple[str, ...], bool], Stream] = field(default_factory=dict)

    def within(self, places: Collection[str]) -> list[Block]:
        """Blocks of these places that are in the page's own language, in reading order."""
        numbers = [self.by_place[place] for place in set(places) if place in self.by_place]
        chosen = numbers[0] if len(numbers) == 1 else sorted(chain(*numbers))
        return [self.own[n] for n in chosen]

    def stream(self, places: Sequence[str] = ("prose",), links: bool = True) -> Stream:
        """The blocks of these places as one masked string.

        Raises:
            ValueError: a place that does not exist.
        """
        asked = (tuple(places), links)
        if asked in self._asked:
            return self._asked[asked]
        if unknown := sorted(set(places) - PLACES):
            raise ValueError(f"no place is called {unknown[0]}: use {', '.join(sorted(PLACES))}")
        key = (frozenset(places), links)
        if key not in self._streams:
            self._streams[key] = Stream(self, key[0], links)
        return self._asked.setdefault(asked, self._streams[key])

    def forget(self) -> None:
        """Let go of the streams, which point back to this."""
        self._streams.clear()
        self._asked.clear()

    @cached_property
    def sifted(self) -> Sifted:
        """What the blocks hold of all that rules look for."""
        return sift(self.said)

    @cached_property
    def own(self) -> tuple[Block, ...]:
        """Blocks in the page's own language."""
        page = self.lang
        return tuple([b for b in self.blocks if not b.lang or not page or b.lang == page])

    @cached_property
    def by_place(self) -> dict[str, list[int]]:
        """Where in :attr:`own` the blocks of each place stand."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for n, block in enumerate(self.own):
            found[block.place].append(n)
        return dict(found)

    @cached_property
    def words_of_place(self) -> dict[str, int]:
        """How many words the blocks of each place have."""
        own = self.own
        return {
            place: sum([own[n].words for n in numbers]) for place, numbers in self.by_place.items()
        }

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

    @cached_property
    def finished(self) -> tuple[Sentence, ...]:
        """Those of :attr:`sentences` that end with a stop or a colon; others are fragments."""
        ends = (*STOPS, ":")
        return tuple(
            [
                Sentence(block, start, end, text)
                for block, start, end in self.sentences
                if block.text[end - 1] in _LAST and (text := block.text[start:end]).endswith(ends)
            ]
        )


def read(page: Page) -> Reading:
    """The page's reading, computed when first asked for and kept with the page."""
    return kept(page, "reading", _read)


def _read(page: Page) -> Reading:
    blocks, said = blocks_of(page.main, page.lang) if page.main is not None else ((), ())
    return Reading(blocks, page.lang, said)
