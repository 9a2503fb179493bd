"""Checks of instructions that only sight can follow: by place on the screen, or by colour."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    spot,
)
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.names import names_of
from lgaudit.evaluate.reading import read
from lgaudit.evidence import Page
from lgaudit.models import Spot

_PLACES = ("prose", "table", "form")
_QUOTED = re.compile(
    r"[\"“‘'][^\"”’']{2,60}[\"”’']|\b(?:called|labelled|named|titled|headed)\b", re.I
)
_NAMED = "h1, h2, h3, h4, h5, h6, caption, legend, button, summary, [aria-label], [role=heading]"


@page_check
def places_named(
    page: Page,
    *,
    pattern: str,
    hints: Sequence[str],
    things: Sequence[str],
    landmarks: Sequence[str] = (),
) -> Result:
    """Instructions that say where on the screen a thing is also say what it is called.

    ``pattern`` finds them and has a group ``thing``. The instruction is right when it quotes a
    name or links to the thing, when something on the page is named so, or when the thing is one of
    ``landmarks`` and the page has exactly one. Things not in ``things`` are for a person to judge.
    A text without any of ``hints`` holds no such instruction.
    """
    blocks = _blocks_with(page, hints)
    sure: list[Spot] = []
    unsure: list[Spot] = []
    spoken = False
    for block in blocks:
        for found in timed.finditer(pattern, block.text):
            spoken = True
            thing = dom.fold(found["thing"]).casefold()
            sentence = _sentence(block, found.start(), found.end())
            if _QUOTED.search(sentence) or _links(block, found.start(), found.end()):
                continue
            if _named_so(page, thing) or (thing in landmarks and _landmarks(page) == 1):
                continue
            place = spot(block.node, f"“{found[0][:100]}”")
            (sure if thing in things else unsure).append(place)
    if sure:
        count = "1 instruction relies" if len(sure) == 1 else f"{len(sure)} instructions rely"
        return failed(f"{count} on the place of things alone.", sure[:MOST_PLACES])
    if unsure:
        message = "Can someone who does not see the page follow this?"
        return cant_tell(message, unsure[:MOST_PLACES])
    return passed() if spoken else inapplicable("No instruction speaks of places.")


@page_check(review=True)
def colours_explained(page: Page, *, pattern: str, hints: Sequence[str]) -> Result:
    """Text that tells things apart by colour ("fields in red") is for a person to look at.

    A text without any of ``hints`` does not.
    """
    found = []
    for block in _blocks_with(page, hints):
        found += [
            spot(block.node, f"“{match[0][:100]}”") for match in timed.finditer(pattern, block.text)
        ]
    if found:
        return cant_tell("Is colour the only way to tell?", found[:MOST_PLACES])
    return passed() if page.text else inapplicable("There is no text.")


def _blocks_with(page: Page, hints: Sequence[str]) -> list[Block]:
    """Blocks of text that hold one of these words; mostly none, which saves the looking."""
    text = kept(page, "text in small letters", lambda seen: seen.text.casefold())
    if not any(hint in text for hint in hints):
        return []
    blocks = [block for block in read(page).blocks if block.place in _PLACES]
    return [b for b in blocks if any(hint in b.text.casefold() for hint in hints)]


def _sentence(block: Block, start: int, end: int) -> str:
    before = max(block.text.rfind(mark, 0, start) for mark in (". ", "! ", "? ", "\n"))
    ends = [n for mark in (". ", "! ", "? ", "\n") if (n := block.text.find(mark, end)) >= 0]
    return block.text[before + 1 : min(ends, default=len(block.text))]


def _links(block: Block, start: int, end: int) -> bool:
    """Whether the words themselves are a link, which takes people there."""
    return any(kind == "link" for _, _, _, kind in block.between(start, end))


def _named_so(page: Page, thing: str) -> bool:
    return any(thing in name for name in kept(page, "names said", _names_said))


def _names_said(page: Page) -> tuple[str, ...]:
    names = names_of(page)
    nodes = page.dom.css(_NAMED)[:500]
    return tuple(names.name(node).casefold() or dom.fold(node.text()).casefold() for node in nodes)


def _landmarks(page: Page) -> int:
    return len([n for n in page.dom.css("nav, [role=navigation]") if not dom.hidden(n)])
