"""Checks of links beside one another, links to media and links that are not links."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import unquote

from lgaudit import dom, urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.anchors import anchors_of
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
    spot,
)
from lgaudit.evaluate.links import endings, plain
from lgaudit.evaluate.names import Names, names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_MOST_LINKS = 2_000
_FIRST_LINKS = 12  # of a page, among which skip links are looked for
_GOES = re.compile(r"location(?:\.href)?\s*=\s*['\"]([^'\"]{1,500})['\"]", re.I)
_SKIPS = re.compile(
    r"\b(?:skip|jump|go|neidio|sgipio)\b.{0,12}\b(?:to|i)\b.{0,12}\b(?:main|content|cynnwys)", re.I
)
_NUMBER = re.compile(r"^[\W\d_]*$")
_WATCHES = re.compile(r"/watch|/video|/v/|/shorts/|youtu\.be/\w|vimeo\.com/\d")
_NO_PAGE = frozenset("#jJmMtT")  # how addresses begin that lead to no other page
_ABROAD = re.compile(r"(?:https?:)?//", re.I)
_TO_TOP = re.compile(
    r"^(?:(?:(?:go|return) )?(?:back )?(?:up )?to (?:the )?)?top(?: of (?:the |this )?page)?$", re.I
)
_LEAVES = re.compile(
    r"\blocation(?:\.href)?\s*=(?!=)|\blocation\.(?:assign|replace)\s*\(|\bwindow\.open\s*\("
)


@page_check
def neighbours_joined(page: Page) -> Result:
    """No two links that stand side by side go to the same address."""
    links = page.dom.css("a[href]")[:_MOST_LINKS]
    pairs = []
    for node in links:
        around, at = node.parent, node.at + 1
        if around is None or at == len(around.children):
            continue  # as most links are, it is the last in its paragraph or item
        after = _next_link(node)
        if after is None or not _same_target(node, after):
            continue
        if not dom.hidden(node) and not dom.hidden(after):
            pairs.append(after)
    count = "1 link repeats" if len(pairs) == 1 else f"{len(pairs)} links repeat"
    return judged(places(pairs), f"{count} the link just before.", len(links) > 1)


@page_check
def same_name_same_site(page: Page) -> Result:
    """Links of a page with the same name do not lead to different websites.

    Addresses of one site may hold the same page twice, and that cannot be told from here; two
    websites are surely two places. Links that name a size, a date or a number are left out.
    """
    names = names_of(page)
    own = urls.registrable(urls.host_of(page.final_url or page.url))
    by_name: dict[str, list[tuple[Node, str]]] = {}
    inside: list[Node] = []
    for node in page.dom.css("a, area[href], [role=link]")[:_MOST_LINKS]:
        target = _target(node)
        if not target:
            continue
        abroad = target[0] in "hH/" and _ABROAD.match(target)
        site = urls.registrable(urls.host_of(target)) if abroad else own
        if site == own:
            inside.append(node)
        elif site and (name := _name(names, node)):
            by_name.setdefault(name, []).append((node, site))
    if by_name:  # most links stay on the site, and only some can share a name with one that leaves
        for node in inside:
            said = plain(node.text())
            if (not said or said in by_name) and (name := _name(names, node)) in by_name:
                by_name[name].append((node, own))
    apart = [group for group in by_name.values() if len({site for _, site in group}) > 1]
    spots = [spot(node, f"leads to {site}") for group in apart for node, site in group]
    several = bool(apart) or len(inside) > 1 or any(len(g) > 1 for g in by_name.values())
    count = "1 link text leads" if len(apart) == 1 else f"{len(apart)} link texts lead"
    return judged(spots[:MOST_PLACES], f"{count} to different websites.", several)


@page_check
def titles_say_more(page: Page) -> Result:
    """A link's title attribute does not repeat the text of the link."""
    titled = [n for n in page.dom.css("a[href][title]")[:_MOST_LINKS] if _said(n, "title")]
    same = [
        node
        for node in titled
        if plain(dom.attribute(node, "title")) == plain(node.text()) and not dom.hidden(node)
    ]
    count = "1 link has" if len(same) == 1 else f"{len(same)} links have"
    return judged(places(same), f"{count} a title that repeats the link's text.", bool(titled))


@page_check(review=True)
def media_links_explained(
    page: Page, *, extensions: Sequence[str], hosts: Sequence[str], transcript_pattern: str
) -> Result:
    """A page that links to a recording says where its transcript or captions are."""
    if page.main is None:
        return inapplicable()
    kinds, places_of = endings(tuple(extensions)), tuple(hosts)
    found = [n for n in page.main.css("a[href]") if _is_media(page, n, kinds, places_of)]
    found = [node for node in found if not dom.hidden(node)]
    if not found:
        return inapplicable("No link leads to a recording.")
    if timed.search(transcript_pattern, page.text):
        return passed()
    message = "Is there a transcript, or are there captions, for what these links lead to?"
    return cant_tell(message, places(found))


