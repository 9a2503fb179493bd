"""A page's markup as the rules of this package look at it: roles, names, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from lgaudit import dom
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.markup.roles import Roles
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
_DISPLAY_NONE = re.compile(r"display\s*:\s*none", re.I)
_STYLE_RULE = re.compile(r"([^{}]{1,300})\{([^{}]{0,600})\}")
_CLASS_OR_ID = re.compile(r"([.#])(-?[A-Za-z_][\w-]*)")


class View:
    """One page's tree with what several rules ask of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.tree = page.dom
        self.names: Names = names_of(page)
        self.roles = Roles(self.names)
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
        """See :meth:`Roles.role`."""
        return self.roles.role(node)

    def name(self, node: Node) -> str:
        """The element's accessible name."""
        return self.names.name(node)

    def titled(self, node: Node) -> bool:
        """Named by aria-label, aria-labelledby or title."""
        return self.roles.named(node, title=True)


def _closed_by_name(classes: str) -> bool:
    return any(map(_CLOSED.fullmatch, classes.split()[:50]))


_usually_closed = lru_cache(maxsize=4096)(_closed_by_name)  # they come again on many pages


def view_of(page: Page) -> View:
    """The page's view, made once."""
    return kept(page, "markup view", View)
