"""GOV.UK Frontend's own component examples, as pages: clean markup that nobody here wrote.

They come with the npm package govuk-frontend, which `npm ci` fetches; LGAUDIT_GOVUK may name
another folder of it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.clean_pages import PARTS, examples, files, page_of
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Page
from lgaudit.models import Outcome, Scope, Status

FIXTURES = [file for file in files() if file.parent.name not in PARTS]  # parts are no pages
RULES = [
    rule
    for rule in rulebook.load(entry_points=False).rules
    if rule.scope is Scope.PAGE
    and (rule.status is Status.SCORED or rule.pack == "accessibility")
    and rule.status is not Status.ADVICE
    and not VOCABULARY[rule.check].needs
]
# Examples that are meant to look wrong, or that leave out what a page would have.
KNOWN = {
    ("date-input", "accessibility/error-colour-only"): "the looks of a wrong field, without words",
    ("panel", "content/title-question"): "a panel is the heading of a page that asks",
    ("details", "content/contractions"): "a text of GOV.UK's own",
    ("feedback", "content/click"): "an example called silly",
    ("accordion", "content/placeholder-text"): "filler, to show long text",
    ("radios", "content/placeholder-text"): "filler, to show long text",
    ("summary-list", "content/link-text-url"): "an example called extreme",
    ("summary-list", "content/link-text-generic"): "an example called extreme",
    ("tabs", "content/click"): "a note to testers",
    ("inset-text", "content/contractions"): "a text of GOV.UK's own",
}

pytestmark = pytest.mark.skipif(not FIXTURES, reason="npm's govuk-frontend is not installed")


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.parent.name)
def test_no_rule_that_counts_fails_on_a_component(file: Path) -> None:
    component = file.parent.name
    wrong = []
    for name, html in examples(file):
        url = f"https://www.example.gov.uk/{component}"
        page = Page(url, url, status=200, body=page_of(component, name, html))
        wrong += [
            f"{finding.rule} on {name}: {finding.message}"
            for finding in judge_page(RULES, page)
            if finding.outcome is Outcome.FAILED and (component, finding.rule) not in KNOWN
        ]
    assert not wrong
