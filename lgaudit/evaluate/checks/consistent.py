"""Checks that hold pages of one site against each other: what repeats keeps its order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lgaudit import dom, urls
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import Result, failed, inapplicable, passed, site_check
from lgaudit.evaluate.kept import extract
from lgaudit.evaluate.links import plain
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Spot
from lgaudit.tree import Node

_FURNITURE = "header, footer, [role=banner], [role=contentinfo], #header, #footer"
_MOST_LINKS = 200
_MOST_PAGES = 200


@site_check
def navigation_keeps_order(visit: Snapshot, *, links: int = 3) -> Result:
    """The main navigation's links stand in the same order on every page of a host.

    Pages are compared by the links that both have, when these are at least ``links``.
    """
    pages = [(p.final_url, *_navigation(p)) for p in _seen(visit)]
    return _compared(pages, links, "The main navigation changes its order.")


@site_check
def help_keeps_place(visit: Snapshot, *, pattern: str) -> Result:
    """Ways to get help in header and footer stand in the same order on every page of a host.

    Help is a link whose text matches ``pattern``, a telephone number or an e-mail address.
    """
    pages = [(p.final_url, "", list(_help(p, pattern))) for p in _seen(visit)]
    return _compared(pages, 2, "The ways to get help change their order.")


def _seen(visit: Snapshot) -> Iterator[Page]:
    shown = (p for p in visit.each_page() if p.verdict.ok and p.status == 200)
    for number, page in enumerate(shown):
        if number >= _MOST_PAGES:
            return
        yield page


def _compared(pages: Sequence[tuple[str, str, list[str]]], least: int, message: str) -> Result:
    """Whether what two pages of a host and template have in common is always in one order."""
    spots = []
    compared = 0
    alike: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
    for url, template, items in pages:
        if items:
            alike.setdefault((urls.host_of(url), template), []).append((url, items))
    for group in alike.values():
        usual_url, usual = _usual(group)
        for url, items in group:
            shared = set(usual) & set(items)
            if url == usual_url or len(shared) < least:
                continue
            compared += 1
            expected = [item for item in usual if item in shared]
            found = [item for item in items if item in shared]
            if expected != found:
                moved = next(b for a, b in zip(expected, found, strict=True) if a != b)
                spots.append(Spot("", url, f"“{moved[:60]}” stands elsewhere than on {usual_url}"))
    if spots:
        return failed(message, sorted(spots, key=lambda s: s.snippet))
    return passed() if compared else inapplicable("No two pages could be compared.")


def _usual(group: Sequence[tuple[str, list[str]]]) -> tuple[str, list[str]]:
    """The page whose order most pages have; the first by address of those."""
    counts: dict[tuple[str, ...], int] = {}
    for _, items in group:
        counts[tuple(items)] = counts.get(tuple(items), 0) + 1
    return min(group, key=lambda item: (-counts[tuple(item[1])], item[0]))


@extract
def _navigation(page: Page) -> tuple[str, list[str]]:
    """The mark-up of the first navigation outside the content with links, and their names."""
    for node in page.dom.css("nav, [role=navigation]")[:20]:
        about = f"{dom.attribute(node, 'aria-label')} {dom.attribute(node, 'class')}".lower()
        if any(word in about for word in ("breadcrumb", "pagination", "pager", "language", "skip")):
            continue
        if dom.hidden(node) or _inside_main(node):
            continue
        names = _names(node.css("a[href]"))
        if len(names) >= 3:
            return f"{node.tag} {about} {dom.attribute(node, 'id')}", names
    return "", []


def _help(page: Page, pattern: str) -> Iterator[str]:
    seen: set[str] = set()
    for tag, kind, name in _furniture(page):
        if not kind and not (name and timed.search(pattern, name)):
            continue
        mark = f"{tag} {kind or name}"
        if mark not in seen:
            seen.add(mark)
            yield mark


@extract
def _furniture(page: Page) -> list[tuple[str, str, str]]:
    """Links of header and footer that can be seen: what they stand in, their kind and name."""
    found = []
    for node in page.dom.css(_FURNITURE)[:10]:
        if _inside_main(node):
            continue
        for link in node.css("a[href]")[:_MOST_LINKS]:
            href = dom.attribute(link, "href").strip().lower()
            kind = next((k for k in ("tel:", "mailto:") if href.startswith(k)), "")
            if not dom.hidden(link):
                found.append((node.tag, kind, plain(link.text())))
    return found


def _names(links: Sequence[Node]) -> list[str]:
    """Names in order, each once: menus for small screens often repeat them."""
    found = dict.fromkeys(
        plain(node.text()) for node in links[:_MOST_LINKS] if not dom.hidden(node)
    )
    return [name for name in found if name]


def _inside_main(node: Node) -> bool:
    return any(a.tag in ("main", "article") for a in dom.ancestors(node))
