"""Blocks of text: one pass over a page's main content that says where each run of words stands.

Rules on wording must not judge what the council did not write as prose: tables, forms, quotes,
code, addresses, navigation inside the content, and parts in another language.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate

from lgaudit import dom
from lgaudit.evaluate.words import (
    blotted,
    is_welsh,
    masked_names,
    masks_begin,
    may_be_welsh,
    sentence_spans,
)
from lgaudit.tree import Node, Values

PLACES = frozenset("prose heading table form quote code address chrome".split())
_FORM_PARTS = ("label", "legend", "button", "select", "textarea", "output")
_PLACE_BY_TAG = {
    **dict.fromkeys(("table",), "table"),
    **dict.fromkeys(("blockquote", "q", "cite"), "quote"),
    **dict.fromkeys(("pre", "code", "kbd", "samp", "var", "tt"), "code"),
    **dict.fromkeys(_FORM_PARTS, "form"),
    **dict.fromkeys(("nav", "footer", "dialog"), "chrome"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    "address": "address",
}
_PLACE_BY_ROLE = {
    **dict.fromkeys(("navigation", "banner", "contentinfo", "search", "dialog"), "chrome"),
    **dict.fromkeys(("button", "tab"), "form"),
    "heading": "heading",
}
_OWN_BLOCK = dom.BLOCKS | frozenset(_FORM_PARTS)
_MARKED = _OWN_BLOCK | frozenset(_PLACE_BY_TAG)  # elements that say where their text stands
_PERMALINKS = ("¶", "#", "§")
_LEVELS = ("1", "2", "3", "4", "5", "6")
_LOOKED_AT = frozenset(("header", "aside", "form"))  # whose place is not told by the tag alone
_QUOTED = ("quote", "code")
_LOUD = ("prose", "heading")  # places that a stronger one outranks
_CHROME_CLASS = re.compile(r"breadcrumb|cookie|pagination|share|social|skip-link", re.I)
_HINT_CLASS = re.compile(r"\bhint\b|-hint\b|help-?text", re.I)
# Each finding of the two has one of these.
_MARKS = ("breadcrumb", "cookie", "pagination", "share", "social", "skip", "hint", "help")


class Block:
    """One run of text between block boundaries; ``text`` is folded, line breaks are ``\\n``."""

    __slots__ = (
        "_level", "_masked", "_named", "_sentences", "_unlinked",
        "lang", "node", "place", "segments", "text", "words",
    )  # fmt: skip

    def __init__(
        self,
        node: Node,
        place: str,
        lang: str,
        text: str,
        segments: list[tuple[int, int, Node, str]],
        words: int,
    ) -> None:
        self.node = node
        self.place = place
        self.lang = lang
        self.text = text
        self.segments = segments  # start, end, element, and the kind of text
        self.words = words
        self._named = False  # whether something may stand in it that masked_names masks
        self._masked = ""
        self._unlinked = ""  # masked, links too
        self._level = -1
        self._sentences: list[tuple[int, int]] | None = None

    def element(self, start: int, end: int) -> Node:
        """The smallest element that holds these characters."""
        inside = [node for _, _, node, _ in self.between(start, end)]
        if not inside:
            return self.node
        first, last = inside[0], inside[-1]
        if first.mem_id == last.mem_id:
            return first
        around = {last.mem_id, *(node.mem_id for node in dom.ancestors(last))}
        if first.mem_id in around:
            return first
        return next((node for node in dom.ancestors(first) if node.mem_id in around), self.node)

    def between(self, start: int, end: int) -> list[tuple[int, int, Node, str]]:
        """The segments that touch these characters."""
        low = bisect_right(self.segments, start, key=_segment_start) - 1
        high = bisect_left(self.segments, end, key=_segment_start)
        return [s for s in self.segments[max(0, low) : high] if s[1] > start]

    def masked(self, links: bool) -> str:
        """The text with quotes, code, addresses of the web and (on request) links blotted out."""
        if not self._masked:
            text = masked_names(self.text) if self._named else self.text
            kinds = {segment[3] for segment in self.segments}
            if kinds - {"", "link"}:
                text = blotted(text, [(a, b) for a, b, _, k in self.segments if k and k != "link"])
            self._masked = self._unlinked = text
            if "link" in kinds:
                self._unlinked = blotted(
                    text, [(a, b) for a, b, _, k in self.segments if k == "link"]
                )
        return self._masked if links else self._unlinked

    @property
    def sentences(self) -> list[tuple[int, int]]:
        """Start and end of each sentence; a line break ends one."""
        if self._sentences is None:
            self._sentences = sentence_spans(self.text)
        return self._sentences

    @property
    def level(self) -> int:
        """1 to 6 for a heading, else 0."""
        if self._level < 0:
            self._level = self._find_level() if self.place == "heading" else 0
        return self._level

    def _find_level(self) -> int:
        for node in dom.lineage(self.node):  # the text may be in a block inside
            level = dom.attribute(node, "aria-level") or (node.tag or "").removeprefix("h")
            if level in _LEVELS:
                return int(level)
            if dom.attribute(node, "role") == "heading":
                break
        return 2  # what a heading without a level is


def blocks_of(main: Node, lang: str) -> tuple[tuple[Block, ...], Collection[str]]:
    """The blocks below an element in reading order, and all their words as they are written.

    ``lang`` is the page's own language. A word is what stands between white space; where several
    elements share one, its parts may be given too.
    """
    walk = _Walk(main, lang)
    blocks = walk.blocks
    if may_be_welsh(walk.words):
        for block in blocks:
            if is_welsh(block.text):
                block.lang = "cy"
    texts = [block.text for block in blocks]
    starts = list(accumulate([len(text) + 1 for text in texts], initial=0))[:-1]
    for n in masks_begin("\n".join(texts), starts):
        blocks[n]._named = True
    return tuple(blocks), walk.words


# What surrounds a piece of text: the block it is in, its place and language, the language of the
# block, and the kind of inline text: link, quote, code, foreign or ''.
_Around = tuple[Node, str, str, str, str]


def _segment_start(segment: tuple[int, int, Node, str]) -> int:
    return segment[0]


@lru_cache(maxsize=4096)
def _marks(said: str) -> tuple[bool, bool]:
    """Whether an element's class or id tells of navigation, and of a hint."""
    return bool(_CHROME_CLASS.search(said)), bool(_HINT_CLASS.search(said))


