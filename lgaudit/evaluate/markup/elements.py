"""What an element says by itself: its explicit role, and whether the keyboard comes to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.tree import Node

_FOCUSABLE = frozenset("button input select textarea".split())


def explicit_role(attributes: Mapping[str, str | None]) -> str:
    """The first role of the attribute that there is, '' when none."""
    given = attributes.get("role")
    if not given:
        return ""
    roles = aria.tables().roles
    for word in given.lower().split():
        found = roles.get(word)
        if found is not None and found.type != "abstract":
            return word
    return ""


def role_of(node: Node) -> str:
    """:func:`explicit_role` of an element."""
    return explicit_role(node.attributes)


def focusable(node: Node) -> bool:
    """Whether the element can have focus, by its markup."""
    tag, attributes = node.tag or "", node.attributes
    if disabled(node):
        return False
    if _whole(attributes.get("tabindex")) is not None:
        return True
    if tag in _FOCUSABLE:
        return not (tag == "input" and (attributes.get("type") or "").lower() == "hidden")
    if tag in ("a", "area"):
        return "href" in attributes
    if tag in ("iframe", "summary"):
        return True
    if tag in ("audio", "video"):
        return "controls" in attributes
    editable = attributes.get("contenteditable", "false")
    return editable is None or editable.lower() in ("", "true")


def tabbable(node: Node) -> bool:
    """Whether Tab comes to the element, by its markup."""
    index = _whole(node.attributes.get("tabindex"))
    return focusable(node) and (index is None or index >= 0)


def disabled(node: Node) -> bool:
    """A form control that is switched off, itself or by the group around it."""
    if node.tag not in _FOCUSABLE:
        return False
    if "disabled" in node.attributes:
        return True
    return any(
        item.tag == "fieldset" and "disabled" in item.attributes for item in dom.ancestors(node)
    )


def below(node: Node) -> Iterator[Node]:
    """Every element below another, in document order; not itself."""
    stack = [node.iter()]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        yield child
        stack.append(child.iter())


def _whole(text: str | None) -> int | None:
    match = re.match(r"\s*([+-]?\d{1,9})", text) if text else None
    return int(match[1]) if match else None
