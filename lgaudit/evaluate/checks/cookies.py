"""Checks of cookies and consent, as the law stands since 5 February 2026.

Advertising, social and recording need consent first. Statistics for improving the service may go
without, if people are told and can object: whether that holds, a person has to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lgaudit import dom, urls
from lgaudit.evaluate import trackers
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.phrasing import folded
from lgaudit.evaluate.wayfinding import signs
from lgaudit.evidence import Consent, Cookie, Page, Snapshot
from lgaudit.models import Spot
from lgaudit.tree import Node

TRACKING = ("advertising", "social", "recording")
MOST = 20  # things named
SMALL = 0.4  # of the area of the button to accept; a smaller one to refuse is looked at by a person
_FRAMES = "iframe[src], iframe[data-src]"


@site_check(needs=("consent",))
def no_tracking_before_consent(
    visit: Snapshot, *, kinds: Sequence[str] = TRACKING, unsure: bool = False
) -> Result:
    """A first visit sets no cookie of these kinds of trackers and asks nothing of them.

    ``unsure`` is for kinds that consent may not be needed for: then it fails only where there is
    neither a banner nor a page about cookies.
    """
    page, consent = _first(visit)
    found: dict[str, str] = {}
    for cookie in consent.cookies:
        tracker = trackers.of_cookie(cookie.name)
        if tracker is not None and tracker.kind in kinds:
            found.setdefault(f"cookie {cookie.name} ({cookie.domain})", tracker.name)
    frames = [urls.host_of(url) for _, url in _frames(page)]
    for request in page.browser.requests if page.browser else ():
        tracker = trackers.of_request(request.url, frames)
        if tracker is not None and tracker.kind in kinds and not request.failed:
            found.setdefault(f"request to {urls.host_of(request.url)}", tracker.name)
    if not found:
        return passed()
    places = [Spot("", page.url, f"{what}: {who}") for what, who in sorted(found.items())[:MOST]]
    names = ", ".join(sorted(set(found.values())))
    message = f"Before any choice was made: {names}."
    if not unsure:
        return failed(message, places)
    told = consent.banner or consent.framed or signs(visit).about(["cookie*", "cwcis"])
    if told:
        return cant_tell(f"{message} A person should look whether it may go without.", places)
    if signs(visit).said_on.get(page.url) is None:
        return cant_tell(message, places)
    return failed(f"{message} There is no banner and no page about cookies.", places)


@site_check(needs=("consent",))
def refusing_as_easy(visit: Snapshot) -> Result:
    """A cookie banner with a button to accept has one to refuse beside it."""
    page, consent = _first(visit)
    if not consent.banner:
        if consent.framed:
            return cant_tell("The cookie banner is in a frame of another site.")
        return inapplicable("There is no cookie banner.")
    accept = [c for c in consent.choices if c.role == "accept"]
    reject = [c for c in consent.choices if c.role == "reject"]
    if not accept:
        return inapplicable("The banner asks nothing: it has no button to accept.")
    offered = ", ".join(f"“{c.text}”" for c in consent.choices[:8])
    place = [Spot("", page.url, f"{consent.supplier or 'The banner'} offers {offered}")]
    if not reject:
        if any(c.role == "selected" for c in consent.choices) and not consent.ticked:
            return cant_tell("Saving the choices as they stand may refuse; look at it.", place)
        return failed("The banner has a button to accept all, and none to refuse.", place)
    if accept[0].button and not any(c.button for c in reject):
        return cant_tell("Accepting is a button, and refusing is only a link.", place)
    if max(c.area for c in reject) < SMALL * min(c.area for c in accept):
        return cant_tell("The button to refuse is much smaller than the one to accept.", place)
    return passed(consent.supplier)


@site_check(needs=("consent",))
def nothing_ticked(visit: Snapshot) -> Result:
    """A cookie banner has no optional purpose that is on before anyone chose."""
    page, consent = _first(visit)
    if not consent.banner:
        return inapplicable("There is no cookie banner.")
    places = [Spot("", page.url, name) for name in consent.ticked[:MOST]]
    if places:
        names = ", ".join(f"“{name}”" for name in consent.ticked[:5])
        return failed(f"On before any choice: {names}", places)
    return passed()


@site_check(needs=("consent",))
def refusing_works(visit: Snapshot, *, kinds: Sequence[str] = TRACKING) -> Result:
    """After cookies were refused, none of these kinds of trackers has one."""
    page, consent = _first(visit)
    if consent.after_refusing is None:
        return inapplicable("There was nothing that could be pressed to refuse.")
    left = [(c, t) for c in consent.after_refusing if (t := trackers.of_cookie(c.name))]
    places = [
        Spot("", page.url, f"{cookie.name} ({cookie.domain}): {tracker.name}")
        for cookie, tracker in left
        if tracker.kind in kinds
    ]
    if places:
        return failed("Cookies that are left after refusing.", places[:MOST])
    return passed()


@site_check(needs=("consent",))
def embeds_do_not_track(visit: Snapshot, *, hosts: Sequence[str]) -> Result:
    """No frame of these hosts on the first page has set a cookie before consent."""
    page, consent = _first(visit)
    frames = [(src, url) for src, url in _frames(page) if _of(urls.host_of(url), hosts)]
    if not frames:
        return inapplicable("The first page has no such frame.")
    setting = {urls.registrable(c.domain) for c in consent.cookies}
    places = [
        Spot(dom.selector_of(node), dom.snippet(node))
        for node, url in frames
        if urls.registrable(urls.host_of(url)) in setting
    ]
    return failed("A frame sets cookies before consent.", places) if places else passed()


@site_check
def cookies_page_linked(visit: Snapshot, *, subject: Sequence[str]) -> Result:
    """When the site stores anything, its home page links to a page about cookies."""
    home = next((p for p in visit.audited if p.depth == 0), None)
    if home is None:
        return inapplicable("The homepage was not seen.")
    consent = home.browser.consent if home.browser else None
    stored = [c.name for c in consent.cookies] if consent else []
    stored += list(consent.storage) if consent else []
    stored += [v.split("=", 1)[0] for k, v in home.headers if k.lower() == "set-cookie"]
    about = signs(visit).about(subject)
    if any(home.url in place.found_on or place.depth <= 1 for place in about):
        return passed(about[0].url)
    if not stored:
        return (
            inapplicable("Nothing is stored.")
            if consent
            else cant_tell("No link to a page about cookies; no browser saw whether any is set.")
        )
    shown = ", ".join(sorted(set(stored))[:5])
    if about:
        return cant_tell(
            f"Stored: {shown}. The page about cookies is not linked from the homepage."
        )
    return failed(f"Stored: {shown}. The homepage links to no page about cookies.")


@site_check(needs=("consent",))
def cookies_named(
    visit: Snapshot, *, subject: Sequence[str], but_not_kinds: Sequence[str] = ("functional",)
) -> Result:
    """Each cookie of the first visit is named on the page about cookies."""
    _, consent = _first(visit)
    cookies = [c for c in consent.cookies if not _harmless(c, but_not_kinds)]
    if not cookies:
        return inapplicable("No cookie was set that has to be named.")
    about = [place for place in signs(visit).about(subject) if place.page is not None]
    if not about:
        return cant_tell("The page about cookies was not among those seen.")
    text = "\n".join(place.page.text for place in about[:5] if place.page).casefold()
    lacking = sorted({c.name for c in cookies if not _named(c.name, text)})
    if not lacking:
        return passed()
    message = f"Not named on the page about cookies: {', '.join(lacking[:10])}."
    if consent.supplier or (
        about[0].page and about[0].page.dom.css_first("main iframe, main script")
    ):
        return cant_tell(f"{message} The banner's own list may name them.")
    return failed(message, [Spot("", about[0].url)])


def _first(visit: Snapshot) -> tuple[Page, Consent]:
    for page in visit.audited:
        if page.browser is not None and page.browser.consent is not None:
            return page, page.browser.consent
    raise LookupError("no page was looked at for consent")


def _frames(page: Page) -> Iterator[tuple[Node, str]]:
    for node in page.dom.css(_FRAMES)[:100]:
        url = urls.normalise(dom.attribute(node, "src"), page.final_url)
        if url is not None:
            yield node, url


def _of(host: str, owners: Sequence[str]) -> bool:
    return any(trackers.within(host, owner) for owner in owners)


def _harmless(cookie: Cookie, kinds: Sequence[str]) -> bool:
    tracker = trackers.of_cookie(cookie.name)
    return tracker is not None and tracker.kind in kinds


def _named(name: str, text: str) -> bool:
    """True when the page names it; ids at the end of a name (_ga_AB12) may be left out."""
    stem = name.casefold()
    short = stem.rstrip("0123456789").rstrip("_-.") if len(stem) > 4 else stem
    parts = stem.rsplit("_", 1) if stem.count("_") > 1 else [stem]
    return any(part and part in text for part in (stem, short, parts[0])) or folded(name) in folded(
        text, 0
    )
