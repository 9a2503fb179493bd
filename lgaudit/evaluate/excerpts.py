"""How findings point at words and elements: a few places, with the words around them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from itertools import islice

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import spot
from lgaudit.evaluate.reading import Hit
from lgaudit.models import Spot
from lgaudit.tree import Node

MOST = 50  # places on one page: naming an element takes time that grows with its siblings
_AROUND = 60  # characters quoted on each side of what was found


def spots(nodes: Iterable[Node], most: int = MOST) -> list[Spot]:
    """The places of the first elements."""
    return [spot(node) for node in islice(nodes, most)]


def hit_spots(hits: Iterable[Hit], limit: int = MOST) -> list[Spot]:
    """One spot for each element that holds hits, with the words around the first."""
    by_element: dict[int, list[Hit]] = {}
    for hit in hits:
        by_element.setdefault(hit.node.mem_id, []).append(hit)
    return [
        Spot(dom.selector_of(group[0].node), excerpt(group[0]), quoted(h.text for h in group))
        for group in islice(by_element.values(), limit)
    ]


def excerpt(hit: Hit) -> str:
    """The element's start tag and the words around the hit, escaped."""
    source = dom.snippet(hit.node)
    if not source.endswith("…"):
        return source
    tag = source.split(">", 1)[0] + ">" if ">" in source else f"<{hit.node.tag}>"
    text, start, end = hit.block.text, max(0, hit.start - _AROUND), hit.end + _AROUND
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return tag + html.escape(dom.fold(before + text[start:end] + after), quote=False)


def quoted(texts: Iterable[str], most: int = 5) -> str:
    """Up to five different texts in quotation marks: “can't”, “don't” and 3 more."""
    unique = list(dict.fromkeys(dom.fold(text[:200])[:80] for text in texts))
    named = ", ".join(f"“{text}”" for text in unique[:most])
    return named + (f" and {len(unique) - most} more" if len(unique) > most else "")
