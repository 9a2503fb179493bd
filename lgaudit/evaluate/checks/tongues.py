"""Checks of language marks on whole pages and parts of them, and of the direction of writing."""

from __future__ import annotations

from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate import tongues
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    spot,
)
from lgaudit.evaluate.kept import kept
from lgaudit.evidence import Page
from lgaudit.models import Spot
from lgaudit.tree import Node

_MOST_PARTS = 300
_NOT_READ = dom.UNSEEN | {"code", "pre"}
_SHORT = 400  # characters of main text, below which the rest of the page is read as well


@page_check
def page_language_true(page: Page) -> Result:
    """The language the page declares is the one its unmarked text is in, however short that is.

    Only what is plain is reported: see :mod:`lgaudit.evaluate.tongues`.
    """
    declared = page.lang
    if not declared or page.dom.body is None:
        return inapplicable("The page declares no language.")
    body = page.dom.body
    mixed = body.css_first("[lang]") is not None
    if not mixed and tongues.speaks(page.text, declared) and not tongues.script_of(page.text):
        return passed()
    mixed = mixed or len(page.text) < _SHORT
    text = f"{page.title}\n{_unmarked_text(body) if mixed else page.text}"
    script = tongues.script_of(text)
    other = "" if script else tongues.clearly_other(text, declared)
    if script and not tongues.written_in(declared, script):
        other = f"in {script} letters"
    elif other:
        other = f"in {tongues.NAMES[other]}"
    root = page.dom.css_first("html")
    spots = [Spot("html", f'<html lang="{dom.attribute(root, "lang")[:40]}">')] if root else []
    message = f"The page is declared “{declared[:20]}”, but its text is {other}."
    return judged(spots if other else (), message)


@page_check
def part_languages_true(page: Page) -> Result:
    """A part marked as being in a language is in that language."""
    parts = [node for node in page.dom.css("body [lang]")[:_MOST_PARTS] if not dom.hidden(node)]
    spots = []
    spoken = False
    for node in parts:
        declared = _subtag(node)
        text = _unmarked_text(node)
        if not declared or not text.strip():
            continue
        spoken = True
        script = tongues.script_of(text)
        other = "" if script else tongues.clearly_other(text, declared)
        if script and not tongues.written_in(declared, script):
            spots.append(spot(node, f"Marked “{declared[:20]}”, written in {script} letters"))
        elif other:
            spots.append(spot(node, f"Marked “{declared[:20]}”, written in {tongues.NAMES[other]}"))
    count = "1 part is" if len(spots) == 1 else f"{len(spots)} parts are"
    return judged(spots[:MOST_PLACES], f"{count} marked as another language.", spoken)


@page_check
def scripts_marked(page: Page) -> Result:
    """Words in another script than that of the page's language carry a lang of their own.

    A language's name for itself and longer texts surely need it; a word or two may be a name.
    """
    if not page.lang:
        return inapplicable("The page declares no language.")
    sure: list[Spot] = []
    unsure: list[Spot] = []
    marked = False
    for node, text, script in _in_other_scripts(page):
        if tongues.written_in(_inherited(node) or page.lang, script):
            marked = True
            continue
        place = spot(node, f"“{text[:40]}” in {script} letters")
        (sure if _is_language(text) else unsure).append(place)
    if sure:
        count = "1 part is" if len(sure) == 1 else f"{len(sure)} parts are"
        return failed(f"{count} in another language and not marked so.", sure[:MOST_PLACES])
    if unsure:
        return cant_tell("Are these more than proper names?", unsure[:MOST_PLACES])
    return passed() if marked else inapplicable("Nothing is written in another script.")


def _is_language(text: str) -> bool:
    """False for what may be a proper name, which needs no mark: a word or two, or a few signs."""
    if text.strip(" \u200e\u200f()[]|/.,:").casefold() in tongues.OWN_NAMES:
        return True
    return len(text.split()) >= 4 or len(tongues.OTHER_SCRIPT.findall(text)) >= 20


@page_check
def direction_right(page: Page) -> Result:
    """Text in Arabic or Hebrew letters runs from right to left, and other text does not."""
    spots = []
    right = False
    for node, text, script in _in_other_scripts(page):
        if script in tongues.RIGHT_TO_LEFT and len(text) >= 20:  # a name alone needs no mark
            if _direction(node) in ("rtl", "auto"):
                right = True
            else:
                spots.append(spot(node, 'dir="rtl" is missing'))
    for node in page.dom.css("[dir=rtl i]")[:_MOST_PARTS]:
        text = dom.visible_text(node, 200)
        if len(text) < 40 or dom.hidden(node):
            continue
        right = True
        if not tongues.OTHER_SCRIPT.search(text) and node.css_first("[dir=ltr i]") is None:
            spots.append(spot(node, 'dir="rtl" on text that runs from left to right'))
    count = "1 text runs" if len(spots) == 1 else f"{len(spots)} texts run"
    return judged(spots[:MOST_PLACES], f"{count} in the wrong direction.", right)


def _in_other_scripts(page: Page) -> list[tuple[Node, str, str]]:
    return kept(page, "other scripts", lambda seen: list(_find_other_scripts(seen)))


def _find_other_scripts(page: Page) -> Iterator[tuple[Node, str, str]]:
    """(element, its own words, script) where words stand in letters that are not Latin."""
    body = page.dom.body
    source = page.html
    if body is None or source.isascii() or not tongues.OTHER_SCRIPT.search(source):
        return
    found = 0
    for node in body.traverse(include_text=True):
        if not node.is_text_node:
            continue
        text = dom.fold(node.text_content or "")
        parent = node.parent
        if parent is None or not tongues.OTHER_SCRIPT.search(text) or parent.tag in dom.UNSEEN:
            continue
        script = tongues.script_of(text)
        if script and not dom.hidden(parent) and not _is_code(parent):
            yield parent, text, script
            found += 1
            if found >= _MOST_PARTS:
                return


def _is_code(node: Node) -> bool:
    codes = ("code", "pre", "kbd", "samp", "var")
    return any(n.tag in codes or "math" in (n.tag or "") for n in dom.lineage(node))


def _unmarked_text(root: Node) -> str:
    """Text below an element in its own language: parts with a lang of their own left out.

    The alternative texts of pictures are text too.
    """
    parts: list[str] = []
    size = 0
    nodes, at, end = root.parser.nodes, root.number, root.last
    while at <= end and size < tongues.READ:
        node = nodes[at]
        at += 1
        if node.is_text_node:
            text = node.text_content or ""
            parts.append(text)
            size += len(text)
            continue
        tag, attributes = node.tag, node.attributes
        if not node.is_element_node:
            continue
        if (
            tag in _NOT_READ
            or (attributes and dom.hides(tag, attributes))
            or ("lang" in attributes and node is not root)
        ):
            at = node.last + 1
            continue
        if tag == "img":
            parts.append(attributes.get("alt") or "")
        if tag in dom.BLOCKS:
            parts.append("\n")
    return " ".join(parts)


def _subtag(node: Node) -> str:
    return dom.attribute(node, "lang").strip().lower().replace("_", "-").split("-")[0]


def _inherited(node: Node) -> str:
    return next((c for n in dom.lineage(node) if (c := _subtag(n))), "")


def _direction(node: Node) -> str:
    for item in dom.lineage(node):
        attributes = item.attributes
        style = (attributes.get("style") or "").lower().replace(" ", "")
        if "direction:rtl" in style:
            return "rtl"
        value = (attributes.get("dir") or "").strip().lower()
        if value or item.tag == "bdi":
            return value or "auto"
    return "ltr"
