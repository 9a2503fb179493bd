"""Run the examples of rule files: the tests of the rules, for us and for anyone's pack.

An example passes when the rule gives its outcome and the reported spots are exactly the elements
marked ``data-expect`` (and the addresses marked ``expect = true``). The tables an example may
hold are described in :mod:`lgaudit.evaluate.ruleschema`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lgaudit import dom
from lgaudit.evaluate.judge import judge_page, judge_site
from lgaudit.evaluate.made_up import absolute, page_of, snapshot_of
from lgaudit.evidence import BrowserEvidence
from lgaudit.models import Example, Finding, Rule, Scope, Spot
from lgaudit.tree import Tree

_EDGES = "()[]{}<>,;:.'\"“”‘’"


@dataclass(frozen=True, slots=True)
class Trial:
    """One example that was run; ``problem`` is '' when it did as it says."""

    rule: Rule
    number: int  # 1-based, as in the file
    example: Example
    finding: Finding
    problem: str = ""
    skipped: bool = False  # it needs a browser, and there was none


Seen = Sequence[BrowserEvidence | None]  # what a browser saw of each page of an example


def run(rules: Sequence[Rule]) -> Iterator[Trial]:
    """Run every example of every rule, in order."""
    for rule in rules:
        for number, example in enumerate(rule.examples, 1):
            yield run_example(rule, number, example)


def run_example(rule: Rule, number: int, example: Example, seen: Seen = ()) -> Trial:
    """Run one example; ``seen`` is what a browser saw of its pages, where a rule needs that."""
    finding = finding_of(rule, example, seen)
    problem = _wrong_outcome(finding, example) or _wrong_spots(finding, example)
    return Trial(rule, number, example, finding, problem)


def finding_of(rule: Rule, example: Example, seen: Seen = ()) -> Finding:
    """What the rule says of an example."""
    visit = snapshot_of(rule, example)
    if seen:
        pairs = zip(visit.pages, seen, strict=True)
        pages = tuple(replace(page, browser=found or page.browser) for page, found in pairs)
        visit = replace(visit, pages=pages)
    if rule.scope is Scope.SITE:
        return judge_site(rule, visit)
    return judge_page((rule,), visit.pages[0], visit.site)[0]


def _wrong_outcome(finding: Finding, example: Example) -> str:
    if finding.outcome is example.outcome:
        return ""
    said = f" It said: {finding.message}" if finding.message else ""
    where = "".join(f"\n    at {_shown(spot)}" for spot in finding.spots[:5])
    return f"should be {example.outcome.value} but is {finding.outcome.value}.{said}{where}"


def _wrong_spots(finding: Finding, example: Example) -> str:
    addresses = _expected_addresses(example)
    elements: Counter[str] = Counter()
    trees = []
    for page in example.pages:
        marked = page_of(page, marked=True)
        trees.append(page_of(page).dom)
        elements.update({dom.selector_of(node) for node in marked.dom.css("[data-expect]")})
    found: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for spot in finding.spots:
        words = _words(spot)
        hit = [address for address in addresses if address in words]
        if hit:
            named.update(hit)
            continue
        selector = _resolved(spot.selector, trees)
        if selector:
            found[selector] = 1  # several spots in one element are one element
        elif addresses:
            named[_shown(spot)] += 1
    wanted = Counter(addresses)
    return _difference("element", elements, found) or (
        _difference("address", wanted, named) if addresses else ""
    )


def _resolved(selector: str, trees: Sequence[Tree]) -> str:
    """The usual selector of the element a spot names; '' when it names none."""
    if not selector:
        return ""
    for tree in trees:
        try:
            node = tree.css_first(selector)
        except Exception:  # the parser raises its own errors for what is no selector
            return selector
        if node is not None:
            return dom.selector_of(node)
    return "" if re.match(r"https?:", selector) else selector


def _difference(what: str, wanted: Counter[str], found: Counter[str]) -> str:
    lines = [f"\n    not reported: {item}" for item in sorted((wanted - found).elements())]
    lines += [
        f"\n    reported but not expected: {item}" for item in sorted((found - wanted).elements())
    ]
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"the reported {plural} differ from the expected ones:{''.join(lines)}" if lines else ""


def _words(spot: Spot) -> set[str]:
    text = f"{spot.selector} {spot.snippet} {spot.message}"
    return {form for word in text.split() for form in (word, word.strip(_EDGES))}


def _shown(spot: Spot) -> str:
    return " | ".join(part for part in (spot.selector, spot.snippet, spot.message) if part)


def _expected_addresses(example: Example) -> list[str]:
    found = [absolute(page.url) for page in example.pages if page.expect]
    for page in example.pages:
        found += _marked(page.metrics.get("requests"))
    for key in ("links", "documents", "assets", "doors", "hosts", "scripts", "feeds"):
        found += _marked(example.site.get(key))
    return found + _marked(example.site.get("search", {}).get("questions"))


def _marked(tables: Sequence[Mapping[str, Any]] | None) -> list[str]:
    return [absolute(table["url"]) for table in tables or () if table.get("expect")]
