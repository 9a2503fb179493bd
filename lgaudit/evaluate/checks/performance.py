"""Checks of what a visit to a page costs: time, bytes, other companies, scripts.

Timings are those of the quiet pass: a desktop browser on the auditing machine, nothing slowed
down. They compare sites with each other and are no Lighthouse scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

from lgaudit import dom
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    page_check,
    passed,
    places,
    untested,
)
from lgaudit.evidence import Page, Request
from lgaudit.models import Spot
from lgaudit.tree import Node
from lgaudit.urls import host_of, path_of, registrable, same_site

KILOBYTE = 1024  # as the HTTP Archive counts, whose medians the rules use
HEAVIEST = 3  # files named when a page is too heavy
_SCRIPT_TYPES = frozenset(
    ("", "text/javascript", "application/javascript", "application/x-javascript", "text/ecmascript")
)
_GIGABYTE = 1e9
_MAIN_HEADING = 'h1, [role=heading][aria-level="1"]'
_SENTENCE = 20  # characters of a line that no menu has by chance


@page_check(needs={"quiet"}, timing=True)
def timing_within(page: Page, *, timing: str, fail_above: float, serious_above: float) -> Result:
    """A timing of the quiet pass (fcp, lcp or tbt) is at most ``fail_above`` milliseconds."""
    quiet = page.browser.quiet if page.browser else None
    measured = {"fcp": quiet.fcp, "lcp": quiet.lcp, "tbt": quiet.tbt} if quiet else {}
    value = measured.get(timing)
    if quiet is None or value is None:
        return untested(f"The browser gave no {timing.upper()} for this page.")
    loads = "1 load" if quiet.loads == 1 else f"the median of {quiet.loads} loads"
    message = f"{value:,.0f} ms ({loads}, desktop, not slowed down); the limit is {fail_above:,.0f}"
    if value <= fail_above:
        return passed(f"{message}.", value)
    grade = f", and over {serious_above:,.0f} is serious" if value > serious_above else ""
    return failed(f"{message}{grade}.", metric=value)


@page_check(needs={"browser"}, timing=True)  # what moves, moves when its bytes come
def layout_shift_within(
    page: Page, *, fail_above: float = 0.1, serious_above: float = 0.25
) -> Result:
    """The page's cumulative layout shift is at most ``fail_above``."""
    value = page.browser.cls if page.browser else None
    if value is None:
        return untested("The browser gave no layout shift for this page.")
    message = f"Layout shift is {value:.3f}; the limit is {fail_above:g}"
    if value <= fail_above:
        return passed(f"{message}.", value)
    grade = f", and over {serious_above:g} is serious" if value > serious_above else ""
    return failed(f"{message}{grade}.", metric=value)


@page_check(needs={"requests"})
def transfer_within(
    page: Page,
    *,
    fail_above: float,
    types: Sequence[str] = (),
    warn_above: float = 0.0,
    serious_above: float = 0.0,
    single_above: float = 0.0,
) -> Result:
    """Files of these ``types`` (all when none is named) weigh at most ``fail_above`` kilobytes.

    ``single_above`` also limits each file that the page's own markup names. Sizes are those on
    the wire of a first visit; a limit of 0 is no limit. The metric is bytes.
    """
    files = [r for r in requests_of(page) if not types or r.type in types]
    total = sum(r.transferred for r in files)
    said = f"{_kilobytes(total)}; the limit is {fail_above:,.0f} KB"
    if total > fail_above * KILOBYTE:
        serious = serious_above and total > serious_above * KILOBYTE
        grade = f", and over {serious_above:,.0f} KB is serious" if serious else ""
        return failed(f"{said}{grade}. The heaviest files are listed.", _heaviest(files), total)
    large = [r for r in files if single_above and r.transferred > single_above * KILOBYTE]
    large = [r for r in large if _named_in(page, r.url)]
    if large:
        message = f"{len(large)} of {len(files)} files are over {single_above:,.0f} KB."
        return failed(message, _heaviest(large), total)
    if warn_above and total > warn_above * KILOBYTE:
        said += f", but {warn_above:,.0f} KB would be better"
    return passed(f"{said}.", total)


@page_check(needs={"requests"})
def third_parties_within(page: Page, *, fail_above: int = 10, warn_above: int = 5) -> Result:
    """Loading the page asks at most ``fail_above`` other organisations' domains for something."""
    own = {registrable(host_of(page.final_url)), registrable(host_of(page.url))}
    first: dict[str, str] = {}
    for request in requests_of(page):
        domain = registrable(host_of(request.url))
        if domain and domain not in own:
            first.setdefault(domain, request.url)
    count = len(first)
    said = f"{count} other domains" if count != 1 else "1 other domain"
    listed = f": {', '.join(sorted(first))}" if first else ""
    if count > fail_above:
        spots = [Spot("", url, f"{domain} is asked for this") for domain, url in first.items()]
        spots.sort(key=lambda item: item.message)
        return failed(f"{said}; the limit is {fail_above}{listed}.", spots, count)
    warning = f" (over {warn_above}, so look whether each is needed)" if count > warn_above else ""
    return passed(f"{said}{warning}{listed}.", count)


