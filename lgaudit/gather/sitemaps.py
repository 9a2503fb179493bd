"""Reading sitemaps as they are found in the wild: index, gzip, plain text, feeds, nonsense."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from lxml import etree

from lgaudit import urls
from lgaudit.gather import decode

LARGEST = 20_000_000  # bytes, unpacked
MOST_FILES = 15  # of one site
MOST_ENTRIES = 20_000  # of one site
_GZIP = b"\x1f\x8b"
_ENTITY = re.compile(rb"<!ENTITY", re.I)
_ROOTS = {"urlset", "sitemapindex", "rss", "feed", "rdf"}


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Addresses of pages and of more sitemaps in one file, normalised, in file order."""

    pages: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()


def parse(body: bytes, url: str, limit: int = MOST_ENTRIES) -> Sitemap:
    """What a sitemap names; nothing when it is no sitemap. Never raises, expands no entities."""
    if body.startswith(_GZIP):
        try:
            body = decode.unpack_gzip(body, LARGEST)
        except (decode.TooLarge, decode.Broken):
            return Sitemap()
    body = body[:LARGEST].lstrip(b"\xef\xbb\xbf \t\r\n")
    if body.startswith(b"<"):
        return _xml(body, url, limit)
    return _text(body, limit)


async def collect(
    start: Sequence[str],
    read: Callable[[str], Awaitable[bytes]],
    wanted: Callable[[str], bool],
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Follow sitemaps from ``start``, an index one after the other.

    Args:
        start: normalised addresses of sitemaps.
        read: gives a body, b"" when there is none.
        wanted: whether an address is of the site.

    Returns:
        Addresses of the sitemaps that named anything, and of the pages named, in order.
    """
    waiting = deque(dict.fromkeys(url for url in start if wanted(url)))
    asked: set[str] = set()
    useful: list[str] = []
    pages: dict[str, None] = {}
    while waiting and len(asked) < MOST_FILES and len(pages) < MOST_ENTRIES:
        url = waiting.popleft()
        if url in asked:
            continue
        asked.add(url)
        found = parse(await read(url), url, MOST_ENTRIES - len(pages))
        if found.pages or found.sitemaps:
            useful.append(url)
        pages.update(dict.fromkeys(page for page in found.pages if wanted(page)))
        waiting.extend(more for more in found.sitemaps if wanted(more))
    return tuple(useful), tuple(pages)


def _xml(body: bytes, url: str, limit: int) -> Sitemap:
    if _ENTITY.search(body[:100_000]):
        return Sitemap()
    try:
        return _named(body, url, limit)
    except ValueError:  # names and text that are no Unicode
        return Sitemap()


def _named(body: bytes, url: str, limit: int) -> Sitemap:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return Sitemap()
    if root is None or _name(root) not in _ROOTS:
        return Sitemap()
    pages: list[str] = []
    sitemaps: list[str] = []
    for node in root.iter():
        where = _address(node, url)
        if where:
            parent = node.getparent()
            nested = parent is not None and _name(parent) == "sitemap"
            (sitemaps if nested else pages).append(where)
            if len(pages) + len(sitemaps) >= limit:
                break
    return Sitemap(tuple(dict.fromkeys(pages)), tuple(dict.fromkeys(sitemaps)))


def _address(node: etree._Element, base: str) -> str | None:
    """The address an element of a sitemap, RSS or Atom file holds."""
    parent = node.getparent()
    above = _name(parent) if parent is not None else ""
    name, text = _name(node), (node.text or "").strip()
    if name == "loc" and above in ("url", "sitemap"):
        return urls.normalise(text, base) if text else None
    if (
        name == "link"
        and above in ("item", "entry")
        and node.get("rel", "alternate") == "alternate"
    ):
        where = text or node.get("href") or ""
        return urls.normalise(where, base) if where else None
    return None


def _name(node: etree._Element) -> str:
    """Local name in lower case; '' for comments and processing instructions."""
    tag = node.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def _text(body: bytes, limit: int) -> Sitemap:
    """One absolute address a line, and nothing else."""
    pages: list[str] = []
    for line in body.decode("utf-8", errors="replace").splitlines():
        if not line.strip():
            continue
        page = urls.normalise(line)
        if page is None:
            return Sitemap()
        pages.append(page)
        if len(pages) >= limit:
            break
    return Sitemap(tuple(dict.fromkeys(pages)))
