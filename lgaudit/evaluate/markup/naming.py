"""Rules that ask for a name or a text alternative."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lgaudit import dom
from lgaudit.evaluate.markup import aria
from lgaudit.evaluate.markup.elements import below, explicit_role, focusable, role_of
from lgaudit.evaluate.markup.registry import Item, judges, right, told, unsure, wrong
from lgaudit.evaluate.markup.view import HIDDEN, View
from lgaudit.tree import Node

_NOT_LABELLED = frozenset("hidden image button submit reset".split())


def _must_be_named(role: str) -> bool:
    """Whether a role (or none) leaves the element one that must have a name."""
    found = aria.tables().roles.get(role)
    return found is None or role in ("none", "presentation") or found.accessible_name_required


def _excused(view: View, node: Node) -> bool:
    """Explicitly decoration, and nothing that takes focus or says otherwise."""
    return role_of(node) in ("none", "presentation") and view.role(node) == "none"


def _asked(node: Node) -> bool:
    return "role" not in node.attributes or _must_be_named(role_of(node)) or focusable(node)


@judges("image-alt", of="img")
def image_alt(view: View) -> Iterator[Item]:
    """Pictures have an alt attribute, a name or are marked as decoration."""
    for node in view.shown("img"):
        if not _asked(node):
            continue
        attributes = node.attributes
        if "alt" in attributes:
            alt = attributes["alt"] or ""
            blank = bool(alt) and not alt.strip()
            yield told(node, "Its alt text is only spaces." if blank else "")
        elif view.titled(node) or _excused(view, node):
            yield right(node)
        else:
            yield wrong(node, "It has no alt text.")


@judges("input-image-alt", of="input[type=image i]")
def input_image_alt(view: View) -> Iterator[Item]:
    """Image buttons have alt text or a name."""
    for node in view.shown("input[type=image i]"):
        if _asked(node):
            named = dom.attribute(node, "alt").strip() or view.titled(node) or _labelled(view, node)
            yield told(node, "" if named else "This image button has no alt text.")


@judges("area-alt", of="map area[href]")
def area_alt(view: View) -> Iterator[Item]:
    """Areas of image maps have alt text or a name."""
    for node in view.tree.css("map area[href]"):
        named = dom.attribute(node, "alt").strip() or view.titled(node)
        yield told(node, "" if named else "This area of an image map has no alt text.")


@judges("object-alt", of="object[data]")
def object_alt(view: View) -> Iterator[Item]:
    """Embedded objects have a name. Whether one loads at all is not known from its markup."""
    for node in view.shown("object[data]"):
        if not _asked(node):
            continue
        if view.titled(node) or _excused(view, node):
            yield right(node)
        else:
            yield unsure(node, "This object has no name.")


_DRAWINGS = "[role=img], [role=image], [role=graphics-symbol], svg[role=graphics-document]"


def _drawings(view: View, *, svg: bool) -> Iterator[Item]:
    for node in view.shown(_DRAWINGS):
        drawn = node.tag == "svg" or any(item.tag == "svg" for item in dom.ancestors(node))
        if drawn != svg or (not svg and (node.tag in _ALT or "graphics" in role_of(node))):
            continue
        title = svg and any(c.tag == "title" and c.text().strip() for c in node.iter())
        named = title or view.titled(node)
        yield told(node, "" if named else "This picture has no name.")


_ALT = frozenset(("img", "area", "input", "object"))


@judges("svg-img-alt", of=_DRAWINGS)
def svg_img_alt(view: View) -> Iterator[Item]:
    """Drawings with the role of a picture have a title or a name."""
    return _drawings(view, svg=True)


@judges("role-img-alt", of=_DRAWINGS)
def role_img_alt(view: View) -> Iterator[Item]:
    """Other elements with the role of a picture have a name."""
    return _drawings(view, svg=False)


@judges("image-redundant-alt", of="img")
def image_redundant_alt(view: View) -> Iterator[Item]:
    """The alt text of a picture in a button or link is not the text beside it once more."""
    texts: dict[int, str] = {}
    for node in view.shown("img"):
        if view.role(node) == "none":
            continue
        around = next(filter(_acts, dom.ancestors(node)), None)
        said = ""
        if around is not None:
            if around.mem_id not in texts:
                texts[around.mem_id] = dom.fold(around.text(deep=True)).lower()
            said = texts[around.mem_id]
        same = bool(said) and said == view.name(node).lower()
        yield told(node, "Its alt text is the text beside it." if same else "")


def _acts(node: Node) -> bool:
    attributes = node.attributes
    if node.tag == "button" or (node.tag == "a" and "href" in attributes):
        return True
    return "role" in attributes and explicit_role(attributes) in ("button", "link")


@judges("button-name", of="button")
def button_name(view: View) -> Iterator[Item]:
    """Buttons have a name."""
    for node in view.shown("button"):
        if _asked(node):
            named = view.names.named(node) or _excused(view, node)
            yield told(node, "" if named else "This button has no text and no name.")


@judges("input-button-name", of="input[type=button i], input[type=submit i], input[type=reset i]")
def input_button_name(view: View) -> Iterator[Item]:
    """Buttons that are input elements have a value or a name."""
    for node in view.shown("input[type=button i], input[type=submit i], input[type=reset i]"):
        if not _asked(node):
            continue
        kind, value = dom.attribute(node, "type").lower(), node.attributes.get("value", None)
        usual = kind in ("submit", "reset") and "value" not in node.attributes
        named = usual or (value or "").strip() or view.titled(node) or _labelled(view, node)
        yield told(node, "" if named or _excused(view, node) else "This button has no text.")


@judges("link-name", of="a[href]")
def link_name(view: View) -> Iterator[Item]:
    """Links have text or a name."""
    named = view.names.named
    right_one: Node | None = None
    for node in view.shown("a[href]"):
        attributes = node.attributes
        if "role" in attributes and explicit_role(attributes) not in _LINKS:
            continue
        if named(node):
            right_one = node
        else:
            yield wrong(node, "This link has no text and no name.")
    if right_one is not None:
        yield right(right_one)


_LINKS = ("", "link", "none", "presentation")


@judges("summary-name", of="details > summary")
def summary_name(view: View) -> Iterator[Item]:
    """The summary of a section that opens has text or a name."""
    for node in view.shown("details > summary"):
        yield told(node, "" if view.names.named(node) else "This summary has no text.")


@judges("empty-heading", of="h1, h2, h3, h4, h5, h6, [role=heading]")
def empty_heading(view: View) -> Iterator[Item]:
    """Headings have text or a name."""
    for node in view.shown("h1, h2, h3, h4, h5, h6, [role=heading]"):
        if view.roles.is_heading(node):
            yield told(node, "" if view.names.named(node) else "This heading is empty.")


@judges("empty-table-header", of="th, [role=rowheader], [role=columnheader]")
def empty_table_header(view: View) -> Iterator[Item]:
    """Header cells have text."""
    for node in view.shown("th, [role=rowheader], [role=columnheader]"):
        if (
            node.tag == "th"
            and "role" in node.attributes
            and role_of(node)
            not in (
                "rowheader",
                "columnheader",
            )
        ):
            continue
        yield told(node, "" if _content(view, node) else "This header cell has no text.")


def _content(view: View, node: Node) -> bool:
    """Whether something inside the element is read out."""
    if not dom.attribute(node, "aria-label") and not dom.attribute(node, "title"):
        return view.names.named(node)
    if node.text(deep=True).strip():
        return True
    return any(view.name(item) for item in below(node))


def _labels(view: View, node: Node) -> list[Node]:
    return [label for label in view.names.labels(node) if not dom.hidden_here(label)]


def _labelled(view: View, node: Node) -> bool:
    return any(view.names.name(label) for label in view.names.labels(node))


def _fields(view: View, selector: str) -> Iterator[Node]:
    for node in view.shown(selector):
        kind = dom.attribute(node, "type").lower() if node.tag == "input" else ""
        if kind not in _NOT_LABELLED:
            yield node


@judges("label", of="input, textarea")
def label(view: View) -> Iterator[Item]:
    """Fields have a label or a name."""
    for node in _fields(view, "input, textarea"):
        if not view.name(node) and not _excused(view, node):
            yield wrong(node, "This field has no label.")
        else:
            yield right(node)


@judges("select-name", of="select")
def select_name(view: View) -> Iterator[Item]:
    """Lists to choose from have a label or a name."""
    for node in view.shown("select"):
        named = view.name(node) or _excused(view, node)
        yield told(node, "" if named else "This list to choose from has no label.")


@judges("label-title-only", of="input, select, textarea")
def label_title_only(view: View) -> Iterator[Item]:
    """Fields have a label that can be seen, not only a title or a description."""
    for node in _fields(view, "input, select, textarea"):
        attributes = node.attributes
        only = attributes.get("title") or attributes.get("aria-describedby")
        shown = dom.attribute(node, "aria-label").strip() or _labelled(view, node)
        if only and not shown and not view.names.referenced(node, "aria-labelledby"):
            yield wrong(node, "Its only name is a title or a description.")
        else:
            yield right(node)


@judges("form-field-multiple-labels", of="input, select, textarea")
def form_field_multiple_labels(view: View) -> Iterator[Item]:
    """Fields do not have several labels; how that is read out differs, so a person looks."""
    for node in _fields(view, "input, select, textarea"):
        labels = {item.mem_id for item in _labels(view, node) if view.state(item) != HIDDEN}
        labels |= {item.mem_id for item in dom.ancestors(node) if item.tag == "label"}
        yield unsure(node, "This field has several labels.") if len(labels) > 1 else right(node)


@judges("frame-title", of="iframe, frame")
def frame_title(view: View) -> Iterator[Item]:
    """Frames have a title or a name."""
    for node in view.shown("iframe, frame"):
        if dom.attribute(node, "tabindex").strip().startswith("-"):
            continue
        named = view.titled(node) or _excused(view, node)
        yield told(node, "" if named else "This frame has no title.")


@judges("frame-title-unique", of="iframe[title], frame[title]")
def frame_title_unique(view: View) -> Iterator[Item]:
    """Frames of one page have titles of their own."""
    frames = [n for n in view.shown("iframe[title], frame[title]") if _title(n)]
    titles = [_title(node) for node in frames]
    counts = Counter(titles)
    for node, title in zip(frames, titles, strict=True):
        same = counts[title] > 1
        yield unsure(node, "Another frame has the same title.") if same else right(node)


def _title(node: Node) -> str:
    return dom.fold(dom.attribute(node, "title")).lower()


# Roles whose elements need a name, by rule; whether their text may be it.
_ROLES: dict[str, tuple[str, bool]] = {
    "aria-command-name": ("link button menuitem", True),
    "aria-dialog-name": ("dialog alertdialog", False),
    "aria-input-field-name": ("combobox listbox searchbox slider spinbutton textbox", False),
    "aria-meter-name": ("meter", False),
    "aria-progressbar-name": ("progressbar", False),
    "aria-tab-name": ("tab", True),
    "aria-toggle-field-name": (
        "checkbox menuitemcheckbox menuitemradio radio switch option",
        True,
    ),
    "aria-tooltip-name": ("tooltip", True),
    "aria-treeitem-name": ("treeitem", True),
}
# Elements that have ways of their own to get a name, which other rules judge.
_NATIVE = frozenset(
    "a area br button fieldset figure img input select summary svg table textarea".split()
)


def _by_role(selector: str, roles: str, content: bool) -> Callable[[View], Iterator[Item]]:
    wanted = frozenset(roles.split())

    def judge(view: View) -> Iterator[Item]:
        for node in view.shown(selector):
            if dom.attribute(node, "role").strip().lower() not in wanted or node.tag in _NATIVE:
                continue
            if role_of(node) == "combobox" and node.css_first("input:not([type=hidden])"):
                continue
            named = view.titled(node) or (content and (view.name(node) or _content(view, node)))
            yield told(node, "" if named else "It has no name.")

    return judge


for _rule, (_names, _text) in _ROLES.items():
    _selector = ", ".join(f"[role={name}]" for name in _names.split())
    judges(_rule, of=_selector)(_by_role(_selector, _names, _text))
