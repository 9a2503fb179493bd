"""Hold a run of the made-up sector against its truth: what was found, missed and wrongly said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lgaudit.demo.truth import Expectation, NearMiss, Plant, Truth
from lgaudit.models import Finding, Outcome, Spot
from lgaudit.results import Results, SiteResult
from lgaudit.urls import host_of

_MARK = re.compile(r'data-plant="([^"]*)"')


@dataclass
class Comparison:
    """Counts and sentences; a place is one defect on one page (or one site)."""

    found: int = 0
    places: int = 0
    unseen: int = 0  # planted on pages that this run did not judge
    carried: int = 0  # on pages whose template was looked at closely on another page
    missed: list[str] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    near_misses: int = 0  # looked at
    verdicts: list[str] = field(default_factory=list)  # sites not seen or ranked as they should be
    order: list[str] = field(default_factory=list)  # tiers not separated

    @property
    def good(self) -> bool:
        """True when everything looked at was judged as planted."""
        return not (self.missed or self.false_alarms or self.verdicts or self.order)


def compare(
    truth: Truth, results: Results, *, browser: bool = True, quiet: bool = True
) -> Comparison:
    """Compare a run with the truth file; evidence the run did not gather is not asked for."""
    told = Comparison()
    by_host = {host_of(site.homepage): site.slug for site in results.sites}
    rules = {rule.id: rule.yields_to for rule in results.rules}
    gathered = {"": True, "browser": browser, "look": browser, "quiet": browser and quiet}
    gathered["search"] = bool(results.run.settings.get("ask_search"))
    for host, slug in sorted(by_host.items()):
        result = results.site(slug)
        for plant in truth.plants:
            if plant.site == host and plant.rule in rules:
                # A rule that leaves the place to another has told of it all the same.
                tellers = (plant.rule, *rules[plant.rule])
                _plant(plant, tellers, result, told, gathered.get(plant.needs, True))
        for miss in truth.near_misses:
            if miss.site == host and miss.rule in rules:
                _near_miss(miss, result, told)
    for expected in truth.expectations:
        if expected.site in by_host:
            _verdict(expected, results, by_host[expected.site], told, browser)
    _tiers(truth, results, by_host, told)
    return told


def _plant(
    plant: Plant, tellers: Iterable[str], result: SiteResult, told: Comparison, gathered: bool
) -> None:
    outcomes = {item.rule: item.by_page for item in result.outcomes}.get(plant.rule, {})
    for url in plant.pages if plant.scope == "page" else ("",):
        if not gathered or outcomes.get(url, Outcome.UNTESTED) is Outcome.UNTESTED:
            judged = any(p.url == url and p.sampled and p.verdict.ok for p in result.pages)
            if gathered and judged and plant.needs == "look":
                told.carried += 1
                continue
            if not gathered or (url and not judged) or not result.verdict.ok:
                told.unseen += 1
                continue
        told.places += 1
        if any(_tells(_finding(result, rule, url), plant) for rule in tellers):
            told.found += 1
        else:
            finding = _finding(result, plant.rule, url)
            said = finding.outcome.value if finding else outcomes.get(url, Outcome.INAPPLICABLE)
            told.missed.append(f"{plant.id}: {plant.rule} on {url or plant.site} is {said}")


def _finding(result: SiteResult, rule: str, url: str) -> Finding | None:
    return next((f for f in result.findings if f.rule == rule and f.url == url), None)


def _tells(finding: Finding | None, plant: Plant) -> bool:
    return bool(finding and finding.outcome.value == plant.outcome and _names(finding, plant))


def _names(finding: Finding, plant: Plant) -> bool:
    """Whether the finding names the planted thing, where there is one to name."""
    if plant.document:
        return any(plant.document in f"{s.snippet} {s.selector} {s.message}" for s in finding.spots)
    if not plant.selector or plant.scope == "site":
        return True
    return any(_shows(spot, plant.selector) for spot in finding.spots)


def _shows(spot: Spot, selector: str) -> bool:
    marks = _MARK.findall(spot.snippet)
    if marks:
        return bool(set(marks) & set(_MARK.findall(selector)))
    return spot.selector == selector or selector in spot.selector or not spot.snippet


def _near_miss(miss: NearMiss, result: SiteResult, told: Comparison) -> None:
    pages = {page.url for page in result.pages if page.sampled and page.verdict.ok}
    for url in miss.pages:
        if url not in pages:
            continue
        told.near_misses += 1
        for address in (url, ""):
            finding = _finding(result, miss.rule, address)
            if finding and finding.outcome is Outcome.FAILED and _accuses(finding, miss, address):
                told.false_alarms.append(f"{miss.id}: {miss.rule} fails {url}: {finding.message}")


def _accuses(finding: Finding, miss: NearMiss, address: str) -> bool:
    if miss.scope == "site":
        return not address
    if miss.document:
        return any(miss.document in f"{s.snippet} {s.selector}" for s in finding.spots)
    if miss.selector:
        return any(
            set(_MARK.findall(miss.selector)) & set(_MARK.findall(spot.snippet))
            for spot in finding.spots
        )
    if address:
        return True
    words = (f"{s.snippet} {s.selector} {s.message}" for s in finding.spots)
    return any(url in text.split() for text in words for url in miss.pages)


def _verdict(
    expected: Expectation, results: Results, slug: str, told: Comparison, browser: bool
) -> None:
    verdict = results.site(slug).verdict.reason.value
    wanted = expected.verdict if browser else expected.verdict_without_browser
    if verdict != wanted:
        told.verdicts.append(f"{expected.site}: verdict {verdict}, expected {wanted}")
    if expected.ranked is False and slug in results.ranks:
        told.verdicts.append(f"{expected.site}: ranked, and should not be")
    if expected.ranked and wanted == "ok" and slug not in results.ranks:
        told.verdicts.append(f"{expected.site}: not ranked: {results.scores[slug].reason}")


def _tiers(truth: Truth, results: Results, slugs: Mapping[str, str], told: Comparison) -> None:
    def values(hosts: Iterable[str]) -> list[float]:
        scores = (results.scores.get(slugs.get(host, "")) for host in hosts)
        return [s.overall.value for s in scores if s is not None and s.overall is not None]

    ranked = [(tier, values(hosts)) for tier, hosts in truth.tiers]
    ranked = [(tier, found) for tier, found in ranked if found]
    for (better, above), (worse, below) in itertools.pairwise(ranked):
        if min(above) <= max(below):
            told.order.append(
                f"{better} ({min(above):.1f} and up) is not above {worse} (to {max(below):.1f})"
            )


def lines(told: Comparison) -> list[str]:
    """What a person is told of a comparison."""
    said = [
        f"Planted defects found: {told.found} of {told.places} looked at"
        + (f" ({told.unseen} on pages or evidence outside this run)" if told.unseen else "")
        + (f" ({told.carried} on pages not looked at closely)" if told.carried else ""),
        f"Near misses left alone: {told.near_misses - len(told.false_alarms)}"
        f" of {told.near_misses}",
    ]
    for name, problems in (
        ("missed", told.missed),
        ("false alarm", told.false_alarms),
        ("verdict", told.verdicts),
        ("order", told.order),
    ):
        said += [f"  {name}: {problem}" for problem in problems[:10]]
        if len(problems) > 10:
            said.append(f"  … and {len(problems) - 10} more")
    return said
