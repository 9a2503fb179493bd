"""Checks of whether people can do what they came for: top tasks, the right council."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lgaudit import dom
from lgaudit.evaluate import answers, tasks
from lgaudit.evaluate.checks.sitesearch import has_search
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
    untested,
)
from lgaudit.evaluate.kept import extract
from lgaudit.evaluate.phrasing import folded
from lgaudit.evaluate.wayfinding import Found, asks_to_sign_in, signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Reason, Spot
from lgaudit.urls import host_of, same_site

MOST_SPOTS = 50
_NOT_CONTENT = (
    Kind.HOME,
    Kind.SEARCH,
    Kind.NOT_FOUND,
    Kind.DOCUMENT,
    Kind.CONTACT,
    Kind.STATEMENT,
)
_PHONE = re.compile(r"(?<![\d.])(?:\+44\s?\(?0?\)?\s?|\(?0)(?:\d[\s()-]{0,2}){8,10}(?!\d)")
_HOURS = re.compile(
    r"\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|noon)?\s?(?:to|until|till|and|[-–—])\s?"
    r"(?:\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm)?\b|midday|noon|midnight)",
    re.I,
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}")
_NOT_FOUND_HEADING = re.compile(
    r"not found|cannot find|can['’]?t find|could ?n[o']t find|can(?:not|['’]t) be found"
    r"|does ?n(?:o|['’])t exist|no longer|ddim wedi['’]i ddarganfod|methu dod o hyd"
    r"|ni (?:ellir|allwn) ddod o hyd|heb ei (?:chanfod|ganfod)",
    re.I,
)


@site_check
def top_tasks_near(visit: Snapshot, *, clicks: int = 2, least_share: float = 0.7) -> Result:
    """At least this share of the tasks of its councils is at most so many clicks away."""
    looked = tasks.look(visit)
    if not looked:
        return inapplicable("Which tasks belong here depends on the council, and none is known.")
    near = [t for t in looked if t.clicks is not None and t.clicks <= clicks]
    share = len(near) / len(looked)
    said = f"{len(near)} of {len(looked)} tasks are within {clicks} clicks of the homepage"
    if share >= least_share:
        return passed(f"{said}.", share)
    far = [t for t in looked if t not in near]
    open_ = [t for t in far if not t.sure]
    home = answers.home_address(visit)
    spots = [
        Spot("", t.url or home, f"{t.title}: {f'{t.clicks} clicks' if t.clicks else 'not found'}")
        for t in far[:MOST_SPOTS]
    ]
    if (len(near) + len(open_)) / len(looked) >= least_share:
        return cant_tell(f"{said}; the rest may be on pages that were not seen.", metric=share)
    return failed(f"{said}.", spots, share)


@site_check
def top_tasks_end_online(visit: Snapshot, *, but: Sequence[str] = ()) -> Result:
    """No task of its councils leads to a file alone; titles that begin with ``but`` may."""
    known = [t for t in tasks.look(visit) if t.ends and not t.title.startswith(tuple(but))]
    if not known:
        return inapplicable("No task of the council was seen to its end.")
    files = [t for t in known if t.ends == "file"]
    if not files:
        return passed(f"{len(known)} tasks lead to a page or a form.")
    spots = [Spot("", t.url, f"{t.title}: “{t.text}”") for t in files[:MOST_SPOTS]]
    said = f"{len(files)} of {len(known)} tasks lead to a file and to no page"
    if signs(visit).unseen(tasks.NEAR - 1, visit):
        return cant_tell(f"{said} among those that were seen.", spots)
    return failed(f"{said}.", spots)


@site_check
def other_council_signposted(visit: Snapshot, *, subject: Sequence[str], what: str) -> Result:
    """Pages about what another council does lead to that council, or to a search by postcode."""
    found = signs(visit).about(subject)
    own = [place for place in found if same_site(visit.site.homepage, place.url)]
    away = [p for p in found if p not in own and answers.public_sector(host_of(p.url))]
    if away:
        return passed(f"“{away[0].text}” leads to {host_of(away[0].url)}.")
    seen = [place for place in own if place.page is not None]
    for place in seen[:5]:
        if _leads_to_council(place, visit):
            return passed(f"{place.url} leads to the council that does it.")
    if seen:
        spots = [Spot("", place.url, place.text) for place in seen[:5]]
        return failed(f"Pages about {what} do not say which council does it.", spots)
    if signs(visit).whole:
        home = answers.home_address(visit)
        return failed(f"Nothing on the site says who looks after {what}.", [Spot("", home)])
    return cant_tell(f"No page about {what} was among the {len(visit.pages)} seen.")


def _leads_to_council(place: Found, visit: Snapshot) -> bool:
    page = place.page
    if page is None or page.main is None:
        return False
    for node in page.main.css("a[href]"):
        host = host_of(dom.attribute(node, "href"))
        other = host and not same_site(visit.site.homepage, f"https://{host}/")
        if other and answers.public_sector(host) and host not in ("www.gov.uk", "gov.uk"):
            return True
    return page.main.css_first('input[name*="postcode" i], input[id*="postcode" i]') is not None


@site_check
def reports_need_no_account(visit: Snapshot, *, subject: Sequence[str]) -> Result:
    """The pages for reporting a problem ask nobody to sign in first."""
    found = [p for p in signs(visit).about(subject) if not p.file]
    lost = {url: verdict.reason for url, verdict in visit.lost}
    walls = [
        p
        for p in found
        if lost.get(p.url) is Reason.LOGIN or (p.page is not None and asks_to_sign_in(p.page))
    ]
    if walls:
        spots = [Spot("", p.url, p.text) for p in walls[:MOST_SPOTS]]
        return failed("Reporting a problem asks people to sign in first.", spots)
    if any(place.page is not None for place in found):
        return passed()
    return cant_tell("No page for reporting a problem was seen.")


@site_check
def contact_page_complete(visit: Snapshot) -> Result:
    """Contact pages together give a telephone number, hours, an address, and e-mail or a form."""
    pages = [page for page in visit.audited if page.kind is Kind.CONTACT]
    if not pages:
        return cant_tell("No contact page was among those seen.")
    body = [page.dom.body for page in pages]
    text = "\n".join(dom.visible_text(node) for node in body if node is not None)[:200_000]
    missing = []
    if not _PHONE.search(text):
        missing.append("a telephone number")
    if not _HOURS.search(text):
        missing.append("opening hours")
    if not _POSTCODE.search(text):
        missing.append("a postal address")
    form = any(
        page.dom.css_first('main textarea, main input[type="email"], a[href^="mailto:" i]')
        for page in pages
    )
    linked = any("form" in folded(n.text()).split() for page in pages for n in page.dom.css("a"))
    if not (form or linked or _MAIL.search(text)):
        missing.append("an email address or a form")
    if not missing:
        return passed()
    spots = [Spot("", page.url) for page in pages[:5]]
    return failed(f"The contact pages lack {', '.join(missing)}.", spots)


@site_check
def emergency_contact(visit: Snapshot, *, pattern_words: Sequence[str]) -> Result:
    """The home page or a contact page says whom to call when offices are closed."""
    home = answers.home_of(visit)
    pages = [p for p in visit.pages if p.verdict.ok and p.kind is Kind.CONTACT]
    if home is not None and home.verdict.ok:
        pages.insert(0, home)
    wanted = [f" {folded(words)} " for words in pattern_words]
    for page in pages:
        body = page.dom.body
        text = f" {folded(dom.visible_text(body) if body is not None else '', 0)} "
        if any(words in text for words in wanted):
            return passed(page.url)
    if home is None or len(pages) < 2:
        return cant_tell("The homepage and a contact page were not both seen.")
    spots = [Spot("", page.url) for page in pages[:5]]
    return failed("Neither the homepage nor the contact page speaks of emergencies.", spots)


@site_check
def missing_pages_say_so(visit: Snapshot) -> Result:
    """An address that cannot exist is answered with status 404 or 410."""
    page = visit.probes.not_found
    if page is None:
        return untested("No wrong address was tried.")
    if page.status in (404, 410):
        return passed()
    if page.status is not None and page.status < 400:
        to_home = page.redirects and page.final_url.rstrip("/").count("/") == 2
        said = "sent on to the homepage" if to_home else f"answered with status {page.status}"
        return failed(f"A wrong address is {said}.", [Spot("", page.final_url)])
    return cant_tell(f"The server answered {page.status}.")


@site_check
def missing_page_helps(visit: Snapshot) -> Result:
    """The page for wrong addresses says so plainly, and leads on to search or contact."""
    page = visit.probes.not_found
    if page is None or not page.body:
        return untested("No wrong address was tried.")
    if page.status not in (200, 404, 410):
        return inapplicable(f"The server answered {page.status}.")
    headings = [dom.fold(node.text()) for node in page.dom.css("h1")]
    lacks = []
    if not any(_NOT_FOUND_HEADING.search(heading) for heading in headings):
        lacks.append("a heading that says the page was not found")
    ways = {folded(n.text()) for n in page.dom.css("a[href]")}
    if not (has_search(page) or any(_leads_on(words) for words in ways)):
        lacks.append("a way on: search or contact")
    if lacks:
        return failed(f"It lacks {' and '.join(lacks)}.", [Spot("", page.url)])
    return passed()


def _leads_on(words: str) -> bool:
    return bool({"contact", "search", "chwilio", "cysylltu", "cysylltwch"} & set(words.split()))


@extract
def _offers(page: Page) -> str:
    """What links, controls and small headings say, folded, each on a line of its own."""
    nodes = page.dom.css("a, button, label, legend, h2, h3, summary, form p")
    return "".join(f"\n {text} " for text in dict.fromkeys(folded(n.text()) for n in nodes))


@site_check
def feedback_wanted(visit: Snapshot, *, words: Sequence[str], least_share: float = 0.5) -> Result:
    """Content pages ask whether they helped, or take reports of what is wrong with them."""
    pages = [page for page in visit.audited if page.kind not in _NOT_CONTENT]
    if not pages:
        return inapplicable("No content page was seen.")
    wanted = [folded(phrase) for phrase in words]
    asking = 0
    for page in pages:
        said = _offers(page)
        asking += any(phrase in said for phrase in wanted)
    share = asking / len(pages)
    if share >= least_share:
        return passed(metric=share)
    if asking:
        return cant_tell(f"{asking} of {len(pages)} content pages ask for feedback.", metric=share)
    return failed(f"None of {len(pages)} content pages asks whether it helped.", metric=0.0)
