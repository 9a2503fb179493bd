"""Checks of the language a text is really in: English, Welsh, Scottish Gaelic or Irish.

Small function words decide first: they are what quotations, place names and loan words do not
bring along. Only when they speak against what is declared is the detector asked, and only when
both agree is anything reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
)
from lgaudit.evaluate.plainwords import words_of
from lgaudit.evaluate.tongues import NAMES
from lgaudit.evidence import Page
from lgaudit.models import Spot
from lgaudit.tree import Node

LANGUAGES = {code: NAMES[code] for code in ("en", "cy", "gd", "ga")}
READ = 8_000  # characters of a text that are looked at
# Words that hardly occur in the other three languages; each list is about a third of plain text.
_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "the of and to for is on that by this with you it be are from at as your all have was we"
        " will can if has which their our or not but they".split()
    ),
    "cy": frozenset(
        "yn yr y ac ei eu wedi gan mae sydd bod eich ein neu gyda gyfer o'r i'r a'r ar hyn oes nid"
        " cael gael dylai gallwch byddwn bydd rydym os am fel hefyd sy chi oedd ond".split()
    ),
    "gd": frozenset(
        "agus tha air anns nan na gu bha ann chan bidh airson aig dhan leis sinn sibh ris seo sin"
        " iad chaidh ach dè bho mar do o a' 's gus gach againn agaibh fo".split()
    ),
    "ga": frozenset(
        "agus tá ar na an is le go ó bhí sé sí siad ní leis seo sin i sa san chun nó don dá atá"
        " bheith féidir dul mar faoi ag tú sibh againn den gach nach".split()
    ),
}
_ANY_SMALL = frozenset().union(*_SMALL_WORDS.values())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?'?")
_SPEAKING = {w: [c for c, words in _SMALL_WORDS.items() if w in words] for w in _ANY_SMALL}
_CONTRARY = 0.06  # share of small words of the declared language above which a text is mixed
_SURE = 0.12  # share of small words a language's own text has at least
_QUOTED = "blockquote, q, cite, code, pre"
_BLOCKS = "p, li, td, th, dd, dt, h1, h2, h3, h4, h5, h6, figcaption, caption, label, legend, div"
_SWITCHER = frozenset("a button li option label p div td dt dd nav".split())
# Welsh text of any length holds one of these; other text hardly ever does.
_WELSH_HINTS = (" yn ", "wedi", "gyda", "sydd", "gyfer", "eich ")


@page_check
def language_matches(
    page: Page,
    *,
    minimum_words: int = 200,
    confidence: float = 0.95,
    languages: Sequence[str] = tuple(LANGUAGES),
) -> Result:
    """The declared language of the page is the one its main text is in.

    Parts marked as another language and quotations are not read. A page in a language that is
    not among ``languages``, or in two of them, is not judged.
    """
    declared = page.lang
    if declared not in languages or page.main is None:
        return inapplicable("The page declares no language that is looked for.")
    text = page.text[:READ]
    shares, count = _shares(text)
    if count >= minimum_words and _likely(shares, languages) == declared:
        return passed()
    if _foreign_parts(page.main, declared):
        text = _own_text(page.main, declared)[:READ]
        shares, count = _shares(text)
    if count < minimum_words:
        return inapplicable("There is too little text to tell its language.")
    likely = _likely(shares, languages)
    if likely == declared or shares[likely] < _SURE:
        return passed()
    if shares.get(declared, 0.0) > _CONTRARY and not _close(likely, declared):
        return inapplicable("The text is in more than one language.")
    found, sure = detect(text)
    if found == declared or found != likely or sure < confidence:
        return passed()
    root = page.dom.css_first("html")
    message = f"The page is declared {LANGUAGES[declared]}, but its text is {LANGUAGES[found]}."
    return failed(message, [_start_tag(root)] if root is not None else [])


@page_check
def welsh_parts_marked(
    page: Page,
    *,
    names: Sequence[str] = ("Cymraeg",),
    minimum_words: int = 20,
    confidence: float = 0.95,
) -> Result:
    """On an English page, the Welsh name of Welsh and blocks of Welsh text carry lang="cy"."""
    if page.lang != "en":
        return inapplicable("The page is not declared English.")
    wanted = {name.casefold() for name in names}
    found: list[Node] = []
    marked = False
    source = page.html
    if any(name in source for name in names):
        for node in _elements_that_say(page, wanted):
            if _declared(node) == "cy":
                marked = True
            elif not dom.hidden(node):
                found.append(node)
    if any(hint in source for hint in _WELSH_HINTS):
        for node in _text_blocks(page):
            text = _own_words(node)
            if not _is_welsh(text, minimum_words, confidence):
                continue
            if _declared(node) == "cy" or node.css_first("[lang^=cy i]") is not None:
                marked = True
            elif not dom.hidden(node):
                found.append(node)
    count = "1 part is" if len(found) == 1 else f"{len(found)} parts are"
    return judged(places(found), f"{count} in Welsh and not marked so.", marked)


def detect(text: str) -> tuple[str, float]:
    """The likeliest of the four languages and how sure the detector is, 0 to 1."""
    code, confidence = _detector().classify(text)
    return str(code), float(confidence)


@cache
def _detector() -> Any:
    """The detector with these four languages only; the other columns of its model are let go."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    whole = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    whole.set_languages(list(LANGUAGES))
    return LanguageIdentifier(
        whole.nb_ptc.copy(),
        whole.nb_pc.copy(),
        list(whole.nb_classes),
        whole.tk_nextmove,
        whole.tk_output,
        norm_probs=True,
        tk_row=whole.tk_row,
    )


