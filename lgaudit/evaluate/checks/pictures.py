"""Checks of alternative texts against what stands around them, and of pictures without any."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
    spot,
)
from lgaudit.evaluate.fields import muted_in
from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.tree import Node

_MOST = 1_000
_SHORT = 200  # characters: texts that come again on many pages
_WORD = re.compile(r"[^\W_]+")
_TINY = re.compile(
    r"(?:^|[/_-])(?:spacer|blank|pixel|transparent|clear|shim|1x1)(?:[_-]?\d{1,4}(?:x\d{1,4})?)?\.\w+$"
)


@page_check
def alt_not_title(page: Page) -> Result:
    """A picture's title attribute does not say something else than its alternative text."""
    images = [node for node in _images(page) if dom.attribute(node, "title").strip()]
    named = [node for node in images if dom.attribute(node, "alt").strip()]
    apart = [node for node in named if not _share_words(node)]
    count = "1 picture has" if len(apart) == 1 else f"{len(apart)} pictures have"
    return judged(places(apart), f"{count} an alt text and a title that differ.", bool(named))


@page_check
def titled_images_have_alt(page: Page) -> Result:
    """A picture with a title is not hidden from screen readers by an empty alt text."""
    images = [node for node in _images(page) if dom.attribute(node, "title").strip()]
    silent = [node for node in images if _is_silent(node)]
    count = "1 picture has" if len(silent) == 1 else f"{len(silent)} pictures have"
    return judged(places(silent), f"{count} a title and an empty alt text.", bool(images))


@page_check
def alt_not_beside(page: Page, *, words: int = 3) -> Result:
    """A picture's alternative text of ``words`` words or more is not said again beside it.

    Looked at are the caption of its figure and the text just before and after it.
    """
    named = []
    twice = []
    for node in _images(page):
        alt = _key(dom.attribute(node, "alt"))
        if len(alt.split()) < words:
            continue
        named.append(node)
        if any(_says(text, alt) for text in _beside(node)):
            twice.append(node)
    count = "1 picture has" if len(twice) == 1 else f"{len(twice)} pictures have"
    return judged(places(twice), f"{count} an alt text that is said beside it.", bool(named))


@page_check(review=True)
def alt_short(page: Page, *, maximum: int = 250) -> Result:
    """No alternative text has more than so many characters; a person should look at those."""
    named = [node for node in _images(page) if dom.attribute(node, "alt").strip()]
    long = [n for n in named if len(dom.fold(dom.attribute(n, "alt"))) > maximum]
    if long:
        return cant_tell("Does this belong in the text of the page?", places(long))
    return passed() if named else inapplicable("No picture has an alt text.")


@page_check
def spacers_silent(page: Page) -> Result:
    """Pictures that only keep room have an empty alt text."""
    spacers = [node for node in _images(page) if _is_spacer(node)]
    loud = [node for node in spacers if dom.attribute(node, "alt").strip()]
    count = "1 picture that keeps" if len(loud) == 1 else f"{len(loud)} pictures that keep"
    return judged(places(loud), f"{count} room has an alt text.", bool(spacers))


@page_check(review=True)
def informative_images_named(
    page: Page, *, patterns: Sequence[str], near_words: int = 40
) -> Result:
    """A picture whose file is named like a chart, map or poster has a text in its place.

    Whether it informs, and whether text nearby says the same, a person should judge; a caption or
    a long text in the same figure settles it.
    """
    silent = [node for node in _images(page) if _is_silent(node)]
    doubtful = []
    for node in silent:
        name = _file_of(dom.attribute(node, "src"))
        if not name or not any(timed.search(pattern, name) for pattern in patterns):
            continue
        if not _in_named_link(node) and not _explained(node, near_words):
            doubtful.append(spot(node, f"The file is called “{name[:60]}”"))
    if doubtful:
        message = "Does this picture inform? Then it needs an alt text, or text near it."
        return cant_tell(message, doubtful[:MOST_PLACES])
    return passed() if silent else inapplicable("No picture has an empty alt text.")


@page_check(review=True)
def hidden_images_empty(page: Page) -> Result:
    """A picture with an alternative text is not taken out of what screen readers get.

    One that shares its link or button with words may well be decoration.
    """
    named = [node for node in _images(page) if _key(dom.attribute(node, "alt"))]
    muted = [node for node in named if _is_muted(page, node) and not _in_named_link(node)]
    if muted:
        message = "Has this picture something to say? Screen readers are told to leave it out."
        return cant_tell(message, places(muted))
    return passed() if named else inapplicable("No picture has an alt text.")


