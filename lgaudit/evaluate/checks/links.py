"""Checks of links in the main content: what they are called and what they lead to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from lgaudit import dom, urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.prose import about
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
from lgaudit.evaluate.excerpts import MOST, quoted, spots
from lgaudit.evaluate.links import Link, endings, links_of, name_of, plain, text_after
from lgaudit.evaluate.reading import read
from lgaudit.evidence import Page
from lgaudit.tree import Node

_TYPE = re.compile(
    r"\b(?:pdf|word|docx?|excel|xlsx?|spreadsheet|power ?point|pptx?|csv|odt|ods|odp|zip|rtf"
    r"|open ?document)\b",
    re.I,
)
_SIZE = re.compile(r"\d\s?(?:[kmg]i?b|k|m|bytes|kilobytes|megabytes)\b", re.I)
_DOES = ", ".join(
    f"main {what}"
    for what in "form iframe video canvas input:not([type=hidden]) select textarea".split()
)
_ITEMS = ("tr", "li", "p", "dd", "figure")
_ATTACHMENT = re.compile(r"attach|download|document|\bfile", re.I)
_LONGEST_ITEM = 300  # characters: more is a text about other things too
_CONTACT = re.compile(r"^\+?[\d\s()-]{7,}$|^\S+@\S+\.\S+$")
# Names that make sense only in their row or list: numbers, letters, dates, steps of a listing.
_STEP = re.compile(
    r"^(?:[\W\d_]*|\w|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{4} to \d{2,4}"
    r"|[\d:. ]+[ap]m(?: to [\d:. ]+[ap]m)?"
    r"|(?:first|last|next|previous|prev|back|older|newer|top)(?: page)?|back to top"
    r"|page \d+|.{0,12}\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b.{0,14})$"
)
_INDEX = re.compile(r"/(?:index|default|home)\.(?:html?|php|aspx?|jsp|cfm)$")
_HEADING = re.compile(r"h[1-6]")
_HOST = re.compile(r"^(?:https?://)?[\w.-]+/?$", re.I)
_ADDRESS = re.compile(r"^(?:https?://|www\.)\S+$", re.I)


@page_check
def link_text_not(page: Page, *, phrases: Sequence[str]) -> Result:
    """No link's accessible name is exactly one of the phrases."""
    links = links_of(page)
    found = [
        link
        for link in links
        if link.plain in phrases and not _names_own_heading(link) and not _is_term(link)
    ]
    message = f"Links named {quoted(link.name for link in found)}."
    return judged(spots(link.node for link in found), message, applicable=bool(links))


@page_check
def link_text_distinct(page: Page) -> Result:
    """Links with the same name go to the same address; numbers, dates and contacts left out."""
    by_name: dict[str, list[Link]] = {}
    here = _target(page.final_url or page.url)  # places in this very page are not told apart
    links = [k for k in links_of(page) if k.url and _target(k.url) != here]
    for link in links:
        name = link.plain[:200]
        if name and not _STEP.match(name) and not _CONTACT.match(name):
            by_name.setdefault(name, []).append(link)
    found = [group for group in by_name.values() if len({_target(k.url) for k in group}) > 1]
    message = f"Go to different places: {quoted(group[0].name for group in found)}."
    each = islice((link for group in found for link in group), MOST)
    places = [spot(link.node, f"goes to {link.url[:200]}") for link in each]
    return judged(places, message, applicable=len(links) > 1)


@page_check
def link_text_not_address(page: Page, *, characters: int = 25) -> Result:
    """No link shows a web address of more than so many characters as its text.

    The name of a host is what people know a website by, however long it is.
    """
    links = links_of(page)
    found = [
        link
        for link in links
        if _ADDRESS.match(text := dom.fold(link.node.text()))
        and len(text) > characters
        and not _HOST.match(text)
        and not dom.in_code(link.node)
    ]
    message = f"Links that show an address: {quoted(k.node.text() for k in found)}."
    return judged(spots(link.node for link in found), message, applicable=bool(links))


@page_check
def document_links_described(
    page: Page, *, extensions: Sequence[str], characters: int = 40
) -> Result:
    """Each link to a document gives type and size in its text or the characters behind it.

    They may also stand anywhere in the row, item or line that is of this document alone. With
    neither it fails; with one of the two a person should look. A picture without a name that
    leads where another link leads, or one that is kept from screen readers, is no second link.
    """
    documents = [link for link in links_of(page) if _is_document(link, extensions)]
    named = {link.url for link in documents if link.name}
    documents = [
        link
        for link in documents
        if dom.attribute(link.node, "aria-hidden") != "true"
        and (link.name or link.url not in named)
    ]
    bare: list[Link] = []
    half: list[Link] = []
    for link in documents:
        assert page.main is not None
        title = dom.attribute(link.node, "title")[:200]
        text = f"{link.name[-400:]} {title} {text_after(link.node, page.main, characters)}"
        told = _told(text)
        if told < 2 and (around := _item_text(link)):
            told = _told(around)
        if told < 2:
            (half if told else bare).append(link)
    if bare:
        message = f"{len(bare)} of {len(documents)} document links without type and size."
        return failed(message, spots(link.node for link in bare))
    if half:
        count = "1 document link gives" if len(half) == 1 else f"{len(half)} document links give"
        message = f"{count} the type or the size, not both."
        return cant_tell(message, spots(link.node for link in half))
    return passed() if documents else inapplicable("No link leads to a document.")