def _may_tell(values: Values) -> list[Node]:
    """Those of the elements whose class or id may tell of navigation or of a hint."""
    letters = values.letters
    if letters.isascii():  # others, in capitals, may be the letters that are looked for
        marks = [mark for mark in _MARKS if mark in letters]
    else:
        marks = [""]
    if not marks:
        return []
    telling = [v for v in values.nodes if v and any(map(v.lower().__contains__, marks))]
    return [node for value in telling for node in values.nodes[value]]


class _Walk:
    """One pass over the main content that leaves blocks behind."""

    def __init__(self, main: Node, lang: str) -> None:
        self.blocks: list[Block] = []
        self.words: set[str] = set()
        self._whole_body = main.tag == "body"
        tree = main.parser
        # Elements that say more of their text's place, kind or language than their name does.
        telling = [*tree.having("role"), *tree.having("lang")]
        telling += [*_may_tell(tree.values("class")), *_may_tell(tree.values("id"))]
        telling += [node for tag in _LOOKED_AT for node in tree.called(tag)]
        self._telling = {node.number for node in telling}
        self._go(main, (main, "prose", lang, lang, ""))

    def _go(self, main: Node, around: _Around) -> None:
        # Done for every piece of text of every page, so it is written out in one place.
        outer: list[tuple[int, _Around]] = []  # of the elements around this one that count
        end = main.last + 1  # of the innermost of them
        pieces: list[str] = []  # of the block in hand
        segments: list[tuple[int, int, Node, str]] = []
        length = words = 0
        open_end = False  # whether what comes next would stand close to a word
        joined = False  # whether some word in it stands in several pieces
        marked, telling, known = _MARKED, self._telling, self.words
        for node in dom.shown(main):
            while node.number > end:
                inside = around
                end, around = outer.pop()
                if segments and inside[0] is not around[0]:
                    self._end(inside, pieces, segments, words, joined)
                    pieces, segments, length, words = [], [], 0, 0
                    open_end = joined = False
            tag = node.tag
            if tag == "-text":
                raw = node.text_content or ""
                said = raw.split()
                if not said:
                    if raw and open_end:
                        pieces.append(" ")
                        length += 1
                        open_end = False
                    continue
                text = " ".join(said)
                kind = around[4]
                if kind == "link" and text in _PERMALINKS:
                    continue
                known.update(said)
                words += len(said)
                closed = open_end
                open_end = True
                if len(text) != len(raw):  # else there is no white space before and behind
                    if closed and raw[0].isspace():
                        text = " " + text
                        closed = False
                    if raw[-1].isspace():
                        text += " "
                        open_end = False
                if closed:  # it goes on with a word that has begun
                    words -= 1
                    joined = True
                start = length
                length += len(text)
                pieces.append(text)
                segments.append((start, length, node.parent or main, kind))
            elif tag == "br":
                if length:
                    pieces.append("\n")
                    length += 1
                    open_end = False
            elif tag in marked or (
                node.attributes and (tag == "a" or node.number in telling or around[1] in _QUOTED)
            ):
                inner = self._inside(node, tag, around)
                if inner is not around:
                    if segments and inner[0] is not around[0]:
                        self._end(around, pieces, segments, words, joined)
                        pieces, segments, length, words = [], [], 0, 0
                        open_end = joined = False
                    outer.append((end, around))
                    end, around = node.last, inner
        while outer:
            inside = around
            _, around = outer.pop()
            if segments and inside[0] is not around[0]:
                self._end(inside, pieces, segments, words, joined)
                segments = []
        if segments:
            self._end(around, pieces, segments, words, joined)

    def _end(
        self,
        around: _Around,
        pieces: Sequence[str],
        segments: list[tuple[int, int, Node, str]],
        words: int,
        joined: bool,
    ) -> None:
        """End the block in hand, which has some text."""
        text = "".join(pieces).rstrip()
        if joined:
            self.words.update(text.split())
        self.blocks.append(Block(around[0], around[1], around[3], text, segments, words))

    def _inside(self, node: Node, tag: str, around: _Around) -> _Around:
        block, place, lang, block_lang, kind = around
        inner = place
        if node.number in self._telling:
            attributes = node.attributes
            if place in _LOUD:
                inner = self._place(node, tag, attributes) or place
            if written := attributes.get("lang"):
                lang = written.strip().lower().replace("_", "-").split("-")[0] or lang
        elif place in _LOUD:  # what stands in a table, a quote or a form stays there
            inner = _PLACE_BY_TAG.get(tag, place)
        if tag in _OWN_BLOCK:
            return node, inner, lang, lang, kind if kind == "link" or inner == place else ""
        if tag == "a" and "href" in node.attributes:
            kind = "link"
        if inner in _QUOTED:
            kind = inner
        if lang != block_lang:
            kind = "foreign"
        if kind == around[4] and lang == around[2]:
            return around
        return block, place, lang, block_lang, kind

    def _place(self, node: Node, tag: str, attributes: dict[str, str | None]) -> str:
        role = attributes.get("role")
        place = (role and _PLACE_BY_ROLE.get(role.lower())) or _PLACE_BY_TAG.get(tag, "")
        if place:
            return place
        if self._whole_body and tag in ("header", "aside"):
            return "chrome"
        if tag == "form" and node.css_first("h1, h2") is None:  # else it wraps a whole page
            return "form"
        chrome, hint = _marks(f"{attributes.get('class') or ''} {attributes.get('id') or ''}")
        if chrome and node.css_first("h1, main, article") is None:
            return "chrome"
        return "form" if hint else ""
