"""Checks of councillors and their meetings: who can be reached, and what is published when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lgaudit import dom
from lgaudit.evaluate.checks.published import can_write, not_found
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.dates import dates_in
from lgaudit.evaluate.phrasing import folded, mentions
from lgaudit.evaluate.wayfinding import signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Spot

_PERSON = re.compile(
    r"(?:Councillor|Cllr\.?|(?:Y )?Cynghorydd) [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,4}"
)
_WARD = ("ward*", "division*", "political party", "party", "elected", "etholiadol")
_PHONE = re.compile(r"(?<!\d)(?:\+44|0)[\d ()-]{9,16}(?!\d)")
AGENDA = ("agenda*", "public reports pack", "rhaglen*")
MINUTES = ("minutes", "decisions", "cofnodion")
CANCELLED = ("cancelled", "canceled", "postponed", "adjourned", "gohiriwyd", "canslwyd")


@dataclass(frozen=True, slots=True)
class _Meeting:
    page: Page
    day: dt.date
    name: str
    agenda: bool
    minutes: bool
    files: bool


@site_check
def councillors_listed(
    visit: Snapshot,
    *,
    subject: Sequence[str],
    addresses: Sequence[str] = (),
    share: float = 0.9,
    least: int = 3,
) -> Result:
    """Councillors are listed, and of the profiles seen (``least`` or more) most give a contact."""
    found = signs(visit).about(subject, addresses=addresses)
    if not found:
        return not_found(visit, "councillors", subject)
    profiles = [page for page in visit.pages if page.verdict.ok and _is_profile(page)]
    if len(profiles) < least:
        return passed(found[0].url)
    mute = [page for page in profiles if not _reachable(page)]
    reached = 1 - len(mute) / len(profiles)
    if reached >= share:
        return passed(metric=reached)
    message = f"{len(mute)} of {len(profiles)} councillors' pages give no email address or phone."
    return failed(message, [Spot("", page.url) for page in mute[:50]], metric=reached)


@site_check
def meetings_documented(
    visit: Snapshot,
    *,
    subject: Sequence[str],
    addresses: Sequence[str] = (),
    agenda_days: int = 90,
    minutes_days: int = 180,
    not_months: Sequence[int] = (5, 6, 8, 9),
) -> Result:
    """A meeting of the last days has an agenda, and one of the last months has minutes.

    In ``not_months`` elections or the summer leave councils without meetings, and nobody can tell.
    """
    found = signs(visit).about(subject, addresses=addresses)
    if not found:
        return not_found(visit, "meetings, agendas and minutes", subject)
    if visit.started is None:
        return cant_tell("The date of the visit is not known.")
    today = visit.started.date()
    meetings = list(_meetings(visit))
    past = [m for m in meetings if m.day <= today]
    agendas = [m.day for m in meetings if m.agenda]
    minutes = [m.day for m in past if m.minutes]
    recent = bool(agendas) and max(agendas) >= today - dt.timedelta(days=agenda_days)
    noted = bool(minutes) and max(minutes) >= today - dt.timedelta(days=minutes_days)
    if recent and noted:
        return passed(f"agenda of {max(agendas):%-d %B %Y}, minutes of {max(minutes):%-d %B %Y}")
    lacking = " and ".join(
        name for name, there in (("agenda", recent), ("minutes", noted)) if not there
    )
    message = f"No recent {lacking} on the pages of {len(meetings)} meetings that were seen."
    if signs(visit).whole and past and today.month not in not_months:
        return failed(message, [Spot("", m.page.url, m.name) for m in past[:5]])
    return cant_tell(message)


@site_check
def agendas_in_time(
    visit: Snapshot,
    *,
    days: Mapping[str, int],
    bodies: Sequence[str],
) -> Result:
    """A meeting of one of ``bodies`` within so many days, by nation, has its agenda published."""
    limit = days.get(visit.site.nation)
    if limit is None or visit.started is None:
        return inapplicable("No such duty is known for this nation.")
    today = visit.started.date()
    due = [m for m in _meetings(visit) if 0 < (m.day - today).days <= limit]
    due = [m for m in due if mentions(bodies, m.name) and not mentions(CANCELLED, m.page.text)]
    if not due:
        return inapplicable(f"No meeting within {limit} days was seen.")
    late = [m for m in due if not m.agenda]
    if not late:
        return passed()
    places = [Spot("", m.page.url, f"{m.name}, {m.day:%-d %B %Y}") for m in late]
    if any(m.files for m in late):
        return cant_tell("There are files, but none is called an agenda.", places)
    return failed("A meeting is only days away and its page has no agenda.", places)


def _meetings(visit: Snapshot) -> Iterator[_Meeting]:
    """Pages seen whose title gives the day of one meeting."""
    said = signs(visit).said_on
    for page in visit.pages:
        if not page.verdict.ok or not _about_a_meeting(page.title):
            continue
        heading = page.dom.css_first("h1")
        name = dom.fold(heading.text()) if heading is not None else ""
        days = dates_in(name) or dates_in(page.title)
        if len(set(days)) != 1:
            continue
        main = page.main.css("a[href]") if page.main is not None else []
        links = [folded(node.text()) for node in main]
        files = any(".pdf" in dom.attribute(node, "href").lower() for node in main)
        agenda = any(mentions(AGENDA, text) for text in links)
        minutes = any(mentions(MINUTES, text) for text in links)
        if said.get(page.url) is not None:
            yield _Meeting(page, days[0], name or page.title, agenda, minutes, files)


def _about_a_meeting(title: str) -> bool:
    return mentions(
        ("meeting*", "committee*", "cabinet", "council", "executive", "cyfarfod*", "pwyllgor*"),
        title,
    )


def _is_profile(page: Page) -> bool:
    if "mguserinfo.aspx" in page.url.lower():
        return True
    heading = page.dom.css_first("h1")
    name = dom.fold(heading.text()) if heading is not None else ""
    return _PERSON.fullmatch(name) is not None and mentions(_WARD, page.text)


def _reachable(page: Page) -> bool:
    return can_write(page) or _PHONE.search(page.text) is not None