@page_check(review=True)
def drawings_named(page: Page) -> Result:
    """A drawing (svg) among the words of the content has a name, or is marked as decoration."""
    main = page.main
    if main is None:
        return inapplicable()
    drawings = [n for n in main.css("svg")[:_MOST] if not any(a.tag == "svg" for a in _around(n))]
    bare = [node for node in drawings if _is_bare_drawing(page, node)]
    if bare:
        return cant_tell("Does this drawing inform? Then it needs a name.", places(bare))
    return passed() if drawings else inapplicable("There are no drawings.")


def _images(page: Page) -> list[Node]:
    return kept(page, "images that count", lambda seen: list(_find_images(seen)))


def _find_images(page: Page) -> Iterator[Node]:
    for node in page.dom.css("img")[:_MOST]:
        if not dom.hidden(node):
            yield node


def _around(node: Node) -> Iterator[Node]:
    return islice(dom.ancestors(node), 30)


def _key(text: str) -> str:
    return _short_key(text) if len(text) <= _SHORT else _words_alone(text)


def _words_alone(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


_short_key = lru_cache(maxsize=4096)(_words_alone)


def _says(text: str, key: str) -> bool:
    """Whether a text, which may be long, is the one of this key."""
    first = _WORD.search(text.casefold())
    return first is not None and key.startswith(first[0]) and key == _key(text)


def _share_words(node: Node) -> bool:
    alt, title = (_key(dom.attribute(node, a)) for a in ("alt", "title"))
    return bool(set(alt.split()) & set(title.split())) or not alt or not title


def _is_silent(node: Node) -> bool:
    attributes = node.attributes
    if "alt" not in attributes or (attributes["alt"] or "").strip():
        return False
    return not (attributes.get("aria-label") or attributes.get("aria-labelledby"))


def _is_muted(page: Page, node: Node) -> bool:
    if dom.attribute(node, "role").lower() in ("presentation", "none"):
        return True
    muted = muted_in(page)
    return bool(muted) and any(item.number in muted for item in (node, *_around(node)))


def _is_spacer(node: Node) -> bool:
    source = dom.attribute(node, "src").lower()
    if _TINY.search(source.split("?")[0]):
        return True
    return all(dom.attribute(node, a).strip() in ("0", "1", "2") for a in ("width", "height"))


def _in_named_link(node: Node) -> bool:
    around = next((a for a in _around(node) if a.tag in ("a", "button", "label")), None)
    return around is not None and bool(
        around.text().strip() or dom.attribute(around, "aria-label").strip()
    )


def _beside(node: Node) -> Iterator[str]:
    figure = next((a for a in islice(dom.ancestors(node), 6) if a.tag == "figure"), None)
    if figure is not None:
        for caption in figure.css("figcaption"):
            yield caption.text()
    around: Node = node
    wrapper = node.parent
    if wrapper is not None and wrapper.tag in ("picture", "span", "p"):
        around = node if wrapper.text().strip() else wrapper
    for item in (_sibling(around, "prev"), _sibling(around, "next")):
        if item is not None and item.tag not in ("a", "button", "script", "style", "img"):
            yield item.text() if item.is_element_node else item.text_content or ""


def _sibling(node: Node, way: str) -> Node | None:
    found: Node | None = getattr(node, way)
    while found is not None:
        if found.is_element_node or (found.is_text_node and (found.text_content or "").strip()):
            return found
        found = getattr(found, way)
    return None


def _explained(node: Node, words: int) -> bool:
    """Whether a caption, or a good deal of text in the same figure or block, goes with it."""
    for around in islice(dom.ancestors(node), 3):
        if around.tag in ("main", "body", "article"):
            return False
        if around.tag == "figure":
            return bool(around.css_first("figcaption"))
        if len(dom.visible_text(around, words).split()) >= words:
            return True
    return False


def _file_of(address: str) -> str:
    if address.startswith("data:"):
        return ""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return re.sub(r"\.\w{2,5}$", "", unquote(path).rsplit("/", 1)[-1])[:200]


def _is_bare_drawing(page: Page, node: Node) -> bool:
    if dom.hidden_here(node) or _is_muted(page, node) or _in_named_link(node):
        return False
    attributes = node.attributes
    if any((attributes.get(a) or "").strip() for a in ("aria-label", "aria-labelledby", "role")):
        return False
    if any(map(dom.hidden_here, _around(node))):
        return False
    return not any(c.tag == "title" and c.text().strip() for c in node.iter())
