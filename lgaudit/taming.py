"""Markup that would keep a parser busy for hours is cut before it gets there.

The parser looks through all open elements at many a tag, and through all attributes of a tag at
each new one, so a few megabytes of unclosed elements or of attributes would stop the program.
"""

from __future__ import annotations

import re

DEEPEST = 2_000  # elements inside elements; no page a person wrote comes near
MOST_ATTRIBUTES = 1_000  # of one tag
LONG = 40_000  # characters; what a shorter page can hold is parsed in a second
MANY = 5 * DEEPEST  # tags
# A tag as far as its last attribute, read as the HTML standard reads it; nothing is tried twice.
_ATTRIBUTE = r"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+"
_CROWDED = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:[\s/]++(?:{_ATTRIBUTE})?+){{{MOST_ATTRIBUTES}}}")
_TAG = re.compile(rf"<(/?+)([a-zA-Z][^\s/>]*+)(?:[\s/]++|{_ATTRIBUTE})*+")
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
    return _shallow(html) if html.count("<") > MANY else html


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
