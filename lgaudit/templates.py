"""A fingerprint of the template a page was made with: pages that look alike share it.

Read are the things a template decides and an editor does not: the kind of page the system wrote on
the body element, the landmarks with their classes and where they stand, and the wrappers between
the main landmark and its heading. Left out is what differs between pages of one template: texts,
counts, order of repeated blocks, classes that name a page or a state, and blocks that come and go
such as cookie banners and alerts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache

from lgaudit import dom
from lgaudit.evidence import Page
from lgaudit.tree import Node, Tree

LANDMARKS = frozenset("header nav main aside footer form search".split())
ROLES = frozenset("banner navigation main complementary contentinfo form search region".split())
DEPTH = 5  # landmarks inside this many others are told apart
SPINE = 4  # wrappers inside the main content
WRAPPERS = frozenset("div section article form".split())
MOST_ELEMENTS = 20_000  # read of one page; a longer one is a trap, and its template shows earlier
LEAST_ELEMENTS = 12  # fewer is an empty shell: the rendered page is read instead
CLASSES = 3  # of one element
_BODY_KIND = re.compile(r"type|template|layout|front|home", re.I)
_PASSING = re.compile(
    r"\d|^(is|has|js|no|ng|v|css|wp|jq)-|^_|active|current|selected|open|close|expand|collapse"
    r"|hidden|visible|show|hide|first|last|odd|even|loaded|lazy|anim|fade|focus|hover|sticky|dirty"
    r"|pristine|valid|postid|node--?id",
    re.I,
)
_COMES_AND_GOES = re.compile(
    r"cookie|consent|ccc|gdpr|alert|emergency|notice|banner-message|announce|modal|dialog|popup"
    r"|toast|chat|survey|feedback|skip",
    re.I,
)


def template_of(page: Page) -> str:
    """Twelve hexadecimal digits that pages of one template share; '' for a page without a body."""
    tree = page.response_dom
    if page.browser is not None and _elements(tree) < LEAST_ELEMENTS:
        tree = page.dom
    body = tree.body
    if body is None:
        return ""
    main = dom.main_content(tree)
    marks = set(_body_kinds(body))
    marks.update(_landmarks(body))
    if main is not None:
        marks.update(_spine(main))
    text = "\n".join(sorted(marks))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _elements(tree: Tree) -> int:
    return len(tree.css("body *")) if tree.body is not None else 0


def _body_kinds(body: Node) -> Iterator[str]:
    for name in _classes(body):
        if _BODY_KIND.search(name):
            yield f"body.{name}"


def _landmarks(body: Node) -> Iterator[str]:
    """The path of every landmark through the landmarks around it."""
    waiting: list[tuple[Node, tuple[str, ...]]] = [(body, ())]
    for _ in range(MOST_ELEMENTS):
        if not waiting:
            return
        node, path = waiting.pop()
        for child in node.iter():
            if _comes_and_goes(child):
                continue
            here = path
            if child.tag in LANDMARKS or child.attributes.get("role") in ROLES:
                here = (*path, _label(child))
                yield " > ".join(here)
            if child.children and len(here) < DEPTH:
                waiting.append((child, here))


def _spine(main: Node) -> Iterator[str]:
    """The wrappers from the main content down to its h1; without one, while there is only one."""
    heading = main.css_first("h1")
    if heading is not None:
        around: list[Node] = []
        for node in dom.ancestors(heading):
            if node.mem_id == main.mem_id:
                break
            around.append(node)
        yield from (f"spine {_label(node)}" for node in around[::-1][:SPINE])
        return
    node = main
    for _ in range(SPINE):
        inner = [child for child in node.iter() if not _comes_and_goes(child)]
        if len(inner) != 1 or inner[0].tag not in WRAPPERS:
            return
        node = inner[0]
        yield f"spine {_label(node)}"


def _comes_and_goes(node: Node) -> bool:
    if node.tag in dom.UNSEEN:
        return True
    given = node.attributes
    if not given:
        return False
    name = f"{given.get('id') or ''} {given.get('class') or ''}"
    return len(name) > 1 and _is_passing(name[:300])


@lru_cache(4096)
def _is_passing(name: str) -> bool:
    return _COMES_AND_GOES.search(name) is not None


def _label(node: Node) -> str:
    role = dom.attribute(node, "role")
    kept = [name for name in _classes(node) if not _PASSING.search(name)][:CLASSES]
    return ".".join([node.tag or "", *([f"({role})"] if role in ROLES else []), *sorted(kept)])


def _classes(node: Node) -> list[str]:
    return dom.attribute(node, "class")[:1000].split()
