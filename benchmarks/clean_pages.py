"""Pages that are fine, seen in a browser with every rule: which rules fail on them.

`python -m benchmarks.clean_pages` makes a page of each example of GOV.UK Frontend's components,
with its own style sheet and scripts, and prints every rule that fails, those that count first.
npm's govuk-frontend is looked for in node_modules; LGAUDIT_GOVUK may name another folder of it.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from pathlib import Path

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Snapshot
from lgaudit.gather import exactly
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.looks import NAMES
from lgaudit.models import Outcome, Site, Status
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

FOLDER = Path(
    os.environ.get("LGAUDIT_GOVUK") or Path(__file__).parents[1] / "node_modules" / "govuk-frontend"
)
PARTS = ("template", "label", "hint", "error-message", "fieldset")  # parts of a field, no field
HOST = "www.example.gov.uk"
STYLE, SCRIPT = "govuk-frontend.min.css", "govuk-frontend.min.js"
HEAD = f'<link rel="stylesheet" href="/{STYLE}">'
START = (
    '<script>document.body.classList.add("js-enabled", "govuk-frontend-supported")</script>'
    f'<script type="module">import {{ initAll }} from "/{SCRIPT}"; initAll();</script>'
)


def files() -> list[Path]:
    """The examples of each component, one file each; none where the package is missing."""
    return sorted(FOLDER.glob("dist/govuk/components/*/fixtures.json"))


def examples(file: Path) -> Iterator[tuple[str, str]]:
    """Name and HTML of the examples of a component, without those made for tests of templates."""
    for fixture in json.loads(file.read_text(encoding="utf-8"))["fixtures"]:
        if not fixture.get("hidden"):
            yield fixture["name"], fixture["html"]


def page_of(component: str, name: str, html: str, *, head: str = "", end: str = "") -> bytes:
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
        f'<meta name="description" content="An example of a component.">{head}</head>'
        '<body class="govuk-template__body">'
        '<a href="#main-content" class="govuk-skip-link">Skip to main content</a>'
        '<div class="govuk-width-container"><main class="govuk-main-wrapper" id="main-content">'
        f"{own}{html}</main></div>{end}</body></html>"
    )
    return whole.encode()


async def see(targets: list[str], replay: Replay) -> list[Snapshot]:
    """Each page by itself: the first of each component closely too."""
    settings = Settings(
        name_map=replay.name_map, ca_file=replay.ca_file, only_mapped=True, pace=0.0, browsers=1
    )
    seen = []
    looked: set[str] = set()
    async with Fetcher(settings) as fetcher, BrowserPool(settings) as pool:
        for path in targets:
            url = f"https://{HOST}{path}"
            component = path.split("/")[1]
            visit = await exactly.visit(
                Site("clean", f"https://{HOST}/"),
                [(url, url)],
                fetcher,
                pool,
                now=lambda: dt.datetime.now(dt.UTC),
                closely=() if component in looked else NAMES,
            )
            looked.add(component)
            seen.append(visit)
    return seen


def main() -> None:
    """See, judge and print."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    if not files():
        raise SystemExit(f"govuk-frontend is not in {FOLDER}: npm ci fetches it.")
    answers = {
        f"/{name}": Answer(
            200, (("content-type", kind),), (FOLDER / "dist/govuk" / name).read_bytes()
        )
        for name, kind in ((STYLE, "text/css"), (SCRIPT, "text/javascript"))
    }
    targets = []
    for file in files():
        if file.parent.name in PARTS:
            continue
        for number, (name, html) in enumerate(examples(file)):
            path = f"/{file.parent.name}/{number}"
            body = page_of(file.parent.name, name, html, head=HEAD, end=START)
            answers[path] = Answer(200, (("content-type", "text/html; charset=utf-8"),), body)
            targets.append(path)
    with Replay([StaticSite(HOST, answers)]) as replay:
        visits = asyncio.run(see(targets, replay))
    rules = rulebook.load(entry_points=False).rules
    status = {rule.id: rule.status for rule in rules}
    failed: dict[str, list[str]] = defaultdict(list)
    unseen = 0
    for path, visit in zip(targets, visits, strict=True):
        page = visit.pages[0]
        unseen += not page.verdict.ok or page.browser is None
        for finding in judge_page(rules, page, visit.site) if page.verdict.ok else ():
            if finding.outcome is Outcome.FAILED:
                where = finding.spots[0].snippet[:100] if finding.spots else finding.message
                failed[finding.rule].append(f"{path}: {where}")
    print(f"{len(targets)} pages, {unseen} not seen; rules that fail, those that count first")
    for rule in sorted(failed, key=lambda rule: (status[rule] is not Status.SCORED, rule)):
        print(f"{rule} ({status[rule]}): {len(failed[rule])}")
        for place in failed[rule][:5]:
            print(f"    {place}")


if __name__ == "__main__":
    main()
