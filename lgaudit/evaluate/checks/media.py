"""Checks of pictures: what stands in for them, and the room they keep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
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
from lgaudit.evaluate.hopes import hopeful
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.names import names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_SIZING_STYLE = re.compile(
    r"aspect-ratio\s*:|\bwidth\s*:[^;]+;.*?\bheight\s*:|"
    r"\bheight\s*:[^;]+;.*?\bwidth\s*:|\bposition\s*:\s*(?:absolute|fixed)\b",  # moves nothing
    re.I | re.S,
)
_KEEPS_SHAPE = re.compile(r"(?:^|[\s_-])(?:ratio|aspect|embed-responsive|intrinsic)", re.I)
_PADDED = re.compile(r"padding-(?:top|bottom)\s*:\s*[\d.]+%", re.I)
_SIZING_RULE = re.compile(
    r"aspect-ratio|\bimg\b[^{}]{0,200}\{[^{}]{0,500}?(?<![\w-])height\s*:\s*[\d.]", re.I
)
_HEIGHT = re.compile(r"(?<![\w-])(?:height|block-size)\s*:\s*[\d.]", re.I)
_WIDTH = re.compile(r"(?<![\w-])(?:width|inline-size)\s*:\s*[\d.]", re.I)
_FRAMES = 3  # elements around a picture that may keep its shape


@page_check
def image_names_avoid(page: Page, *, patterns: Sequence[str]) -> Result:
    """No picture's name (its alt text, or that of an svg or role=img) matches a pattern.

    Pictures without a name are left alone: an empty alt text is right for decoration.
    """
    named, said = kept(page, "named pictures", _named_pictures)
    hopes = hopeful(tuple(patterns), said)
    found = [
        (node, name)
        for node, name in (named if hopes else ())
        if any(timed.search(pattern, name) for pattern in hopes) and not dom.hidden(node)
    ]
    spots = [spot(node, f"Its text is “{name[:80]}”.") for node, name in found[:MOST_PLACES]]
    count = "1 picture has" if len(found) == 1 else f"{len(found)} pictures have"
    return judged(spots, f"{count} a text that does not describe it.", bool(named))


@page_check
def images_sized(page: Page, *, allowed: int = 3) -> Result:
    """At most ``allowed`` pictures of the main content lack both width and height."""
    if page.main is None:
        return inapplicable()
    images = [node for node in page.main.css("img") if _is_content(node, page.main)]
    unsized = [node for node in images if not _sized(node) and not dom.hidden(node)]
    if len(unsized) <= allowed:
        return passed() if images else inapplicable("There are no pictures.")
    message = f"{len(unsized)} of {len(images)} pictures have no width and height."
    spots = places(unsized)
    if any(_SIZING_RULE.search(style.text()) for style in page.dom.css("style")):
        return cant_tell(f"{message} A style on the page may keep their place.", spots)
    return failed(message, spots)


def _named_pictures(page: Page) -> tuple[list[tuple[Node, str]], str]:
    """Pictures that have a name, with it; and all these names in one text."""
    names = names_of(page)
    nodes = page.dom.css("img, svg, [role=img], input[type=image], area[href]")
    once = {node.number: node for node in nodes if _speaks(node)}.values()
    named = [(node, name) for node in once if (name := names.name(node))]
    return named, "\n".join([name for _, name in named])


def _speaks(node: Node) -> bool:
    attributes = node.attributes
    role = (attributes.get("role") or "").lower()
    if role in ("presentation", "none") or (attributes.get("aria-hidden") or "").lower() == "true":
        return False
    return node.tag != "svg" or role == "img"


def _is_content(node: Node, main: Node) -> bool:
    if not (dom.attribute(node, "src") or dom.attribute(node, "srcset")):
        return False
    if main.tag != "body":
        return True
    return not any(around.tag in ("nav", "header", "footer") for around in dom.ancestors(node))


def _holds_itself(node: Node) -> bool:
    """True for a data: picture, unless it only keeps the place of one that a script fetches."""
    if not dom.attribute(node, "src").strip().lower().startswith("data:"):
        return False
    return not any(name == "srcset" or name.startswith("data-") for name in node.attributes)


def _sized(node: Node) -> bool:
    attributes = node.attributes
    own = attributes.get("style") or ""
    if (attributes.get("width") or _WIDTH.search(own)) and (
        attributes.get("height") or _HEIGHT.search(own)
    ):
        return True
    if _SIZING_STYLE.search(own) or _KEEPS_SHAPE.search(attributes.get("class") or ""):
        return True
    if _holds_itself(node):  # it is there as soon as the page is
        return True
    for around in islice(dom.ancestors(node), _FRAMES):
        if around.tag in ("main", "body", "article", "section"):
            return False
        style = dom.attribute(around, "style")
        if _KEEPS_SHAPE.search(dom.attribute(around, "class")):
            return True
        if style and (_SIZING_STYLE.search(style) or _PADDED.search(style)):
            return True
        if around.tag == "picture" and around.css_first("source[width][height]") is not None:
            return True
    return False
