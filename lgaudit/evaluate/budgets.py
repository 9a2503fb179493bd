"""Budgets: the most that pages may cost, judged like rules of a pack named ``budget``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from lgaudit.evaluate import paths
from lgaudit.models import Finding, Outcome, Rule, Scope, Severity, Status
from lgaudit.results import Outcomes, PageResult, SiteResult
from lgaudit.settings import Budget


@dataclass(frozen=True, slots=True)
class _Metric:
    """One thing that can be budgeted: its name in lgaudit.toml, words, and how to read it."""

    name: str
    title: str
    unit: str
    read: Callable[[PageResult], float | None]
    timed: bool = False

    @property
    def rule(self) -> str:
        return f"budget/{self.name.removesuffix('_kb').removesuffix('_ms').replace('_', '-')}"


METRICS = (
    _Metric("page_weight_kb", "page weight", " KB",
            lambda p: None if p.bytes is None else p.bytes / 1024),
    _Metric("requests", "number of requests", "", lambda p: p.requests),
    _Metric("cls", "layout shift", "", lambda p: p.cls),
    _Metric("fcp_ms", "first contentful paint", " ms", lambda p: p.fcp, timed=True),
    _Metric("lcp_ms", "largest contentful paint", " ms", lambda p: p.lcp, timed=True),
    _Metric("tbt_ms", "total blocking time", " ms", lambda p: p.tbt, timed=True),
)  # fmt: skip


def limit(budgets: Sequence[Budget], metric: _Metric, url: str) -> tuple[float, str] | None:
    """The limit that holds for a page and its severity: that of the last budget to name one."""
    path = paths.path_of(url)
    for budget in reversed(budgets):
        most = getattr(budget, metric.name)
        if most is not None and paths.fits(budget.path, path):
            return float(most), budget.severity
    return None


def timed(budgets: Sequence[Budget], url: str) -> bool:
    """Whether a budget needs this page's timings, which take loads of their own."""
    return any(metric.timed and limit(budgets, metric, url) for metric in METRICS)


def judged(
    results: Iterable[SiteResult], budgets: Sequence[Budget]
) -> tuple[list[SiteResult], tuple[Rule, ...]]:
    """The results with what the budgets say of each page, and the rules that say it."""
    rules: dict[str, Rule] = {}
    after = []
    for result in results:
        findings, outcomes = list(result.findings), list(result.outcomes)
        for metric in METRICS:
            said: dict[str, Outcome] = {}
            for page in result.pages:
                known = limit(budgets, metric, page.url) if page.verdict.ok else None
                if known is None:
                    continue
                rule = _rule(metric, known[1], budgets)
                rules[rule.id] = rule
                finding = _finding(rule, metric, page, known[0])
                said[page.url] = finding.outcome
                if finding.outcome is not Outcome.PASSED:
                    findings.append(finding)
            if said:
                outcomes.append(Outcomes(metric.rule, said))
        ordered = tuple(sorted(findings, key=lambda f: (f.rule, f.url)))
        after.append(replace(result, findings=ordered, outcomes=tuple(outcomes)))
    return after, tuple(rules[name] for name in sorted(rules))


def _rule(metric: _Metric, severity: str, budgets: Sequence[Budget]) -> Rule:
    gravest = max(
        (Severity(b.severity) for b in budgets if getattr(b, metric.name) is not None),
        key=lambda s: s.order,
        default=Severity(severity),
    )
    return Rule(
        id=metric.rule,
        title=f"The {metric.title} is within its budget",
        severity=gravest,
        scope=Scope.PAGE,
        status=Status.SCORED,
        category="performance",
        check="budget",
        why="lgaudit.toml sets this budget, so that pages do not grow unnoticed.",
        fix="Make the page cheaper again, or raise the budget in lgaudit.toml and say why.",
        timing=metric.timed,
    )


def _finding(rule: Rule, metric: _Metric, page: PageResult, most: float) -> Finding:
    value = metric.read(page)
    if value is None:
        what = f"The {metric.title} was not measured, so its budget could not be held against it."
        return Finding(rule.id, page.url, Outcome.CANT_TELL, what)
    digits = 3 if metric.name == "cls" else 0
    said = f"{value:,.{digits}f}{metric.unit}; the budget is {most:,g}{metric.unit}."
    outcome = Outcome.FAILED if value > most else Outcome.PASSED
    return Finding(rule.id, page.url, outcome, said, metric=value)
