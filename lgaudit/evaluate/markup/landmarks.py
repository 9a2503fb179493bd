"""Rules about landmarks: banner, navigation, main and the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import DOUBTFUL, HIDDEN, SHOWN, View
from lgaudit.tree import Node

_NATIVE = {"banner": "header", "contentinfo": "footer", "main": "main"}
_SCOPES = frozenset("article aside main nav section".split())
_ALL = (
    "[role=banner], [role=complementary], [role=contentinfo], [role=main], [role=navigation],"
    " [role=region], [role=search], [role=form], form, footer, header, aside, main, nav, section"
)


def _landmarks(view: View, role: str) -> list[Node]:
    tag = _NATIVE[role]
    nodes = view.shown(f"{tag}, [role={role}]")
    return [n for n in nodes if role_of(n) == role or (n.tag == tag and "role" not in n.attributes)]


def _at_top(role: str) -> Callable[[View], Iterator[Item]]:
    def judge(view: View) -> Iterator[Item]:
        for node in _landmarks(view, role):
            if role != "main" and "role" not in node.attributes and _scoped(node):
                continue
            inside = next(
                (found for item in dom.ancestors(node) if (found := _landmark(view, item))), ""
            )
            yield told(node, f"It stands in the landmark {inside}." if inside else "")

    return judge


def _landmark(view: View, node: Node) -> str:
    if "role" not in node.attributes and node.tag == "form":
        return ""
    role = view.role(node)
    found = aria.tables().roles.get(role)
    return role if found is not None and found.type == "landmark" else ""


def _once(role: str) -> Callable[[View], Iterator[Item]]:
    def judge(view: View) -> Iterator[Item]:
        nodes = _landmarks(view, role)
        if role != "main":
            nodes = [n for n in nodes if "role" in n.attributes or not _scoped(n)]
        shown = [node for node in nodes if view.state(node) == SHOWN]
        for number, node in enumerate(nodes):
            if number or len(nodes) == 1:
                yield right(node) if len(nodes) == 1 else unsure(node, "There are several.")
            elif len(shown) > 1:
                yield wrong(node, f"The page has {len(shown)} landmarks {role}.")
            else:
                yield unsure(node, "There may be several.")

    return judge


def _scoped(node: Node) -> bool:
    return any(item.tag in _SCOPES for item in dom.ancestors(node))


for _role in ("banner", "contentinfo", "main"):
    _of = f"{_NATIVE[_role]}, [role={_role}]"
    judges(f"landmark-{_role}-is-top-level", of=_of)(_at_top(_role))
    judges(f"landmark-no-duplicate-{_role}", of=_of)(_once(_role))


@judges("landmark-one-main")
def one_main(view: View) -> Iterator[Item]:
    """The page has a main landmark. One that may be hidden, or in a frame, leaves a doubt."""
    root = view.tree.css_first("html")
    if root is None:
        return
    nodes = _landmarks(view, "main")
    if any(view.state(node) == SHOWN for node in nodes):
        yield right(root)
    elif nodes or view.scripted or view.shown("iframe, frame"):
        yield unsure(root, "The page may have no main landmark.")
    else:
        yield wrong(root, "The page has no main landmark.")


@judges("landmark-unique")
def unique(view: View) -> Iterator[Item]:
    """Landmarks of one kind have names to tell them apart."""
    found = [
        (node, (role, view.name(node).lower()))
        for node in view.shown(_ALL)
        if (role := view.role(node)) and _landmark(view, node)
    ]
    sure = Counter(key for node, key in found if view.state(node) != DOUBTFUL)
    every = Counter(key for _, key in found)
    told_of: set[tuple[str, str]] = set()
    for node, key in found:
        if every[key] < 2 or key in told_of:
            yield right(node)
        elif sure[key] > 1:
            told_of.add(key)
            yield wrong(node, "Another landmark has the same kind and name.")
        else:
            yield unsure(node, "Another landmark may have the same kind and name.")


@judges("bypass")
def bypass(view: View) -> Iterator[Item]:
    """There is a way past what pages repeat: a link within the page, a heading or a landmark."""
    root = view.tree.css_first("html")
    if root is None or not view.tree.css("a[href]"):
        return
    way = (
        any(_within(dom.attribute(node, "href")) for node in view.tree.css("a[href]"))
        or view.shown("h1, h2, h3, h4, h5, h6, [role=heading]")
        or view.shown("main, [role=main]")
    )
    if way:
        yield right(root)
    else:
        yield unsure(root, "There may be no way past what pages repeat.")


def _within(href: str) -> bool:
    return href.startswith("#") and href[1:2] not in ("", "/", "!")


_OUTSIDE = 20  # elements outside landmarks that are named; more would help nobody
_SEEN = frozenset("img select textarea video audio object embed canvas progress meter".split())
_LIVE = frozenset(("alert", "log", "status"))


@judges("region")
def region(view: View) -> Iterator[Item]:
    """Everything stands in landmarks, but for links over the navigation and for frames."""
    body = view.tree.body
    if body is None:
        return
    named = 0
    stack = [body.iter()]
    while stack and named < _OUTSIDE:
        node = next(stack[-1], None)
        if node is None:
            stack.pop()
        elif view.state(node) != HIDDEN and not _regional(view, node):
            if _has_content(node) and view.role(node) != "none":
                named += 1
                yield wrong(node, "It stands in no landmark.")
            else:
                stack.append(node.iter())
    yield right(body)


def _regional(view: View, node: Node) -> bool:
    if node.tag in ("iframe", "frame", "svg", "dialog"):
        return True
    role = view.role(node)
    if role in ("button", "dialog", "alertdialog") or role in _LIVE:
        return True
    found = aria.tables().roles.get(role)
    if found is not None and found.type == "landmark":
        return True
    if dom.attribute(node, "aria-live").lower() in ("assertive", "polite"):
        return True
    return node.tag == "a" and dom.attribute(node, "href").startswith("#")


def _has_content(node: Node) -> bool:
    if node.tag in _SEEN or (node.tag == "input" and dom.attribute(node, "type") != "hidden"):
        return True
    return any(
        child.is_text_node and (child.text_content or "").strip()
        for child in node.iter(include_text=True)
    )