@page_check
def more_than_a_document(
    page: Page,
    *,
    extensions: Sequence[str],
    words: int = 60,
    listing: int = 4,
    skip_pages_pattern: str = "",
) -> Result:
    """A page that links a document says at least ``words`` words itself.

    ``listing`` document links or more make the page a list of publications, and as many links
    to other pages a way to them.
    """
    documents = [link for link in links_of(page) if _is_document(link, extensions)]
    if not documents or len(documents) >= listing:
        return inapplicable("Not a page about one document.")
    if skip_pages_pattern and timed.search(skip_pages_pattern, f"{page.url}\n{about(page)}"):
        return inapplicable("A listing of publications, minutes or data.")
    said = read(page).stream(("prose", "table", "form", "quote", "address", "code"))
    if page.dom.css_first(_DOES) is not None:
        return inapplicable("The page is there for something else.")
    count = said.words - sum(len(link.name.split()) for link in documents)
    if count >= words:
        return passed(metric=float(count))
    others = {k.url for k in links_of(page) if k.url} - {k.url for k in documents}
    if len(others) >= listing:
        return inapplicable("The page leads to other pages.")
    message = f"The page itself says {max(0, count)} words and leaves the rest to a document."
    return failed(message, spots(link.node for link in documents), metric=float(count))


@page_check
def action_text_not(page: Page, *, phrases: Sequence[str], right: Sequence[str]) -> Result:
    """No button or link is called exactly one of the phrases; ``right`` is what to call it."""
    found = []
    used = False
    if page.main is None:
        return inapplicable()
    for link in links_of(page):
        used = used or link.plain in right
        if link.plain in phrases and not _names_own_heading(link):
            found.append((link.node, link.name))
    selector = "button, input[type=submit], input[type=button], [role=button]:not(a)"
    for node in page.main.css(selector):
        name = name_of(node, page)
        if plain(name) in (*phrases, *right) and not dom.hidden(node):
            used = True
            if plain(name) in phrases:
                found.append((node, name))
    message = f"Found {quoted(name for _, name in found)}."
    return judged(spots(node for node, _ in found), message, applicable=used or bool(found))


@lru_cache(maxsize=16_384)
def _target(url: str) -> str:
    """Where an address leads: http or https, www, final slash, index file, visit tags and the
    order of parameters set aside.
    """
    address = urls.identity(url.split("#", 1)[0]).split("://", 1)[-1].casefold()
    path, _, query = address.removeprefix("www.").partition("?")
    path = _INDEX.sub("", path).rstrip("/")
    return "?".join(filter(None, (path, "&".join(sorted(query.split("&"))))))


def _told(text: str) -> int:
    """How many of type and size a text gives."""
    return bool(_TYPE.search(text)) + bool(_SIZE.search(text))


def _item_text(link: Link) -> str:
    """Text of the table row, list item, line or attachment that holds this link and no other."""
    for around in islice(dom.ancestors(link.node), 6):
        classes = dom.attribute(around, "class")[:200]
        if around.tag in _ITEMS or (classes and _ATTACHMENT.search(classes)):
            places = {dom.attribute(n, "href") for n in around.css("a[href]")}
            text = dom.fold(f"{dom.visible_text(around)} {_alternatives(around)}")
            return text if len(places) == 1 and len(text) <= _LONGEST_ITEM else ""
    return ""


def _alternatives(node: Node) -> str:
    return " ".join(dom.attribute(image, "alt") for image in node.css("img[alt]")[:3])


def _is_term(link: Link) -> bool:
    """True for a word of some code, which is the name of what the link explains."""
    code = link.node.css_first("code, kbd, samp, var")
    return code is not None and dom.fold(code.text()) == dom.fold(link.node.text())


def _names_own_heading(link: Link) -> bool:
    """Whether a heading's words are a link to that very heading, as permalinks are."""
    place = dom.attribute(link.node, "href").strip()
    if not place.startswith("#"):
        return False
    around = islice(dom.ancestors(link.node), 4)
    return any(_HEADING.fullmatch(a.tag or "") and f"#{a.id}" == place for a in around)


def _is_document(link: Link, extensions: Sequence[str]) -> bool:
    if not link.url:
        return False
    return _is_file(link.url, tuple(extensions))


@lru_cache(maxsize=16_384)
def _is_file(url: str, extensions: tuple[str, ...]) -> bool:
    return urls.path_of(url).lower().endswith(endings(extensions))
