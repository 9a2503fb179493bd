"""One defect on many councils' sites: the same pattern in the same supplier's work.

Two places on two sites are one pattern when everything that could tell them apart agrees: rule,
element, id, classes, name, the attributes it has, where it points and what it says, without what
belongs to one council (its name, its host, numbers, dates). An element with nothing to know it by
counts only where nearly every page of the site has it in one place. A miss is better than two
defects taken for one.

A pattern is a supplier's when the supplier's product is on every site it is counted for: made the
pages it shows on, or is the part of the page that it stands in.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.marks import Build, Mark, mark_of, own_words_of
from lgaudit.models import Finding, Outcome, Spot
from lgaudit.results import OnSite, SharedIssue, SiteResult, SupplierUse
from lgaudit.urls import host_of

MINIMUM_SITES = 2
ALIKE = 0.7  # share of words that two versions of one text have in common
HALF = 0.5
WIDESPREAD = 0.8  # share of a site's judged pages: beyond it a whole-page defect is the template's


@dataclass(slots=True)
class _Where:
    """A pattern on one site."""

    urls: set[str] = field(default_factory=set)
    alone: int = 0  # pages where nothing else fails the rule
    marks: set[str] = field(default_factory=set)  # fingerprints of its places
    places: int = 0
    judged: int = 0  # pages of the site that the rule could be judged on

    @property
    def widespread(self) -> bool:
        return len(self.urls) >= WIDESPREAD * self.judged


@dataclass(slots=True)
class _Pattern:
    mark: Mark
    message: str
    spot: Spot | None
    sites: dict[str, _Where] = field(default_factory=dict)

    def everywhere_on(self, slug: str) -> bool:
        """Whether the site's template has it: on most pages, or on half (of two languages)."""
        here = self.sites[slug]
        half = len(here.urls) >= HALF * here.judged
        return here.widespread or (half and any(w.widespread for w in self.sites.values()))