@page_check(needs={"requests"}, measure=True)
def carbon_of_transfer(
    page: Page,
    *,
    kilowatt_hours: float = 0.300,
    grams_per_kilowatt_hour: float = 494.0,
    ratings: Mapping[str, float],
) -> Result:
    """Estimate grams of CO2e for one view; a measure for information, never a fault.

    ``kilowatt_hours`` is for each gigabyte (1e9 bytes) moved; ``ratings`` maps a letter to the
    most grams it allows. The metric is grams.
    """
    moved = sum(r.transferred for r in requests_of(page))
    grams = moved / _GIGABYTE * kilowatt_hours * grams_per_kilowatt_hour
    ordered = sorted(ratings.items(), key=lambda pair: pair[1])
    letter = next((name for name, most in ordered if grams <= most), "F")
    return passed(f"About {grams:.3f} g of CO2e for each view, rating {letter}.", round(grams, 6))


@page_check(needs={"browser"})
def works_without_javascript(
    page: Page, *, least_share: float = 0.30, minimum_characters: int = 250
) -> Result:
    """The response already holds the main text and heading that the browser ends up showing."""
    if not page.body:
        return untested("The page's response was not kept.")
    shown = len(page.text)
    if shown < minimum_characters:
        return inapplicable("There is too little text to judge.")
    main = dom.main_content(page.response_dom)
    sent = len(dom.visible_text(main)) if main is not None else 0
    if sent < shown * least_share:  # a script may only have marked, or moved, the main content
        sent = max(sent, _already_sent(page))
    share = min(sent / shown, 1.0)
    said = f"The response holds {share:.0%} of the main text shown"
    if share < least_share:
        return failed(f"{said}; it should hold at least {least_share:.0%}.", metric=share)
    if _has_heading(page.dom.css("h1")) and not _has_heading(page.response_dom.css(_MAIN_HEADING)):
        return failed(f"{said}, but its main heading (h1) is made by a script.", metric=share)
    return passed(f"{said}.", share)


@page_check
def blocking_scripts_absent(page: Page) -> Result:
    """No script of another organisation stops the page from showing while it is fetched.

    Judged on the response: scripts that scripts add later do not block.
    """
    own: list[Node] = []
    foreign: list[Node] = []
    head = page.response_dom.head
    scripts = head.css("script[src]") if head is not None else []
    for node in scripts:
        if not _blocks(node):
            continue
        url = _absolute(page, dom.attribute(node, "src"))
        if url:
            (own if same_site(page.final_url, url) else foreign).append(node)
    if foreign:
        message = "Scripts from other organisations hold up the page until they have arrived."
        return failed(message, places(foreign))
    if own:
        count = "1 script" if len(own) == 1 else f"{len(own)} scripts"
        return passed(f"{count} of the site itself could be deferred.")
    return passed() if scripts else inapplicable("There are no script files in the head.")


def requests_of(page: Page) -> list[Request]:
    """What the browser asked the network for; addresses that hold their own data are left out."""
    seen = page.browser.requests if page.browser else ()
    return [r for r in seen if r.url[:5].lower() == "http:" or r.url[:6].lower() == "https:"]


def _heaviest(files: Sequence[Request]) -> list[Spot]:
    ordered = sorted(files, key=lambda r: (-r.transferred, r.url))
    return [Spot("", r.url, _kilobytes(r.transferred)) for r in ordered[:HEAVIEST] if r.transferred]


def _kilobytes(count: int) -> str:
    return f"{count / KILOBYTE:,.0f} KB"


def _named_in(page: Page, url: str) -> bool:
    """True when the page's markup names the file, so that it is content and not decoration."""
    name = path_of(url).rsplit("/", 1)[-1]
    return bool(name) and name in page.html


def _already_sent(page: Page) -> int:
    """Characters of the lines of the main text shown that the response has anywhere."""
    body = page.response_dom.body
    sent = set(dom.visible_text(body).split("\n")) if body is not None else set()
    return sum(len(x) for x in page.text.split("\n") if len(x) >= _SENTENCE and x in sent)


def _has_heading(nodes: Sequence[Node]) -> bool:
    return any(dom.fold(n.text()) or n.css_first("img[alt], svg") is not None for n in nodes)


def _blocks(node: Node) -> bool:
    attributes = node.attributes
    kind = (attributes.get("type") or "").split(";")[0].strip().lower()
    if kind not in _SCRIPT_TYPES or any(a in attributes for a in ("async", "defer", "nomodule")):
        return False
    return not any(around.tag in ("noscript", "template") for around in dom.ancestors(node))


def _absolute(page: Page, url: str) -> str:
    """The address in full, or '' for one that is not fetched from a network."""
    base = page.response_dom.css_first("base[href]")
    try:
        start = urljoin(page.final_url, dom.attribute(base, "href")) if base else page.final_url
        whole = urljoin(start, url.strip())
    except ValueError:
        return ""
    return whole if whole.lower().startswith(("http:", "https:")) else ""