def _shares(text: str) -> tuple[dict[str, float], int]:
    """The share of each language's small words among the words of a text, and their number."""
    words = words_of(text, _WORD)
    total = len(words) or 1
    uses = dict.fromkeys(_SMALL_WORDS, 0)
    for word, times in Counter(filter(_ANY_SMALL.__contains__, words)).items():
        for code in _SPEAKING[word]:
            uses[code] += times
    return {code: number / total for code, number in uses.items()}, len(words)


def _likely(shares: Mapping[str, float], languages: Sequence[str]) -> str:
    return max(languages, key=lambda code: shares.get(code, 0.0))


def _close(one: str, other: str) -> bool:
    """Scottish Gaelic and Irish share many small words."""
    return {one, other} == {"gd", "ga"}


def _is_welsh(text: str, minimum_words: int, confidence: float) -> bool:
    shares, count = _shares(text)
    if count < minimum_words or shares["cy"] < _SURE or shares["en"] > _CONTRARY:
        return False
    code, sure = detect(text)
    return code == "cy" and sure >= confidence


def _foreign_parts(main: Node, declared: str) -> bool:
    return main.css_first(_QUOTED) is not None or any(
        _subtag(node) not in ("", declared) for node in main.css("[lang]")
    )


def _own_text(main: Node, declared: str) -> str:
    """Text of the main content without quotations and parts marked as another language."""
    parts: list[str] = []
    stack: list[Node] = [main]
    while stack:
        node = stack.pop()
        if node.is_text_node:
            parts.append(node.text_content or "")
        elif node.is_element_node:
            if node.tag in dom.UNSEEN or node.tag in ("blockquote", "q", "cite", "code", "pre"):
                continue
            if _subtag(node) not in ("", declared) or dom.hidden_here(node):
                continue
            stack += node.children[::-1]
    return " ".join(parts)


def _subtag(node: Node) -> str:
    return dom.attribute(node, "lang").strip().lower().replace("_", "-").split("-")[0]


def _declared(node: Node) -> str:
    """The language an element inherits."""
    for item in dom.lineage(node):
        code = _subtag(item)
        if code:
            return code
    return ""


def _elements_that_say(page: Page, wanted: set[str]) -> list[Node]:
    """The innermost elements of links, buttons and items whose whole text is one of these words."""
    found: dict[int, Node] = {}
    for node in page.dom.css("body *"):
        if node.tag in dom.UNSEEN or not _has_words(node):
            continue
        if dom.fold(node.text()).casefold() in wanted and _is_item(node):
            found.setdefault(node.mem_id, node)
    return list(found.values())


def _has_words(node: Node) -> bool:
    """True when a text stands directly in the element."""
    child = node.child
    while child is not None:
        if child.is_text_node and (child.text_content or "").strip():
            return True
        child = child.next
    return False


def _is_item(node: Node) -> bool:
    """True for a word that stands alone in a link, button or block, not within a sentence."""
    own = dom.fold(node.text())
    current: Node | None = node
    while current is not None and dom.fold(current.text()) == own:
        if current.tag in _SWITCHER:
            return True
        current = current.parent
    return False


def _text_blocks(page: Page) -> list[Node]:
    """Blocks that hold text of their own, not just further blocks."""
    body = page.dom.body
    return [] if body is None else [n for n in body.css(_BLOCKS) if _own_words(n)]


def _own_words(node: Node) -> str:
    """The text of a block without the blocks inside it."""
    parts: list[str] = []
    stack = node.children[::-1]
    while stack:
        item = stack.pop()
        if item.is_text_node:
            parts.append(item.text_content or "")
        elif item.is_element_node and item.tag not in dom.BLOCKS and item.tag not in dom.UNSEEN:
            stack += item.children[::-1]
    return dom.fold(" ".join(parts))


def _start_tag(root: Node) -> Spot:
    attributes = " ".join(f'{k}="{v or ""}"' for k, v in sorted(root.attributes.items())[:6])
    return Spot("html", f"<html {attributes}>"[:160])
