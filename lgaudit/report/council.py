"""What a council's page shows: issues, next steps, pages seen and lost, timings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lgaudit.models import Finding, Outcome, Rule, RuleScore, Spot, Status, Verdict
from lgaudit.report import cells
from lgaudit.report.league import Line, place_after
from lgaudit.report.steps import Step, next_steps
from lgaudit.results import Bar, PageResult, SiteResult

EXAMPLES = 3  # places shown in full for one issue
PAGES = 8  # pages named for one issue; the rest are counted


Place = tuple[str, str, str]  # rule, URL, selector as it is shown


@dataclass(frozen=True, slots=True)
class InPlace:
    """A picture of one place: its file from the council's page, and its size in pixels."""

    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One place of an issue: the page, the selector, a piece of source and what is wrong."""

    url: str
    selector: str
    snippet: str
    message: str
    picture: InPlace | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Everything one rule said of one site: where, how often, and a few examples."""

    rule: Rule
    message: str
    pages: tuple[str, ...]  # URLs, sorted; none for a defect of the site itself
    places: int
    examples: tuple[Shown, ...]
    score: RuleScore | None

    @property
    def named(self) -> tuple[str, ...]:
        """The first few pages."""
        return self.pages[:PAGES]

    @property
    def unnamed(self) -> int:
        """How many pages are not named."""
        return max(0, len(self.pages) - PAGES)

    @property
    def judged(self) -> int:
        """Pages the rule could be judged on."""
        return self.score.passed + self.score.failed if self.score else len(self.pages)


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step with the place it would lead to and the trouble it would end."""

    step: Step
    place: int | None
    trouble: Trouble | None


def troubles(
    findings: Iterable[Finding],
    outcome: Outcome,
    rules: Mapping[str, Rule],
    scores: Mapping[str, RuleScore],
    pictures: Mapping[Place, InPlace] | None = None,
) -> list[Trouble]:
    """Findings of one outcome, one entry per rule: worst first, then on most pages.

    Places there are ``pictures`` of are the first examples.
    """
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.outcome is outcome and finding.rule in rules:
            grouped.setdefault(finding.rule, []).append(finding)
    pictured: dict[str, dict[Place, InPlace]] = {}
    for place, picture in (pictures or {}).items():
        pictured.setdefault(place[0], {})[place] = picture
    found = [
        _trouble(rules[name], own, scores.get(name), pictured.get(name, {}))
        for name, own in grouped.items()
    ]
    return sorted(
        found,
        key=lambda t: (
            t.rule.status is not Status.SCORED,
            -t.rule.severity.order,
            -len(t.pages),
            t.rule.id,
        ),
    )


def _trouble(
    rule: Rule,
    findings: Sequence[Finding],
    score: RuleScore | None,
    pictures: Mapping[Place, InPlace],
) -> Trouble:
    ordered = sorted(findings, key=lambda finding: finding.url)
    messages = Counter(finding.message for finding in ordered if finding.message)
    common = min(messages, key=lambda text: (-messages[text], text), default="")
    return Trouble(
        rule=rule,
        message=cells.cut(common, cells.SNIPPET),
        pages=tuple(sorted({f.url for f in ordered if f.url})),
        places=sum(max(1, len(f.spots)) for f in ordered),
        examples=tuple(_examples(ordered, common, pictures)),
        score=score,
    )


def _examples(
    findings: Sequence[Finding], common: str, pictures: Mapping[Place, InPlace]
) -> list[Shown]:
    """The first few places that differ in selector or source, from as many pages as possible."""
    shown: list[Shown] = []
    seen: set[tuple[str, str]] = set()
    for finding, spot in (*_pictured(findings, pictures), *_by_depth(findings)):
        if len(shown) == EXAMPLES:
            break
        snippet = cells.cut(spot.snippet, cells.SNIPPET)
        selector = cells.cut(spot.selector, cells.SNIPPET)
        if (selector, snippet) in seen:
            continue
        seen.add((selector, snippet))
        message = spot.message or finding.message
        told = "" if message == common else cells.cut(message, cells.SNIPPET)
        picture = pictures.get((finding.rule, finding.url, selector))
        shown.append(Shown(finding.url, selector, snippet, told, picture))
    return shown


def _by_depth(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Spot]]:
    """The first place of each finding, then the second of each, and so on."""
    deepest = min(EXAMPLES, max((len(f.spots) for f in findings), default=0))
    for depth in range(deepest):
        yield from ((f, f.spots[depth]) for f in findings if depth < len(f.spots))


def _pictured(
    findings: Sequence[Finding], pictures: Mapping[Place, InPlace]
) -> Iterator[tuple[Finding, Spot]]:
    """Places of which there are pictures."""
    urls = {url for _, url, _ in pictures}
    for finding in findings:
        for spot in finding.spots if finding.url in urls else ():
            selector = cells.cut(spot.selector, cells.SNIPPET)
            if (finding.rule, finding.url, selector) in pictures:
                yield finding, spot


def steps_of(
    line: Line,
    lines: Sequence[Line],
    failed: Sequence[Trouble],
    rules: Mapping[str, Rule],
    bar: Bar,
) -> list[NextStep]:
    """The three fixes that would raise the score most, with the place after each."""
    if line.score is None:
        return []
    known = {trouble.rule.id: trouble for trouble in failed}
    return [
        NextStep(
            step,
            place_after(step.after, lines, line.site.slug)
            if step.after is not None and line.rank
            else None,
            known.get(step.rule.id),
        )
        for step in next_steps(line.score, rules, bar)
    ]


def met_by_category(line: Line, rules: Mapping[str, Rule]) -> dict[str, tuple[int, int]]:
    """Scored rules met and applicable in each category."""
    tally: dict[str, tuple[int, int]] = {}
    for score in line.score.rules if line.score else ():
        rule = rules.get(score.rule)
        if rule is None or rule.status is not Status.SCORED or score.met is None:
            continue
        met, total = tally.get(rule.category, (0, 0))
        tally[rule.category] = (met + score.met, total + 1)
    return tally


def lost_by_reason(result: SiteResult) -> list[tuple[Verdict, list[str]]]:
    """Pages not judged, gathered by reason: the commonest first, URLs in order."""
    grouped: dict[str, list[tuple[str, Verdict]]] = {}
    for url, verdict in result.lost:
        grouped.setdefault(verdict.reason.value, []).append((url, verdict))
    ordered = sorted(grouped.values(), key=lambda own: (-len(own), own[0][1].reason.value))
    return [(own[0][1], sorted(url for url, _ in own)) for own in ordered]


def audited_pages(result: SiteResult) -> list[PageResult]:
    """The pages page rules were judged on, in URL order."""
    return sorted((p for p in result.pages if p.sampled and p.verdict.ok), key=lambda p: p.url)


def failures_by_page(result: SiteResult, rules: Mapping[str, Rule]) -> Counter[str]:
    """How many scored rules fail on each page."""
    return Counter(
        f.url
        for f in result.findings
        if f.outcome is Outcome.FAILED and f.rule in rules and rules[f.rule].status is Status.SCORED
    )


def looked_elsewhere(result: SiteResult) -> list[tuple[str, list[str]]]:
    """Pages not tried by keyboard, at other sizes and for motion, by the page that was instead."""
    stood_in: dict[str, list[str]] = {}
    for page in audited_pages(result):
        if page.alike:
            stood_in.setdefault(page.alike, []).append(page.url)
    return sorted(stood_in.items(), key=lambda item: (-len(item[1]), item[0]))
