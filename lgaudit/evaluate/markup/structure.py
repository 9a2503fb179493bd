"""Rules about lists, headings, focus and what stands inside what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.anchors import anchors_of
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import below, focusable, role_of, tabbable
from lgaudit.evaluate.markup.registry import Item, judges, right, surely, told, unsure, wrong
from lgaudit.evaluate.markup.view import DOUBTFUL, HIDDEN, SHOWN, View
from lgaudit.tree import Node

_NO_ROLE = ("", "none", "presentation")
_HEADINGS = "h1, h2, h3, h4, h5, h6, [role=heading], iframe, frame"


@judges("list", of="ul, ol")
def lists(view: View) -> Iterator[Item]:
    """Lists directly hold list items."""
    for node in view.shown("ul, ol"):
        if "role" not in node.attributes:
            yield told(node, _list_problem(view, node))


def _list_problem(view: View, node: Node) -> str:
    bad, empty = "", True
    for child in node.children:
        if child.tag == "li" and "role" not in child.attributes:
            empty = empty and view.state(child) == HIDDEN
            continue
        if child.is_text_node:
            if (child.text_content or "").strip():
                return "It holds text outside its items."
            continue
        if not child.is_element_node or child.tag in ("script", "template", "style"):
            continue
        if view.state(child) == HIDDEN:
            continue
        role = view.role(child)
        empty = False
        if (child.tag == "li" and not role_of(child)) or role == "listitem":
            continue
        if role == "none" and child.tag == "li":
            bad = bad or "An item in it is marked as no item."
        else:
            bad = bad or f"It directly holds <{child.tag}>."
    return "" if empty else bad


@judges("listitem", of="li")
def listitem(view: View) -> Iterator[Item]:
    """Items stand in lists."""
    right_one: Node | None = None
    for node in view.shown("li"):
        if "role" in node.attributes:
            continue
        parent = node.parent
        if parent is None:
            continue
        if parent.tag in _LISTS and "role" not in parent.attributes:
            right_one = node
            continue
        role = role_of(parent)
        listed = parent.tag in _LISTS and role in _NO_ROLE
        if role == "list" or listed:
            yield right(node)
        elif role:
            yield wrong(node, f"The list around it has the role {role}.")
        else:
            yield wrong(node, "It stands in no list.")
    if right_one is not None:
        yield right(right_one)


_LISTS = ("ul", "ol", "menu")


@judges("definition-list", of="dl")
def definition_list(view: View) -> Iterator[Item]:
    """Lists of terms hold terms and descriptions, each term before its descriptions."""
    for node in view.shown("dl"):
        if "role" not in node.attributes:
            yield told(node, _terms_problem(view, node))


def _terms_problem(view: View, node: Node) -> str:
    children = list(_parts(view, node))
    for child, nested in children:
        if isinstance(child, str):
            return "It holds text outside its terms and descriptions."
        if child.tag in ("script", "template", "style", "dt", "dd") and not role_of(child):
            continue
        if role_of(child) in ("term", "definition", "list") and child.tag not in ("dt", "dd"):
            continue
        if child.tag == "div" and not nested:
            continue
        return f"It directly holds <{child.tag}>."
    order = [c.tag for c in node.iter() if c.tag in ("dt", "dd")]
    if order and ("dt" not in order or "dd" not in order[order.index("dt") :]):
        return "It has no term that a description follows."
    return ""


def _parts(view: View, node: Node) -> Iterator[tuple[Node | str, bool]]:
    for child in node.iter(include_text=True):
        if child.is_text_node:
            if (child.text_content or "").strip():
                yield child.text_content or "", False
        elif child.is_element_node and view.state(child) != HIDDEN:
            yield child, False
            if child.tag == "div" and role_of(child) in _NO_ROLE:
                for inner in child.iter(include_text=True):
                    if inner.is_text_node:
                        if (inner.text_content or "").strip():
                            yield inner.text_content or "", True
                    elif inner.is_element_node and view.state(inner) != HIDDEN:
                        yield inner, True


@judges("dlitem", of="dd, dt")
def dlitem(view: View) -> Iterator[Item]:
    """Terms and descriptions stand in a list of terms."""
    for node in view.shown("dd, dt"):
        if "role" in node.attributes:
            continue
        parent = node.parent
        if parent is not None and parent.tag == "div" and role_of(parent) in _NO_ROLE:
            parent = parent.parent
        fits = parent is not None and parent.tag == "dl" and role_of(parent) in (*_NO_ROLE, "list")
        yield told(node, "" if fits else "It stands in no <dl>.")


@judges("heading-order", of=_HEADINGS)
def heading_order(view: View) -> Iterator[Item]:
    """Levels of headings go up by one."""
    before, doubt = 0, False
    for node in view.shown(_HEADINGS):
        if node.tag in ("iframe", "frame"):  # it may hold headings of its own
            doubt = True
            continue
        if not view.roles.is_heading(node):
            continue
        level = _level(node)
        doubtful = view.state(node) == DOUBTFUL
        if before and level - before > 1:
            said = f"It is a level {level} heading after one of level {before}."
            yield unsure(node, said) if doubt or doubtful else wrong(node, said)
        else:
            yield right(node)
        if doubtful:  # if it is hidden, the next follows the one before
            doubt = True
            before = max(before, level)
        else:
            before, doubt = level, False


def _level(node: Node) -> int:
    if "aria-level" in node.attributes:
        given = dom.attribute(node, "aria-level").strip()
        if given.isdecimal() and int(given[:6]):
            return int(given[:6])
    tag = node.tag or ""
    return int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 2


@judges("page-has-heading-one")
def page_has_heading_one(view: View) -> Iterator[Item]:
    """The page has a heading of level 1. One that may be hidden, or in a frame, leaves a doubt."""
    root = view.tree.css_first("html")
    if root is None:
        return
    found = [n for n in view.shown("h1, [role=heading]") if _level(n) == 1]
    found = [node for node in found if view.roles.is_heading(node)]
    if any(view.state(node) == SHOWN for node in found):
        yield right(root)
    elif found or view.scripted or view.shown("iframe, frame"):
        yield unsure(root, "The page may have no heading of level 1.")
    else:
        yield wrong(root, "The page has no heading of level 1.")


@judges("tabindex", of="[tabindex]")
def tabindex(view: View) -> Iterator[Item]:
    """No element changes the order of Tab."""
    for node in view.shown("[tabindex]"):
        given = dom.attribute(node, "tabindex").strip()
        sign = given.lstrip("+")
        positive = sign[:1].isdigit() and int("".join(_digits(sign))[:9]) > 0
        yield told(node, "Its tabindex is above 0." if positive else "")


def _digits(text: str) -> Iterator[str]:
    for letter in text:
        if not letter.isdigit():
            return
        yield letter


@judges("accesskeys", of="[accesskey]")
def accesskeys(view: View) -> Iterator[Item]:
    """Access keys are used once."""
    nodes = [n for n in view.shown("[accesskey]") if dom.attribute(n, "accesskey").strip()]
    keys = Counter(dom.attribute(n, "accesskey").strip().lower() for n in nodes)
    for node in nodes:
        again = keys[dom.attribute(node, "accesskey").strip().lower()] > 1
        yield told(node, "Another element has the same access key." if again else "")


@judges("nested-interactive", of="button, summary, [role], img, meter, progress, hr, math")
def nested_interactive(view: View) -> Iterator[Item]:
    """No control stands inside another."""
    roles = aria.tables().roles
    for node in view.shown("button, summary, [role], img, meter, progress, hr, math"):
        found = roles.get(view.role(node))
        if found is None or not found.children_presentational:
            continue
        inside = bool(node.children) and any(
            (inner := roles.get(view.role(item))) is not None
            and inner.type == "widget"
            and focusable(item)
            for item in below(node)
        )
        yield told(node, "A control stands inside it." if inside else "")


@judges("aria-hidden-focus", of="[aria-hidden]")
def aria_hidden_focus(view: View) -> Iterator[Item]:
    """Nothing that takes focus is hidden from assistive technology."""
    for node in view.tree.css("[aria-hidden]"):
        if dom.attribute(node, "aria-hidden").lower() != "true":
            continue
        if any(dom.attribute(i, "aria-hidden").lower() == "true" for i in dom.ancestors(node)):
            continue
        if _gone(view, node):
            continue
        stops = [
            item for item in (node, *below(node)) if tabbable(item) and not _gone_within(item, node)
        ]
        if not stops:
            yield right(node)
        elif _dialog_open(view) or not _seen(view, node) or not any(map(view.plain, stops)):
            yield unsure(node, "Something in it takes focus.")
        else:
            yield surely(node, "Something in it takes focus.")


def _seen(view: View, node: Node) -> bool:
    return view.plain(node) and (node.parent is None or view.state(node.parent) == SHOWN)


def _gone(view: View, node: Node) -> bool:
    """Hidden from everyone, whatever aria-hidden says."""
    if dom.hides(node.tag or "", node.attributes):
        return True
    return node.parent is not None and view.state(node.parent) == HIDDEN


def _gone_within(node: Node, top: Node) -> bool:
    current: Node | None = node
    while current is not None:
        if current.tag in ("template", "noscript", "script", "style"):
            return True
        if dom.hidden_here(current) or "inert" in current.attributes:
            return True
        if current.mem_id == top.mem_id:
            return False
        current = current.parent
    return False


def _dialog_open(view: View) -> bool:
    return bool(view.shown("dialog[open], [aria-modal=true], [role=dialog], [role=alertdialog]"))


@judges("aria-hidden-body")
def aria_hidden_body(view: View) -> Iterator[Item]:
    """The whole page is not hidden from assistive technology."""
    body = view.tree.body
    if body is not None:
        hidden = dom.attribute(body, "aria-hidden").lower() == "true"
        yield told(body, "The whole page is hidden from assistive technology." if hidden else "")


@judges("presentation-role-conflict", of="img[alt=''], [role=none], [role=presentation]")
def presentation_role_conflict(view: View) -> Iterator[Item]:
    """What is marked as decoration takes no focus and has no ARIA attributes."""
    for node in view.shown("img[alt=''], [role=none], [role=presentation]"):
        if node.tag in ("div", "span") or not (view.roles.implied(node) or node.tag == "img"):
            continue
        attributes = node.attributes
        if focusable(node):
            yield wrong(node, "It is marked as decoration and takes focus.")
        elif any(name in aria.everywhere() for name in attributes):
            yield wrong(node, "It is marked as decoration and has ARIA attributes.")
        else:
            yield right(node)


@judges("frame-focusable-content", of="iframe[tabindex], frame[tabindex]")
def frame_focusable_content(view: View) -> Iterator[Item]:
    """A frame that Tab leaves out may hold something that takes focus; its content is not seen."""
    for node in view.shown("iframe[tabindex], frame[tabindex]"):
        if dom.attribute(node, "tabindex").strip().startswith("-"):
            yield unsure(node, "Tab leaves this frame out.")


@judges("skip-link", of="a[href^='#'], a[href^='/#']")
def skip_link(view: View) -> Iterator[Item]:
    """A link over the navigation leads to something that is there."""
    for node in anchors_of(view.page).within[:3]:
        target = dom.attribute(node, "href").partition("#")[2]
        if not target or not _first(view, node):
            continue
        there = view.names.ids.get(target) or view.tree.css_first(f'a[name="{_quoted(target)}"]')
        if there is None:
            yield unsure(node, "It leads to nothing on the page.")
        else:
            yield right(node)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _first(view: View, node: Node) -> bool:
    """Whether only links within the page come before it."""
    for link in view.tree.css("a[href]"):
        if link.mem_id == node.mem_id:
            return True
        if "#" not in dom.attribute(link, "href")[:2]:
            return False
    return False
