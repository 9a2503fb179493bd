"""What a page calls itself: its title with the name of the site taken off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lgaudit import dom
from lgaudit.evaluate.kept import remembered
from lgaudit.evidence import Page
from lgaudit.tree import Node

# A dash needs space on both sides; the rest separate with or without it.
_SEPARATOR = re.compile(r"\s+[-‐–—/:~]+\s+|\s*(?:\||»|›|·|•|::|\s<\s|\s>\s)+\s*")
_STRONG = re.compile(r"[|»›·•<>]|::")
_ORGANISATION = re.compile(
    r"(?:[A-Z&][\w'’.-]*|\band)\s+(?:Council|Councils|Authority|Corporation|COUNCIL)"
    r"(?:\s+(?:website|online|home\s?page|home))?$"
    r"|^(?:Cyngor|Comhairle|London Borough of|Royal Borough of|City of|Welcome to)\s+\w"
    r"|\.gov\.(?:uk|wales)$|\bllyw\.cymru$"
)
LONGEST = 1000  # characters of a title that are looked at
_EDGES = " |»›·•-–—"
_GENERIC_LABELS = frozenset("www gov uk wales cymru llyw com org co net localhost example".split())


def strip_suffix(title: str, site_names: Sequence[str] = ()) -> str:
    """The title without the site's name before or after a separator; never empties a title.

    ``site_names`` are names the site is known by. Without them a part goes only when it reads
    as the name of a council ('Borchester Borough Council') or stands behind a bar.
    """
    known = {_key(name) for name in site_names if _key(name)}
    parts, separators = _split(title)
    given = len(parts)
    while len(parts) > 1 and _is_site(parts[-1], known):
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _is_site(parts[0], known):
        parts.pop(0)
        separators.pop(0)
    if len(parts) == given > 1 and _STRONG.search(separators[-1]):
        parts.pop()
        separators.pop()
    pieces = [parts[0]] + [gap + part for gap, part in zip(separators, parts[1:], strict=True)]
    return dom.fold("".join(pieces))


def own_title(page: Page) -> str:
    """The page's title without the site's name, helped by what the page says of itself."""
    return remembered(page, "own title", _own_title)


def _own_title(page: Page) -> str:
    title = page.title
    for heading in _headings(page, "h1, main h2"):
        rest = title[len(heading) : LONGEST]
        if title.casefold().startswith(heading.casefold()) and _SEPARATOR.match(rest):
            return title[: len(heading)]
    return strip_suffix(title, site_names(page))


def without_last_part(title: str) -> str:
    """The title up to its last separator; the whole of it when there is none."""
    _, separators = _split(title)
    return dom.fold(title[: title.rfind(separators[-1])]) if separators else title


def main_heading(page: Page) -> str:
    """Text of the first h1 that can be seen, in the content if there is one; or ''."""
    return remembered(page, "main heading", _main_heading)


def _main_heading(page: Page) -> str:
    inside = _headings(page, "main h1, [role=main] h1")
    return next(iter(inside or _headings(page, "h1")), "")


def _headings(page: Page, selector: str) -> list[str]:
    """Texts of the first headings that can be seen."""
    nodes = page.dom.css(selector)[:20]
    return [text for n in nodes if (text := heading_text(n)) and not dom.hidden(n)]


def heading_text(node: Node) -> str:
    """The text of a heading without the permalink sign that some systems put behind it."""
    return dom.fold(node.text()).rstrip(" ¶#§")


def asks_in_form(node: Node) -> bool:
    """Whether a heading is the question of a form's field: in or around a legend or label, or
    with the form, or its fields, right behind it.
    """
    if any(around.tag in ("legend", "label") for around in dom.ancestors(node)):
        return True
    follower = node.next
    while follower is not None and (follower.tag or "").startswith(("-", "_")):  # text, comments
        if follower.tag == "-text" and follower.text().strip():
            return False
        follower = follower.next
    if node.css_first("label") is not None:
        return True
    return follower is not None and (follower.tag == "form" or _is_field(follower))


def _is_field(node: Node) -> bool:
    """True for a field to fill in, or a group of them without a heading of its own."""
    if node.tag == "input":
        return dom.attribute(node, "type").lower() not in ("hidden", "submit", "button", "image")
    if node.tag in ("select", "textarea", "fieldset"):
        return True
    if node.tag not in ("div", "p", "ul", "label") or node.css_first("h1, h2, h3, h4") is not None:
        return False
    return any(map(_is_field, node.css("input, select, textarea")[:20]))


def site_names(page: Page) -> tuple[str, ...]:
    """Names the page gives its site: og:site_name, application-name, a heading in its header,
    and the host's own label.
    """
    names = [
        dom.fold(dom.attribute(node, "content"))
        for node in page.dom.css('meta[property="og:site_name"], meta[name="application-name"]')
    ]
    names += _headings(page, "header h1, [role=banner] h1") if page.dom.css_first("main") else []
    return (*(name for name in names if name), *host_names(page.final_url or page.url))


def host_names(url: str) -> tuple[str, ...]:
    """The labels of a host that could name its owner: 'borchester' of www.borchester.gov.uk."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ()
    labels = (label for label in host.split(".") if len(label) > 2 and not label.isdigit())
    return tuple(label for label in labels if label not in _GENERIC_LABELS)


def _split(title: str) -> tuple[list[str], list[str]]:
    """Parts and the separators between them; a title of nothing but separators is one part."""
    title = dom.fold(title)[:LONGEST].strip(_EDGES)
    parts: list[str] = []
    separators: list[str] = []
    start = 0
    for match in _SEPARATOR.finditer(title):
        if title[start : match.start()].strip() and title[match.end() :].strip():
            parts.append(title[start : match.start()].strip())
            separators.append(match.group())
            start = match.end()
    return [*parts, title[start:].strip()], separators


def _is_site(part: str, known: set[str]) -> bool:
    return _key(part) in known or bool(_ORGANISATION.search(part))


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold().removeprefix("welcome to ").removesuffix(" home"))