@page_check
def links_lead_somewhere(page: Page) -> Result:
    """Things that act when they are clicked are buttons, not links to nowhere.

    A link to "#" or to a script, with no role of a button, promises a page that never comes.
    """
    links = page.dom.css("a[href]")[:_MOST_LINKS]
    acting = [
        node
        for node in anchors_of(page).acting[:_MOST_LINKS]
        if dom.attribute(node, "role").lower() not in ("button", "tab", "menuitem", "switch")
        and not dom.hidden(node)
        and not re.search(r"print|history\.|back\(|mailto", f"{node.attributes}", re.I)
        and not _leads_to_top(node)
    ]
    staying = [node for node in acting if not _LEAVES.search(_script_of(node))]
    if acting and not staying:
        message = "These links go by script. They need an address of their own."
        return cant_tell(message, places(acting))
    count = "1 link leads" if len(staying) == 1 else f"{len(staying)} links lead"
    return judged(places(staying), f"{count} nowhere and should be a button.", bool(links))


def _script_of(node: Node) -> str:
    """What a link does by script."""
    return f"{dom.attribute(node, 'href')} {dom.attribute(node, 'onclick')}"


def _leads_to_top(node: Node) -> bool:
    """True for "Back to top": "#" is the address of the top of a page."""
    return dom.attribute(node, "href") == "#" and _TO_TOP.search(dom.fold(node.text())) is not None


@page_check
def skip_links_reach(page: Page, *, words: int = 10) -> Result:
    """A link that promises the main content leads to it, not to something before it.

    With ``words`` words or more between its target and the main content it has not got there.
    """
    main, names = page.main, names_of(page)
    if main is None or main.tag == "body":
        return inapplicable("The main content is not marked.")
    skips = [
        node for node in anchors_of(page).inner[:_FIRST_LINKS] if _SKIPS.search(names.name(node))
    ]
    for node in skips:
        target = names.ids.get(unquote(dom.attribute(node, "href")[1:]))
        if target is None:
            continue  # another rule speaks of targets that are not there
        left = _words_until(target, main, page)
        if left is not None and left >= words:
            message = f"The skip link stops {left} words before the main content."
            return failed(message, [spot(node)])
    return passed() if skips else inapplicable("There is no link to the main content.")


def _words_until(target: Node, main: Node, page: Page) -> int | None:
    """Words between the start of one element and that of another; None when not before it."""
    around = {n.mem_id for n in (main, *dom.ancestors(main))}
    if target.mem_id in around or page.dom.body is None:
        return None
    if any(n.mem_id == main.mem_id for n in dom.ancestors(target)):
        return None
    count = 0
    counting = False
    for node in page.dom.body.traverse(include_text=True):
        if node.mem_id == target.mem_id:
            counting = True
        elif node.mem_id == main.mem_id:
            return count if counting else None
        elif counting and node.is_text_node and node.parent is not None:
            if node.parent.tag not in dom.UNSEEN and not dom.hidden(node.parent):
                count += len((node.text_content or "").split())
            if count > 10_000:
                return count
    return None


def _next_link(node: Node) -> Node | None:
    """The link that follows with nothing but space between; wrappers of one thing are crossed."""
    after = node.next
    while after is not None:
        if after.is_element_node:
            if after.tag == "br":
                after = after.next
                continue
            return after if after.tag == "a" and "href" in after.attributes else None
        if after.is_text_node and (after.text_content or "").strip(" \t\r\n\xa0"):
            return None
        after = after.next
    return None


def _same_target(one: Node, other: Node) -> bool:
    first, second = (dom.attribute(n, "href").strip() for n in (one, other))
    return bool(first) and first == second and not first.startswith(("#", "javascript:"))


def _name(names: Names, node: Node) -> str:
    """A link's name as it is compared; '' for one that is hidden or only a number."""
    if any(map(dom.hidden_here, dom.lineage(node))):  # links of drawings count too
        return ""
    name = plain(names.name(node))
    return "" if _NUMBER.match(name) else name


def _target(node: Node) -> str:
    """Where a link, or an element that a script makes one, leads; as it is written."""
    attributes = node.attributes
    href = (attributes.get("href") or attributes.get("xlink:href") or "").strip()
    if not href and "onclick" in attributes:
        found = _GOES.search(attributes["onclick"] or "")
        href = found[1] if found else ""
    if href[:1] not in _NO_PAGE:
        return href
    return "" if href.lower().startswith(("#", "javascript:", "mailto:", "tel:")) else href


def _said(node: Node, attribute: str) -> bool:
    return bool(dom.attribute(node, attribute).strip() and node.text().strip())


def _is_media(page: Page, node: Node, kinds: tuple[str, ...], hosts: Sequence[str]) -> bool:
    href = (node.attributes.get("href") or "").strip().lower()
    path = href
    if "#" in href or "?" in href:
        path = href.split("#", 1)[0].split("?", 1)[0]
    if path.endswith(kinds):
        return True
    for host in hosts:
        if host in href:
            break
    else:
        return False
    host = urls.host_of(urls.normalise(href, page.final_url or page.url) or "")
    return bool(_WATCHES.search(href)) and any(host == h or host.endswith(f".{h}") for h in hosts)
