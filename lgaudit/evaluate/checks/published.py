"""Checks of what a council has to publish: is there a page or file about it, does it say enough.

Nobody can say that a site lacks something after seeing a part of it. So these fail only when the
whole site was seen, or when the page itself was seen and says too little; otherwise a person
should look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from lgaudit import urls
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.phrasing import mentions
from lgaudit.evaluate.wayfinding import Found, signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Spot

MOST_READ = 8  # pages about one subject that are read
_YEAR = re.compile(r"(?<![\d£.,])20[0-4]\d(?!\d)")
_CONTACT = "a[href^='mailto:' i], main textarea, main input[type=email i]"
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")


@site_check
def subject_published(
    visit: Snapshot,
    *,
    what: str,
    subject: Sequence[str],
    addresses: Sequence[str] = (),
    within_years: int = 0,
) -> Result:
    """There is a page or a file about a subject, and (on request) one of these last years.

    ``what`` names the subject in the message. ``within_years = 2`` asks for a year named on the
    page, in its title or in the name of its file, that is this one or one of the two before it.
    """
    found = signs(visit).about(subject, addresses=addresses)
    if not found:
        return not_found(visit, what, subject)
    if not within_years or visit.started is None:
        return passed(f"{found[0].url} (“{found[0].text}”)")
    this_year = visit.started.year
    latest = max(_years(found, this_year), default=0)
    if not latest:
        return cant_tell(f"No year could be read on {found[0].url}.", spots_of(found[:1]))
    if latest >= this_year - within_years:
        return passed(f"{found[0].url}, {latest}")
    if any(place.page is not None for place in found):
        return failed(f"The latest year named with {what} is {latest}.", spots_of(found[:1]))
    return cant_tell(f"The latest year in the name of a link to {what} is {latest}.")


@site_check
def subjects_published(visit: Snapshot, *, subjects: Mapping[str, Sequence[str]]) -> Result:
    """There is a page or a file about each subject; ``subjects`` names them."""
    lacking = [name for name, phrases in subjects.items() if not signs(visit).about(phrases)]
    if not lacking:
        return passed()
    phrases = [phrase for name in lacking for phrase in subjects[name]]
    return not_found(visit, " or ".join(lacking), phrases)


@site_check
def linked_on_every_page(
    visit: Snapshot, *, what: str, subject: Sequence[str], share: float = 0.95
) -> Result:
    """So many of the pages of the site's own host have a link about the subject."""
    home = next((p for p in visit.audited if p.depth == 0), None)
    host = urls.host_of(home.final_url if home else visit.site.homepage).removeprefix("www.")
    said = signs(visit).said_on
    pages = [
        p.url
        for p in visit.audited
        if p.url in said and urls.host_of(p.final_url or p.url).removeprefix("www.") == host
    ]
    if not pages:
        return inapplicable("No page of the site's own host was seen.")
    about = signs(visit).which(subject)
    without = [url for url in pages if said[url].isdisjoint(about)]
    linked = 1 - len(without) / len(pages)
    if linked >= share:
        return passed(metric=linked)
    count = f"{len(without)} of {len(pages)} pages have no link to {what}."
    return failed(count, [Spot("", url) for url in without[:50]], metric=linked)


@site_check
def subject_says(
    visit: Snapshot,
    *,
    what: str,
    subject: Sequence[str],
    says: Mapping[str, Sequence[str]],
    may_lack: int = 0,
    or_links_to: Sequence[str] = (),
) -> Result:
    """The pages about a subject, read together, say all of these things but ``may_lack``.

    ``says`` gives each thing a name and the phrases that say it. A page that links to one of
    ``or_links_to`` has said enough.
    """
    found = signs(visit).about(subject)
    pages = [place for place in found if place.page is not None and place.by != "heading"]
    if not pages:
        return unseen(found, what) if found else not_found(visit, what, subject)
    read = pages[:MOST_READ]
    if or_links_to:
        said = signs(visit).said_on
        if any(mentions(or_links_to, t) for p in read if p.page for t in said.get(p.page.url, ())):
            return passed(f"{read[0].url} links to it")
    text = "\n".join(place.page.text for place in read if place.page)
    lacking = [name for name, phrases in says.items() if not mentions(phrases, text)]
    if len(lacking) <= may_lack:
        return passed(read[0].url)
    message = f"Not found there: {', '.join(lacking)}."
    if len(found) > len(read):
        return cant_tell(f"{message} Other pages about it were not read.", spots_of(read[:3]))
    return failed(message, spots_of(read[:3]))


