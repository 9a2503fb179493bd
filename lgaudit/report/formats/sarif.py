"""SARIF 2.1.0, for code scanning: rules with their help, and a result for each place."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from lgaudit.models import Engines, Outcome, Rule, Severity, Status
from lgaudit.report import cells
from lgaudit.report.formats import found
from lgaudit.results import SiteResult

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FINGERPRINT = "lgauditIssue/v1"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.SERIOUS: "error",
    Severity.MODERATE: "warning",
    Severity.MINOR: "note",
}
_LINK = re.compile(r"\](?=\()")


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """One run; rules on probation and advice are notes, what a person must see is for review."""
    places = found.places(results, rules)
    shown = sorted({place.rule.id for place in places})
    by_id = found.by_id(rules)
    unseen = found.unseen(results)
    run = {
        "tool": {
            "driver": {
                "name": "lgaudit",
                "version": engines.lgaudit,
                "rules": [_rule(by_id[rule_id]) for rule_id in shown],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not unseen,
                "toolExecutionNotifications": [_notification(page) for page in unseen],
            }
        ],
        "results": [_result(place, shown.index(place.rule.id)) for place in places],
        "properties": {
            "bar": engines.bar,
            "axe-core": engines.axe_core,
            "browser": engines.browser,
        },
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _level(rule: Rule) -> str:
    return _LEVELS[rule.severity] if rule.status is Status.SCORED else "note"


def _rule(rule: Rule) -> dict[str, Any]:
    why, fix = rule.why, rule.fix
    said = [why, f"How to put it right: {fix}" if fix else "", _source(rule)]
    help_text = "\n\n".join(text for text in said if text)
    entry: dict[str, Any] = {
        "id": rule.id,
        "name": rule.id,
        "shortDescription": {"text": _plain(rule.title)},
        "fullDescription": {"text": _plain(why or rule.title)},
        "help": {"text": _plain(help_text or rule.title)},
        "defaultConfiguration": {"level": _level(rule)},
        "properties": {
            "tags": sorted({rule.category, rule.pack, *(f"WCAG {c}" for c in rule.wcag)} - {""}),
            "severity": rule.severity.value,
            "status": rule.status.value,
        },
    }
    if rule.standard and (url := cells.web_url(rule.standard.url)):
        entry["helpUri"] = found.address_uri(url)
    return entry


def _source(rule: Rule) -> str:
    if rule.standard:
        return f"From {rule.standard.name}: {rule.standard.clause}".removesuffix(": ") + "."
    return f"From WCAG {', '.join(rule.wcag)}." if rule.wcag else ""


def _result(place: found.Place, index: int) -> dict[str, Any]:
    failed = place.outcome is Outcome.FAILED
    text = f"{place.message}\n{place.about}" if place.about else place.message
    location: dict[str, Any] = {"physicalLocation": _physical(*place.at)}
    if place.selector:
        location["logicalLocations"] = [
            {"fullyQualifiedName": place.selector, "kind": "element"},
        ]
    entry: dict[str, Any] = {
        "ruleId": place.rule.id,
        "ruleIndex": index,
        "kind": "fail" if failed else "review",
        "level": _level(place.rule) if failed else "none",
        "message": {"text": _plain(text)},
        "locations": [location],
    }
    if place.template:
        built = {"physicalLocation": _physical(place.where, place.line)}
        entry["relatedLocations"] = [{**built, "message": {"text": "In the built page"}}]
    if place.fingerprint:
        entry["partialFingerprints"] = {FINGERPRINT: place.fingerprint}
    return entry


def _physical(where: found.Where, line: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": where.uri}}
    if where.is_file or line:  # code scanning drops results of files that name no line
        physical["region"] = {"startLine": line or found.FIRST_LINE}
    return physical


def _notification(page: found.Unseen) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _plain(f"{page.where.name} could not be checked: {page.why}.")},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": page.where.uri}}}],
    }


def _plain(text: str) -> str:
    """Text that no reader takes for a link: SARIF messages know [words](target)."""
    return _LINK.sub("] ", cells.clean(text))
