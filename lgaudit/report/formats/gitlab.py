"""GitLab code quality: a JSON list of problems, each with an identity that lasts."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from lgaudit.models import Engines, Rule, Severity
from lgaudit.report import cells
from lgaudit.report.formats import found
from lgaudit.results import SiteResult

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.SERIOUS: "critical",
    Severity.MODERATE: "major",
    Severity.MINOR: "minor",
}
NOT_CHECKED = "page-not-checked"


def write(results: Sequence[SiteResult], rules: Sequence[Rule], engines: Engines) -> str:
    """What does not count is 'info'; a page that could not be checked is a blocker."""
    del engines
    seen: Counter[str] = Counter()
    entries = [
        _entry(
            NOT_CHECKED,
            f"Could not be checked: {page.why}",
            "blocker",
            (page.where, 0),
            _identity(seen, NOT_CHECKED, page.where.name),
        )
        for page in found.unseen(results)
    ]
    for place in found.places(results, rules):
        rule = place.rule
        severity = _SEVERITIES[rule.severity] if place.part == 0 else "info"
        said = f"{rule.title}. {place.message}" if place.message != rule.title else rule.title
        if place.part:
            said = f"{found.PARTS[place.part]}: {said}"
        if place.about:
            said += f" {place.about}"
        known = _identity(seen, rule.id, place.where.name, place.fingerprint or place.message)
        entries.append(_entry(rule.id, said, severity, place.at, known))
    return json.dumps(entries, indent=2, ensure_ascii=False)


def _entry(
    name: str, description: str, severity: str, at: tuple[found.Where, int], fingerprint: str
) -> dict[str, Any]:
    return {
        "description": cells.one_line(description),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": at[0].name.removeprefix("./"),
            "lines": {"begin": at[1] or found.FIRST_LINE},
        },
    }


def _identity(seen: Counter[str], *parts: str) -> str:
    """Equal from run to run, different within one: GitLab drops all but one of a fingerprint."""
    text = "\n".join(parts)
    seen[text] += 1
    return hashlib.sha256(f"{text}\n{seen[text]}".encode("utf-8", "replace")).hexdigest()[:32]
