"""A draft of the non-compliance part of an accessibility statement, from what was found.

The words are those of GOV.UK's sample statement. Only certain failures of rules that count are in
it, by criterion; people edit it, and add what no machine can find.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from lgaudit.models import Finding, Outcome, Rule, Status
from lgaudit.report import cells, words
from lgaudit.report.prose import prose
from lgaudit.results import SiteResult
from lgaudit.wcag import CRITERIA, in_order

PAGES = 5  # named for one problem


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that fails, with the pages it fails on."""

    sentence: str  # what is wrong, for whom
    message: str
    fix: str
    pages: tuple[str, ...]  # URLs, sorted; () for a defect of the site itself
    severity: int  # 0 minor to 3 critical
    looked_at: int  # pages, in all

    @property
    def where(self) -> str:
        """Where it was found, in a sentence that ends in a colon when pages are to follow."""
        if not self.pages:
            return f"Found on the website as a whole{self.message and ': '}{self.message or '.'}"
        if not self.named:
            return f"Found on every page that was looked at ({len(self.pages)})."
        some = ", for example" if len(self.named) < len(self.pages) else ""
        return f"Found on {words.count(len(self.pages), 'page')}{some}:"

    @property
    def named(self) -> tuple[str, ...]:
        """The pages to name: none when it is on all of them, which says more."""
        everywhere = len(self.pages) >= self.looked_at and len(self.pages) > PAGES
        return () if everywhere else self.pages[:PAGES]


@dataclass(frozen=True, slots=True)
class Group:
    """The problems of one success criterion."""

    number: str
    name: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known to fail, and what a person must still check."""

    name: str
    host: str
    date: str
    pages: int  # looked at
    groups: tuple[Group, ...]
    unsure: tuple[str, ...]  # criteria with something a person should look at
    untested: tuple[str, ...]  # criteria on which no rule that counts could be judged


def draft(result: SiteResult, rules: Sequence[Rule], *, name: str, host: str, date: str) -> Draft:
    """The draft for one site, from its findings."""
    known = {rule.id: rule for rule in rules if rule.wcag}
    by_rule: dict[str, list[Finding]] = {}
    unsure: set[str] = set()
    for finding in result.findings:
        rule = known.get(finding.rule)
        if rule is None:
            continue
        if finding.outcome is Outcome.CANT_TELL:
            unsure.update(rule.wcag)
        elif finding.outcome is Outcome.FAILED and rule.status is Status.SCORED:
            by_rule.setdefault(rule.id, []).append(finding)
    looked_at = sum(page.sampled and page.verdict.ok for page in result.pages)
    groups: dict[str, list[Problem]] = {}
    for id, found in by_rule.items():
        for criterion in known[id].wcag:
            groups.setdefault(criterion, []).append(_problem(known[id], found, looked_at))
    judged = _judged(result, known)
    return Draft(
        name=name,
        host=host,
        date=date,
        pages=looked_at,
        groups=tuple(
            Group(number, _name(number), tuple(sorted(groups[number], key=_order)))
            for number in sorted(groups, key=in_order)
        ),
        unsure=_named(unsure - groups.keys()),
        untested=_named(CRITERIA.keys() - judged - unsure - groups.keys()),
    )


def _judged(result: SiteResult, known: Mapping[str, Rule]) -> set[str]:
    said = (Outcome.PASSED, Outcome.FAILED)
    found: set[str] = set()
    for told in result.outcomes:
        rule = known.get(told.rule)
        if rule and rule.status is Status.SCORED and any(o in said for o in told.by_page.values()):
            found.update(rule.wcag)
    return found


def sentence(rule: Rule) -> str:
    """What is wrong where a rule fails; its own title says what is right, so it will not do."""
    return sentences().get(rule.id) or f"Some content does not meet this: {rule.title.rstrip('.')}."


@cache
def sentences() -> Mapping[str, str]:
    """Rule id to the sentence that says what is wrong, from ``problems.toml``."""
    text = resources.files("lgaudit.report").joinpath("problems.toml").read_text("utf-8")
    return {id: str(words) for id, words in tomllib.loads(text).items()}


def _problem(rule: Rule, found: Sequence[Finding], looked_at: int) -> Problem:
    first = min(found, key=lambda finding: finding.url)
    return Problem(
        sentence=cells.one_line(sentence(rule)),
        message=cells.one_line(first.message, cells.SNIPPET),
        fix=cells.one_line(rule.fix),
        pages=tuple(sorted({finding.url for finding in found if finding.url})),
        severity=rule.severity.order,
        looked_at=looked_at,
    )


def _order(problem: Problem) -> tuple[int, int, str]:
    return (-problem.severity, -len(problem.pages), problem.sentence)


def _named(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{n} {_name(n)}" for n in sorted(numbers, key=in_order))


def _name(number: str) -> str:
    criterion = CRITERIA.get(number)
    return criterion.name if criterion else ""


def as_text(made: Draft, *, html: bool = False) -> str:
    """The draft as Markdown, or as an HTML page of its own."""
    environment = Environment(
        loader=PackageLoader("lgaudit.report", "templates"),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        prose=prose, plain=_markdown, address=cells.address, web_url=cells.web_url
    )
    template = "statement.html" if html else "statement.md"
    return environment.get_template(template).render(draft=made, words=words)


def _markdown(text: str) -> str:
    """Text from outside that Markdown must take as it is written."""
    for mark in "\\`*_[]<>#|":
        text = text.replace(mark, f"\\{mark}")
    return text
