"""Rules about ARIA states and properties."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import below, focusable, role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import View
from lgaudit.tree import Node

_IDS = frozenset(("idref", "idrefs"))


@judges("aria-valid-attr")
def valid_attr(view: View) -> Iterator[Item]:
    """Attributes that begin with aria- exist."""
    known = aria.tables().attributes
    for node, own in view.with_aria:
        bad = [name for name, _ in own if name not in known]
        yield told(node, f"There is no attribute {bad[0]}." if bad else "")


@judges("aria-valid-attr-value")
def valid_attr_value(view: View) -> Iterator[Item]:
    """Attributes that begin with aria- have values they may have."""
    for node, own in view.with_aria:
        bad, doubt = "", ""
        for name, value in own:
            if name == "aria-errormessage" or _valid(view, name, value):
                continue
            said = f'{name}="{value[:80]}" is no value it may have.'
            if _excused(node, name):
                continue
            kind = aria.tables().attributes[name].type
            # What it refers to may be made by a script before anyone meets the page.
            if kind in _IDS or name == "aria-current" or (value == "" and kind != "string"):
                doubt = doubt or said
            else:
                bad = bad or said
        level = dom.attribute(node, "aria-level").strip()
        if bad:
            yield wrong(node, bad)
        elif doubt or (level.isdecimal() and int(level[:6]) > 6 and role_of(node) == "heading"):
            yield unsure(node, doubt or "Few programs know a heading of this level.")
        else:
            yield right(node)


def _excused(node: Node, name: str) -> bool:
    """References of what is closed may point at nothing yet."""
    closed = dom.attribute(node, "aria-expanded") == "false"
    if name == "aria-controls":
        return closed or dom.attribute(node, "aria-selected") == "false"
    return name == "aria-owns" and closed


def _valid(view: View, name: str, value: str) -> bool:
    known = aria.tables().attributes.get(name)
    if known is None or (known.allow_empty and not value.strip()):
        return True
    kind = known.type
    if kind == "boolean":
        return value.lower() in ("true", "false")
    if kind == "nmtoken":
        return value.lower() in known.values
    if kind == "nmtokens":
        words = value.split()
        return bool(words) and all(word in known.values for word in words)
    if kind == "idref":
        return value in view.names.ids
    if kind == "idrefs":
        return any(word in view.names.ids for word in value.split())
    if kind == "string":
        return bool(value.strip())
    if kind == "decimal":
        return bool(re.fullmatch(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", value))
    if kind == "int":
        least = known.min_value
        whole = re.fullmatch(r"[-+]?[0-9]{1,18}", value)
        return bool(whole) and (least is None or int(value) >= least)
    return True


@judges("aria-required-attr", of="[role]")
def required_attr(view: View) -> Iterator[Item]:
    """Elements with a role have the attributes it needs."""
    known = aria.tables().roles
    for node in view.shown("[role]"):
        role = role_of(node)
        needs = known[role].required_attrs if role else frozenset()
        attributes = node.attributes
        if not needs or (role == "separator" and not focusable(node)):
            if role:
                yield right(node)
            continue
        if role == "combobox" and attributes.get("aria-expanded") == "false":
            yield right(node)
            continue
        if role == "slider" and attributes.get("aria-valuetext"):
            yield right(node)
            continue
        implied = _IMPLIED.get(_kind(node), frozenset())
        missing = sorted(n for n in needs if not attributes.get(n) and n not in implied)
        yield told(node, f"Its role needs {', '.join(missing)}." if missing else "")


def _kind(node: Node) -> str:
    if node.tag != "input":
        return node.tag or ""
    return f"input {dom.attribute(node, 'type').lower()}"


_IMPLIED = {
    "input checkbox": frozenset(("aria-checked",)),
    "input radio": frozenset(("aria-checked",)),
    "input range": frozenset(("aria-valuenow", "aria-valuemax", "aria-valuemin")),
    "input number": frozenset(("aria-valuenow",)),
    "option": frozenset(("aria-selected",)),
    "select": frozenset(("aria-valuenow",)),
    **{f"h{level}": frozenset(("aria-level",)) for level in range(1, 7)},
    "summary": frozenset(("aria-expanded",)),
}


@judges("aria-allowed-attr")
def allowed_attr(view: View) -> Iterator[Item]:
    """Attributes that begin with aria- fit the role of their element."""
    tables = aria.tables()
    for node, own in view.with_aria:
        role = view.role(node)
        found = tables.roles.get("none" if role == "none" else role)
        allowed = aria.everywhere()
        if found is not None:
            allowed = allowed | found.allowed_attrs | found.required_attrs
        bad, doubt = "", ""
        for name, value in own:
            if name not in tables.attributes:
                continue
            if name not in allowed and not _ignored(node, name, value):
                bad = bad or f"{name} does not fit the role {role or 'of this element'}."
            elif tables.attributes[name].case_insensitive is False and value != value.lower():
                doubt = doubt or f"{name} is written in capitals."
        element = tables.elements.get(node.tag or "")
        only = element.allowed_aria_attrs if element is not None else None
        if only is not None and not role_of(node):
            extra = [n for n, _ in own if n not in only and n in tables.attributes]
            bad = bad or (f"{extra[0]} may not stand on <{node.tag}>." if extra else "")
        if bad:
            yield wrong(node, bad)
        elif doubt:
            yield unsure(node, doubt)
        else:
            yield right(node)


def _ignored(node: Node, name: str, value: str) -> bool:
    """An attribute that says nothing, or that a native element says itself."""
    if name == "aria-multiline":
        return value == "false" and "contenteditable" in node.attributes
    return name == "aria-required" and value == "false"


@judges("aria-conditional-attr")
def conditional_attr(view: View) -> Iterator[Item]:
    """aria-checked agrees with the checkbox it stands on; rows have levels in tree grids alone."""
    for node, _ in view.with_aria:
        attributes = node.attributes
        kind = (attributes.get("type") or "").lower()
        if "aria-checked" in attributes and node.tag == "input" and kind == "checkbox":
            said = (attributes.get("aria-checked") or "").lower()
            state = "true" if "checked" in attributes else "false"
            # Without the mixed state, which only a script sets.
            fits = said in ("", state) or (said not in ("true", "mixed") and state == "false")
            yield told(node, "" if fits else f"aria-checked does not say {state}.")
        elif view.role(node) == "row" and any(
            name in attributes
            for name in ("aria-posinset", "aria-setsize", "aria-expanded", "aria-level")
        ):
            around = next((r for i in dom.ancestors(node) if (r := view.role(i)) in _OWNERS), "")
            yield told(node, "" if around in ("", "treegrid") else "Only rows of tree grids may.")
        else:
            yield right(node)


_OWNERS = frozenset(("table", "grid", "treegrid"))


@judges("aria-prohibited-attr")
def prohibited_attr(view: View) -> Iterator[Item]:
    """aria-label and its like stand only where they are read out."""
    tables = aria.tables()
    for node, own in view.with_aria:
        role = role_of(node)
        if role:
            banned = tables.roles[role].prohibited_attrs
        elif "-" in (node.tag or "") or _in_widget(view, node):
            banned = frozenset()
        else:
            banned = _LABELS if _unnamed(node) else frozenset()
        found = [n for n, v in own if n in banned and v.strip()]
        if not found:
            yield right(node)
        elif "aria-labelledby" in found or _says_something(view, node):
            yield unsure(node, f"{found[0]} is not read out here by every program.")
        else:
            yield wrong(node, f"{found[0]} is not read out on this element.")


_LABELS = frozenset(("aria-label", "aria-labelledby"))


def _in_widget(view: View, node: Node) -> bool:
    for item in dom.ancestors(node):
        found = aria.tables().roles.get(view.role(item))
        if found is not None:
            return found.type == "widget"
    return False


def _unnamed(node: Node) -> bool:
    """Whether the element, without a role, may have no name at all."""
    tag = node.tag or ""
    known = aria.tables().elements.get(tag)
    if tag in ("a", "area"):
        return "href" not in node.attributes
    return known is None or known.naming_prohibited


def _says_something(view: View, node: Node) -> bool:
    return bool(node.text(deep=True).strip()) or any(
        item.tag in ("img", "svg", "input") and view.name(item) for item in below(node)
    )


@judges("aria-braille-equivalent", of="[aria-brailleroledescription], [aria-braillelabel]")
def braille_equivalent(view: View) -> Iterator[Item]:
    """What is said in braille is said in speech too."""
    for node in view.shown("[aria-brailleroledescription], [aria-braillelabel]"):
        attributes = node.attributes
        said = (attributes.get("aria-braillelabel") or "").strip()
        if said and not view.name(node):
            yield wrong(node, "It has a label in braille and no name.")
        elif (attributes.get("aria-brailleroledescription") or "").strip() and not (
            attributes.get("aria-roledescription") or ""
        ).strip():
            yield wrong(node, "It describes its role in braille alone.")
        else:
            yield right(node)


@judges("duplicate-id-aria")
def duplicate_id(view: View) -> Iterator[Item]:
    """Ids that labels and ARIA point at stand on one element. Which is met is for a person."""
    attributes = [n for n, a in aria.tables().attributes.items() if a.type in _IDS]
    pointed: set[str] = set()
    for name in attributes:
        for node in view.tree.css(f"[{name}]"):
            pointed.update(dom.attribute(node, name).split())
    pointed.update(dom.attribute(node, "for") for node in view.tree.css("label[for]"))
    if not pointed:
        return
    nodes = [n for n in view.tree.css("[id]") if (n.attributes.get("id") or "") in pointed]
    counts = Counter(dom.attribute(node, "id") for node in nodes)
    for node in nodes:
        again = counts[dom.attribute(node, "id")] > 1
        yield unsure(node, "Its id stands on several elements.") if again else right(node)
