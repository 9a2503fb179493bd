"""Make up what one-off looks at a site found, for the examples of rule files."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable

from lgaudit.evaluate.ruleschema import MadeDoor, MadeFeed, MadeFile, MadeHandshake, MadeSearch
from lgaudit.evidence import Feed, Handshake, Page, Question, Redirect, SiteSearch
from lgaudit.models import Kind, Verdict


def door(made: MadeDoor) -> Page:
    """One way into the site, followed to its end."""
    hops = [made.url, *made.to]
    return Page(
        url=made.url,
        final_url=hops[-1],
        kind=Kind.HOME,
        verdict=Verdict(made.reason),
        status=made.status,
        headers=tuple(sorted((k.lower(), v) for k, v in made.headers.items())),
        redirects=tuple(Redirect(one, 301, other) for one, other in itertools.pairwise(hops)),
        sampled=False,
    )


def handshake(made: MadeHandshake, now: dt.datetime) -> Handshake:
    """One conversation; the certificate's dates are counted from ``now``."""
    return Handshake(
        host=made.host,
        version=made.version,
        fault=made.fault,
        names=made.names,
        starts=now - dt.timedelta(days=made.age_days),
        ends=now + dt.timedelta(days=made.days_left),
        old=made.old,
    )


def text_file(made: MadeFile | None, url: str) -> Page | None:
    """A text file of the site."""
    if made is None:
        return None
    return Page(
        url=url,
        final_url=url,
        verdict=Verdict(made.reason),
        status=made.status,
        headers=(("content-type", made.type),) if made.type else (),
        body=made.text.encode(),
        sampled=False,
    )


def feed(made: MadeFeed, absolute: Callable[[str], str]) -> Feed:
    """A news feed, as it was read."""
    return Feed(
        url=absolute(made.url),
        found_on=absolute(made.found_on),
        verdict=Verdict(made.reason, made.detail),
        entries=made.entries,
        latest=made.latest,
        error=made.error,
    )


def search(
    made: MadeSearch | None, absolute: Callable[[str], str], source: Callable[[str], str]
) -> SiteSearch | None:
    """What the site's search answered."""
    if made is None:
        return None
    questions = []
    for item in made.questions:
        url = absolute(item.url)
        page = Page(
            url=url,
            final_url=url,
            kind=Kind.SEARCH,
            verdict=Verdict(item.reason),
            status=item.status,
            body=source(item.html).encode(),
            sampled=False,
        )
        questions.append(Question(item.task, item.words, url, page))
    return SiteSearch(absolute("/search"), made.missing, made.refused, tuple(questions))
