"""Checks of how words are made to stand out."""

from __future__ import annotations

import re

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import Result, inapplicable, judged, page_check
from lgaudit.evaluate.excerpts import spots
from lgaudit.evidence import Page
from lgaudit.tree import Node

_LINE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bunderline\b", re.I)
MOST_LOOKED_AT = 500  # elements: each is looked at with all that is around it
# Buttons and other things that act may look like links.
_EXEMPT = frozenset(("a", "ins", "abbr", "button", "summary", "label"))
_ACTING = ("button", "link", "tab", "menuitem", "switch")


@page_check
def underline_absent(page: Page) -> Result:
    """No text but that of links is underlined by ``u`` or its own style.

    Inserted text, abbreviations and what acts, as buttons do, may be.
    """
    if page.main is None or not (page.text.strip() or page.main.text(strip=True)):
        return inapplicable("The page has no text.")
    nodes = [n for n in page.main.css("u, [style*=underline i]")[:MOST_LOOKED_AT] if _underlined(n)]
    found = [node for node in nodes if not _excused(node)]
    inner = {a.mem_id for node in found for a in dom.ancestors(node)}
    innermost = [node for node in found if node.mem_id not in inner]
    return judged(spots(innermost), "Underlined text looks like a link.")


def _underlined(node: Node) -> bool:
    return node.tag == "u" or bool(_LINE.search(dom.attribute(node, "style")[:1000]))


def _excused(node: Node) -> bool:
    if any(a.tag in _EXEMPT or dom.attribute(a, "role") in _ACTING for a in dom.lineage(node)):
        return True
    if dom.hidden(node):
        return True
    text = dom.fold(node.text())
    linked = dom.fold(" ".join(link.text() for link in node.css("a[href]")))
    # One letter is an access key; text that is all link is a link.
    return len(text) < 2 or not any(map(str.isalnum, text)) or len(linked) >= len(text)
