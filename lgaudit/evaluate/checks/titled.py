"""A check of whether a page's title speaks of the page at all."""

from __future__ import annotations

import re

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    page_check,
    passed,
    spot,
)
from lgaudit.evaluate.titles import main_heading, own_title
from lgaudit.evidence import Page
from lgaudit.models import Kind

_WORD = re.compile(r"[^\W\d_]{3,}")
_SMALL = frozenset(
    "the and for with from your you our are this that not all how what when who why new its about"
    " into page".split()
)
_STEM = 5  # characters by which words are taken for the same: harvest, harvesting
_LEAST = 8  # words of a page that can speak against its title
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")  # what is said of a site behind a title
_PLACE = r"\b(?:at|by|from|of|in|with)\s+(?:the\s+)?"


@page_check
def titles_speak_of_page(page: Page, *, share: float = 0.5) -> Result:
    """At least ``share`` of the words of the title stand somewhere on the page.

    Words are compared by how they start. A title that is only the place named at the end of a
    longer main heading ("Results at Arkham Library", titled "Arkham Library") fails as well.
    """
    title = own_title(page)
    words = _telling(_BRACKETS.sub("", title)) or _telling(title)
    body = page.dom.body
    if len(words) < 2 or body is None or page.kind is Kind.HOME:
        return inapplicable("The title is too short to compare with the page.")
    heading = main_heading(page)
    title_nodes = page.dom.css("title")
    where = [spot(title_nodes[0])] if title_nodes else []
    if title == page.title and _only_place(title, heading):
        return failed(f"The title leaves out what the page is about: “{heading[:80]}”.", where)
    if _share(words, f"{heading}\n{page.text}") >= share:
        return passed()
    if heading and _share(_telling(heading), title) >= share:
        return passed()  # the title says what the heading says, and more
    rest = " ".join([dom.visible_text(body), *(dom.attribute(n, "alt") for n in body.css("[alt]"))])
    if len(_WORD.findall(rest)) < _LEAST:
        return inapplicable("There is too little text to compare the title with.")
    if _share(words, rest) >= share:
        return passed()
    return failed(f"Hardly a word of the title, “{title[:80]}”, is on the page.", where)


def _telling(text: str) -> list[str]:
    """The words of a text that tell something, in small letters."""
    return [w.casefold() for w in _WORD.findall(text[:1000]) if w.casefold() not in _SMALL]


def _share(words: list[str], text: str) -> float:
    """The share of some words that stand in a text, in this or another form."""
    if not words:
        return 0.0
    said = text[:100_000].casefold()
    return sum(_stands(word[:_STEM], said) for word in words) / len(words)


def _stands(stem: str, text: str) -> bool:
    at = text.find(stem)
    while at > 0 and text[at - 1].isalpha():
        at = text.find(stem, at + 1)
    return at >= 0


def _only_place(title: str, heading: str) -> bool:
    if not title or len(heading.split()) < len(title.split()) + 3:
        return False
    small = ("of", "the", "and", "for", "in", "on")
    if not all(word[:1].isupper() for word in title.split() if word.lower() not in small):
        return False
    found = re.search(_PLACE + re.escape(title) + r"\W*$", heading)
    return found is not None and len(_WORD.findall(heading[: found.start()])) >= 2
