"""Blocks of text: one pass over a page's main content that says where each run of words stands.

Rules on wording must not judge what the council did not write as prose: tables, forms, quotes,
code, addresses, navigation inside the content, and parts in another language.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lgaudit import dom
from lgaudit.evaluate.words import blotted, counted, masked_names, sentence_spans, word_count
from lgaudit.tree import Node

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
_LOUD = ("prose", "heading")  # places that a stronger one outranks
_CHROME_CLASS = re.compile(r"breadcrumb|cookie|pagination|share|social|skip-link", re.I)
_HINT_CLASS = re.compile(r"\bhint\b|-hint\b|help-?text", re.I)


@dataclass(slots=True)
class Block:
    """One run of text between block boundaries; ``text`` is folded, line breaks are ``\\n``."""

    node: Node
    place: str
    lang: str
    text: str = ""
    segments: list[tuple[int, int, Node, str]] = field(default_factory=list)  # kind last
    words: int = -1  # -1 to have them counted
    _masked: str = ""
    _unlinked: str = ""  # masked, links too
    _level: int = -1
    _sentences: list[tuple[int, int]] | None = None

    def __post_init__(self) -> None:
        if self.words < 0:
            self.words = word_count(self.text)

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
            text = masked_names(self.text)
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


def blocks_of(main: Node, lang: str) -> tuple[Block, ...]:
    """The blocks below an element in reading order; ``lang`` is the page's own language."""
    return tuple(_Walk(main, lang).blocks)


@dataclass(slots=True)
class _Around:
    """What surrounds a piece of text."""

    block: Node
    place: str
    lang: str
    block_lang: str
    kind: str = ""  # of inline text: link, quote, code, foreign


def _segment_start(segment: tuple[int, int, Node, str]) -> int:
    return segment[0]


@lru_cache(maxsize=4096)
def _marks(classes: str, identity: str) -> tuple[bool, bool]:
    """Whether an element's class and id tell of navigation, and of a hint."""
    said = f"{classes} {identity}"
    return bool(_CHROME_CLASS.search(said)), bool(_HINT_CLASS.search(said))


class _Walk:
    """One pass over the main content that leaves blocks behind."""

    def __init__(self, main: Node, lang: str) -> None:
        self.blocks: list[Block] = []
        self._whole_body = main.tag == "body"
        self._pieces: list[str] = []
        self._length = 0
        self._segments: list[tuple[int, int, Node, str]] = []
        self._around = _Around(main, "prose", lang, lang)
        self._go(main, self._around)

    def _go(self, main: Node, around: _Around) -> None:
        # The stack holds what is left of the elements that the one in hand stands in.
        stack: list[tuple[Iterator[Node], Node, _Around]] = []
        children, owner = iter(main.children), main
        while True:
            node = next(children, None)
            if node is None:
                if not stack:
                    break
                inside = around
                children, owner, around = stack.pop()
                if inside.block is not around.block:
                    if self._segments:
                        self._flush()
                    self._around = around
                continue
            tag = node.tag or "-"
            if tag == "-text":
                self._text(node.text_content or "", owner, around.kind)
                continue
            if tag[0] == "-" or tag in dom.UNSEEN:  # "-comment" and the like
                continue
            attributes = node.attributes
            if attributes and dom.hides(tag, attributes):
                continue
            if tag == "br":
                self._line_break()
                continue
            stack.append((children, owner, around))
            if attributes or tag in _MARKED:
                inner = self._inside(node, tag, attributes, around)
                if inner.block is not around.block:
                    if self._segments:
                        self._flush()
                    self._around = inner
                around = inner
            children, owner = iter(node.children), node
        if self._segments:
            self._flush()

    def _inside(
        self, node: Node, tag: str, attributes: dict[str, str | None], around: _Around
    ) -> _Around:
        is_block = tag in _OWN_BLOCK
        place = around.place
        if place in _LOUD:  # what stands in a table, a quote or a form stays there
            place = self._place(node, tag, attributes) or place
        lang = around.lang
        if written := attributes.get("lang"):
            lang = written.strip().lower().replace("_", "-").split("-")[0] or lang
        if is_block:
            kind = around.kind if around.kind == "link" or place == around.place else ""
            return _Around(node, place, lang, lang, kind)
        kind = around.kind
        if tag == "a" and "href" in attributes:
            kind = "link"
        if place in ("quote", "code"):
            kind = place
        if lang != around.block_lang:
            kind = "foreign"
        if kind == around.kind and lang == around.lang:
            return around
        return _Around(around.block, around.place, lang, around.block_lang, kind)

    def _place(self, node: Node, tag: str, attributes: dict[str, str | None]) -> str:
        role = attributes.get("role")
        place = (role and _PLACE_BY_ROLE.get(role.lower())) or _PLACE_BY_TAG.get(tag, "")
        if place:
            return place
        if self._whole_body and tag in ("header", "aside"):
            return "chrome"
        if tag == "form" and node.css_first("h1, h2") is None:  # else it wraps a whole page
            return "form"
        chrome, hint = _marks(attributes.get("class") or "", attributes.get("id") or "")
        if chrome and node.css_first("h1, main, article") is None:
            return "chrome"
        return "form" if hint else ""

    def _text(self, raw: str, owner: Node, kind: str) -> None:
        text = " ".join(raw.split())
        if not text:
            if raw and self._length and self._pieces[-1][-1] not in " \n":
                self._pieces.append(" ")
                self._length += 1
            return
        if kind == "link" and text in _PERMALINKS:
            return
        if raw[0].isspace() and self._length and self._pieces[-1][-1] not in " \n":
            text = " " + text
        if raw[-1].isspace():
            text += " "
        start = self._length
        self._pieces.append(text)
        self._length += len(text)
        self._segments.append((start, self._length, owner, kind))

    def _line_break(self) -> None:
        if self._length:
            self._pieces.append("\n")
            self._length += 1

    def _flush(self) -> None:
        """End the block in hand, which has some text."""
        text = "".join(self._pieces).rstrip()
        before = self._around
        lang = before.block_lang
        words, in_welsh = counted(text)
        if in_welsh:
            lang = "cy"
        self.blocks.append(Block(before.block, before.place, lang, text, self._segments, words))
        self._pieces, self._length, self._segments = [], 0, []
