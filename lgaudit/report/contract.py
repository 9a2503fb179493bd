"""The JSON that `check` and `audit` write; docs/output.schema.json holds its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lgaudit.models import Engines, Finding, Outcome, Rule, Spot
from lgaudit.results import Compared, Gated, Outcomes, PageResult, SiteResult

REPORTED = (Outcome.FAILED, Outcome.CANT_TELL)


def document(
    results: Iterable[SiteResult],
    rules: Sequence[Rule],
    engines: Engines,
    *,
    all_outcomes: bool = False,
    compared: Compared | None = None,
    gated: Gated | None = None,
) -> dict[str, Any]:
    """Everything found, as plain data: pages, findings of whole sites, and a summary.

    ``compared`` adds what a baseline says of each place, and what it holds that is fixed.
    """
    by_id = {rule.id: rule for rule in rules}
    pages: list[dict[str, Any]] = []
    site_findings: list[dict[str, Any]] = []
    counts: Counter[Outcome] = Counter()
    failing: set[str] = set()
    for result in results:
        found = list(result.findings)
        if all_outcomes:
            found += _quiet_outcomes(result.outcomes)
        marks = _marks(compared, result.site.slug)
        placed: dict[str, list[Finding]] = {}
        for finding in sorted(found, key=lambda f: (f.url, f.rule)):
            placed.setdefault(finding.url, []).append(finding)
            failing |= {finding.rule} if finding.outcome is Outcome.FAILED else set()
        for item in result.outcomes:
            counts.update(item.by_page.values())
        for page in result.pages:
            if page.sampled:
                entries = _entries(placed.get(page.url, ()), by_id, marks)
                pages.append({**_page(page), "findings": entries})
        for entry in _entries(placed.get("", ()), by_id, marks, of_site=True):
            site_findings.append({"site": result.site.homepage, **entry})
    document: dict[str, Any] = {
        "lgaudit": engines.lgaudit,
        "bar": engines.bar,
        "engines": {"axe-core": engines.axe_core, "browser": engines.browser},
        "pages": pages,
        "site_findings": site_findings,
        "summary": {
            "pages": len(pages),
            "pages_not_checked": sum(page["verdict"] != "ok" for page in pages),
            **{outcome.value: counts[outcome] for outcome in Outcome if outcome in counts},
            "failed": counts[Outcome.FAILED],
            "cantTell": counts[Outcome.CANT_TELL],
            "rules_failed": len(failing),
        },
    }
    if gated is not None:
        document["summary"]["gate"] = {
            "fail_on": gated.fail_on,
            "stopped": gated.stopped,
            "below": dict(gated.below),
        }
    if compared is not None:
        document["fixed"] = [dict(item) for item in compared.fixed]
        document["summary"]["baseline"] = dict(compared.counts)
    return document


Marks = Mapping[tuple[str, str, int], str]


def _marks(compared: Compared | None, slug: str) -> Marks:
    if compared is None:
        return {}
    return {key[1:]: mark for key, mark in compared.marks.items() if key[0] == slug}


def _page(page: PageResult) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "url": page.url,
        "source": page.source or page.url,
        "kind": page.kind.value,
        "verdict": page.verdict.reason.value,
    }
    if page.verdict.detail:
        entry["verdict_detail"] = page.verdict.detail
    return entry


def _entries(
    findings: Iterable[Finding], rules: Mapping[str, Rule], marks: Marks, *, of_site: bool = False
) -> list[dict[str, Any]]:
    """One entry for each place; a finding with no places has one entry for itself."""
    entries = []
    for finding in findings:
        rule = rules.get(finding.rule)
        head: dict[str, Any] = {
            "rule": finding.rule,
            "category": rule.category if rule else "",
            "outcome": finding.outcome.value,
            "severity": rule.severity.value if rule else "",
            "status": rule.status.value if rule else "",
            "wcag": list(rule.wcag) if rule else [],
        }
        for number, spot in enumerate(finding.spots or (None,)):
            message = finding.message
            if spot is not None and spot.message and spot.message != message:
                message = f"{message} {spot.message}".strip()
            entry = {**head, "message": message}
            if not of_site:
                entry["selector"] = spot.selector if spot else ""
            entry["snippet"] = spot.snippet if spot else ""
            entry["fingerprint"] = spot.fingerprint if spot else finding.fingerprint
            entry.update(_source(spot) if spot else {})
            mark = marks.get((finding.rule, finding.url, number))
            if mark:
                entry["baseline"] = mark
            entries.append(entry)
    return entries


def _source(spot: Spot) -> dict[str, Any]:
    """The line of the element, and the template it came of, where they are known."""
    entry: dict[str, Any] = {"line": spot.line} if spot.line else {}
    if spot.template:
        entry["template"] = {"file": spot.template}
        if spot.template_line:
            entry["template"]["line"] = spot.template_line
    return entry


def _quiet_outcomes(outcomes: Iterable[Outcomes]) -> list[Finding]:
    """Findings for what is otherwise only counted."""
    return [
        Finding(item.rule, url, outcome)
        for item in outcomes
        for url, outcome in item.by_page.items()
        if outcome not in REPORTED
    ]
