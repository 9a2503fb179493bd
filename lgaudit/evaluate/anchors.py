"""Links by how their address begins, found in one walk over a page's links."""

from __future__ import annotations

from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node


def inner_links(page: Page) -> list[Node]:
    """Links whose address begins with ``#``, in document order. Nobody changes the list."""
    return kept(page, "inner links", _inner_links)


def _inner_links(page: Page) -> list[Node]:
    if _drawn(page):
        return page.dom.css("a[href^='#']")
    return [n for n in page.dom.css("a[href]") if (n.attributes.get("href") or "")[:1] == "#"]


def links_within(page: Page) -> list[Node]:
    """Links whose address begins with ``#`` or ``/#``, in document order."""
    if _drawn(page):
        return page.dom.css("a[href^='#'], a[href^='/#']")
    return [
        node
        for node in page.dom.css("a[href]")
        if (node.attributes.get("href") or "").startswith(("#", "/#"))
    ]


def acting_links(page: Page) -> list[Node]:
    """Links to a script, and links to ``#`` that act when they are clicked."""
    if _drawn(page):
        return page.dom.css("a[href^='javascript:' i], a[href='#'][onclick]")
    return [
        node
        for node in page.dom.css("a[href]")
        if (href := node.attributes.get("href"))
        and (
            (href == "#" and "onclick" in node.attributes)
            or (href[0] in "jJ" and href[:11].lower() == "javascript:")
        )
    ]


def _drawn(page: Page) -> bool:
    """Whether there may be links of drawings, which have addresses of another kind."""
    return any(name.endswith(":href") for name in page.dom.there)
