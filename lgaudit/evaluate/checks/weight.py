"""Checks of what a page makes a browser carry: requests, fonts, pictures, elements, copies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from lgaudit.evaluate.checks.performance import KILOBYTE, requests_of
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    page_check,
    passed,
    site_check,
)
from lgaudit.evaluate.patterns import search
from lgaudit.evidence import Page, Sighting, Snapshot
from lgaudit.models import Spot

MOST_SPOTS = 20
_VERSION = re.compile(r"(?:[-.@/]|[?&]v(?:er)?=)(\d+(?:\.\d+){1,3})(?=[-./?&]|$)")


@page_check(needs={"requests"})
def requests_within(page: Page, *, fail_above: int, warn_above: int) -> Result:
    """Loading the page asks the network for at most ``fail_above`` things."""
    count = len(requests_of(page))
    said = f"{count} requests; the limit is {fail_above}"
    if count > fail_above:
        return failed(f"{said}.", metric=count)
    warning = f", but {warn_above} would be better" if count > warn_above else ""
    return passed(f"{said}{warning}.", count)


@page_check(needs={"requests"})
def fonts_within(page: Page, *, fail_above: float, most_files: int) -> Result:
    """Font files weigh at most ``fail_above`` kilobytes and are at most ``most_files``."""
    files = [r for r in requests_of(page) if r.type == "font" and not r.failed]
    if not files:
        return inapplicable("The page loads no fonts.")
    total = sum(r.transferred for r in files)
    said = f"{len(files)} font files of {total / KILOBYTE:,.0f} KB"
    if total <= fail_above * KILOBYTE and len(files) <= most_files:
        return passed(f"{said}.", total)
    spots = [Spot("", r.url) for r in sorted(files, key=lambda r: r.url)]
    return failed(
        f"{said}; at most {most_files} and {fail_above:,.0f} KB.", spots[:MOST_SPOTS], total
    )


@page_check(needs={"rendered", "requests"})
def pictures_fit(page: Page, *, times: float, least_kilobytes: float) -> Result:
    """No picture has ``times`` the pixels it is shown with and weighs ``least_kilobytes``."""
    sizes = {r.url: r.transferred for r in requests_of(page)}
    shown = [p for p in _pictures(page) if _area(p, "shown") > 0]
    if not shown:
        return inapplicable("The page shows no pictures.")
    large = [
        (picture, sizes.get(_source(page, picture), 0))
        for picture in shown
        if _area(picture, "natural") > times * _area(picture, "shown")
    ]
    large = [(p, size) for p, size in large if size > least_kilobytes * KILOBYTE]
    if not large:
        return passed(f"{len(shown)} pictures were measured.")
    spots = [_spot(p, f"{size / KILOBYTE:,.0f} KB, {_sizes(p)}") for p, size in large]
    return failed(f"{len(large)} pictures are far larger than they are shown.", spots)


@page_check(needs={"rendered"})
def first_picture_eager(page: Page, *, least_share: float) -> Result:
    """The largest picture of the first view is not lazy, if it fills ``least_share`` of it."""
    first = [p for p in _pictures(page) if _seen_at_once(p) and _share(p) >= least_share]
    if not first:
        return inapplicable("No large picture is seen at once.")
    main = max(first, key=_share)
    if main.facts.get("lazy"):
        return failed("The largest picture seen at once is loaded lazily.", [_spot(main, "")])
    return passed()


@page_check(needs={"rendered", "requests"})
def distant_pictures_lazy(
    page: Page, *, windows: float, most: int, least_kilobytes: float
) -> Result:
    """At most ``most`` pictures more than ``windows`` screens down load at once, if they weigh."""
    sizes = {r.url: r.transferred for r in requests_of(page)}
    far = [p for p in _pictures(page) if _top(p) > (windows + 1) * _window(p)[1]]
    if not far:
        return inapplicable("No picture is far down the page.")
    eager = [p for p in far if not p.facts.get("lazy")]
    total = sum(sizes.get(_source(page, p), 0) for p in eager)
    if len(eager) <= most or total <= least_kilobytes * KILOBYTE:
        return passed(f"{len(eager)} of {len(far)} pictures far down load at once.")
    said = f"{len(eager)} pictures far down the page load at once, {total / KILOBYTE:,.0f} KB"
    return failed(f"{said}.", [_spot(p, "") for p in eager[:MOST_SPOTS]], total)


@page_check(needs={"rendered"})
def text_shows_before_fonts(page: Page, *, displays: Sequence[str]) -> Result:
    """Fonts of the body's text are declared with one of these values of font-display."""
    fonts = [s for s in _sightings(page, "font") if s.facts.get("body")]
    if not fonts:
        return inapplicable("The text uses no font that has to be loaded.")
    hiding = sorted(
        {str(f.facts["family"]) for f in fonts if f.facts.get("display") not in displays}
    )
    if hiding:
        return failed(f"Text is not shown until the font has come: {', '.join(hiding[:5])}.")
    return passed()


