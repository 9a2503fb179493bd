"""JUnit XML: a suite for each page, a test for each rule judged there."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from lgaudit.models import Engines, Finding, Outcome, Rule, Status
from lgaudit.report.formats import found
from lgaudit.results import PageResult, SiteResult

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
PLACES = 20  # listed in one test; the rest are counted
_COUNTED = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """Failures are scored rules that fail; advice and what nobody could judge are skipped."""
    by_id = found.by_id(rules)
    root = ET.Element("testsuites", name=f"lgaudit {engines.lgaudit}, bar {engines.bar}")
    for result in results:
        findings: dict[tuple[str, str], list[Finding]] = {}
        for finding in result.findings:
            findings.setdefault((finding.url, finding.rule), []).append(finding)
        judged: dict[str, dict[str, Outcome]] = {}
        for item in result.outcomes:
            for url, outcome in item.by_page.items():
                judged.setdefault(url, {})[item.rule] = outcome
        for page in result.pages:
            suite = ET.SubElement(root, "testsuite", name=found.where(page).name)
            if page.verdict.ok:
                _tests(suite, page.url, found.where(page), judged, findings, by_id)
            else:
                _could_not_check(suite, page)
        if judged.get(""):
            at = found.site_where(result)
            suite = ET.SubElement(root, "testsuite", name=f"{at.name} (the whole site)")
            _tests(suite, "", at, judged, findings, by_id)
    for element in [*root, root]:
        _count(element)
    del root.attrib["skipped"]  # Jenkins's schema knows it of suites only
    ET.indent(root)
    text = ET.tostring(root, encoding="us-ascii", xml_declaration=False).decode("ascii")
    return f"{_HEAD}{text}"  # plain ASCII, so right in whatever encoding it is piped on


def _tests(
    suite: ET.Element,
    url: str,
    at: found.Where,
    judged: Mapping[str, Mapping[str, Outcome]],
    findings: Mapping[tuple[str, str], Sequence[Finding]],
    rules: Mapping[str, Rule],
) -> None:
    for rule_id, outcome in sorted(judged.get(url, {}).items()):
        if outcome is Outcome.INAPPLICABLE:
            continue
        rule = rules[rule_id]
        test = ET.SubElement(
            suite, "testcase", classname=suite.get("name", ""), name=f"{rule.id}: {rule.title}"
        )
        if outcome is Outcome.PASSED:
            continue
        places = found.page_places(findings.get((url, rule_id), ()), rule, at)
        message = places[0].message if places else rule.title
        if outcome is Outcome.FAILED and rule.status is Status.SCORED:
            entry = ET.SubElement(test, "failure", message=message, type=rule.severity.value)
            entry.text = _text(rule, places)
        else:
            entry = ET.SubElement(test, "skipped", message=f"{_why(rule, outcome)}: {message}")
            if places:
                ET.SubElement(test, "system-out").text = _text(rule, places)


def _why(rule: Rule, outcome: Outcome) -> str:
    if outcome is Outcome.FAILED:
        return f"Fails, reported but not counted ({rule.status.value})"
    return "For a person to look at" if outcome is Outcome.CANT_TELL else "Could not be judged"


def _text(rule: Rule, places: Sequence[found.Place]) -> str:
    lines = [f"{rule.severity.value}: {rule.title}"]
    if rule.wcag:
        lines.append(f"WCAG {', '.join(rule.wcag)}")
    if rule.fix:
        lines.append(f"Fix: {rule.fix}")
    for place in places[:PLACES]:
        lines += ["", f"- {place.message}"]
        lines += [f"  {place.name}"] if place.line or place.template else []
        lines += [f"  {text}" for text in (place.selector, place.snippet) if text]
    if len(places) > PLACES:
        lines += ["", f"and {len(places) - PLACES} more"]
    return "\n".join(lines)


def _could_not_check(suite: ET.Element, page: PageResult) -> None:
    test = ET.SubElement(
        suite, "testcase", classname=suite.get("name", ""), name="the page can be checked"
    )
    ET.SubElement(
        test, "error", message=found.why_unseen(page), type=page.verdict.reason.value
    ).text = "This page was not judged; that is not a pass."


def _count(element: ET.Element) -> None:
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(sum(1 for _ in element.iter(tag))))
