"""Checks of headings in the main content: how they are worded and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    spot,
)
from lgaudit.evaluate.excerpts import spots
from lgaudit.evaluate.reading import read
from lgaudit.evaluate.sieve import sought
from lgaudit.evaluate.titles import asks_in_form, own_title
from lgaudit.evaluate.words import MASK
from lgaudit.evidence import Page
from lgaudit.models import Spot
from lgaudit.tree import Node

LONGEST = 300  # characters: more is no heading, whatever its mark-up says
_WORD = re.compile(r"[^\W_]+(?:['’&./-][^\W_]+)*")
_DIGIT = re.compile(r"\d")
_SMALL = frozenset(
    "A AN AND ARE AT BY FOR FROM HOW IN IS NO NOT OF ON OR OUR"
    " OUT THE TO UP US WE WHAT WHEN WHERE WHO WITH"
    " YOU YOUR"
    " A AC AM AR EICH EIN I NI O SUT Y YN YR".split()
)
_RESTART = re.compile(r"[:–—|/(?!.]\s*$|\s-\s*$")  # the next word starts a phrase of its own


@page_check
def headings_end_without(
    page: Page,
    *,
    endings: Sequence[str],
    levels: Sequence[int] = (2, 3, 4),
    allowed: int = 0,
    unless_patterns: Sequence[str] = (),
) -> Result:
    """At most ``allowed`` headings of these levels end in one of ``endings``.

    A heading that is a link to another page is that page's title and is left out, and so is the
    question of a form's field.
    """
    headings = [
        h
        for h in _of_level(page, levels)
        if not _names_another_page(h) and not asks_in_form(_heading_element(h.node))
    ]
    found = [
        h
        for h in headings
        if h.text.endswith(tuple(endings))
        and not any(timed.search(pattern, h.text) for pattern in unless_patterns)
    ]
    if len(found) <= allowed:
        return judged((), "", applicable=bool(headings))
    return failed(f"{len(found)} headings are questions.", _spots(found))


@page_check
def headings_not(
    page: Page,
    *,
    phrases: Sequence[str],
    doubtful: Sequence[str] = (),
    levels: Sequence[int] = (2, 3, 4),
) -> Result:
    """No heading of these levels is exactly one of the phrases; ``doubtful`` ones need a person.

    Those beside the content, in an ``aside``, are of the template and name a menu.
    """
    headings = [h for h in _of_level(page, levels) if not _beside(h)]
    found = [h for h in headings if _plain(h.text) in phrases]
    if found:
        return failed(f"Found the heading {_named(found)}.", _spots(found))
    unsure = [h for h in headings if _plain(h.text) in doubtful]
    if unsure:
        return cant_tell(f"Does {_named(unsure)} say enough here?", _spots(unsure))
    return judged((), "", applicable=bool(headings))


@page_check
def headings_without(
    page: Page,
    *,
    patterns: Sequence[str],
    unless_patterns: Sequence[str] = (),
    levels: Sequence[int] = (1, 2),
    title: bool = True,
) -> Result:
    """No heading of these levels, nor the page's title, matches a pattern.

    A heading that is a link to another page is that page's title and is left out.
    """
    headings = [h for h in _of_level(page, levels) if not _names_another_page(h)]
    lacking = read(page).sifted.lacks(sought(tuple(patterns)))
    found = [h for h in headings if not lacking and _matches(h.text, patterns, unless_patterns)]
    places = _spots(found)
    node = page.dom.css_first("head title") if title else None
    if node is not None and _matches(own_title(page), patterns, unless_patterns):
        places.append(spot(node))
    what = found[0].text if found else page.title
    return judged(places, f"Found “{dom.fold(what)[:80]}”.", bool(headings) or node is not None)


@page_check
def headings_not_capitals(page: Page, *, words: int = 2, letters: int = 10) -> Result:
    """No heading of at least so many words and letters is written in capitals throughout.

    Short words in capitals may all be acronyms ('UNESCO UNICEF'): then a person should look.
    """
    headings = read(page).headings
    found = [h for h in headings if _shouts(h.text, words, letters)]
    sure = [h for h in found if _surely_words(h.text)]
    if found and not sure:
        return cant_tell(f"Acronyms, or words in capitals? {_named(found)}.", _spots(found))
    return judged(_spots(sure), f"Found {_named(sure)}.", bool(headings))


@page_check
def headings_in_sentence_case(
    page: Page,
    *,
    names: Sequence[str],
    name_words: Sequence[str],
    ordinary: Sequence[str],
    stopwords: Sequence[str],
    levels: Sequence[int] = (1, 2, 3, 4),
    words: int = 4,
    share: float = 0.75,
    unless_patterns: Sequence[str] = (),
) -> Result:
    """Headings of at least ``words`` words do not start most of their words with capitals.

    ``names`` are phrases left out, with stopwords and acronyms, before counting. A heading is
    surely wrong only when ``ordinary`` words carry the capitals and none of ``name_words`` hints
    at a proper name; otherwise a person should look. ``unless_patterns`` are of headings that are
    surely names.
    """
    headings = [
        h
        for h in _of_level(page, levels)
        if len(h.text) <= LONGEST and len(_WORD.findall(h.text)) >= words
    ]
    known = _names_pattern(tuple(names))
    common, hints, small = frozenset(ordinary), frozenset(name_words), frozenset(stopwords)
    sure: list[Block] = []
    unsure: list[Block] = []
    for heading in headings:
        if heading.text[1:].islower():
            continue
        text = known.sub(_blot, heading.text) if known else heading.text
        capitals, plain, small_capitals = _counted(text, small)
        if len(capitals) < 2 or len(capitals) < share * (len(capitals) + len(plain)):
            continue
        if any(timed.search(pattern, heading.text) for pattern in unless_patterns):
            continue
        every = {word.lower() for word in capitals}
        usual = len(every & common)
        hinted = any(w[0].isupper() and w.lower() in hints for w in _WORD.findall(text))
        doubt = hinted or usual < (1 if small_capitals else 2)
        (unsure if doubt else sure).append(heading)
    if sure:
        return failed(f"Capitals on most words: {_named(sure)}.", _spots(sure))
    if unsure:
        return cant_tell(f"Names, or capitals on most words? {_named(unsure)}.", _spots(unsure))
    return passed() if headings else inapplicable("No heading is long enough to judge.")


def _counted(text: str, stopwords: frozenset[str]) -> tuple[list[str], list[str], bool]:
    """(capitalised words, other words, whether a stopword has a capital), first words left out."""
    capitals: list[str] = []
    plain: list[str] = []
    small_capitals = False
    first = True
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isdigit():
            continue
        starts = first or bool(_RESTART.search(text[max(0, match.start() - 4) : match.start()]))
        first = False
        if (
            starts
            or (word.isupper() and len(word) > 1)
            or not (word.islower() or word[0].isupper())
        ):
            continue
        if word.lower() in stopwords:
            small_capitals = small_capitals or (word[0].isupper() and len(word) > 1)
        elif word[0].isupper():
            capitals.append(word)
        else:
            plain.append(word)
    return capitals, plain, small_capitals


@lru_cache(maxsize=16)
def _names_pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    longest_first = sorted(names, key=len, reverse=True)
    either = "|".join(re.escape(name) for name in longest_first)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)") if names else None


def _blot(match: re.Match[str]) -> str:
    return MASK * len(match.group())


def _of_level(page: Page, levels: Sequence[int]) -> list[Block]:
    return [h for h in read(page).headings if h.level in levels]


def _shouts(text: str, words: int, letters: int) -> bool:
    if not text.isupper() or sum(map(str.isalpha, text)) < letters:
        return False
    # Acronyms and codes are short: something longer must be there to be shouted.
    found = text.split()
    if len(found) < words:
        return False
    # Numbers of sections, codes and registrations have digits.
    return sum(len(w) > 3 and not _WORD.sub("", w) and not _DIGIT.search(w) for w in found) > 1


def _surely_words(text: str) -> bool:
    """True when something stands among the capitals that is no acronym."""
    found = [w for w in _WORD.findall(text) if not _DIGIT.search(w)]
    if any(len(w) > 6 for w in found) or not _SMALL.isdisjoint(found):
        return True
    # Of three long ones in a row, one of six letters is hardly an acronym.
    return sum(len(w) > 3 for w in found) > 2 and any(len(w) > 5 for w in found)


def _matches(text: str, patterns: Iterable[str], unless: Iterable[str]) -> bool:
    return any(timed.search(p, text) for p in patterns) and not any(
        timed.search(p, text) for p in unless
    )


def _names_another_page(heading: Block) -> bool:
    """True when all of it is a link that leads elsewhere, as on a card or in a list of news."""
    for _, _, node, kind in heading.segments:
        if kind != "link":
            return False
        link = next((n for n in dom.lineage(node) if n.tag == "a"), None)
        if link is None or dom.attribute(link, "href").startswith("#"):
            return False
    return bool(heading.segments)


def _beside(heading: Block) -> bool:
    return any(
        n.tag == "aside" or dom.attribute(n, "role") == "complementary"
        for n in dom.lineage(heading.node)
    )


def _plain(text: str) -> str:
    return dom.fold(text).strip(" .:…>»→-–").lower()


def _named(headings: Sequence[Block], most: int = 3) -> str:
    unique = list(dict.fromkeys(dom.fold(h.text)[:80] for h in headings))
    more = f" and {len(unique) - most} more" if len(unique) > most else ""
    return ", ".join(f"“{text}”" for text in unique[:most]) + more


def _spots(headings: Iterable[Block]) -> list[Spot]:
    return spots(_heading_element(heading.node) for heading in headings)


def _heading_element(node: Node) -> Node:
    """The heading itself when a block inside it held the text."""
    if re.fullmatch(r"h[1-6]", node.tag or "") or dom.attribute(node, "role") == "heading":
        return node
    around = (a for a in dom.ancestors(node) if re.fullmatch(r"h[1-6]", a.tag or ""))
    return next(around, node)
