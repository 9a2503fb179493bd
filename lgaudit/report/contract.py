"""The JSON that `check` and `audit` write; docs/output.schema.json holds its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lgaudit.models import Engines, Finding, Outcome, Rule
from lgaudit.results import Outcomes, PageResult, SiteResult

REPORTED = (Outcome.FAILED, Outcome.CANT_TELL)


def document(
    results: Iterable[SiteResult],
    rules: Sequence[Rule],
    engines: Engines,
    *,
    all_outcomes: bool = False,
) -> dict[str, Any]:
    """Everything found, as plain data: pages, findings of whole sites, and a summary."""
    by_id = {rule.id: rule for rule in rules}
    pages: list[dict[str, Any]] = []
    site_findings: list[dict[str, Any]] = []
    counts: Counter[Outcome] = Counter()
    failing: set[str] = set()
    for result in results:
        found = list(result.findings)
        if all_outcomes:
            found += _quiet_outcomes(result.outcomes)
        placed: dict[str, list[Finding]] = {}
        for finding in sorted(found, key=lambda f: (f.url, f.rule)):
            placed.setdefault(finding.url, []).append(finding)
            failing |= {finding.rule} if finding.outcome is Outcome.FAILED else set()
        for item in result.outcomes:
            counts.update(item.by_page.values())
        for page in result.pages:
            if page.sampled:
                entries = _entries(placed.get(page.url, ()), by_id)
                pages.append({**_page(page), "findings": entries})
        for entry in _entries(placed.get("", ()), by_id, of_site=True):
            site_findings.append({"site": result.site.homepage, **entry})
    return {
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
    findings: Iterable[Finding], rules: Mapping[str, Rule], *, of_site: bool = False
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
        for spot in finding.spots or (None,):
            message = finding.message
            if spot is not None and spot.message and spot.message != message:
                message = f"{message} {spot.message}".strip()
            entry = {**head, "message": message}
            if not of_site:
                entry["selector"] = spot.selector if spot else ""
            entry["snippet"] = spot.snippet if spot else ""
            entry["fingerprint"] = spot.fingerprint if spot else finding.fingerprint
            entries.append(entry)
    return entries


def _quiet_outcomes(outcomes: Iterable[Outcomes]) -> list[Finding]:
    """Findings for what is otherwise only counted."""
    return [
        Finding(item.rule, url, outcome)
        for item in outcomes
        for url, outcome in item.by_page.items()
        if outcome not in REPORTED
    ]
