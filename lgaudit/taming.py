"""Markup that would keep a parser busy for hours is cut before it gets there.

The parser looks through all open elements at many a tag, through all attributes of a tag at each
new one, and through all options of a list at each further one, so a few megabytes of unclosed
elements, of attributes or of options would stop the program. It makes bold and italics that are
left open again in every block that follows, so a tenth of a megabyte can become millions of them.
"""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 2_000  # elements inside elements; no page a person wrote comes near
MOST_ATTRIBUTES = 1_000  # of one tag
MOST_STEPS = 50_000_000  # from option to option of the lists of a page, 10,000 options in one: 1 s
MOST_TAGS = 250_000  # of a page that is judged: each takes 2 kB of memory and some 50 microseconds
LONG = 40_000  # characters; what a shorter page can hold is parsed in a second
MANY = 5 * DEEPEST  # tags
# A tag as far as its last attribute, read as the HTML standard reads it; nothing is tried twice.
_ATTRIBUTE = r"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+"
_CROWDED = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:[\s/]++(?:{_ATTRIBUTE})?+){{{MOST_ATTRIBUTES}}}")
_TAG = re.compile(rf"<(/?+)([a-zA-Z][^\s/>]*+)(?:[\s/]++|{_ATTRIBUTE})*+")
_STYLES = "b|big|code|em|font|i|s|small|strike|strong|tt|u"
_STYLED = re.compile(rf"<(?:{_STYLES})(?:[\s/][^>]*+)?>", re.I)
_ANY = re.compile(rf"<(/?+)(?:({_STYLES})(?=[\s/>]))?[a-zA-Z]*[^>]*+>", re.I)
ALIKE = 3  # styles left open that are alike: a parser makes no more again
FEW = 50  # styles left open; each of them can stand 5,000 times
_CHOICE = re.compile(r"<(?:(option)|/?+select)\b", re.I)
# Elements that are never open, or that the next of their kind closes.
_PASSING = frozenset(
    "a area base basefont bgsound body br caption col colgroup dd dt embed frame head hr html"
    " image img input keygen li link meta optgroup option p param rb rp rt rtc source tbody td"
    " tfoot th thead tr track wbr".split()
)
_FOREIGN = frozenset({"svg", "math"})  # inside them, a slash closes a tag
_BACK = frozenset("foreignobject desc title annotation-xml mi mo mn ms mtext".split())


def tame(html: str) -> str:
    """The markup, cut before the first tag that no parser should have to meet."""
    if len(html) > LONG and (crowded := _CROWDED.search(html)):
        html = html[: crowded.start()]
    if (last := _too_many(html)) is not None:
        html = html[:last]
    if html.count("<") <= MANY:
        return html
    return _shallow(_short_lists(html))


def crowded(html: str) -> bool:
    """True when there are more elements than judging them would be worth, in memory and time."""
    return html.count("<") > MOST_TAGS or _too_many(html) is not None


def _too_many(html: str) -> int | None:
    """Where styles left open, made again at every tag, have become too many elements, if they do.

    Those that stand in a table are counted on behind it: rather too many than too few.
    """
    tags = html.count("<")
    if tags <= FEW or (tags <= MOST_TAGS // ALIKE and not _many_styles(html)):
        return None
    held: list[tuple[str, str]] = []
    made = 0
    for tag in _ANY.finditer(html):
        if tag[2]:
            name = tag[2].lower()
            if tag[1]:
                at = next((n for n in range(len(held) - 1, -1, -1) if held[n][0] == name), None)
                if at is not None:
                    del held[at]
            elif held.count(one := (name, tag[0])) < ALIKE:
                held.append(one)
        made += len(held)
        if made > MOST_TAGS:
            return tag.start()
    return None


def _many_styles(html: str) -> bool:
    kinds = Counter(_STYLED.findall(html))
    return sum(min(ALIKE, number) for number in kinds.values()) > FEW


def _short_lists(html: str) -> str:
    """The markup up to where its lists of options have grown too long."""
    options = steps = 0
    for tag in _CHOICE.finditer(html):
        options = options + 1 if tag[1] else 0
        steps += options
        if steps > MOST_STEPS:
            return html[: tag.start()]
    return html


def _shallow(html: str) -> str:
    """The markup up to where elements nest deeper than :data:`DEEPEST`."""
    depth = 0
    within: list[bool] = []  # whether each part of other markup follows its own rules
    for tag in _TAG.finditer(html):
        closes, name = tag[1], tag[2].lower()
        foreign = bool(within) and within[-1]
        if name in _FOREIGN or (within and name in _BACK):
            if not closes and not (foreign and tag[0].endswith("/")):
                within.append(name in _FOREIGN)
            elif closes and within:
                within.pop()
        if name in _PASSING and not foreign:
            continue
        if closes:
            depth = max(0, depth - 1)
        elif not (foreign and tag[0].endswith("/")):
            depth += 1
        if depth > DEEPEST:
            return html[: tag.start()]
    return html
