"""Rules about the page as a whole, its languages, and what its elements are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lgaudit import dom
from lgaudit.evaluate.markup.elements import disabled
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import View

_REFRESH = re.compile(r"\s*(\d{1,9})")
_IMPORTANT = re.compile(
    r"(letter-spacing|word-spacing|line-height)\s*:\s*([\d.]{1,12})(em)?\s*!\s*important", re.I
)
# Codes of two letters in the registry of language subtags; every one of three letters may be there.
_LANGUAGES = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv"
        " cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr"
        " ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr"
        " ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng"
        " nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk"
        " sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve"
        " vi vo wa wo xh yi yo za zh zu"
    ).split()
)


@judges("document-title")
def document_title(view: View) -> Iterator[Item]:
    """The page has a title. A script may write one, so a page made by scripts leaves a doubt."""
    root = view.tree.css_first("html")
    if root is not None:
        yield told(root, "" if view.page.title else "The page has no title.")


@judges("html-has-lang")
def html_has_lang(view: View) -> Iterator[Item]:
    """The page says its language."""
    root = view.tree.css_first("html")
    if root is not None:
        said = dom.attribute(root, "lang").strip()
        yield told(root, "" if said else "The page does not say its language.")


@judges("html-lang-valid")
def html_lang_valid(view: View) -> Iterator[Item]:
    """The language of the page is one."""
    root = view.tree.css_first("html")
    if root is None:
        return
    for name in ("lang", "xml:lang"):
        given = root.attributes.get(name)
        if given:
            yield told(root, "" if _language(given) else f"{name} is no language: {given[:40]}.")


@judges("valid-lang", of="[lang]")
def valid_lang(view: View) -> Iterator[Item]:
    """The language of each part is one."""
    for node in view.shown("[lang]"):
        if node.tag == "html" or not node.text(deep=True).strip():
            continue
        given = dom.attribute(node, "lang")
        yield told(node, "" if _language(given) else f"lang is no language: {given[:40]}.")


def _language(given: str) -> bool:
    primary = given.strip().lower().partition("-")[0]
    if len(primary) == 3:
        return primary.isascii() and primary.isalpha()
    return primary in _LANGUAGES


@judges("html-xml-lang-mismatch")
def xml_lang(view: View) -> Iterator[Item]:
    """lang and xml:lang say the same language."""
    root = view.tree.css_first("html")
    if root is None:
        return
    one, other = dom.attribute(root, "lang"), dom.attribute(root, "xml:lang")
    if one and other and _language(one) and _language(other):
        same = one.lower().partition("-")[0] == other.lower().partition("-")[0]
        yield told(root, "" if same else "lang and xml:lang say different languages.")


@judges("meta-refresh", of="meta[http-equiv=refresh i][content]")
def meta_refresh(view: View) -> Iterator[Item]:
    """The page does not load again, or another, after a while."""
    for node in view.tree.css("meta[http-equiv=refresh i][content]"):
        match = _REFRESH.match(dom.attribute(node, "content"))
        late = match is not None and 0 < int(match[1]) <= 72_000
        yield told(node, "The page loads again, or another, by itself." if late else "")


@judges("meta-viewport", of="meta[name=viewport]")
def meta_viewport(view: View) -> Iterator[Item]:
    """Nothing keeps people from making the page larger."""
    for node in view.tree.css("meta[name=viewport]"):
        problem = ""
        for name, value in _declared(dom.attribute(node, "content")):
            if name == "user-scalable" and (value == "no" or _number(value, 1.0) in (0.0,)):
                problem = "It keeps people from making the page larger."
            if name == "maximum-scale" and value and 0 <= _number(value, 9.0) < 2:
                problem = "It keeps people from making the page twice as large."
        yield told(node, problem)


@judges("meta-viewport-large", of="meta[name=viewport]")
def meta_viewport_large(view: View) -> Iterator[Item]:
    """People may make the page five times as large."""
    for node in view.tree.css("meta[name=viewport]"):
        small = any(
            name == "maximum-scale" and value and 2 <= _number(value, 9.0) < 5
            for name, value in _declared(dom.attribute(node, "content"))
        )
        yield told(node, "It keeps people from making the page much larger." if small else "")


def _declared(content: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"[;,]", content)[:50]:
        name, _, value = part.partition("=")
        yield name.strip().lower(), value.strip().lower()


def _number(text: str, otherwise: float) -> float:
    """The number a value begins with; words but the few that mean one are none."""
    if text == "yes":
        return 1.0
    match = re.match(r"[+-]?\d{0,9}(?:\.\d{1,9})?", text)
    try:
        return float(match[0]) if match else otherwise
    except ValueError:
        return otherwise


@judges("server-side-image-map", of="img[ismap]")
def image_map(view: View) -> Iterator[Item]:
    """No picture sends the place of a click to the server."""
    for node in view.shown("img[ismap]"):
        yield unsure(node, "It works by where people click, which a keyboard cannot say.")


def _outdated(tag: str) -> Callable[[View], Iterator[Item]]:
    def judge(view: View) -> Iterator[Item]:
        for node in view.shown(tag):
            yield wrong(node, f"<{tag}> is outdated and cannot be stopped.")

    return judge


for _tag in ("blink", "marquee"):
    judges(_tag, of=_tag)(_outdated(_tag))


@judges("video-caption", of="video")
def video_caption(view: View) -> Iterator[Item]:
    """Films have captions. Some are part of the film, so a person has to look."""
    for node in view.shown("video"):
        kinds = [dom.attribute(t, "kind").lower() for t in node.css("track")]
        captioned = "captions" in kinds
        yield right(node) if captioned else unsure(node, "This film has no track with captions.")


@judges("avoid-inline-spacing", of="[style]")
def inline_spacing(view: View) -> Iterator[Item]:
    """No style attribute keeps people from setting more room between letters, words or lines."""
    for node in view.shown("[style]"):
        bad = ""
        for name, value, unit in _IMPORTANT.findall(dom.attribute(node, "style")):
            least = {"letter-spacing": 0.12, "word-spacing": 0.16, "line-height": 1.5}[name.lower()]
            if (unit or name.lower() == "line-height") and _number(value, 9.0) < least:
                bad = f"{name} cannot be changed."
        yield unsure(node, bad) if bad else right(node)


_PURPOSES = frozenset(
    "name honorific-prefix given-name additional-name family-name honorific-suffix nickname"
    " username new-password current-password one-time-code organization-title organization"
    " street-address address-line1 address-line2 address-line3 address-level4 address-level3"
    " address-level2 address-level1 country country-name postal-code cc-name cc-given-name"
    " cc-additional-name cc-family-name cc-number cc-exp cc-exp-month cc-exp-year cc-csc cc-type"
    " transaction-currency transaction-amount language bday bday-day bday-month bday-year sex url"
    " photo".split()
)
_CONTACT = frozenset(
    "tel tel-country-code tel-national tel-area-code tel-local tel-local-prefix tel-local-suffix"
    " tel-extension email impp".split()
)
_PLACES = frozenset(("home", "work", "mobile", "fax", "pager"))
_STATES = frozenset("on off none false true disabled enabled undefined null xoff xon".split())


@judges("autocomplete-valid", of="[autocomplete]")
def autocomplete(view: View) -> Iterator[Item]:
    """autocomplete says a purpose that browsers know."""
    for node in view.shown("input[autocomplete], select[autocomplete], textarea[autocomplete]"):
        given = dom.attribute(node, "autocomplete").strip().lower()
        attributes = node.attributes
        kind = (attributes.get("type") or "").lower() if node.tag == "input" else ""
        if not given or kind in ("submit", "reset", "button", "hidden"):
            continue
        if disabled(node) or (attributes.get("aria-disabled") or "").lower() == "true":
            continue
        yield told(node, "" if _purpose(given.split()) else f"{given[:40]} is no such purpose.")


def _purpose(words: list[str]) -> bool:
    if len(words) == 1 and words[0] in _STATES:
        return True
    if words and words[-1] == "webauthn":
        words = words[:-1]
        if not words:
            return True
    if words and len(words[0]) > 8 and words[0].startswith("section-"):
        words = words[1:]
    if words and words[0] in ("shipping", "billing"):
        words = words[1:]
    placed = bool(words) and words[0] in _PLACES
    if placed:
        words = words[1:]
    return len(words) == 1 and words[0] in (_CONTACT if placed else _CONTACT | _PURPOSES)
