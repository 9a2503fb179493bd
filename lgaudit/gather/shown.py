"""What a page shows, asked of the parser's own nodes: a visit asks too little to read them all.

Reading every node of a page takes several times as long as all that a visit wants to know of it.
"""

from __future__ import annotations

from lgaudit import dom
from lgaudit.tree import Node, Tree

TRIED = 20  # elements that may be the main content, of each kind
_UNREAD = ", ".join(sorted(dom.UNSEEN)) + ", [hidden], [style]"


def main_of(tree: Tree) -> Node | None:
    """The element that holds the page's own content, see :func:`lgaudit.dom.main_content`.

    Few of each kind are tried: whether one is hidden is asked of all around it.
    """
    marked = dom.marked_main(lambda query: tree.glance(query)[:TRIED])
    return marked or next(iter(tree.glance("html > body")), None)


def letters_of(node: Node) -> str:
    """The text a reader can see below a node, as :func:`lgaudit.dom.visible_text` but run together.

    Words on both sides of a break are one here, so it has no more of them than are seen.
    """
    if node.tag in dom.UNSEEN or dom.hidden_here(node):
        return ""
    unread: set[int] = set()  # nodes in what is hidden; each is met once, however deep they nest
    for inner in node.css(_UNREAD):
        if inner.mem_id in unread:
            continue
        if inner.tag in dom.UNSEEN or dom.hidden_here(inner):
            unread.update([below.mem_id for below in inner.traverse(include_text=True)])
    if not unread:
        return node.text()
    return "".join(
        [
            inner.text_content or ""
            for inner in node.traverse(include_text=True)
            if inner.is_text_node and inner.mem_id not in unread
        ]
    )
