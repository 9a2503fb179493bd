"""The roles of a page's elements, explicit or as HTML implies them."""

from __future__ import annotations

from collections.abc import Mapping

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import explicit_role, focusable, role_of
from lgaudit.evaluate.names import Names
from lgaudit.tree import Node

_SECTIONING = frozenset("article aside main nav section".split())
_SECTION_ROLES = frozenset("article complementary main navigation region".split())
_PLAIN = {
    "article": "article",
    "body": "document",
    "button": "button",
    "datalist": "listbox",
    "dd": "definition",
    "dfn": "term",
    "details": "group",
    "dialog": "dialog",
    "dt": "term",
    "fieldset": "group",
    "figure": "figure",
    **{f"h{level}": "heading" for level in range(1, 7)},
    "hr": "separator",
    "li": "listitem",
    "main": "main",
    "math": "math",
    "menu": "list",
    "meter": "meter",
    "nav": "navigation",
    "ol": "list",
    "optgroup": "group",
    "option": "option",
    "output": "status",
    "progress": "progressbar",
    "search": "search",
    "summary": "button",
    "table": "table",
    "tbody": "rowgroup",
    "textarea": "textbox",
    "tfoot": "rowgroup",
    "thead": "rowgroup",
    "tr": "row",
    "ul": "list",
}
_INPUTS = {
    "checkbox": "checkbox",
    "number": "spinbutton",
    "radio": "radio",
    "range": "slider",
}


class Roles:
    """The roles of one page's elements, each worked out once. Source: HTML-AAM."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._known: dict[int, str] = {}

    def role(self, node: Node) -> str:
        """The element's role, explicit or implied, '' for none; presentation as 'none'."""
        known = self._known.get(node.mem_id)
        if known is None:
            known = self._known[node.mem_id] = self._role(node)
        return known

    def _role(self, node: Node) -> str:
        explicit = explicit_role(node.attributes)
        if explicit in ("none", "presentation"):
            if focusable(node) or any(name in aria.everywhere() for name in node.attributes):
                return self.implied(node)
            return "none"
        return explicit or self.implied(node)

    def implied(self, node: Node) -> str:
        """The role that HTML gives the element, '' for none."""
        tag, attributes = node.tag or "", node.attributes
        plain = _PLAIN.get(tag)
        if plain is not None:
            return plain
        if tag in ("a", "area"):
            return "link" if "href" in attributes else ""
        if tag in ("header", "footer"):
            if any(
                self._sections(item) or item.tag == "main" or role_of(item) == "main"
                for item in dom.ancestors(node)
            ):
                return ""
            return "banner" if tag == "header" else "contentinfo"
        if tag == "aside":
            within = any(self._sections(item) for item in dom.ancestors(node))
            return "" if within and not self.named(node, title=True) else "complementary"
        if tag == "section":
            return "region" if self.named(node) else ""
        if tag == "form":
            return "form" if self.named(node) else ""
        if tag == "img":
            if "alt" in attributes and not attributes["alt"]:
                if focusable(node) or any(name in aria.everywhere() for name in attributes):
                    return "img"
                return "none"
            return "img"
        if tag == "input":
            return self._input(attributes)
        if tag == "select":
            size = attributes.get("size") or ""
            many = "multiple" in attributes or (size.isdecimal() and int(size[:6]) > 1)
            return "listbox" if many else "combobox"
        if tag == "td":
            return "cell"
        if tag == "th":
            scope = (attributes.get("scope") or "").lower()
            return "rowheader" if scope in ("row", "rowgroup") else "columnheader"
        return ""

    def _input(self, attributes: Mapping[str, str | None]) -> str:
        kind = (attributes.get("type") or "text").lower()
        offers = "list" in attributes
        if kind in ("button", "image", "reset", "submit"):
            return "button"
        if kind == "search":
            return "combobox" if offers else "searchbox"
        if kind in ("text", "tel", "url", "email"):
            return "combobox" if offers else "textbox"
        return _INPUTS.get(kind, "textbox")

    def _sections(self, node: Node) -> bool:
        explicit = role_of(node)
        if explicit:
            return explicit in _SECTION_ROLES - {"main"}
        return node.tag in _SECTIONING and node.tag != "main"

    def named(self, node: Node, *, title: bool = False) -> bool:
        """Named by aria-label or aria-labelledby; with ``title``, or by that."""
        attributes = node.attributes
        if (attributes.get("aria-label") or "").strip():
            return True
        if title and (attributes.get("title") or "").strip():
            return True
        if "aria-labelledby" not in attributes:
            return False
        targets = self._names.referenced(node, "aria-labelledby")
        return any(target.text().strip() or self._names.name(target) for target in targets)

    def is_heading(self, node: Node) -> bool:
        """Whether an element is a heading, one of h1 to h6 or by its role."""
        if "role" not in node.attributes and _PLAIN.get(node.tag) == "heading":
            return True
        return self.role(node) == "heading"
