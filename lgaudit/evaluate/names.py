"""Names of things as assistive technology reads them out, as far as markup alone tells.

A static reading of the accessible name computation (https://www.w3.org/TR/accname-1.2/): labels,
links, buttons, images and groups. What CSS adds or hides is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from lgaudit import dom
from lgaudit.evidence import Page
from lgaudit.tree import Node, Tree

DEEPEST = 40  # levels of markup followed below one element; deeper text is taken as it stands
LABELLED = frozenset("input select textarea button meter output progress".split())
# Class names that style sheets everywhere use for text only screen readers get.
_VISUALLY_HIDDEN = re.compile(
    r"(?:^|\s)(?:(?:govuk-|nhsuk-|u-|is-|element-|text-)?(?:visually-?hidden|vis-hidden)"
    r"|sr-only|screen-reader(?:-text|-only)|screenreader(?:-only|-text)?|element-invisible"
    r"|hidden-visually|hide-visually|a11y-hidden|accessible-hide|offscreen|off-screen)(?:\s|$)",
    re.I,
)
_SILENT = frozenset("script style template noscript head".split())
_TEXT_INPUTS = frozenset("text search email url tel number password".split())
_EMBEDDED_VALUE = _TEXT_INPUTS | {""}
_DEFAULT_BUTTON = {"submit": "Submit", "reset": "Reset"}


class Names:
    """Names of the elements of one tree; ids and labels are looked up once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[int, str] = {}
        self._labels: dict[int, list[Node]] = {}

    @cached_property
    def ids(self) -> Mapping[str, Node]:
        """The first element of each id."""
        found: dict[str, Node] = {}
        for node in self._tree.css("[id]"):
            found.setdefault(dom.attribute(node, "id"), node)
        return found

    @cached_property
    def _labels_for(self) -> Mapping[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self._tree.css("label[for]"):
            found.setdefault(dom.attribute(node, "for"), []).append(node)
        return found

    def labels(self, control: Node) -> list[Node]:
        """The label elements of a form control: by ``for``, else the one around it.

        Nobody changes the list.
        """
        known = self._labels.get(control.mem_id)
        if known is None:
            known = self._labels[control.mem_id] = self._find_labels(control)
        return known

    def _find_labels(self, control: Node) -> list[Node]:
        identity = dom.attribute(control, "id")
        first = self.ids.get(identity) if identity else None
        own = first is None or first.mem_id == control.mem_id  # of several with one id, the first
        by_id = list(self._labels_for.get(identity, ())) if identity and own else []
        around = next((node for node in dom.ancestors(control) if node.tag == "label"), None)
        if around is not None and not dom.attribute(around, "for"):
            by_id.append(around)
        return by_id

    def referenced(self, node: Node, attribute: str) -> list[Node]:
        """Elements that an attribute of ids, such as ``aria-labelledby``, points at."""
        found = (self.ids.get(identity) for identity in dom.attribute(node, attribute).split())
        return [target for target in found if target is not None]

    def name(self, node: Node) -> str:
        """The element's accessible name, white space folded; '' when it has none."""
        known = self._known.get(node.mem_id)
        if known is None:
            known = self._known[node.mem_id] = self._find_name(node)
        return known

    def _find_name(self, node: Node) -> str:
        children, attributes = node.children, node.attributes
        if _NAMING.isdisjoint(attributes):
            if node.tag == "img":
                return dom.fold(attributes.get("alt") or attributes.get("title") or "")
            if len(children) == 1 and children[0].is_text_node and node.tag in _ONLY_TEXT:
                said = dom.fold(children[0].text_content or "")
                if said:
                    return said
        return dom.fold(self._name(node, frozenset(), 0, referenced=False, within=False))

    def named(self, node: Node) -> bool:
        """Whether the element has a name at all: mostly a word that stands in it is enough."""
        if node.tag in _CONTENT_TAGS and "role" not in node.attributes:
            for child in node.children:
                if child.is_text_node and (child.text_content or "").strip():
                    return True
        return bool(self.name(node))

    def _name(
        self,
        node: Node,
        seen: frozenset[int],
        depth: int,
        *,
        referenced: bool,
        within: bool,
    ) -> str:
        """Steps 2A to 2I of the computation; ``within`` while collecting another's content."""
        attributes = node.attributes
        if within and node.tag not in _SAYING and _TELLING.isdisjoint(attributes):
            content = self._content(node, seen | {node.mem_id}, depth)
            return content if content.strip() else ""
        if within and not referenced and _not_read(node, attributes):
            return ""
        seen = seen | {node.mem_id}
        if "aria-labelledby" in attributes and not referenced:
            parts = (
                self._name(target, seen, depth, referenced=True, within=True)
                for target in self.referenced(node, "aria-labelledby")
                if target.mem_id not in seen or target.mem_id == node.mem_id
            )
            joined = dom.fold(" ".join(parts))
            if joined:
                return joined
        if within and (value := _embedded_value(node, attributes)) is not None:
            return value
        label = dom.fold(attributes.get("aria-label") or "")
        if label:
            return label
        own = self._native(node, attributes, seen, depth)
        if own:
            return own
        if within or _named_by_content(node, attributes):
            content = self._content(node, seen, depth)
            if dom.fold(content):
                return content
        tip = dom.fold(attributes.get("title") or "")
        if tip or within:
            return tip
        return _placeholder(node, attributes)

    def _native(
        self,
        node: Node,
        attributes: Mapping[str, str | None],
        seen: frozenset[int],
        depth: int,
    ) -> str:
        tag = node.tag or ""
        if tag in ("img", "area"):
            return attributes.get("alt") or ""
        if tag == "input":
            kind = (attributes.get("type") or "").lower()
            if kind in ("submit", "reset", "button"):
                return attributes.get("value") or _DEFAULT_BUTTON.get(kind, "")
            if kind == "image":
                return attributes.get("alt") or attributes.get("title") or "Submit"
        if tag in LABELLED:
            parts = (
                self._name(label, seen, depth + 1, referenced=True, within=True)
                for label in self.labels(node)
                if label.mem_id not in seen
            )
            return " ".join(part for part in parts if part)
        child = _OWN_CHILD.get(tag)
        if child is not None:
            named = next((c for c in node.iter() if c.tag == child), None)
            if named is not None and depth < DEEPEST:
                return self._content(named, seen, depth + 1)
        return ""

    def _content(self, node: Node, seen: frozenset[int], depth: int) -> str:
        if depth >= DEEPEST:
            return f" {node.text()} "
        parts = []
        for child in node.children:
            if child.is_text_node:
                parts.append(child.text_content or "")
            elif child.is_element_node and child.tag not in _SILENT and child.mem_id not in seen:
                text = self._name(child, seen, depth + 1, referenced=False, within=True)
                separate = child.tag in dom.BLOCKS or child.tag in ("br", "img", "svg", "input")
                parts.append(f" {text} " if separate else text)
        return "".join(parts)


_OWN_CHILD = {
    "fieldset": "legend",
    "figure": "figcaption",
    "table": "caption",
    "svg": "title",
}
# Attributes without which an element inside another says what stands in it and no more.
_TELLING = frozenset(("aria-labelledby", "aria-label", "aria-hidden", "hidden", "style", "title"))
# Elements that may say something else than what stands in them, even without attributes.
_SAYING = frozenset(("img", "area", "input", "textarea", "select", *LABELLED, *_OWN_CHILD))
_CONTENT_TAGS = frozenset(
    "a button summary option legend caption label h1 h2 h3 h4 h5 h6 td th tr dt dd figcaption"
    " output".split()
)
_CONTENT_ROLES = frozenset(
    "link button menuitem menuitemcheckbox menuitemradio tab option treeitem checkbox radio switch"
    " heading cell columnheader rowheader row gridcell tooltip".split()
)


# Those of them that nothing but their own text and attributes names, and what else may.
_ONLY_TEXT = _CONTENT_TAGS - LABELLED - _OWN_CHILD.keys()
_NAMING = frozenset(("role", "aria-labelledby", "aria-label"))


def names_of(page: Page) -> Names:
    """The names of a page's tree, made when first asked for and kept with the page."""
    kept = page.__dict__.get("_names")
    if isinstance(kept, Names):
        return kept
    names = Names(page.dom)
    page.__dict__["_names"] = names
    return names


def visually_hidden(node: Node) -> bool:
    """True when a class on or around the element usually means "for screen readers only"."""
    return any(
        _VISUALLY_HIDDEN.search(dom.attribute(item, "class")) for item in (node, *_around(node))
    )


def _around(node: Node) -> Iterator[Node]:
    for item in dom.ancestors(node):
        if item.tag in ("form", "main", "body"):
            return
        yield item


def _not_read(node: Node, attributes: Mapping[str, str | None]) -> bool:
    return (attributes.get("aria-hidden") or "").lower() == "true" or dom.hidden_here(node)


def _named_by_content(node: Node, attributes: Mapping[str, str | None]) -> bool:
    role = (attributes.get("role") or "").lower().split()
    return role[0] in _CONTENT_ROLES if role else node.tag in _CONTENT_TAGS


def _embedded_value(node: Node, attributes: Mapping[str, str | None]) -> str | None:
    """What a control inside a label says: its value; None when the element is no such control."""
    tag = node.tag
    if tag == "textarea":
        return node.text()
    if tag == "input" and (attributes.get("type") or "").lower() in _EMBEDDED_VALUE:
        return attributes.get("value") or ""
    if tag == "input" and (attributes.get("type") or "").lower() in ("checkbox", "radio"):
        return ""
    if tag == "select":
        chosen = node.css_first("option[selected]") or node.css_first("option")
        return chosen.text() if chosen is not None else ""
    return None


def _placeholder(node: Node, attributes: Mapping[str, str | None]) -> str:
    if node.tag in ("input", "textarea"):
        return dom.fold(attributes.get("placeholder") or attributes.get("aria-placeholder") or "")
    return ""
