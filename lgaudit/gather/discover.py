"""What a page leads to: links, its canonical address, its wishes to robots."""

from __future__ import annotations

from typing import NamedTuple

from lgaudit import dom, urls
from lgaudit.evidence import Page
from lgaudit.gather import shown
from lgaudit.tree import Node

MOST_LINKS = 3000  # of one page
_CHROME_LINKS = ", ".join(
    f"{part.strip()} a[href]" for part in [*dom.CHROME.split(","), "[role=complementary]"]
)


class Link(NamedTuple):
    """One link. ``url`` is normalised; ``in_main`` is False in menus, headers and footers."""

    url: str
    text: str
    in_main: bool
    nofollow: bool


def base_of(page: Page) -> str:
    """What the page's relative addresses are resolved against."""
    if "<base" not in page.lowered:  # much faster than asking the parser, and mostly the case
        return page.final_url
    nodes = page.dom.glance("base[href]")
    written = dom.attribute(nodes[0], "href") if nodes else ""
    return (written and urls.normalise(written, page.final_url)) or page.final_url


def links_of(page: Page) -> tuple[Link, ...]:
    """Links to http and https addresses, in page order, one for each address and text."""
    base, tree = base_of(page), page.dom
    main = _ids(shown.main_of(tree))
    chrome = {node.mem_id for node in tree.glance(_CHROME_LINKS)}
    found: dict[tuple[str, str], Link] = {}
    for node in tree.glance("a[href], area[href]")[:MOST_LINKS]:
        said = node.attributes
        url = urls.normalise(said.get("href") or "", base)
        if url is None:
            continue
        text = text_of(node)
        place = node.mem_id in main and node.mem_id not in chrome
        known = found.get((url, text))
        if known is not None and (known.in_main or not place):
            continue
        nofollow = "nofollow" in (said.get("rel") or "").lower().split()
        found[url, text] = Link(url, text, place, nofollow)
    return tuple(found.values())


def text_of(node: Node) -> str:
    """A link's name: its text, else its label, else the alternative of its picture."""
    text = dom.fold(node.text(deep=True))[:300]
    if not text:
        text = dom.fold(dom.attribute(node, "aria-label") or dom.attribute(node, "title"))[:300]
    if not text and (image := node.css_first("img[alt]")) is not None:
        text = dom.fold(dom.attribute(image, "alt"))[:300]
    return text


def canonical_of(page: Page) -> str | None:
    """The address the page calls its own, normalised, or None."""
    for node in page.dom.glance("link[rel][href]"):
        if "canonical" in dom.attribute(node, "rel").lower().split():
            return urls.normalise(dom.attribute(node, "href"), base_of(page))
    return None


def alternates_of(page: Page) -> dict[str, str]:
    """Language (as written, lower case) to address of the page's versions in other languages."""
    found: dict[str, str] = {}
    if "hreflang" not in page.lowered:
        return found
    base = base_of(page)
    for node in page.dom.glance("link[rel][hreflang][href]"):
        url = urls.normalise(dom.attribute(node, "href"), base)
        if url and "alternate" in dom.attribute(node, "rel").lower().split():
            found.setdefault(dom.attribute(node, "hreflang").strip().lower(), url)
    return found


def wishes_of(page: Page) -> frozenset[str]:
    """Words for robots in meta elements and the X-Robots-Tag header: noindex, nofollow ..."""
    said = [value for name, value in page.headers if name.lower() == "x-robots-tag"]
    for node in page.dom.glance("meta[name][content]"):
        if dom.attribute(node, "name").strip().lower() in ("robots", "lgaudit"):
            said.append(dom.attribute(node, "content"))
    return frozenset(word.strip().lower() for text in said for word in text.split(",") if word)


def assets_of(page: Page) -> tuple[tuple[str, str], ...]:
    """(address, "stylesheet" or "script") of what the page loads first, in page order."""
    base = base_of(page)
    found: dict[str, str] = {}
    for node in page.dom.glance("link[rel][href], script[src]"):
        style = node.tag == "link"
        if style and "stylesheet" not in dom.attribute(node, "rel").lower().split():
            continue
        url = urls.normalise(dom.attribute(node, "href" if style else "src"), base)
        if url:
            found.setdefault(url, "stylesheet" if style else "script")
    return tuple(found.items())


def _ids(main: Node | None) -> set[int]:
    if main is None:
        return set()
    return {node.mem_id for node in main.css("a[href], area[href]")}