@site_check
def subject_names(
    visit: Snapshot,
    *,
    what: str,
    subject: Sequence[str],
    names: Mapping[str, Sequence[str]],
) -> Result:
    """A page about a subject names the body that ``names`` gives for the council's nation."""
    wanted = names.get(visit.site.nation, ())
    if not wanted:
        return inapplicable("No such body is known for this nation.")
    found = signs(visit).about(subject)
    pages = [place for place in found if place.page is not None]
    if not pages:
        return unseen(found, what) if found else not_found(visit, what, subject)
    for place in pages[:MOST_READ]:
        if place.page is not None and mentions(wanted, place.page.text):
            return passed(place.url)
    if len(found) > min(len(pages), MOST_READ):
        return cant_tell(f"The pages about {what} that were seen do not name {wanted[0]}.")
    return failed(f"The pages about {what} do not name {wanted[0]}.", spots_of(pages[:3]))


@site_check
def subject_can_be_written_to(
    visit: Snapshot, *, what: str, subject: Sequence[str], form: Sequence[str] = ()
) -> Result:
    """A page about a subject has an e-mail address, a form, or a link whose text is of ``form``."""
    found = signs(visit).about(subject)
    pages = [place for place in found if place.page is not None]
    if not pages:
        return unseen(found, what) if found else not_found(visit, what, subject)
    said = signs(visit).said_on
    for place in pages[:MOST_READ]:
        if place.page is not None and (
            can_write(place.page) or any(mentions(form, t) for t in said.get(place.page.url, ()))
        ):
            return passed(place.url)
    if len(found) > min(len(pages), MOST_READ):
        return cant_tell(f"The pages about {what} that were seen give no address and no form.")
    return failed(f"The pages about {what} give no email address and no form.", spots_of(pages[:3]))


def not_found(visit: Snapshot, what: str, subject: Sequence[str] = ()) -> Result:
    """Nothing about a subject: sure only when the whole site was seen and no page mentions it."""
    if not signs(visit).whole:
        return cant_tell(
            f"No page or file about {what} among the {len(visit.pages)} pages seen and their links."
        )
    for page in visit.pages:
        told = subject and page.verdict.ok and page.kind is not Kind.NEWS
        if told and mentions(subject, page.text):
            return cant_tell(f"No page of its own about {what}; {page.url} mentions it.")
    return failed(f"No page or file about {what} on the whole site.")


def unseen(found: Sequence[Found], what: str) -> Result:
    """A place is known, but the page itself was not seen."""
    return cant_tell(f"The page about {what} was not among those seen.", spots_of(found[:1]))


def can_write(page: Page) -> bool:
    """True when a page has an e-mail address or a box to write in."""
    return page.dom.css_first(_CONTACT) is not None or _MAIL.search(page.text) is not None


def _years(found: Iterable[Found], this_year: int) -> set[int]:
    years: set[int] = set()
    for number, place in enumerate(found):
        text = f"{place.text} {place.url}"
        if place.page is not None and number < MOST_READ:
            links = " ".join(a.text() for a in place.page.dom.css("main a")[:300])
            text += f" {place.page.title} {place.page.text} {links}"
        years.update(int(m) for m in _YEAR.findall(text))
    return {year for year in years if year <= this_year + 1}


def spots_of(found: Iterable[Found]) -> list[Spot]:
    """The places found, as the spots of a result."""
    return [Spot("", place.url, place.text) for place in found]
