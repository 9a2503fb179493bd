"""Rules about which roles stand in which."""

from __future__ import annotations

from collections.abc import Iterator

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import focusable, role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, unsure, wrong
from lgaudit.evaluate.markup.view import HIDDEN, View
from lgaudit.tree import Node


@judges("aria-required-children", of="[role]")
def required_children(view: View) -> Iterator[Item]:
    """Roles that need children of certain roles have them, and no others."""
    known = aria.tables().roles
    for node in view.shown("[role]"):
        role = role_of(node)
        needs = known[role].required_owned if role else None
        if needs is None:
            continue
        if role == "combobox":
            continue
        owned = list(_owned(view, node, needs))
        others = [r for r, item in owned if item is not None and r not in needs]
        if others and not all(_beside(role, r) for r in others):
            odd = next(r for r in others if not _beside(role, r))
            yield wrong(node, f"It holds {odd or 'something'}, which does not belong there.")
        elif any(r in needs for r, _ in owned) or dom.attribute(node, "aria-busy") == "true":
            yield right(node)
        elif not owned:  # a script may fill it before anyone meets the page
            yield unsure(node, "It is empty, as far as the markup shows.")
        else:
            yield wrong(node, f"It holds none of {', '.join(needs)}.")


def _beside(owner: str, role: str) -> bool:
    """Roles that may stand beside what an owner needs."""
    return role in ("separator", "none") and owner in ("menu", "menubar", "listbox", "tree", "list")


def _owned(view: View, node: Node, needs: tuple[str, ...]) -> Iterator[tuple[str, Node | None]]:
    queue = list(node.iter(include_text=True))
    queue += view.names.referenced(node, "aria-owns")
    seen: set[int] = set()
    while queue:
        item = queue.pop(0)
        if item.is_text_node:
            if (item.text_content or "").strip():
                yield "", None
            continue
        if not item.is_element_node or item.mem_id in seen or view.state(item) == HIDDEN:
            continue
        seen.add(item.mem_id)
        role = view.role(item)
        role = "" if role == "none" else role
        marked = focusable(item) or any(n in aria.everywhere() for n in item.attributes)
        if (not role and not marked) or (role in ("group", "rowgroup") and role in needs):
            queue += list(item.iter(include_text=True))
        else:
            yield role, item


@judges("aria-required-parent", of="[role]")
def required_parent(view: View) -> Iterator[Item]:
    """Roles that belong in others stand in them."""
    known = aria.tables().roles
    owned = {
        word
        for node in view.tree.css("[aria-owns]")
        for word in dom.attribute(node, "aria-owns").split()
    }
    for node in view.shown("[role]"):
        role = role_of(node)
        context = known[role].required_context if role else None
        if not context:
            continue
        if _fits(view, node, role, context):
            yield right(node)
        elif owned and any(dom.attribute(item, "id") in owned for item in dom.lineage(node)):
            yield unsure(node, "Another element says that it owns this one.")
        else:
            yield wrong(node, f"It stands in none of {', '.join(context)}.")


def _fits(view: View, node: Node, own: str, context: tuple[str, ...]) -> bool:
    wanted, group = set(context), "group" in context
    for item in dom.ancestors(node):
        role = view.role(item)
        if role in ("", "none", "document") and item.tag != "body":
            continue
        if role == "group" and group:
            if own in ("listitem", "treeitem"):
                wanted.add(own)
            wanted.discard("group")
            group = False
            continue
        return role in wanted
    return False
