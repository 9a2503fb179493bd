"""A page's markup as the rules of this package look at it: roles, names, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from lgaudit import dom
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.names import Names, names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

VALUED = ("role", "type")  # attributes whose values are entered in :attr:`View.there`
SHOWN, DOUBTFUL, HIDDEN = 0, 1, 2
# Never rendered, whatever a style sheet says.
_NEVER = frozenset("head script style template noscript title datalist".split())
# Class names that style sheets everywhere use for what is closed, or shown to some people only.
_CLOSED = re.compile(
    r"(?:(?:is|js|u|ui|x|g|initially)-)?(?:hidden|hide|invisible|d-none|display-none)"
    r"|(?:[\w-]{1,30}-)?collapsed?|(?:[\w-]{1,30}[-_])?drop-?down[-_]?(?:menu|content|list|panel|inner)"
    r"|(?:[\w-]{1,30}[-_])?(?:sub|mega)-?_?menu|(?:[\w-]{1,30}[-_])?(?:modal|popup|pop-up|lightbox)"
    r"|off-?canvas|tab-?pane|tooltip|popover|toast|no-?js|noscript|print-only|visible-(?:xs|print)",
    re.I,
)
_FOCUSABLE = frozenset("button input select textarea".split())
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.I)
_STYLE_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,600})\}")
_CLASS_OR_ID = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")
_SECTIONING = frozenset("article aside main nav section".split())
_SECTION_ROLES = frozenset("article complementary main navigation region".split())


class View:
    """One page's tree with what several rules ask of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tree = page.dom
        self.names: Names = names_of(page)
        self._roles: dict[int, str] = {}
        self._class_states: dict[str, bool] = {}
        self._shown: dict[str, list[Node]] = {}

    @cached_property
    def there(self) -> set[str]:
        """What stands in the page: :attr:`Tree.there`, and the values of some attributes in small
        letters, such as ``role=main``.
        """
        values = [
            f"{name}={value.lower()}"
            for name in VALUED
            for value in self.tree.values(name).nodes
            if value is not None
        ]
        return self.tree.there.union(values)

    def shown(self, selector: str) -> list[Node]:
        """The elements that are not hidden for certain, in document order. Nobody changes it."""
        known = self._shown.get(selector)
        if known is None:
            states, nodes = self._states, self.tree.css(selector)
            if nodes and "," in selector:  # what fits several alternatives is found for each
                nodes = list({node.number: node for node in nodes}.values())
            known = self._shown[selector] = [n for n in nodes if states[n.number] != HIDDEN]
        return known

    def state(self, node: Node) -> int:
        """Whether assistive technology meets the element: SHOWN, DOUBTFUL or HIDDEN."""
        return self._states[node.number]

    @cached_property
    def _states(self) -> bytearray:
        """The state of every node, by its number: no better than that of what it stands in.

        Few elements hide anything, so these are looked up, and all that stands in them is marked.
        """
        states = bytearray(len(self.tree.nodes))
        for node in self._doubtful():
            first, last = node.number, node.last
            states[first : last + 1] = bytes((DOUBTFUL,)) * (last + 1 - first)
        for node in self._hiding():
            first, last = node.number, node.last
            states[first : last + 1] = bytes((HIDDEN,)) * (last + 1 - first)
        return states

    def _hiding(self) -> Iterator[Node]:
        """Elements that are hidden for certain, but for those that stand in others."""
        css, called = self.tree.css, self.tree.called
        for tag in _NEVER:
            for node in called(tag):
                if node.tag == tag:
                    yield node
        for node in called("dialog"):
            if "open" not in node.attributes:
                yield node
        for node in called("details"):
            if "open" not in node.attributes:
                yield from [child for child in node.children if child.tag != "summary"]
        for node in css("[hidden], [style], input[type]"):
            if dom.hides(node.tag, node.attributes):
                yield node
        for node in css("[aria-hidden]"):
            if (node.attributes.get("aria-hidden") or "").lower() == "true":
                yield node
        yield from css("[inert]")
        yield from css("[popover]")

    def _doubtful(self) -> Iterator[Node]:
        """Elements that their classes or their id say may be closed."""
        for classes, nodes in self.tree.values("class").nodes.items():
            if classes and self._closed(classes):
                yield from [node for node in nodes if node.tag not in ("html", "body")]
        if self._hidden_ids or self._controlled:
            for node in self.tree.css("[id]"):
                identity = node.attributes.get("id")
                if identity in self._hidden_ids or identity in self._controlled:
                    yield node

    def plain(self, node: Node) -> bool:
        """Whether neither classes nor id of the element itself say that it may be closed."""
        attributes = node.attributes
        identity = attributes.get("id")
        closed = identity in self._hidden_ids or identity in self._controlled if identity else False
        return not closed and not self._closed(attributes.get("class") or "")

    def _closed(self, classes: str) -> bool:
        known = self._class_states.get(classes)
        if known is None:
            hidden = self._hidden_classes
            usually = _usually_closed if len(classes) <= 500 else _closed_by_name
            known = usually(classes) or (
                bool(hidden) and not hidden.isdisjoint(classes.split()[:50])
            )
            self._class_states[classes] = known
        return known

    @cached_property
    def _controlled(self) -> frozenset[str]:
        """Ids of what a closed control opens."""
        return frozenset(
            identity
            for control in self.tree.css("[aria-expanded]")
            if dom.attribute(control, "aria-expanded").lower() == "false"
            for identity in (
                f"{dom.attribute(control, 'aria-controls')} "
                f"{dom.attribute(control, 'data-target').lstrip('#')}"
            ).split()
        )

    @cached_property
    def _hidden_names(self) -> tuple[frozenset[str], frozenset[str]]:
        """Classes and ids that the page's own style elements hide, if only in some places."""
        classes: set[str] = set()
        ids: set[str] = set()
        for style in self.tree.css("style"):
            text = style.text()[:200_000]
            if "display" not in text and "visibility" not in text:
                continue
            for rule in _STYLE_RULE.finditer(text):
                if _DISPLAY_NONE.search(rule[2]) or "visibility:hidden" in rule[2].replace(" ", ""):
                    for mark, name in _CLASS_OR_ID.findall(rule[1]):
                        (classes if mark == "." else ids).add(name)
        return frozenset(classes), frozenset(ids)

    @cached_property
    def _hidden_classes(self) -> frozenset[str]:
        return self._hidden_names[0]

    @cached_property
    def _hidden_ids(self) -> frozenset[str]:
        return self._hidden_names[1]

    @cached_property
    def scripted(self) -> bool:
        """Whether scripts are to fill the page: it holds next to no words without them."""
        if not self.tree.css("script"):
            return False
        body = self.tree.body
        return body is None or len(dom.visible_text(body, 60).split()) < 40

    @cached_property
    def with_aria(self) -> list[tuple[Node, list[tuple[str, str]]]]:
        """Elements that have attributes whose names begin with aria-, with those."""
        states = self._states
        return [
            (node, [(k, v or "") for k, v in node.attributes.items() if k.startswith("aria-")])
            for node in self.tree.bearing("aria-")
            if states[node.number] != HIDDEN
        ]

    def role(self, node: Node) -> str:
        """The element's role, explicit or implied, '' for none; presentation as 'none'."""
        known = self._roles.get(node.mem_id)
        if known is None:
            known = self._roles[node.mem_id] = self._role(node)
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
            return "" if within and not self._named(node, title=True) else "complementary"
        if tag == "section":
            return "region" if self._named(node) else ""
        if tag == "form":
            return "form" if self._named(node) else ""
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

    def _named(self, node: Node, *, title: bool = False) -> bool:
        attributes = node.attributes
        if (attributes.get("aria-label") or "").strip():
            return True
        if title and (attributes.get("title") or "").strip():
            return True
        if "aria-labelledby" not in attributes:
            return False
        targets = self.names.referenced(node, "aria-labelledby")
        return any(target.text().strip() or self.names.name(target) for target in targets)

    def name(self, node: Node) -> str:
        """The element's accessible name."""
        return self.names.name(node)

    def titled(self, node: Node) -> bool:
        """Named by aria-label, aria-labelledby or title."""
        return self._named(node, title=True)


def _closed_by_name(classes: str) -> bool:
    return any(map(_CLOSED.fullmatch, classes.split()[:50]))


_usually_closed = lru_cache(maxsize=4096)(_closed_by_name)  # they come again on many pages


def view_of(page: Page) -> View:
    """The page's view, made once."""
    return kept(page, "markup view", View)


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


def is_heading(view: View, node: Node) -> bool:
    """Whether an element is a heading, one of h1 to h6 or by its role."""
    if "role" not in node.attributes and _PLAIN.get(node.tag) == "heading":
        return True
    return view.role(node) == "heading"


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
