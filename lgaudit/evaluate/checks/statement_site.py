"""Checks of where an accessibility statement is, and of what it claims against what was found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lgaudit.evaluate import wayfinding
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    passed,
    site_check,
)
from lgaudit.evaluate.statement.reading import (
    Statement,
    criteria_in,
    is_welsh,
    quoted,
    statements,
)
from lgaudit.evidence import Snapshot
from lgaudit.models import Kind, Reason, Spot
from lgaudit.urls import same_site

LEAST_WORDS = 150  # of a statement that stands on a page of its own
LINKED_SHARE = 0.95
SERIOUS = ("serious", "critical")


@site_check
def statement_exists(visit: Snapshot, *, called: Sequence[str]) -> Result:
    """The site has an accessibility statement, under a name it may be ``called``."""
    found = statements(visit)
    if found.main is not None:
        return passed(f"It is at {found.main.page.url}.")
    if found.welsh:
        return passed(f"A statement in Welsh is at {found.welsh[0].url}.")
    named = [place for place in _named(visit, called) if not _is_something_else(place)]
    if named:
        place = named[0]
        return cant_tell(
            f"A link says {quoted(place.text)}, but what it leads to was not seen as a statement.",
            [Spot("", place.url, "a person should look here")],
        )
    home = _home(visit)
    if home is None:
        return cant_tell(_no_home(visit))
    if any("accessib" in text or "hygyrch" in text for text in _said(visit, home.url)):
        return cant_tell("The homepage links to something about accessibility that was not seen.")
    if _lost_something(visit) or visit.coverage.stopped == "archive":
        return cant_tell("Too much of the site could not be seen.")
    return failed("No page is, and no link leads to, an accessibility statement.")


@site_check
def statement_linked(visit: Snapshot, *, words: Sequence[str]) -> Result:
    """The home page, or nearly every page, links to the statement with one of these ``words``."""
    if statements(visit).main is None and not statements(visit).welsh:
        return inapplicable("No accessibility statement was seen.")

    def links(url: str) -> bool:
        return any(word in text for text in _said(visit, url) for word in words)

    home = _home(visit)
    if home is not None and links(home.url):
        return passed("The homepage links to it.")
    pages = [page for page in visit.audited if page.kind is not Kind.STATEMENT]
    linked = sum(links(page.url) for page in pages)
    if pages and linked >= LINKED_SHARE * len(pages):
        return passed(f"{linked} of {len(pages)} pages link to it.")
    if home is None:
        return cant_tell(_no_home(visit))
    return failed(
        f"The homepage has no link to it, and {linked} of {len(pages)} other pages have one.",
        [Spot("", home.url, "no link whose words speak of accessibility")],
    )


@site_check
def statement_is_page(visit: Snapshot, *, called: Sequence[str]) -> Result:
    """The statement is a page people can read, not a file to download, and whole on that page."""
    found = statements(visit)
    if found.main is not None:
        words = len(found.main.text.split())
        if words >= LEAST_WORDS:
            return passed(f"It is a page of {words:,} words.")
        return failed(
            f"The page has {words} words: the statement is not on it, or not whole.",
            [Spot("", found.main.page.url, f"{words} words")],
        )
    files = [
        place for place in _named(visit, called) if place.file and "accessib" in place.text.lower()
    ]
    if files:
        return failed(
            f"The link {quoted(files[0].text)} leads to a file.",
            [Spot("", p.url, p.text) for p in files[:3]],
        )
    return inapplicable("No accessibility statement was seen.")


@site_check(needs={"failures"})
def statement_not_contradicted(visit: Snapshot) -> Result:
    """A statement of full compliance is not contradicted by what we found for certain."""
    statement = statements(visit).main
    if statement is None or statement.status != "fully":
        return inapplicable("The statement does not claim full compliance.")
    known = [f for f in _failures(visit) if f["severity"] in SERIOUS]
    said = quoted(statement.claims[0].sentence)
    if not known:
        return passed(f"It says {said}, and nothing we found for certain contradicts it.")
    worst = "; ".join(f"{f['title']} ({_pages(f)})" for f in known[:3])
    return failed(
        f"It says {said}, but {len(known)} rules of WCAG fail: {worst}.", _spots(statement)
    )


@site_check(needs={"failures"})
def statement_admits(visit: Snapshot, *, least_pages: int = 3) -> Result:
    """Criteria that fail on at least ``least_pages`` pages are admitted in the statement."""
    statement = statements(visit).main
    if statement is None or statement.status not in ("partially", "not"):
        return inapplicable("The statement does not say that something is not compliant.")
    cited = criteria_in(statement.text)
    if not cited:
        return inapplicable("The statement cites no criteria to compare with.")
    failing: dict[str, list[Mapping[str, Any]]] = {}
    for failure in _failures(visit):
        for criterion in failure["wcag"]:
            failing.setdefault(criterion, []).append(failure)
    hidden = {
        criterion: found
        for criterion, found in sorted(failing.items())
        if criterion not in cited and max(f["pages"] for f in found) >= least_pages
    }
    if not failing:
        return passed("We found no certain failure of a criterion.")
    if not hidden:
        return passed("Every criterion that we found to fail is in the statement.")
    shown = "; ".join(f"{c}: {f[0]['title']} ({_pages(f[0])})" for c, f in list(hidden.items())[:4])
    more = f" and {len(hidden) - 4} more" if len(hidden) > 4 else ""
    return failed(f"The statement does not list what we found: {shown}{more}.", _spots(statement))


def _failures(visit: Snapshot) -> Iterable[Mapping[str, Any]]:
    """What rules with WCAG criteria found for certain, most pages first."""
    found: Iterable[Mapping[str, Any]] = visit.extra.get("failures", ())
    return sorted(found, key=lambda f: (-int(f["pages"]), str(f["rule"])))


def _pages(failure: Mapping[str, Any]) -> str:
    count = int(failure["pages"])
    return "1 page" if count == 1 else f"{count} pages"


def _spots(statement: Statement) -> list[Spot]:
    return [Spot("", statement.page.url)]


def _named(visit: Snapshot, called: Sequence[str]) -> list[wayfinding.Found]:
    places = wayfinding.signs(visit).about(called)
    return [p for p in places if same_site(visit.site.homepage, p.url)]


def _is_something_else(place: wayfinding.Found) -> bool:
    """A page that was seen and is not a statement: it need not be looked at again."""
    page = place.page
    return page is not None and page.verdict.ok and not is_welsh(page)


def _home(visit: Snapshot) -> Any:
    return next((p for p in visit.pages if p.kind is Kind.HOME and p.verdict.ok), None)


def _no_home(visit: Snapshot) -> str:
    """Why nothing is said of the homepage; pages that were given may be any part of a site."""
    if any(page.stratum == "given" and page.verdict.ok for page in visit.pages):
        return "The pages that were checked may be a part of the site only."
    return "The homepage was not seen."


def _said(visit: Snapshot, url: str) -> Iterable[str]:
    return wayfinding.signs(visit).said_on.get(url, frozenset())


def _lost_something(visit: Snapshot) -> bool:
    """Pages refused or lost that may have been the statement."""
    return any(
        verdict.reason not in (Reason.NOT_HTML, Reason.OFF_SITE, Reason.DUPLICATE, Reason.SOFT_404)
        and re.search(r"accessib|hygyrch", url, re.I)
        for url, verdict in visit.lost
    )
