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
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.kinship import together
from lgaudit.evaluate.marks import Mark, mark_of, own_words_of
from lgaudit.evaluate.sightings import WIDESPREAD, Aside, Known, Pattern, Sightings, Where
from lgaudit.models import Finding, Outcome, Spot
from lgaudit.results import OnSite, SharedIssue, SiteResult, SupplierUse
from lgaudit.urls import host_of

MINIMUM_SITES = 2


class Sector:
    """Takes in a run's sites one at a time; memory grows with what they share.

    ``aside`` takes what each of them has, until all are known: a list, or something on disk.
    """

    def __init__(self, products: Sequence[Product], aside: Aside | None = None) -> None:
        self._signs = {product.id: _signs_in_markup(product) for product in products}
        self._assets = {product.id: _own_files(product) for product in products}
        self._sightings = Sightings([] if aside is None else aside)
        self._here: dict[Known, Pattern] = {}  # of the site in hand
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
        self._sightings.put(result.site.slug, self._here)
        self._here = {}

    def issues(self) -> tuple[SharedIssue, ...]:
        """Every pattern on two sites or more of one product: the most sites first."""
        found = [
            issue
            for patterns in self._sightings.parts()
            for product, pattern in together(patterns)
            if (issue := self._issue(product, pattern))
        ]
        return tuple(sorted(found, key=lambda i: (-len(i.sites), i.product, i.rule, i.id)))

    def _issue(self, product: str, pattern: Pattern) -> SharedIssue | None:
        """The pattern where it is shared; None where it is not."""
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
            return None
        return SharedIssue(
            id=_id(product, pattern.mark.key),
            rule=str(pattern.mark.build[0]),
            product=product,
            message=pattern.message,
            spot=pattern.spot,
            sites=sites,
            users=users,
        )

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
                if known in self._here:
                    self._here[known].sites[result.site.slug].alone += 1

    def _whole_pages(self, result: SiteResult, rule: str, found: Sequence[Finding]) -> None:
        for finding in found:
            if product := self._maker(result, finding.url):
                mark = Mark((rule, "whole pages"))
                known = product, mark.key
                self._note(known, mark, finding, None, result.site.slug).alone += 1

    def _note(
        self, known: Known, mark: Mark, finding: Finding, spot: Spot | None, slug: str
    ) -> Where:
        pattern = self._here.get(known)
        if pattern is None:
            message = (spot.message if spot else "") or finding.message
            pattern = self._here[known] = Pattern(mark, message, spot)
        where = pattern.sites.get(slug)
        if where is None:
            where = pattern.sites[slug] = Where()
        where.urls.add(finding.url)
        where.marks.add(spot.fingerprint if spot else finding.fingerprint)
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
