"""Checks of markup: what the head declares, and text that only looks like a heading or list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
    spot,
)
from lgaudit.evaluate.reading import read
from lgaudit.evidence import Page
from lgaudit.models import Spot
from lgaudit.tree import Node

_PARAGRAPHS = frozenset("p div li".split())
_INLINE = frozenset("span font u em i strong b".split())
_WRAPPERS = 5  # inline elements between a paragraph and its bold text
_FOLLOWERS = frozenset("p ul ol table".split())
_NOT_HEADING_PLACE = frozenset(
    "td th a button label legend summary blockquote figure figcaption address dl caption form"
    " h1 h2 h3 h4 h5 h6 nav footer".split()
)
_END_MARKS = ".,;:!?…"
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_MARKER = re.compile(
    r"(?:(?P<glyph>[•‣⁃●○◦▪▫■□∙·➢➤►])\s?|(?P<dash>-)\s|(?P<star>\*)\s?(?=[^\s*])"
    r"|(?P<number>\d{1,2})(?P<stop>[.)])\s)\S?"
)
_MARKS = frozenset("•‣⁃●○◦▪▫■□∙·➢➤►-*")  # that a line may start with beside a number
_LISTS = frozenset("ul ol dl table menu".split())


@page_check
def meta_declares(page: Page, *, name: str, pattern: str) -> Result:
    """A meta element of that name has content that matches ``pattern``."""
    nodes = [
        node
        for node in page.dom.css("meta[name]")
        if dom.attribute(node, "name").strip().lower() == name.lower()
    ]
    if any(timed.search(pattern, dom.attribute(node, "content")) for node in nodes):
        return passed()
    if nodes:
        return failed(f"The page's “{name}” declaration does not say it.", [spot(nodes[0])])
    return failed(f"The page has no “{name}” declaration.")


@page_check
def bold_not_heading(
    page: Page, *, least: int = 2, minimum_words: int = 2, maximum_words: int = 12
) -> Result:
    """Fewer than ``least`` paragraphs of the main content are a bold line heading what follows."""
    if page.main is None:
        return inapplicable()
    bold = page.main.css("strong, b")
    if not bold:
        return inapplicable("Nothing is bold.")
    found: list[Node] = []
    for node in bold:
        line = _bold_line(node)
        if line is None or not _reads_as_heading(line, minimum_words, maximum_words):
            continue
        if _heads_something(line) and not _set_apart(line):
            found.append(line)
    if len(found) < least:
        return passed("1 bold line may be a heading." if found else "")
    return failed(f"{len(found)} bold lines stand where headings should be.", places(found))


@page_check
def lists_marked_up(page: Page, *, least: int = 3) -> Result:
    """No ``least`` lines or paragraphs in a row start with a bullet or number typed as text."""
    blocks = read(page).blocks
    if not blocks:
        return inapplicable("There is no text.")
    spots = [*_typed_lines(blocks, least), *_typed_paragraphs(blocks, least)]
    return judged(spots, "Lists are typed with bullets or numbers instead of list markup.")


def _bold_line(node: Node) -> Node | None:
    """The paragraph whose only content is this bold text, or None."""
    parent = node.parent
    for _ in range(_WRAPPERS):
        if parent is None or parent.tag not in _INLINE:
            break
        node, parent = parent, parent.parent
    if parent is None or parent.tag not in _PARAGRAPHS:
        return None
    for child in parent.iter(include_text=True):
        if child.mem_id == node.mem_id or child.tag == "br":
            continue
        if child.is_element_node or (child.is_text_node and (child.text_content or "").strip()):
            return None
    return parent


def _reads_as_heading(line: Node, least: int, most: int) -> bool:
    text = dom.fold(line.text())
    words = text.split()
    if not least <= len(words) <= most or text[-1] in _END_MARKS or "@" in text:
        return False
    if len(_LETTERS.findall(text)) < 2 or not (text[0].isupper() or text[0].isdigit()):
        return False
    return line.css_first("a, button, input, img, svg, br") is None


def _heads_something(line: Node) -> bool:
    after = line.next
    while after is not None and not after.is_element_node:
        if after.is_text_node and (after.text_content or "").strip():
            return False
        after = after.next
    if after is None or after.tag not in _FOLLOWERS or not after.text().strip():
        return False
    bold = after.css_first("strong, b") if after.tag == "p" else None
    return bold is None or _bold_line(bold) is None  # a run of bold lines is no heading


def _set_apart(line: Node) -> bool:
    if dom.hidden(line) or (dom.attribute(line, "role") or "").lower() == "heading":
        return True
    return any(
        around.tag in _NOT_HEADING_PLACE or dom.attribute(around, "role").lower() == "heading"
        for around in dom.ancestors(line)
    )


def _typed_lines(blocks: Iterable[Block], least: int) -> Iterator[Spot]:
    """Blocks with enough lines in a row that start with the same marker."""
    for block in blocks:
        if "\n" in block.text and block.place == "prose":
            runs = _longest_run([_MARKER.match(line.strip()) for line in block.text.split("\n")])
            if runs >= least and not _inside_list(block.node):
                yield spot(block.node)


def _typed_paragraphs(blocks: Iterable[Block], least: int) -> Iterator[Spot]:
    """The first of each run of neighbours that start with the same marker."""
    run: list[tuple[Block, re.Match[str]]] = []
    for block in blocks:
        match = None
        if block.place == "prose" and block.text:
            first = block.text[0]
            if first in _MARKS or first.isdecimal():
                match = _MARKER.match(block.text)
        if match is None and not run:
            continue
        if match and run and _continues(run[-1][1], match) and _neighbours(run[-1][0], block):
            run.append((block, match))
            continue
        yield from _reported(run, least)
        run = [(block, match)] if match and _starts(match) else []
    yield from _reported(run, least)


def _reported(run: list[tuple[Block, re.Match[str]]], least: int) -> Iterator[Spot]:
    if len(run) >= least and not _inside_list(run[0][0].node):
        yield spot(run[0][0].node, f"{len(run)} paragraphs in a row")


def _longest_run(matches: list[re.Match[str] | None]) -> int:
    longest = length = 0
    last: re.Match[str] | None = None
    for match in matches:
        if match and last and _continues(last, match):
            length += 1
        else:
            length = 1 if match and _starts(match) else 0
        last = match if length else None
        longest = max(longest, length)
    return longest


def _starts(match: re.Match[str]) -> bool:
    return match["number"] is None or int(match["number"]) == 1


def _continues(before: re.Match[str], match: re.Match[str]) -> bool:
    """True for the same bullet again, or the next number."""
    if before["number"] and match["number"]:
        return before["stop"] == match["stop"] and int(match["number"]) == int(before["number"]) + 1
    return all(before[kind] == match[kind] for kind in ("glyph", "dash", "star", "number"))


def _neighbours(before: Block, block: Block) -> bool:
    if before.node.mem_id == block.node.mem_id:
        return True
    one, other = before.node.parent, block.node.parent
    return one is not None and other is not None and one.mem_id == other.mem_id


def _inside_list(node: Node) -> bool:
    return any(
        item.tag in _LISTS or dom.attribute(item, "role").lower() in ("list", "listitem")
        for item in dom.lineage(node)
    )
