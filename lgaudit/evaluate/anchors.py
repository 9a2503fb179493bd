"""Links by how their address begins, found in one walk over a page's links."""

from __future__ import annotations

from typing import NamedTuple

from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node


class Anchors(NamedTuple):
    """Links of one page in document order. Nobody changes the lists."""

    inner: list[Node]  # to "#" and something or nothing
    within: list[Node]  # to "#" or "/#"
    acting: list[Node]  # to a script, or to "#" and acting when they are clicked


def anchors_of(page: Page) -> Anchors:
    """The links of a page that lead to no other, looked for once."""
    return kept(page, "anchors", _anchors)


def _anchors(page: Page) -> Anchors:
    css = page.dom.css
    if any(name.endswith(":href") for name in page.dom.there):
        # Links of drawings have addresses of another kind, which selectors know.
        return Anchors(
            css("a[href^='#']"),
            css("a[href^='#'], a[href^='/#']"),
            css("a[href^='javascript:' i], a[href='#'][onclick]"),
        )
    found = Anchors([], [], [])
    for node in css("a[href]"):
        href = node.attributes.get("href")
        if not href:
            continue
        first = href[0]
        if first == "#":
            found.inner.append(node)
            found.within.append(node)
            if href == "#" and "onclick" in node.attributes:
                found.acting.append(node)
        elif first == "/":
            if href[:2] == "/#":
                found.within.append(node)
        elif first in "jJ" and href[:11].lower() == "javascript:":
            found.acting.append(node)
    return found
