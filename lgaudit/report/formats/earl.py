"""EARL 1.0 as JSON-LD, for tools that gather evaluations: who said what of which page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from lgaudit.models import Engines, Finding, Outcome, Rule
from lgaudit.report import cells
from lgaudit.report.formats import found
from lgaudit.results import PageResult, SiteResult

# Written in the document itself, so that reading it needs no network.
CONTEXT = {
    "earl": "http://www.w3.org/ns/earl#",
    "dct": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "ptr": "http://www.w3.org/2009/pointers#",
    "assertedBy": {"@id": "earl:assertedBy", "@type": "@id"},
    "subject": {"@id": "earl:subject", "@type": "@id"},
    "test": {"@id": "earl:test", "@type": "@id"},
    "mode": {"@id": "earl:mode", "@type": "@id"},
    "result": "earl:result",
    "outcome": {"@id": "earl:outcome", "@type": "@id"},
    "info": "earl:info",
    "pointer": "earl:pointer",
    "title": "dct:title",
    "description": "dct:description",
    "identifier": "dct:identifier",
    "source": "dct:source",
    "isPartOf": {"@id": "dct:isPartOf", "@type": "@id"},
    "seeAlso": {"@id": "http://www.w3.org/2000/01/rdf-schema#seeAlso", "@type": "@id"},
}
WCAG = "https://www.w3.org/TR/WCAG22/"
ASSERTOR = "urn:lgaudit:assertor"


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """Every outcome but inapplicable; pages that could not be checked are untested."""
    by_id = found.by_id(rules)
    subjects: dict[str, dict[str, Any]] = {}
    assertions: list[dict[str, Any]] = []
    for result in results:
        ids = {page.url: _subject(page, subjects) for page in result.pages}
        if any("" in item.by_page for item in result.outcomes):
            ids[""] = _site_subject(result, subjects)
        findings: dict[tuple[str, str], list[Finding]] = {}
        for finding in result.findings:
            findings.setdefault((finding.rule, finding.url), []).append(finding)
        for item in sorted(result.outcomes, key=lambda item: item.rule):
            for url, outcome in sorted(item.by_page.items()):
                if outcome is not Outcome.INAPPLICABLE and url in ids:
                    about = findings.get((item.rule, url), ())
                    places = found.page_places(about, by_id[item.rule], found.Where(url, False))
                    assertions.append(_assertion(item.rule, ids[url], outcome, places))
    used = sorted({assertion["test"] for assertion in assertions})
    tests = {_rule_id(rule.id): rule for rule in by_id.values()}
    criteria = sorted({number for test in used for number in tests[test].wcag})
    graph = [
        _assertor(engines),
        *subjects.values(),
        *(_criterion(test, tests[test]) for test in used),
        *(_wcag(number) for number in criteria),
        *assertions,
    ]
    return json.dumps({"@context": CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False)


def _assertor(engines: Engines) -> dict[str, Any]:
    return {
        "@id": ASSERTOR,
        "@type": ["earl:Assertor", "earl:Software"],
        "title": "lgaudit",
        "description": cells.one_line(
            f"Bar {engines.bar}"
            + (f", axe-core {engines.axe_core}" if engines.axe_core else "")
            + (f", {engines.browser}" if engines.browser else "")
        ),
        "doap:release": {"@type": "doap:Version", "doap:revision": engines.lgaudit},
    }


def _subject(page: PageResult, subjects: dict[str, dict[str, Any]]) -> str:
    """The page's identity: its address, or a name made of its path for a file."""
    where = found.where(page)
    known = f"urn:lgaudit:file:{_urn(where.name)}" if where.is_file else where.uri
    entry = {"@id": known, "@type": "earl:TestSubject", "source": where.name}
    if page.title:
        entry["title"] = cells.one_line(page.title)
    if not page.verdict.ok:
        entry["description"] = f"Could not be checked: {found.why_unseen(page)}."
    subjects[known] = entry
    return known


def _site_subject(result: SiteResult, subjects: dict[str, dict[str, Any]]) -> str:
    where = found.site_where(result)
    known = f"urn:lgaudit:site:{_urn(result.site.slug)}"
    subjects[known] = {
        "@id": known,
        "@type": "earl:TestSubject",
        "title": "The whole site",
        "source": where.name,
    }
    return known


def _criterion(test: str, rule: Rule) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "@id": test,
        "@type": ["earl:TestCriterion", "earl:TestCase"],
        "identifier": rule.id,
        "title": rule.title,
        "description": rule.why or rule.title,
    }
    if rule.wcag:
        entry["isPartOf"] = [_wcag_id(number) for number in rule.wcag]
    if rule.standard and (url := cells.web_url(rule.standard.url)):
        entry["seeAlso"] = found.address_uri(url)
    return entry


def _wcag(number: str) -> dict[str, Any]:
    return {
        "@id": _wcag_id(number),
        "@type": ["earl:TestCriterion", "earl:TestRequirement"],
        "identifier": number,
        "title": f"WCAG 2.2, {number}",
        "isPartOf": WCAG,
    }


def _assertion(
    rule: str, subject: str, outcome: Outcome, places: Sequence[found.Place]
) -> dict[str, Any]:
    result: dict[str, Any] = {"@type": "earl:TestResult", "outcome": f"earl:{outcome.value}"}
    messages = list(dict.fromkeys(place.message for place in places))
    if messages:
        result["info"] = "\n".join(messages)
    pointers = list(dict.fromkeys(place.selector for place in places if place.selector))
    if pointers:
        result["pointer"] = [
            {"@type": "ptr:CSSSelectorPointer", "ptr:expression": selector} for selector in pointers
        ]
    return {
        "@type": "earl:Assertion",
        "assertedBy": ASSERTOR,
        "subject": subject,
        "test": _rule_id(rule),
        "mode": "earl:automatic",
        "result": result,
    }


def _rule_id(rule: str) -> str:
    return f"urn:lgaudit:rule:{_urn(rule)}"


def _wcag_id(number: str) -> str:
    return f"urn:lgaudit:wcag:{_urn(number)}"


def _urn(text: str) -> str:
    return quote(text, safe="/.-_", errors="replace")
