"""Checks of what forms say of fields: labels, hints and error messages tied to what they are of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.checks.vocabulary import (
    MOST_PLACES,
    Result,
    cant_tell,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
    spot,
)
from lgaudit.evaluate.fields import fields_of, form_number, form_of, group_name
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.names import Names, names_of
from lgaudit.evidence import Page
from lgaudit.tree import Node

_TEXT_TYPES = frozenset("text search email url tel number password date month time".split()) | {""}
_ERROR_MARK = re.compile(r"(?:^|[\s_-])(?:errors?|invalid|validation)(?=[\s_-]|$)", re.I)
_NOT_MESSAGE = re.compile(r"summary|page|container|wrapper|group|list|title|heading|input", re.I)
_GROUPS = re.compile(r"form-?group|form-?item|form-?field|form__(?:group|item|field)|field", re.I)
_WRONG_FIELD = re.compile(
    r"(?:^|\s)(?:\S+--error|is-invalid|has-error|field-error|input-error|error|invalid)(?:\s|$)",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOPWORDS = frozenset(
    "the and for your you enter field fields form must please fill required".split()
)
_LABELLED = "input, select, textarea, button, meter, output, progress"
_WIDGETS = (
    "[role=textbox], [role=checkbox], [role=radio], [role=switch], [role=combobox], [role=listbox],"
    " [role=slider], [role=spinbutton], [role=searchbox], [contenteditable]"
)
_LONGEST = 300  # characters of an error message


@page_check
def fieldsets_named(page: Page) -> Result:
    """A fieldset around several fields has a legend, or another name."""
    names = names_of(page)
    sets = page.dom.css("fieldset")[:200]
    bare = []
    several = False
    for fieldset in sets:
        if any(child.tag == "legend" and child.text().strip() for child in fieldset.iter()):
            several = True
            continue
        fields = [n for n in fieldset.css("input, select, textarea") if _shown(n)]
        several = several or len(fields) > 1
        if len(fields) > 1 and not names.name(fieldset) and not dom.hidden(fieldset):
            bare.append(fieldset)
    count = "1 fieldset has" if len(bare) == 1 else f"{len(bare)} fieldsets have"
    return judged(places(bare), f"{count} no legend.", several)


@page_check
def labels_point(page: Page) -> Result:
    """Every label belongs to a field: the one its ``for`` names, or the one inside it."""
    ids = names_of(page).ids
    labels = page.dom.css("label")[:500]
    lost = []
    for label in labels:
        target = dom.attribute(label, "for").strip()
        if target:
            if target not in ids and not dom.hidden(label):
                lost.append(spot(label, f"Nothing on the page has the id “{target[:60]}”."))
        elif not (_holds_control(label) or _names_something(page, label) or dom.hidden(label)):
            lost.append(spot(label, "It neither names a field nor holds one."))
    count = "1 label belongs" if len(lost) == 1 else f"{len(lost)} labels belong"
    return judged(lost[:MOST_PLACES], f"{count} to no field.", bool(labels))


@page_check
def labels_distinct(page: Page) -> Result:
    """No two text fields or lists of one form have the same name, unless their groups differ."""
    names = names_of(page)
    by_label: dict[tuple[int, str], list[Node]] = {}
    for node in fields_of(page, "input", "select", "textarea"):
        form = form_number(node)
        if not form or (
            node.tag == "input" and dom.attribute(node, "type").lower() not in _TEXT_TYPES
        ):
            continue
        name = names.name(node).casefold().strip(" :*")
        if name:
            by_label.setdefault((form, name), []).append(node)
    forms = Counter(form for (form, _), nodes in by_label.items() for _ in nodes)
    several = any(number > 1 for number in forms.values())
    same: list[list[Node]] = []
    for nodes in by_label.values():
        if len(nodes) > 1:
            groups: dict[str, list[Node]] = {}
            for node in nodes:
                groups.setdefault(group_name(node, names) + _row_heading(node), []).append(node)
            same += [group for group in groups.values() if len(group) > 1]
    spots = [spot(n, f"“{names.name(n)[:80]}”") for nodes in same for n in nodes[1:]]
    count = "1 field has" if len(spots) == 1 else f"{len(spots)} fields have"
    return judged(spots[:MOST_PLACES], f"{count} the label of another in its form.", several)


@page_check
def hints_tied(page: Page, *, pattern: str) -> Result:
    """A hint beside a field is tied to it with ``aria-describedby``.

    A hint is an element with an id whose class matches ``pattern``, in a group with one field.
    """
    hints = [n for n in page.dom.css("[class*=hint i], [class*=help i]")[:300] if not dom.hidden(n)]
    tied = _tied_ids(page)
    loose = []
    looked = False
    for hint in hints:
        if hint.tag in ("a", "button") or not timed.search(pattern, dom.attribute(hint, "class")):
            continue
        if dom.attribute(hint, "aria-hidden").lower() == "true":
            continue  # said in another way to those who listen, such as a count of characters
        field = _only_field(hint)
        if field is None or not dom.fold(hint.text()) or _in_label(hint):
            continue
        looked = True
        if not _tied(hint, field, tied):
            loose.append(hint)
    count = "1 hint is" if len(loose) == 1 else f"{len(loose)} hints are"
    return judged(places(loose), f"{count} not tied to the field.", looked)


@page_check
def errors_tied(page: Page) -> Result:
    """An error message beside a field is tied to that field, and read out with it."""
    tied = _tied_ids(page)
    loose = []
    looked = False
    for message in _messages(page):
        field = _only_field(message)
        if field is None or _in_label(message):
            continue
        looked = True
        if not _tied(message, field, tied):
            loose.append(message)
    count = "1 error message is" if len(loose) == 1 else f"{len(loose)} error messages are"
    return judged(places(loose), f"{count} not tied to the field.", looked)


@page_check
def errors_in_words(page: Page) -> Result:
    """A field marked as wrong has a message in words; colour alone does not say it."""
    wrong = [n for n in fields_of(page, "input", "select", "textarea") if _marked_wrong(n)]
    silent = [node for node in wrong if not _has_message(page, node)]
    count = "1 field is" if len(silent) == 1 else f"{len(silent)} fields are"
    return judged(places(silent), f"{count} marked as wrong without saying so.", bool(wrong))


@page_check
def errors_clear(page: Page, *, vague_patterns: Sequence[str]) -> Result:
    """An error message says which field it is of and what to do, and everyone gets it.

    ``vague_patterns`` are of whole messages that say neither. A message that only sighted people
    get fails too, and so does one that names a label which several fields of the form share.
    """
    spots = []
    looked = False
    names = names_of(page)
    for message in _messages(page, aria_hidden=True):
        form = form_of(message)
        text = dom.fold(message.text())[:_LONGEST]
        if form is None or not _WORD.search(text):
            continue
        looked = True
        if _aria_hidden(message):
            spots.append(spot(message, "Screen readers are told to leave it out"))
        elif any(_is_whole(p, text) for p in vague_patterns):
            spots.append(spot(message, "It does not say what to do"))
        else:
            labels = _labels_in(form, names)
            if len(labels) > 1 and any(_names_it(text, la) and n > 1 for la, n in labels.items()):
                spots.append(spot(message, "Several fields have the label that it names"))
            elif len(labels) > 1 and _only_field(message) is None and not _of_any(text, labels):
                spots.append(spot(message, "It does not say which field it is of"))
    count = "1 error message does" if len(spots) == 1 else f"{len(spots)} error messages do"
    return judged(spots[:MOST_PLACES], f"{count} not say clearly what is wrong.", looked)


@page_check
def error_pages_titled(page: Page, *, prefixes: Sequence[str]) -> Result:
    """Where an error summary is shown, the page's title starts with one of ``prefixes``."""
    summary = next((n for n in page.dom.css(_SUMMARIES) if not dom.hidden(n)), None)
    if summary is None or not dom.fold(summary.text()):
        return inapplicable("There is no error summary.")
    if page.title.casefold().startswith(tuple(p.casefold() for p in prefixes)):
        return passed()
    title = page.dom.css_first("head title")
    where = [spot(title)] if title is not None else [spot(summary)]
    return failed(f"The title, “{page.title[:80]}”, does not say that there is an error.", where)


