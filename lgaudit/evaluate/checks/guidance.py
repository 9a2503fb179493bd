"""Checks of how pages guide people: forms, maps, other channels, where am I, whose site is it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
    places,
)
from lgaudit.evaluate.links import Link, links_of
from lgaudit.evidence import Page
from lgaudit.tree import Node
from lgaudit.urls import host_of, path_of

_FILE = re.compile(r"\.(?:pdf|docx?|odt|rtf)$", re.I)
_FORM_FILE = re.compile(
    r"\b(?:application|claim|request|order|report(?:ing)?|registration|referral|complaints?"
    r"|nomination|change)\s+form\b|\bform (?:to|for)\b",
    re.I,
)
_ONLINE = re.compile(
    r"\bonline\b|^(?:apply|pay|report|claim|register|request|order|book|tell us|start|complain"
    r"|fill in|complete|use our form|renew|submit)\b",
    re.I,
)
_MAP = (
    ".leaflet-container, .ol-viewport, .gm-style, .mapboxgl-map, .maplibregl-map, .esri-view,"
    " #map, #map-canvas, #map_canvas"
)
_PLACE = re.compile(r"post ?-?code|street|address|location|road|place|town|search|find", re.I)
_WAIT = re.compile(
    r"\b(?:with)?in (?:the next )?(?:\d{1,3}|one|two|three|four|five|six|seven|ten|a)"
    r"(?: to \d{1,3})? (?:working |calendar )?(?:minute|hour|day|week|month)s?\b"
    r"|\b(?:same|next|following) (?:working )?day\b"
    r"|\b\d{1,3} (?:working )?days? to (?:reply|answer)",
    re.I,
)
_PHONE = re.compile(r"(?<![\d.])(?:\+44\s?|\(?0)(?:\d[\s()-]{0,2}){8,10}(?!\d)")
_CONTACT = re.compile(r"contact|cysyllt", re.I)
_TRAIL = re.compile(r"breadcrumb|you are here|rydych chi yma|trail", re.I)
_OUTAGE = re.compile(
    r"(?:service|website|site|page|system)s? (?:is |are )?(?:currently |temporarily )?"
    r"(?:unavailable|not available)|down for (?:essential )?maintenance|essential maintenance",
    re.I,
)
_TIME = re.compile(
    r"\b\d{1,2}(?:[:.]\d\d)?\s?[ap]m\b|\b\d{1,2}:\d\d\b|\bmidday\b|\bmidnight\b", re.I
)
_DATE = re.compile(
    r"\b\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|November"
    r"|December)\b|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b",
    re.I,
)
_TITLES = frozenset("mr mrs miss ms".split())


@page_check
def forms_not_files(page: Page) -> Result:
    """A form to download is not the only way: the page has a form, or leads to one online."""
    if page.main is None:
        return inapplicable("The page has no content.")
    links = links_of(page)
    files = [k for k in links if _FILE.search(path_of(k.url)) and _FORM_FILE.search(k.name)]
    if not files:
        return inapplicable("The page offers no form to download.")
    if _own_form(page) or any(_goes_online(link) for link in links):
        return passed()
    message = "The only form is a file to download, fill in and send."
    return failed(message, places(link.node for link in files))


@page_check
def map_has_words(page: Page) -> Result:
    """Where a form has people show a place on a map, they can also type it."""
    form = page.dom.css_first("form " + _MAP.replace(", ", ", form ")) if page.main else None
    if form is None:
        return inapplicable("No form with a map.")
    for node in page.dom.css("input, textarea, select"):
        kind = dom.attribute(node, "type").lower()
        if kind in ("hidden", "submit", "button", "checkbox", "radio", "file"):
            continue
        said = " ".join(dom.attribute(node, n) for n in ("name", "id", "aria-label", "placeholder"))
        if _PLACE.search(said) and not _site_search(node):
            return passed()
    labels = (
        dom.fold(node.text())
        for node in page.dom.css("main label, form label")
        if not _site_search(node)
    )
    if any(_PLACE.search(label) for label in labels):
        return passed()
    return failed("The place can only be shown on a map.", places([form]))


@page_check
def says_how_long(page: Page) -> Result:
    """The page says within what time people hear back."""
    if not page.text:
        return inapplicable("The page has no content.")
    return passed() if _WAIT.search(page.text) else failed("It does not say when people hear back.")


@page_check
def other_channel(page: Page) -> Result:
    """A page with something to do online also gives a telephone number or a way to make contact."""
    if not (_own_form(page) or any(_goes_online(link) for link in links_of(page))):
        return inapplicable("There is nothing to do online here.")
    if page.dom.css_first('a[href^="tel:" i], address') is not None:
        return passed()
    for node in page.dom.css("a[href]"):
        if _CONTACT.search(dom.attribute(node, "href")) or _CONTACT.search(node.text()):
            return passed()
    body = page.dom.body
    if body is not None and _PHONE.search(dom.visible_text(body)):
        return passed()
    return failed("People who cannot use the form are given no other way.")


@page_check
def trail_shown(page: Page, *, depth: int = 2) -> Result:
    """A page this many clicks from the home page has breadcrumbs or a link back."""
    if page.depth < depth:
        return inapplicable(f"The page is less than {depth} clicks from the homepage.")
    if _trail(page) is not None or _back(page):
        return passed()
    return failed("Nothing shows where the page belongs.")


@page_check
def one_way_back(page: Page) -> Result:
    """Breadcrumbs and a link that says only 'Back' are not both there."""
    trail, back = _trail(page), _back(page)
    if trail is None and not back:
        return inapplicable("The page has neither.")
    both = trail is not None and bool(back)
    return judged(places(back) if both else (), "It has breadcrumbs and a back link.")


@page_check
def no_govuk_brand(page: Page) -> Result:
    """The GOV.UK logo and crown stand on GOV.UK only."""
    host = host_of(page.final_url)
    if host in ("gov.uk", "www.gov.uk") or host.endswith(".service.gov.uk"):
        return inapplicable("The page is on GOV.UK.")
    found = [
        *page.dom.css(".govuk-header__logotype-crown, svg.govuk-footer__crown"),
        *page.dom.css(".govuk-header svg[aria-label], .govuk-header svg.govuk-logo"),
        *page.dom.css(".govuk-footer svg.govuk-footer__crown, .govuk-template__crown"),
    ]
    shown = {n.mem_id: n for n in found if _is_govuk(n) and not dom.hidden(n)}
    for node in page.dom.css(".govuk-header__logotype-text, .govuk-header__logotype"):
        if dom.fold(node.text()).upper() == "GOV.UK" and not dom.hidden(node):
            shown.setdefault(node.mem_id, node)
    return judged(places(shown.values()), "The page wears the GOV.UK logo or crown.")


def _is_govuk(node: Node) -> bool:
    marks = f"{dom.attribute(node, 'class')} {dom.attribute(node, 'aria-label')}".lower()
    return "crown" in marks or "gov.uk" in marks or "govuk-logo" in marks


@page_check
def outage_says_until_when(page: Page) -> Result:
    """A page or notice that says something is unavailable says until which day and time."""
    if (
        "available" not in page.lowered and "maintenance" not in page.lowered
    ):  # much faster than asking the tree
        return inapplicable("Nothing is said to be unavailable.")
    nodes = page.dom.css(
        "h1, title, [role=alert], [class*=alert i], [class*=banner i], [class*=notice i]"
    )
    found = [n for n in nodes[:60] if _OUTAGE.search(n.text()[:2000])]
    if not found:
        return inapplicable("Nothing is said to be unavailable.")
    headed = any(n.tag in ("h1", "title") for n in found)
    text = page.text if headed else " ".join(dom.fold(n.text())[:2000] for n in found)
    if _TIME.search(text) and _DATE.search(text):
        return passed()
    return failed(
        "It does not say on which day and at what time things work again.", places(found[:5])
    )


@page_check
def languages_named(page: Page, *, names: Mapping[str, str]) -> Result:
    """Links to other languages say their own names, and which language they lead to (hreflang).

    ``names`` gives each English name of a language its own name.
    """
    own = {name.casefold(): english for english, name in names.items()}
    switches, wrong = 0, []
    for node in page.dom.css("header a[href], nav a[href], [class*=lang i] a[href], a[hreflang]"):
        text = dom.fold(node.text()).casefold()
        if text in own:
            switches += 1
            if not dom.attribute(node, "hreflang"):
                wrong.append(node)
        elif text in names:
            switches += 1
            if own_name(names, text) not in text:
                wrong.append(node)
    unique = {node.mem_id: node for node in wrong}
    return judged(
        places(unique.values()),
        "A link to another language lacks its own name or hreflang.",
        applicable=bool(switches),
    )


def own_name(names: Mapping[str, str], english: str) -> str:
    """What a language calls itself, in small letters."""
    return names[english].casefold()


@page_check
def title_not_asked(page: Page) -> Result:
    """No form asks whether somebody is Mr, Mrs or Miss."""
    found = []
    forms = False
    for node in page.dom.css("select"):
        forms = True
        said = {dom.fold(o.text()).casefold().rstrip(".") for o in node.css("option")[:40]}
        if len(_TITLES & said) >= 2:
            found.append(node)
    groups: dict[str, list[Node]] = {}
    for node in page.dom.css('input[type="radio"][name]')[:200]:
        forms = True
        groups.setdefault(dom.attribute(node, "name"), []).append(node)
    for group in groups.values():
        said = {dom.attribute(n, "value").casefold().rstrip(".") for n in group}
        if len(_TITLES & said) >= 2:
            found.append(group[0])
    return judged(places(found), "A form asks for a title.", applicable=forms)


def _own_form(page: Page) -> bool:
    """True when the content has a form that is not for searching the site."""
    if page.main is None:
        return False
    for form in page.main.css("form"):
        fields = form.css("input, textarea, select")
        if fields and dom.attribute(form, "role") != "search" and not _only_search(form):
            return True
    return False


def _only_search(form: Node) -> bool:
    if dom.attribute(form, "method").lower() == "post":
        return False
    return form.css_first('input[type="search"]') is not None or "search" in (
        dom.attribute(form, "action").lower()
    )


def _goes_online(link: Link) -> bool:
    return (
        bool(link.url)
        and _ONLINE.search(link.name) is not None
        and not _FILE.search(path_of(link.url))
    )


def _site_search(node: Node) -> bool:
    return any(
        around.tag == "form" and (dom.attribute(around, "role") == "search" or _only_search(around))
        for around in dom.ancestors(node)
    )


def _trail(page: Page) -> Node | None:
    for node in page.dom.css(
        "nav, [class*=breadcrumb i], [id*=breadcrumb i], [itemtype], [class*=trail i]"
    ):
        attributes = node.attributes
        said = " ".join(attributes.get(n) or "" for n in ("aria-label", "class", "id", "itemtype"))
        if _TRAIL.search(said) and not dom.hidden_here(node):
            return node
    return None


def _back(page: Page) -> list[Node]:
    found = list(page.dom.css("a.govuk-back-link"))
    if not found:
        nodes = page.dom.css("a[href]")[:60]
        found = [n for n in nodes if dom.fold(n.text()).casefold() in ("back", "yn ôl", "go back")]
    return found