@page_check(needs={"browser"})
def elements_within(page: Page, *, fail_above: int, warn_above: int) -> Result:
    """The rendered page has at most ``fail_above`` elements."""
    count = len(page.dom.css("*"))
    said = f"{count:,} elements; the limit is {fail_above:,}"
    if count > fail_above:
        return failed(f"{said}.", metric=count)
    warning = f", but {warn_above:,} would be better" if count > warn_above else ""
    return passed(f"{said}{warning}.", count)


@page_check(needs={"requests"})
def libraries_once(page: Page, *, libraries: Mapping[str, str]) -> Result:
    """No library is loaded twice. ``libraries`` maps a name to a pattern of its file's address."""
    scripts = [
        r.url for r in requests_of(page) if r.type in ("script", "stylesheet") and not r.failed
    ]
    found: dict[str, list[str]] = {}
    for name, pattern in libraries.items():
        own = sorted({url for url in scripts if search(pattern, url)})
        if len(own) > 1 and len({_copy(url) for url in own}) > 1:
            found[name] = own
    if found:
        said = ", ".join(f"{name} ({len(own)})" for name, own in found.items())
        spots = [Spot("", url) for own in found.values() for url in own]
        return failed(f"Loaded more than once: {said}.", spots[:MOST_SPOTS])
    return passed() if scripts else inapplicable("The page loads no scripts or styles.")


@site_check
def home_reached_directly(visit: Snapshot, *, most: int) -> Result:
    """No way into the site takes more than ``most`` redirects to its home page."""
    ways = [p for p in (*visit.probes.doors, *visit.pages[:1]) if p.verdict.ok]
    if not ways:
        return inapplicable("No way into the site was followed.")
    long = [p for p in ways if len(p.redirects) > most]
    if not long:
        return passed(f"{len(ways)} ways in were followed.")
    spots = [Spot("", p.url, f"{len(p.redirects)} redirects to {p.final_url}") for p in long]
    return failed(f"The homepage is {max(len(p.redirects) for p in long)} redirects away.", spots)


def _copy(url: str) -> tuple[str, str]:
    """What makes two files two copies: version, else the whole address without its query."""
    version = _VERSION.search(url)
    parts = urlsplit(url)
    return (version[1] if version else "", f"{parts.netloc}{parts.path}")


def _sightings(page: Page, kind: str) -> Iterator[Sighting]:
    for sighting in (page.browser.rendered or ()) if page.browser else ():
        if sighting.kind == kind:
            yield sighting


def _pictures(page: Page) -> list[Sighting]:
    return list(_sightings(page, "picture"))


def _pair(picture: Sighting, name: str) -> tuple[float, float]:
    value = picture.facts.get(name)
    if not isinstance(value, Sequence) or len(value) != 2:
        return 0.0, 0.0
    try:
        return float(value[0]), float(value[1])
    except (TypeError, ValueError):
        return 0.0, 0.0


def _area(picture: Sighting, name: str) -> float:
    width, height = _pair(picture, name)
    return width * height


def _window(picture: Sighting) -> tuple[float, float]:
    return _pair(picture, "window")


def _top(picture: Sighting) -> float:
    value = picture.facts.get("top")
    return float(value) if isinstance(value, int | float) else 0.0


def _seen_at_once(picture: Sighting) -> bool:
    return 0 <= _top(picture) < _window(picture)[1]


def _share(picture: Sighting) -> float:
    width, height = _window(picture)
    return _area(picture, "shown") / (width * height) if width and height else 0.0


def _source(page: Page, picture: Sighting) -> str:
    try:
        return urljoin(page.final_url, str(picture.facts.get("source", "")))
    except ValueError:
        return ""


def _sizes(picture: Sighting) -> str:
    natural, shown = _pair(picture, "natural"), _pair(picture, "shown")
    return f"{natural[0]:.0f} by {natural[1]:.0f} pixels, shown {shown[0]:.0f} by {shown[1]:.0f}"


def _spot(picture: Sighting, message: str) -> Spot:
    return Spot(picture.selector, picture.html, message)
