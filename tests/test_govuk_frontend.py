"""GOV.UK Frontend's own component examples, as pages: clean markup that nobody here wrote.

They come with the npm package govuk-frontend, which `npm ci` fetches; LGAUDIT_GOVUK may name
another folder of it.
"""

from __future__ import annotations

import json
import os
import re
from html import escape
from pathlib import Path

import pytest

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Page
from lgaudit.models import Outcome, Scope, Status

FOLDER = Path(
    os.environ.get("LGAUDIT_GOVUK")
    or Path(__file__).parent.parent / "node_modules" / "govuk-frontend"
)
FIXTURES = sorted(FOLDER.glob("dist/govuk/components/*/fixtures.json"))
RULES = [
    rule
    for rule in rulebook.load(entry_points=False).rules
    if rule.scope is Scope.PAGE
    and (rule.status is Status.SCORED or rule.pack == "accessibility")
    and rule.status is not Status.ADVICE
    and not VOCABULARY[rule.check].needs
]
PARTS = ("template", "label", "hint", "error-message", "fieldset")  # parts of a field, no field
# Examples that are meant to look wrong, or that leave out what a page would have.
KNOWN = {
    ("table", "accessibility/table-no-headers"): "the plainest table has no head",
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


def page_of(component: str, name: str, html: str) -> Page:
    """The example as the only thing in a page built as the Design System says."""
    title = f"{component.replace('-', ' ').capitalize()} {name}"
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.S)
    if heading:
        title = " ".join(re.sub(r"<[^>]+>", " ", heading[1]).split()) or title
    own = "" if heading else f'<h1 class="govuk-heading-l">{escape(title)}</h1>'
    error = "Error: " if "govuk-error-summary" in html else ""
    whole = (
        '<!doctype html><html lang="en" class="govuk-template"><head><meta charset="utf-8">'
        f"<title>{error}{escape(title[:60])} - Example Council</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="description" content="An example of a component."></head><body>'
        '<a href="#main-content" class="govuk-skip-link">Skip to main content</a>'
        f'<main class="govuk-main-wrapper" id="main-content">{own}{html}</main></body></html>'
    )
    url = f"https://www.example.gov.uk/{component}"
    return Page(url, url, status=200, body=whole.encode())


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.parent.name)
def test_no_rule_that_counts_fails_on_a_component(file: Path) -> None:
    component = file.parent.name
    if component in PARTS:
        pytest.skip("a part of a field, which is no page of its own")
    wrong = []
    for fixture in json.loads(file.read_text(encoding="utf-8"))["fixtures"]:
        if fixture.get("hidden"):
            continue  # made for tests of the templates, not as examples
        page = page_of(component, fixture["name"], fixture["html"])
        wrong += [
            f"{finding.rule} on {fixture['name']}: {finding.message}"
            for finding in judge_page(RULES, page)
            if finding.outcome is Outcome.FAILED and (component, finding.rule) not in KNOWN
        ]
    assert not wrong
