"""Rules about the roles that elements are given."""

from __future__ import annotations

from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import below, explicit_role, focusable, role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import HIDDEN, View
from lgaudit.tree import Node

_AT_TOP = {"header": "banner", "footer": "contentinfo"}  # outside sections


@judges("aria-roles", of="[role]")
def roles(view: View) -> Iterator[Item]:
    """Roles exist."""
    known = aria.tables().roles
    for node in view.shown("[role]"):
        words = dom.attribute(node, "role").lower().split()
        if not words:
            continue
        if all(word not in known for word in words):
            yield wrong(node, f"There is no role {words[0]}.")
        elif any(word in known and known[word].type == "abstract" for word in words):
            yield wrong(node, "Its role is one of the abstract ones, which are not for pages.")
        elif (role := role_of(node)) and known[role].unsupported:
            yield wrong(node, f"The role {role} is not supported.")
        else:
            yield right(node)


@judges("aria-deprecated-role", of="[role]")
def deprecated_role(view: View) -> Iterator[Item]:
    """Roles are not outdated."""
    known = aria.tables().roles
    for node in view.shown("[role]"):
        role = role_of(node)
        if role:
            yield told(node, f"The role {role} is outdated." if known[role].deprecated else "")


@judges("aria-text", of="[role=text]")
def text_role(view: View) -> Iterator[Item]:
    """Nothing inside role=text takes focus."""
    for node in view.shown("[role=text]"):
        inside = any(focusable(item) for item in below(node))
        yield told(node, "Something in it takes focus." if inside else "")


@judges("aria-allowed-role", of="[role]")
def allowed_role(view: View) -> Iterator[Item]:
    """Elements have roles they may have."""
    elements = aria.tables().elements
    for node in view.tree.css("[role]"):
        tag = node.tag or ""
        known = elements.get(tag)
        if known is None or tag == "svg" or not dom.attribute(node, "role").strip():
            continue
        role = explicit_role(node.attributes)
        if not role:
            yield right(node)
            continue
        may = _roles_of(node, known)
        implied = view.roles.implied(node) or _AT_TOP.get(tag, "")
        if role == implied or may is True or may is None or (may and role in may):
            yield right(node)
        elif view.state(node) == HIDDEN:
            yield unsure(node, f"<{tag}> may not have the role {role}.")
        else:
            yield wrong(node, f"<{tag}> may not have the role {role}.")


def _roles_of(node: Node, known: aria.Element) -> bool | list[str] | None:
    """Roles an element may have: all, none, those named; None when it is not known."""
    if not known.variant:
        return known.allowed_roles
    tag, attributes = node.tag or "", node.attributes

    def of(name: str) -> bool | list[str] | None:
        found = known.variant.get(name)
        if not isinstance(found, dict):
            return None
        given = found.get("allowedRoles", known.allowed_roles)
        return given if isinstance(given, (bool, list)) else None

    if tag in ("a", "area"):
        return of("href" if "href" in attributes else "default")
    if tag == "figure":
        return of("figcaption" if any(c.tag == "figcaption" for c in node.iter()) else "default")
    if tag == "img":
        return of("nonEmptyAlt" if (attributes.get("alt") or "") else "default")
    if tag == "select":
        one = "multiple" not in attributes and attributes.get("size", "1") in (None, "1")
        return of("combobox" if one else "default")
    return None if tag in ("input", "summary") else known.allowed_roles
