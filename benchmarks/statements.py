"""How many ways of writing an accessibility statement are judged as a person would.

    python -m benchmarks.statements

Each wording of ``statements.toml`` takes the place of its part in a sound statement. The table
shows for each rule the bad wordings that failed (recall) and the good ones left alone, then the
share of alarms that were right (precision), and every disagreement.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge_site
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import OK, Council, Finding, Kind, Outcome, Rule, Site

WORDINGS = Path(__file__).with_suffix(".toml")
PREFIX = "statutory/a11y-statement-"
DAY = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
HOME = "https://www.a.gov.uk/"
SOUND = {
    "title": "<h1>Accessibility statement</h1>",
    "commitment": (
        "<p>Ambleford Council is committed to making its website accessible, in accordance with "
        "the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility "
        "Regulations 2018.</p>"
    ),
    "scope": "<p>This accessibility statement applies to www.a.gov.uk.</p>",
    "status heading": "<h2>Compliance status</h2>",
    "status": (
        "<p>This website is partially compliant with the Web Content Accessibility Guidelines "
        "version 2.2 AA standard, due to the non-compliances listed below.</p>"
    ),
    "non-accessible heading": "<h2>Non-accessible content</h2>",
    "non-accessible": (
        "<p>Some pictures have no text alternative. This fails WCAG 2.2 success criterion 1.1.1 "
        "(non-text content).</p>"
    ),
    "preparation heading": "<h2>Preparation of this accessibility statement</h2>",
    "prepared": (
        "<p>This statement was prepared on 12 January 2026. It was last reviewed on 4 June "
        "2026.</p>"
    ),
    "tested": (
        "<p>This website was last tested on 1 June 2026. The test was carried out by our own "
        "digital team.</p>"
    ),
    "contact heading": "<h2>Feedback and contact information</h2>",
    "contact": "<p>Email <a href='mailto:web@a.gov.uk'>web@a.gov.uk</a>.</p>",
    "enforcement heading": "<h2>Enforcement procedure</h2>",
    "enforcement": (
        "<p>The Equality and Human Rights Commission (EHRC) is responsible for enforcing the "
        "Regulations. If you are not happy with our answer, contact the "
        "<a href='https://www.equalityadvisoryservice.com/'>Equality Advisory and Support "
        "Service (EASS)</a>.</p>"
    ),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One wording: whether it ought to fail its rule, and what the rule said of it."""

    rule: str
    html: str
    bad: bool
    finding: Finding

    @property
    def failed(self) -> bool:
        """Whether the rule failed it."""
        return self.finding.outcome is Outcome.FAILED


def statement(part: str = "", html: str = "") -> str:
    """A sound statement, with one part written otherwise."""
    body = "\n".join((SOUND | {part: html} if part else SOUND).values())
    return (
        "<!doctype html><html lang=en><head><title>Accessibility statement - Ambleford Council"
        f"</title></head><body><main>{body}</main></body></html>"
    )


def judged(rule: Rule, html: str) -> Finding:
    """What a rule says of a site with this statement."""
    url = f"{HOME}accessibility-statement"
    council = Council("a", "Ambleford Council", "England", "", "unitary authority", HOME)
    page = Page(url, url, Kind.STATEMENT, status=200, body=html.encode())
    return judge_site(rule, Snapshot(Site("a", HOME, (council,)), OK, pages=(page,), started=DAY))


def trials() -> Iterator[Trial]:
    """Every wording of the file, judged."""
    rules = {rule.id: rule for rule in rulebook.load(entry_points=False).rules}
    for entry in tomllib.loads(WORDINGS.read_text("utf-8"))["wordings"]:
        rule = rules[PREFIX + entry["rule"]]
        for name in ("good", "bad"):
            for html in entry[name]:
                finding = judged(rule, statement(entry["part"], html))
                yield Trial(entry["rule"], html, name == "bad", finding)


def main() -> int:
    """Print the table; 1 when a good wording failed."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    found = list(trials())
    print(f"{'rule':28}{'bad':>5}{'failed':>8}{'good':>6}{'failed':>8}{'unsure':>8}")
    for name in [*dict.fromkeys(t.rule for t in found), ""]:
        mine = [t for t in found if name in ("", t.rule)]
        bad, good = [t for t in mine if t.bad], [t for t in mine if not t.bad]
        unsure = sum(t.finding.outcome is Outcome.CANT_TELL for t in mine)
        hits, alarms = sum(t.failed for t in bad), sum(t.failed for t in good)
        print(f"{name or 'all':28}{len(bad):5}{hits:8}{len(good):6}{alarms:8}{unsure:8}")
    right, wrong = sum(t.failed and t.bad for t in found), sum(t.failed > t.bad for t in found)
    print(
        f"precision {right / max(1, right + wrong):.1%}, recall "
        f"{right / max(1, sum(t.bad for t in found)):.1%} over {len(found)} wordings"
    )
    for t in found:
        if t.failed != t.bad:
            told = "missed" if t.bad else "false alarm"
            print(f"\n{told}: {t.rule} ({t.finding.outcome}: {t.finding.message})\n  {t.html}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
