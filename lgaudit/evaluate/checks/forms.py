"""Checks of forms: labels one can see, groups with a name, fields that help fill themselves in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

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
from lgaudit.evaluate.fields import (
    NEAR,
    fields_of,
    form_number,
    form_of,
    group_name,
    has_visible_label,
    surroundings,
    text_before,
)
from lgaudit.evaluate.hopes import hopeful
from lgaudit.evaluate.names import Names, names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_TEXT_TYPES = frozenset(("", "text", "search", "email", "url", "tel", "number", "password"))
_DETAIL_TYPES = _TEXT_TYPES | {"date"}
_SEARCH = re.compile(r"search|keyword|query|(?:^|\s)(?:q|s|chwilio)(?:\s|$)", re.I)
_GOES = re.compile(
    r"(?<![\w$'\"#.-])(?:(?:window|document|top|self|parent|this\.ownerDocument)\.)?location"
    r"\s*(?:=(?!=)|\.\s*(?:href\s*=(?!=)|assign\s*\(|replace\s*\(|reload\s*\()|\[)"
    r"|(?<![\w$])(?:submit|requestSubmit)\s*\(|(?<![\w$.])window\s*\.\s*open\s*\("
)
_ADVISED = re.compile(
    r"\b(?:choosing|selecting|changing|(?:when|if) you (?:choose|select|change))\b"
    r"|\b(?:will|to) (?:automatically )?(?:re)?(?:load|open|submit)\b|\bautomatically\b",
    re.I,
)
_STOPS_PASTE = re.compile(r"return\s+false|preventDefault\s*\(|returnValue\s*=\s*false", re.I)
_ONE_TIME = re.compile(
    r"\bone[\s_-]?time|\botp\b|\b(?:verification|security|access)[\s_-]?code\b", re.I
)
_READONLY_TRICK = re.compile(r"readonly", re.I)
_AFTER_LABEL = re.compile(
    r"\s*(?:\((?:required|optional)\)|[*:]|\brequired\b|\boptional\b)\s*$", re.I
)
_PURPOSES = frozenset(
    "name honorific-prefix given-name additional-name family-name honorific-suffix nickname"
    " organization-title username new-password current-password one-time-code organization"
    " street-address address-line1 address-line2 address-line3 address-level4 address-level3"
    " address-level2 address-level1 country country-name postal-code cc-name cc-given-name"
    " cc-additional-name cc-family-name cc-number cc-exp cc-exp-month cc-exp-year cc-csc cc-type"
    " transaction-currency transaction-amount language bday bday-day bday-month bday-year sex url"
    " photo tel tel-country-code tel-national tel-area-code tel-local tel-local-prefix"
    " tel-local-suffix tel-extension email impp".split()
)


@page_check
def labels_visible(page: Page) -> Result:
    """A text field with a placeholder also has a label that can be seen.

    A lone search box beside its search button is let pass. Text next to a field that is not tied
    to it is for a person to look at.
    """
    fields = [node for node in fields_of(page, "input", "textarea") if _has_placeholder(node)]
    names = names_of(page)
    bare = [n for n in fields if not has_visible_label(n, names) and not _is_search_box(n, names)]
    unsure = [node for node in bare if text_before(node)]
    sure = [node for node in bare if not text_before(node)]
    if sure:
        count = "1 field has" if len(sure) == 1 else f"{len(sure)} fields have"
        return failed(f"{count} a placeholder but no label that can be seen.", places(sure))
    if unsure:
        return cant_tell("Text stands near these fields, but is not their label.", places(unsure))
    return passed() if fields else inapplicable("No field has a placeholder.")


@page_check
def choices_grouped(page: Page) -> Result:
    """Radio buttons and checkboxes that belong together have a name for the group."""
    groups: dict[tuple[int, str, str], list[Node]] = {}
    for node in fields_of(page, "input"):
        kind, name = dom.attribute(node, "type").lower(), dom.attribute(node, "name")
        if name and (kind == "radio" or (kind == "checkbox" and name.endswith("[]"))):
            groups.setdefault((form_number(node), kind, name), []).append(node)
    several = [nodes for nodes in groups.values() if len(nodes) > 1]
    names = names_of(page)
    bare = [nodes[0] for nodes in several if not group_name(nodes[0], names)]
    asked = {nodes[0].mem_id for nodes in several if _share_a_reference(nodes)}
    sure = [
        node
        for node in bare
        if form_of(node) is not None and not _in_headed_row(node) and node.mem_id not in asked
    ]
    if sure:
        count = (
            "1 group of choices has" if len(sure) == 1 else f"{len(sure)} groups of choices have"
        )
        return failed(f"{count} no legend or group name.", places(sure))
    if bare:
        return cant_tell(
            "A widget, a table or each choice itself may say what they are about.", places(bare)
        )
    return passed() if several else inapplicable("There are no groups of choices.")


@page_check
def selects_stay(page: Page) -> Result:
    """Choosing from a list does not by itself go to another page. Only inline scripts are read."""
    selects = fields_of(page, "select")
    found = [n for n in selects if _GOES.search(dom.attribute(n, "onchange"))]
    names = names_of(page)
    sure = [node for node in found if not _advised(node, names)]
    if sure:
        count = "1 list changes" if len(sure) == 1 else f"{len(sure)} lists change"
        return failed(f"{count} the page as soon as something is chosen.", places(sure))
    if found:
        return cant_tell("A text may warn that choosing changes the page.", places(found))
    return passed() if selects else inapplicable("There are no lists to choose from.")


@page_check
def purposes_declared(
    page: Page,
    *,
    label_patterns: Mapping[str, str],
    other_person_pattern: str,
    least: int = 2,
) -> Result:
    """Fields for one's own details in forms that ask ``least`` of them have an autocomplete token.

    ``label_patterns`` maps an autocomplete token to a pattern that a whole label must match;
    fields whose surroundings match ``other_person_pattern`` are left out.
    """
    names = names_of(page)
    wanted = tuple(label_patterns.items())
    by_form: dict[int, list[tuple[Node, str]]] = {}
    for node in fields_of(page, "input", "textarea"):
        if dom.attribute(node, "type").lower() not in _DETAIL_TYPES:
            continue
        if "readonly" in node.attributes or _looks_up(node):
            continue  # nothing can be filled in; or it names whom one looks for
        label = _plain_label(names.name(node))
        token = _purpose(label, wanted) if len(label) <= NEAR else ""
        if not token or not form_number(node):
            continue
        if not timed.search(other_person_pattern, surroundings(node, names)):
            by_form.setdefault(form_number(node), []).append((node, token))
    asked = [pair for pairs in by_form.values() if len(pairs) >= least for pair in pairs]
    bare = [(node, token) for node, token in asked if not _declared(node)]
    spots = [spot(n, f'autocomplete="{t}" belongs here') for n, t in bare[:MOST_PLACES]]
    count = "1 field does" if len(bare) == 1 else f"{len(bare)} fields do"
    return judged(spots, f"{count} not say which personal detail is asked for.", bool(asked))


@page_check
def pasting_allowed(page: Page) -> Result:
    """Fields for passwords and one-time codes let people paste, and let password managers work."""
    names = names_of(page)
    fields = [node for node in fields_of(page, "input") if _is_secret(node, names)]
    blocked = [node for node in fields if _blocks_paste(node)]
    count = "1 field stops" if len(blocked) == 1 else f"{len(blocked)} fields stop"
    return judged(places(blocked), f"{count} people from pasting.", bool(fields))


def _has_placeholder(node: Node) -> bool:
    if node.tag == "input" and dom.attribute(node, "type").lower() not in _TEXT_TYPES:
        return False
    return bool(dom.attribute(node, "placeholder").strip())


def _is_search_box(node: Node, names: Names) -> bool:
    around = list(dom.ancestors(node))
    box = next((a for a in around if _is_search_region(a)), None) or form_of(node)
    if box is None:
        return False
    others = [
        n for n in box.css("input, textarea, select") if n.mem_id != node.mem_id and _is_text(n)
    ]
    if any(not dom.hidden(n) for n in others):
        return False
    about = " ".join(dom.attribute(node, a) for a in ("type", "name", "id", "title", "placeholder"))
    form = form_of(node)
    about += " " + (dom.attribute(form, "action") if form is not None else "")
    if not _is_search_region(box) and not _SEARCH.search(about):
        return False
    buttons = box.css("button, input[type=submit i], input[type=image i]")
    return any(not dom.hidden(b) and names.name(b) for b in buttons)


def _is_search_region(node: Node) -> bool:
    return node.tag == "search" or dom.attribute(node, "role").lower() == "search"


def _looks_up(node: Node) -> bool:
    if any(_is_search_region(around) for around in dom.ancestors(node)):
        return True
    form = form_of(node)
    if form is None or dom.attribute(form, "method").strip().lower() == "post":
        return False
    return _SEARCH.search(dom.attribute(form, "action")) is not None


def _is_text(node: Node) -> bool:
    return node.tag != "input" or dom.attribute(node, "type").lower() in _TEXT_TYPES


def _in_headed_row(node: Node) -> bool:
    row = next((a for a in dom.ancestors(node) if a.tag == "tr"), None)
    return row is not None and row.css_first("th, [scope=row], [role=rowheader]") is not None


def _share_a_reference(nodes: list[Node]) -> bool:
    """True when each choice points at one and the same text, which may be the question."""
    pointed = [
        {
            *dom.attribute(n, "aria-labelledby").split(),
            *dom.attribute(n, "aria-describedby").split(),
        }
        for n in nodes
    ]
    return bool(set.intersection(*pointed))


def _advised(node: Node, names: Names) -> bool:
    texts = [names.name(node), dom.attribute(node, "title"), text_before(node)]
    texts += [target.text() for target in names.referenced(node, "aria-describedby")]
    return any(_ADVISED.search(text) for text in texts)


def _plain_label(text: str) -> str:
    previous = None
    while previous != text:
        previous, text = text, _AFTER_LABEL.sub("", text).strip()
    return text


@lru_cache(maxsize=4096)
def _purpose(label: str, label_patterns: tuple[tuple[str, str], ...]) -> str:
    """The token for a label, '' when there is none; a site's forms ask the same over and over."""
    hopes = hopeful(tuple([pattern for _, pattern in label_patterns]), label) if label else ()
    for token, pattern in label_patterns if hopes else ():
        found = timed.search(pattern, label)
        if found and found.span() == (0, len(label)):
            return token
    return ""


def _declared(node: Node) -> bool:
    return any(t in _PURPOSES for t in dom.attribute(node, "autocomplete").lower().split())


def _is_secret(node: Node, names: Names) -> bool:
    kind = dom.attribute(node, "type").lower()
    if kind == "password":
        return True
    if kind not in _TEXT_TYPES:
        return False
    if "one-time-code" in dom.attribute(node, "autocomplete").lower():
        return True
    about = (names.name(node), dom.attribute(node, "name"), dom.attribute(node, "id"))
    return _ONE_TIME.search("\0".join(about)) is not None


def _blocks_paste(node: Node) -> bool:
    attributes = node.attributes
    stops = (attributes.get(a) or "" for a in ("onpaste", "oncopy"))
    if any(_STOPS_PASTE.search(s) and "clipboardData" not in s for s in stops):
        return True  # one that reads what is pasted puts it in itself
    off = (attributes.get("autocomplete") or "").strip().lower() == "off"
    trick = _READONLY_TRICK.search(attributes.get("onfocus") or attributes.get("onclick") or "")
    return off and "readonly" in attributes and bool(trick)