@page_check(review=True)
def captchas_escapable(page: Page, *, selectors: Sequence[str], contact_pattern: str) -> Result:
    """A form with a captcha stands on a page that also offers another way to get in touch."""
    found = [n for selector in selectors for n in page.dom.css(selector) if not dom.hidden(n)]
    inside = [node for node in found if form_of(node) is not None]
    if not inside:
        return inapplicable("No form asks for a captcha.")
    main = page.main if page.main is not None else page.dom.body
    direct = "a[href^='mailto:' i], a[href^='tel:' i]"
    if main is not None and (main.css_first(direct) or timed.search(contact_pattern, page.text)):
        return passed()
    message = "A form relies on a captcha. Can people who cannot do it get help another way?"
    return cant_tell(message, places(inside[:1]))


_SUMMARIES = ".govuk-error-summary, .nhsuk-error-summary, .error-summary, [class*=error-summary i]"


def _messages(page: Page, *, aria_hidden: bool = False) -> list[Node]:
    """Error messages of forms that can be seen; those hidden from screen readers on request."""
    found = kept(page, "error messages", lambda seen: list(_find_messages(seen)))
    return [node for node in found if aria_hidden or not _aria_hidden(node)]


def _find_messages(page: Page) -> Iterator[Node]:
    if page.dom.css_first("form") is None:
        return
    selector = "[id*=error i], [class*=error i], [id*=invalid i], [class*=invalid i]"
    for node in page.dom.css(selector)[:300]:
        attributes = node.attributes
        mark = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
        if node.tag in ("input", "select", "textarea", "form", "fieldset", "label", "body", "main"):
            continue
        if not _ERROR_MARK.search(mark) or _NOT_MESSAGE.search(mark):
            continue
        if node.css_first("input, select, textarea, form, h1, h2") is not None or dom.hidden(node):
            continue
        if any(_NOT_MESSAGE.search(dom.attribute(a, "class")) and "summary" in
               dom.attribute(a, "class") for a in islice(dom.ancestors(node), 6)):  # fmt: skip
            continue
        if dom.fold(node.text()):
            yield node