class Sector:
    """Takes in a run's sites one at a time; memory grows with patterns, not with places."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._signs = {product.id: _signs_in_markup(product) for product in products}
        self._assets = {product.id: _own_files(product) for product in products}
        self._patterns: dict[tuple[str, Build], _Pattern] = {}
        self._users: dict[str, set[str]] = defaultdict(set)
        self._uses: dict[str, SupplierUse] = {}
        self._makers: dict[str, str] = {}  # of the site in hand, by URL

    def add(self, result: SiteResult) -> None:
        """Take in a site's findings and suppliers."""
        for use in result.suppliers:
            self._users[use.product].add(result.site.slug)
            self._uses.setdefault(use.product, use)
        if not result.suppliers:
            return  # nobody but the council could have made what is wrong
        own_words = own_words_of(result.site)
        judged = _judged_pages(result)
        self._makers.clear()
        whole: dict[str, list[Finding]] = defaultdict(list)
        for finding in result.findings:
            if finding.outcome is not Outcome.FAILED:
                continue
            if finding.spots:
                self._places(result, finding, own_words, judged)
            elif finding.url:
                whole[finding.rule].append(finding)
        for rule, found in whole.items():
            if len(found) >= WIDESPREAD * judged.get(rule, len(result.pages)):
                self._whole_pages(result, rule, found)

    def issues(self) -> tuple[SharedIssue, ...]:
        """Every pattern on two sites or more of one product: the most sites first."""
        found = []
        for product, pattern in _together(self._patterns):
            sites = tuple(
                OnSite(
                    slug,
                    tuple(sorted(where.urls)),
                    where.places,
                    where.alone,
                    tuple(sorted(where.marks)),
                )
                for slug, where in sorted(pattern.sites.items())
                if not pattern.mark.bare or pattern.everywhere_on(slug)
            )
            users = len(self._users[product])
            if len(sites) < MINIMUM_SITES or (pattern.spot is None and len(sites) < users):
                continue
            found.append(
                SharedIssue(
                    id=_id(product, pattern.mark.key),
                    rule=str(pattern.mark.build[0]),
                    product=product,
                    message=pattern.message,
                    spot=pattern.spot,
                    sites=sites,
                    users=users,
                )
            )
        return tuple(sorted(found, key=lambda i: (-len(i.sites), i.product, i.rule, i.id)))

    def users(self) -> Mapping[str, tuple[SupplierUse, tuple[str, ...]]]:
        """Every product met, with the slugs of the sites it was met on, by product id."""
        return {
            product: (self._uses[product], tuple(sorted(slugs)))
            for product, slugs in sorted(self._users.items())
        }

    def _places(
        self,
        result: SiteResult,
        finding: Finding,
        own_words: frozenset[str],
        judged: Mapping[str, int],
    ) -> None:
        maker = self._maker(result, finding.url)
        patterns = set()
        for spot in finding.spots:
            product = self._embedded_in(result, spot) or maker
            if product and not finding.url and not self._is_file_of(product, spot):
                continue  # a defect of the site as a whole is the supplier's in its own files only
            mark = mark_of(finding.rule, spot, own_words)
            known = product, mark.key
            patterns.add(known)
            if product:
                where = self._note(known, mark, finding, spot, result.site.slug)
                where.judged = judged.get(finding.rule, 0)
        if len(patterns) == 1:
            for known in patterns:
                if known in self._patterns:
                    self._patterns[known].sites[result.site.slug].alone += 1

    def _whole_pages(self, result: SiteResult, rule: str, found: Sequence[Finding]) -> None:
        for finding in found:
            if product := self._maker(result, finding.url):
                mark = Mark((rule, "whole pages"))
                known = product, mark.key
                self._note(known, mark, finding, None, result.site.slug).alone += 1

    def _note(
        self, known: tuple[str, Build], mark: Mark, finding: Finding, spot: Spot | None, slug: str
    ) -> _Where:
        pattern = self._patterns.get(known)
        if pattern is None:
            message = (spot.message if spot else "") or finding.message
            pattern = self._patterns[known] = _Pattern(mark, message, spot)
        where = pattern.sites.get(slug)
        if where is None:
            where = pattern.sites[slug] = _Where()
        where.urls.add(sys.intern(finding.url))
        where.marks.add(sys.intern(spot.fingerprint if spot else finding.fingerprint))
        where.places += 1
        return where

    def _maker(self, result: SiteResult, url: str) -> str:
        """The product that made a page of the site in hand."""
        known = self._makers.get(url)
        if known is None:
            known = self._makers[url] = _maker(result, url)
        return known

    def _is_file_of(self, product: str, spot: Spot) -> bool:
        return any(sign.search(spot.snippet) for sign in self._assets.get(product, ()))

    def _embedded_in(self, result: SiteResult, spot: Spot) -> str:
        """The embedded product whose own marks are on the element, '' when there are none."""
        shown = ""
        for use in result.suppliers:
            if use.relation == "embedded" and (signs := self._signs.get(use.product, ())):
                shown = shown or f"{spot.snippet} {spot.selector}".lower()
                if any(sign.search(shown) for sign in signs):
                    return use.product
        return ""


def _together(
    patterns: Mapping[tuple[str, Build], _Pattern],
) -> Iterable[tuple[str, _Pattern]]:
    """Patterns with those joined that a template writes alike with other words on each site.

    Only where nearly every page of each site has it in one place: such an element is the
    template's. Several of one build on a site are told apart by their words.
    """
    alike: dict[tuple[object, ...], list[_Pattern]] = defaultdict(list)
    for product, pattern in _whatever_target(patterns):
        everywhere = pattern.spot is not None and all(
            where.widespread for where in pattern.sites.values()
        )
        if everywhere:
            alike[product, pattern.mark.build, pattern.mark.place].append(pattern)
        else:
            yield product, pattern
    for known, group in alike.items():
        for pattern in _joined(group):
            yield str(known[0]), pattern


