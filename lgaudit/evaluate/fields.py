"""Form fields as people meet them: which can be used, what names them, what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lgaudit import dom
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.names import Names, visually_hidden
from lgaudit.evidence import Page
from lgaudit.tree import Node

NEAR = 80  # characters of text just before a field that may be its label


def fields_of(page: Page, *tags: str) -> list[Node]:
    """Form controls of these tags that markup does not hide, in document order."""
    return [node for node in kept(page, "fields", _fields) if node.tag in tags]


def _fields(page: Page) -> list[Node]:
    fields = page.dom.css("input, select, textarea")
    if not fields:
        return fields
    muted = muted_in(page)
    return [node for node in fields if _usable(node, muted)]


def muted_in(page: Page) -> frozenset[int]:
    """The numbers of elements that screen readers are told to leave out, with what is inside."""
    return kept(page, "muted", _muted)


def _muted(page: Page) -> frozenset[int]:
    return frozenset(
        node.number
        for value, nodes in page.dom.values("aria-hidden").nodes.items()
        if value and value.lower() == "true"
        for node in nodes
    )


def _usable(node: Node, muted: frozenset[int]) -> bool:
    attributes = node.attributes
    if "disabled" in attributes or (attributes.get("tabindex") or "").strip().startswith("-"):
        return False  # out of reach: decoys for robots look like this
    if dom.hidden(node):
        return False
    return not muted or not any(around.number in muted for around in dom.lineage(node))


def has_visible_label(node: Node, names: Names) -> bool:
    """True when a label, or what ``aria-labelledby`` points at, has text that can be seen."""
    labels = [*names.labels(node), *names.referenced(node, "aria-labelledby")]
    return any(
        dom.fold(dom.visible_text(label)) and not dom.hidden(label) and not visually_hidden(label)
        for label in labels
    )


def text_before(node: Node) -> str:
    """Short text just before a field, in the same small container, that may be its label."""
    current: Node | None = node
    for _ in range(2):
        if current is None or current.tag in ("form", "body", "main", "section", "fieldset"):
            return ""
        text = _previous_text(current)
        if text:
            return text if len(text) <= NEAR else ""
        current = current.parent
    return ""


def _previous_text(node: Node) -> str:
    before = node.prev
    while before is not None:
        if before.is_text_node and (before.text_content or "").strip():
            return dom.fold(before.text_content or "")
        if before.is_element_node:
            if before.tag in ("input", "select", "textarea", "button", "br", "script", "style"):
                return ""
            text = dom.fold(dom.visible_text(before))
            if text:
                return "" if visually_hidden(before) or dom.hidden_here(before) else text
        before = before.prev
    return ""


def form_of(node: Node) -> Node | None:
    """The form around an element."""
    around = node.parent
    while around is not None and around.tag != "form":
        around = around.parent
    return around


def form_number(node: Node) -> int:
    """A number that fields of one form share; 0 outside of any form."""
    form = form_of(node)
    return form.mem_id if form is not None else 0


def group_name(node: Node, names: Names) -> str:
    """The name of the nearest fieldset or group around an element that has one, or ''."""
    for around in dom.ancestors(node):
        role = dom.attribute(around, "role").lower()
        if role in ("group", "radiogroup") or around.tag == "fieldset":
            name = names.name(around)
            if name:
                return name
    return ""


def surroundings(node: Node, names: Names) -> str:
    """What says whose details are asked for: label, names of groups, the nearest heading before."""
    texts = [names.name(node), dom.attribute(node, "name"), dom.attribute(node, "id")]
    heading = ""
    for around in islice(dom.ancestors(node), 30):
        if around.tag == "fieldset" or dom.attribute(around, "role").lower() == "group":
            texts.append(names.name(around))
        heading = heading or _heading_before(around)
        if around.tag == "form":
            break
    return " | ".join([*texts, heading])


def _heading_before(node: Node) -> str:
    for before in islice(_earlier(node), 20):
        if re.fullmatch(r"h[1-6]", before.tag or ""):
            return dom.fold(before.text())
    return ""


def _earlier(node: Node) -> Iterator[Node]:
    before = node.prev
    while before is not None:
        if before.is_element_node:
            yield before
        before = before.prev
