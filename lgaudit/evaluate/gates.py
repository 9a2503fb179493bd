"""What of the findings decides the exit code: a level for all, others by pack and by path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lgaudit.evaluate import paths
from lgaudit.models import Finding, Outcome, Rule, Severity, Status
from lgaudit.results import Gated, SiteResult
from lgaudit.settings import Gate

NEVER = "never"


@dataclass(frozen=True)
class Gates:
    """``fail_on`` is a severity or ``never``; of the gates that fit, the last one holds."""

    fail_on: str = "minor"
    gates: Sequence[Gate] = ()

    def level(self, rule: Rule, url: str) -> str:
        """The level that holds for a rule on a page, or on a site when there is no URL."""
        for gate in reversed(self.gates):
            if gate.packs and not {rule.id, rule.pack} & set(gate.packs):
                continue
            if gate.paths and not (
                url and any(paths.fits(pattern, paths.path_of(url)) for pattern in gate.paths)
            ):
                continue
            return gate.fail_on
        return self.fail_on

    def stops(self, finding: Finding, rule: Rule) -> bool:
        """Whether a finding closes the gate."""
        level = self.level(rule, finding.url)
        return (
            counts(finding, rule)
            and level != NEVER
            and rule.severity.order >= Severity(level).order
        )


def counts(finding: Finding, rule: Rule) -> bool:
    """Whether a finding is a failure of a scored rule."""
    return finding.outcome is Outcome.FAILED and rule.status is Status.SCORED


def weigh(results: Iterable[SiteResult], rules: Mapping[str, Rule], gates: Gates) -> Gated:
    """How many rules stop at the gate, and how many fail below it."""
    stopped: set[str] = set()
    failing: set[str] = set()
    for result in results:
        for finding in result.findings:
            rule = rules[finding.rule]
            if counts(finding, rule):
                (stopped if gates.stops(finding, rule) else failing).add(rule.id)
    below = Counter(rules[rule_id].severity for rule_id in failing - stopped)
    return Gated(
        gates.fail_on,
        bool(gates.gates),
        len(stopped),
        {s.value: below[s] for s in sorted(below, key=lambda s: -s.order)},
    )