def _whatever_target(
    patterns: Mapping[tuple[str, Build], _Pattern],
) -> Iterable[tuple[str, _Pattern]]:
    """Patterns with those joined that differ only in where they point, page by page.

    A link to the page itself, to share or to print it, is one element of the template.
    """
    alike: dict[tuple[object, ...], list[_Pattern]] = defaultdict(list)
    for (product, _), pattern in patterns.items():
        mark = pattern.mark
        alike[product, mark.build, mark.place, mark.words, mark.says].append(pattern)
    for known, group in alike.items():
        pages = [
            (slug, url) for p in group for slug, where in p.sites.items() for url in where.urls
        ]
        whole = _merged(group)
        once_a_page = len(pages) == len(set(pages))
        if once_a_page and any(where.widespread for where in whole.sites.values()):
            yield str(known[0]), whole
        else:
            yield from ((str(known[0]), pattern) for pattern in group)


def _merged(group: Sequence[_Pattern]) -> _Pattern:
    """One pattern with the sites and pages of all; the first is shown."""
    if len(group) == 1:
        return group[0]
    sites: dict[str, _Where] = {}
    for pattern in group:
        for slug, where in pattern.sites.items():
            known = sites.setdefault(slug, _Where(judged=where.judged))
            known.urls |= where.urls
            known.alone += where.alone
            known.marks |= where.marks
            known.places += where.places
    return replace(group[0], mark=replace(group[0].mark, target=""), sites=sites)


def _joined(group: list[_Pattern]) -> list[_Pattern]:
    one_a_site = sum(len(p.sites) for p in group) == len({s for p in group for s in p.sites})
    joined: list[_Pattern] = []
    for pattern in sorted(group, key=lambda p: (-len(p.sites), p.mark.words, p.mark.target)):
        for other in joined:
            apart = not (other.sites.keys() & pattern.sites.keys())
            if apart and (one_a_site or _similar(other.mark.words, pattern.mark.words)):
                other.sites |= pattern.sites
                break
        else:
            joined.append(replace(pattern, sites=dict(pattern.sites)))
    return joined


def _similar(one: Sequence[str], other: Sequence[str]) -> bool:
    first, second = Counter(one), Counter(other)
    most = first.total() + second.total()
    return bool(most) and 2 * (first & second).total() >= ALIKE * most


def _signs_in_markup(product: Product) -> tuple[re.Pattern[str], ...]:
    """What stands in the markup of a part that the product puts into pages."""
    return tuple(
        re.compile(sign.pattern or re.escape(sign.what), re.I)
        for sign in product.signs
        if sign.means == "embeds" and sign.where in ("markup", "source", "asset")
        if sign.strength != "weak"
    )


def _own_files(product: Product) -> tuple[re.Pattern[str], ...]:
    """Where the files of a product that makes whole pages lie."""
    return tuple(
        re.compile(sign.pattern or re.escape(sign.what), re.I)
        for sign in product.signs
        if sign.means == "made by" and sign.where == "asset"
    )


def _maker(result: SiteResult, url: str) -> str:
    """The one product that made the page, '' when none or several could have."""
    host = host_of(url or result.site.homepage)
    makers = {
        use.product
        for use in result.suppliers
        if use.relation == "made"
        and use.kind != "cdn-waf"
        and any(host_of(page) == host for page in use.pages)
        and (use.kind == "cms" or url in use.pages)
    }
    return makers.pop() if len(makers) == 1 else ""


def _judged_pages(result: SiteResult) -> dict[str, int]:
    said = (Outcome.PASSED, Outcome.FAILED, Outcome.CANT_TELL)
    return {
        told.rule: sum(outcome in said for url, outcome in told.by_page.items() if url)
        for told in result.outcomes
    }


def _id(product: str, key: Iterable[object]) -> str:
    text = "\0".join([product, *(_written(part) for part in key)])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _written(part: object) -> str:
    if isinstance(part, frozenset | tuple):
        return "\1".join(sorted(map(str, part)))
    return str(part)
