"""Checks of a site's own search: whether it is there, and whether it finds what people type."""

from __future__ import annotations

from collections.abc import Sequence

from lgaudit import dom
from lgaudit.evaluate import answers, tasks
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
from lgaudit.evaluate.wayfinding import signs
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind, Spot

MOST_SPOTS = 50


@site_check(needs=["search"])
def tasks_through_search(visit: Snapshot, *, results: int = 10, least_share: float = 0.7) -> Result:
    """At least this share of the tasks asked for is among so many first results of site search."""
    search = visit.probes.search
    if search is None or search.missing:
        return inapplicable("The homepage has no search.")
    told = tasks.through_search(visit, results)
    asked = [t for t in told if t.state]
    if not asked:
        return cant_tell(f"Its search could not be asked: {search.refused or 'no answer'}.")
    found = [t for t in asked if t.state == "yes"]
    missed = [t for t in asked if t.state == "no"]
    share = len(found) / len(asked)
    said = f"{len(found)} of {len(asked)} tasks are among the first {results} results"
    spots = [
        Spot("", t.question.url, f"{t.title}, asked as “{t.question.words}”{_though(t.place)}")
        for t in missed
    ]
    if share >= least_share:
        return passed(f"{said}.", share)
    if 1 - len(missed) / len(asked) >= least_share:
        unseen = f" Not asked further: {search.refused}." if search.refused else ""
        return cant_tell(f"{said}; other answers do not say for certain.{unseen}", spots, share)
    return failed(f"{said} of the site's search.", spots, share)


def _though(place: str) -> str:
    return f"; {place} is about it" if place else "; nothing seen on the site is called so"


@site_check
def search_on_pages(visit: Snapshot, *, least_share: float = 0.95) -> Result:
    """A search box is on at least this share of the pages; a link to search is worth a look."""
    pages = [page for page in visit.audited if page.kind is not Kind.NOT_FOUND]
    if not pages:
        return untested("No page was seen.")
    bare, doubtful = [], 0
    for page in pages:
        if not has_search(page):
            linked = _speaks_of_search(page)
            doubtful += linked
            bare.append(Spot("", page.url, "only a link to search" if linked else ""))
    share = 1 - len(bare) / len(pages)
    if share >= least_share:
        return passed(metric=share)
    if (len(pages) - len(bare) + doubtful) / len(pages) >= least_share:
        return cant_tell("Pages link to search without a box to type in.", bare[:MOST_SPOTS], share)
    return failed(f"{len(bare)} of {len(pages)} pages have no search.", bare[:MOST_SPOTS], share)


_SEARCH_WORDS = frozenset(
    ("search", "open search", "search this site", "search this website", "chwilio", "show search")
)


@site_check
def second_way(visit: Snapshot, *, subject: Sequence[str]) -> Result:
    """Beside menus there is a search box, a list from A to Z or a map of the site."""
    home = answers.home_of(visit)
    if home is None or not home.verdict.ok:
        return untested("The homepage was not seen.")
    if has_search(home) or any(page.kind is Kind.SEARCH for page in visit.pages):
        return passed("There is site search.")
    found = signs(visit).about(subject)
    if found:
        return passed(f"{found[0].url} (“{found[0].text}”)")
    if _speaks_of_search(home):
        return cant_tell("The homepage speaks of search, but has no box to type in.")
    return failed("There is no search, no A to Z and no map of the site.", [Spot("", home.url)])


@extract
def _speaks_of_search(page: Page) -> bool:
    return any(folded(node.text()) in _SEARCH_WORDS for node in page.dom.css("a, button"))


@extract
def has_search(page: Page) -> bool:
    """True when the page has a box to search the site with."""
    if page.dom.css_first('[role="search"] input, search input, input[type="search"]') is not None:
        return True
    for node in page.dom.css("form input[name]"):
        if dom.attribute(node, "name").lower() in dom.SEARCH_NAMES:
            return True
    return False