def _holds_control(label: Node) -> bool:
    """Whether a label is around a control: HTML's own, one by its role, or a script's own."""
    if label.css_first(_LABELLED) is not None or label.css_first(_WIDGETS) is not None:
        return True
    return any("-" in (node.tag or "-")[1:] for node in label.css("*"))


def _names_something(page: Page, label: Node) -> bool:
    identity = dom.attribute(label, "id")
    return bool(identity) and identity in _tied_ids(page)


def _aria_hidden(node: Node) -> bool:
    around = (node, *dom.ancestors(node))
    return any(dom.attribute(item, "aria-hidden").lower() == "true" for item in around)


def _is_whole(pattern: str, text: str) -> bool:
    found = timed.search(pattern, text)
    return found is not None and found.span() == (0, len(text))


def _labels_in(form: Node, names: Names) -> Counter[str]:
    fields = form.css("input, select, textarea")[:200]
    labels: Counter[str] = Counter()
    for node in fields:
        kind = dom.attribute(node, "type").lower()
        if kind in ("hidden", "submit", "button", "image", "reset", "radio", "checkbox"):
            continue
        labels[names.name(node).strip(" :*")] += 1
    for legend in form.css("legend")[:50]:
        labels[dom.fold(legend.text())] += 1
    return labels


def _names_it(text: str, label: str) -> bool:
    if not label:
        return False
    return re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text) is not None


def _of_any(text: str, labels: Counter[str]) -> bool:
    """Whether a message shares a telling word with any label of its form."""
    said = {w.casefold() for w in _WORD.findall(text)} - _STOPWORDS
    return any(
        said & ({w.casefold() for w in _WORD.findall(label)} - _STOPWORDS) for label in labels
    )


def _shown(node: Node) -> bool:
    kind = dom.attribute(node, "type").lower()
    return kind not in ("hidden", "submit", "button", "image", "reset") and not dom.hidden(node)


def _row_heading(node: Node) -> str:
    """What a row or list item around a field starts with, which tells repeated fields apart."""
    for around in islice(dom.ancestors(node), 6):
        if around.tag in ("tr", "li") or _GROUPS.search(dom.attribute(around, "class")):
            text = dom.fold(dom.visible_text(around, 30))
            if around.tag in ("tr", "li"):
                return f"|{text[:80]}"
    return ""


def _only_field(node: Node) -> Node | None:
    """The one field of the group an element stands in; None when there are more or none."""
    for around in islice(dom.ancestors(node), 3):
        if around.tag in ("form", "fieldset", "main", "body", "section"):
            return None
        fields = [n for n in around.css("input, select, textarea") if _shown(n)]
        if fields:
            return fields[0] if len(fields) == 1 else None
    return None


def _in_label(node: Node) -> bool:
    return any(a.tag in ("label", "legend") for a in islice(dom.ancestors(node), 5))


def _tied_ids(page: Page) -> frozenset[str]:
    return kept(page, "tied ids", _find_tied_ids)


def _find_tied_ids(page: Page) -> frozenset[str]:
    selector = "[aria-describedby], [aria-errormessage], [aria-labelledby], [aria-details]"
    names = ("aria-describedby", "aria-errormessage", "aria-labelledby", "aria-details")
    return frozenset(
        word for n in page.dom.css(selector) for a in names for word in dom.attribute(n, a).split()
    )


def _tied(node: Node, field: Node, tied: frozenset[str]) -> bool:
    """Whether a text, or something around or inside it, is what an element names by its id."""
    around = [node, *islice(dom.ancestors(node), 2), *node.css("[id]")[:10]]
    if any((i := dom.attribute(item, "id")) and i in tied for item in around):
        return True
    return any(dom.attribute(a, "aria-live") or dom.attribute(a, "role") == "alert"
               for a in around) and not dom.attribute(field, "id")  # fmt: skip


def _marked_wrong(node: Node) -> bool:
    if dom.attribute(node, "aria-invalid").strip().lower() in ("true", "grammar", "spelling"):
        return True
    return bool(_WRONG_FIELD.search(dom.attribute(node, "class")))


def _has_message(page: Page, node: Node) -> bool:
    names = names_of(page)
    for attribute in ("aria-describedby", "aria-errormessage"):
        if any(dom.fold(n.text()) and not dom.hidden(n) for n in names.referenced(node, attribute)):
            return True
    messages = {message.mem_id for message in _messages(page)}
    for around in islice(dom.ancestors(node), 4):
        if around.tag in ("form", "main", "body"):
            break
        if any(inner.mem_id in messages for inner in around.css("[id], [class]")[:60]):
            return True
    return any(not dom.hidden(n) and dom.fold(n.text()) for n in page.dom.css(_SUMMARIES))
