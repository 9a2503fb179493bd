"""Findings of `lgaudit check` for a terminal: one entry for each rule, with the fix and places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from lgaudit.models import Finding, Outcome, Rule, Status
from lgaudit.report import words
from lgaudit.report.formats import found
from lgaudit.results import Compared, Gated, SiteResult

PLACES = 5  # shown for each rule; the rest are counted
WIDTH = 120
LONGEST = 2_000  # characters of a fix
_COLOURS = {"critical": "red", "serious": "red", "moderate": "yellow", "minor": "cyan"}


def issues(
    results: Iterable[SiteResult], rules: Sequence[Rule], *, only_new: bool = False
) -> RenderableType:
    """Everything found, gravest first: failures that count, advice, then what a person must see.

    ``only_new`` says that known issues were left out, so that nothing reads as a pass.
    """
    results = list(results)
    by_id = {rule.id: rule for rule in rules}
    sources = {page.url: page.source or page.url for r in results for page in r.pages}
    grouped: dict[tuple[int, int, str], list[Finding]] = {}
    for result in results:
        for finding in result.findings:
            rule = by_id[finding.rule]
            order = (_part(finding, rule), -rule.severity.order, rule.id)
            grouped.setdefault(order, []).append(finding)
    blocks: list[RenderableType] = []
    part = -1
    for key in sorted(grouped):
        if key[0] != part:
            part = key[0]
            new = "New: " if only_new and part < 2 else ""
            blocks.append(Text(f"\n{new}{_PARTS[part]}", style="bold underline"))
        if part == WHOLE:  # the last part, in which each would say the same
            blocks += _about_more(
                [by_id[name] for order, _, name in sorted(grouped) if order == WHOLE]
            )
            break
        blocks.append(_entry(by_id[key[2]], grouped[key], sources))
    blocks += [_unseen(result) for result in results if any(not p.verdict.ok for p in result.pages)]
    blocks.append(_totals(results, grouped, only_new))
    return Group(*blocks)


_PARTS = (
    "Fails",
    "Fails, reported but not counted (advice, or a rule on probation)",
    "For a person to look at",
    "About the whole site: these pages do not tell",
)
WHOLE = 3
FEW = 5  # rules named one by one


def _part(finding: Finding, rule: Rule) -> int:
    if finding.outcome is not Outcome.FAILED:
        return 2 if finding.url or finding.spots else WHOLE
    return 0 if rule.status is Status.SCORED else 1


def _about_more(rules: Sequence[Rule]) -> list[Text]:
    """The rules that ask for more of a site than these pages: by name when few, else counted."""
    if len(rules) > FEW:
        counted = Counter(rule.category for rule in rules).most_common()
        packs = ", ".join(f"{category} {number}" for category, number in counted)
        return [
            Text(
                f"  {len(rules)} rules ({packs}) are about more of a site than was checked."
                " --format json lists them; lgaudit audit judges them."
            )
        ]
    lines = []
    for rule in rules:
        line = Text(f"  {_printable(rule.title)}")
        lines.append(line.append(f"  {_printable(rule.id)}", style="dim"))
    return lines


def _entry(rule: Rule, findings: Sequence[Finding], sources: dict[str, str]) -> RenderableType:
    pages = len({finding.url for finding in findings})
    text = Text("\n")
    text.append(rule.severity.value, style=f"bold {_COLOURS[rule.severity.value]}")
    text.append(f"  {_printable(rule.title)}", style="bold")
    text.append(f"  {_printable(rule.id)}", style="dim")
    places = sum(max(1, len(finding.spots)) for finding in findings)
    text.append(f"\n  {words.count(places, 'place')} on {words.count(pages, 'page')}", style="dim")
    if rule.wcag:
        text.append(f"; WCAG {', '.join(rule.wcag)}", style="dim")
    if rule.fix:
        text.append(f"\n  Fix: {_printable(' '.join(rule.fix[:LONGEST].split()), LONGEST)}")
    shown = 0
    for finding in findings:
        for spot in finding.spots or (None,):
            if shown == PLACES:
                text.append(f"\n  … and {places - shown} more")
                return text
            shown += 1
            where = sources.get(finding.url, finding.url or "the site")
            if spot is not None and spot.line:
                where += f":{spot.line}"
            text.append(f"\n  {_printable(where)}", style="cyan")
            if spot is not None and spot.template:
                line = f":{spot.template_line}" if spot.template_line else ""
                text.append(f"  made from {_printable(spot.template + line)}", style="cyan")
            if spot is not None and spot.selector:
                text.append(f"  {_printable(spot.selector)}")
            text.append(f"\n    {_printable((spot and spot.snippet) or finding.message)}", "dim")
    return text


def _unseen(result: SiteResult) -> RenderableType:
    text = Text("\nCould not be checked", style="bold underline")
    for page in result.pages:
        if not page.verdict.ok:
            text.append(f"\n  {_printable(page.source or page.url)}", style="not bold cyan")
            text.append(f"\n    {_printable(found.why_unseen(page))}", style="not bold")
    return text


def _totals(
    results: Sequence[SiteResult],
    grouped: dict[tuple[int, int, str], list[Finding]],
    only_new: bool,
) -> RenderableType:
    pages = sum(page.verdict.ok for result in results for page in result.pages)
    fails = sum(key[0] == 0 for key in grouped)
    if not any(result.pages for result in results):
        return Text("\nThere was no page to check.", style="bold")
    if not pages:
        return Text("\nNo page could be checked.", style="bold")
    if not fails:
        what = "nothing new fails" if only_new else "no scored rule fails"
        return Text(f"\n{words.count(pages, 'page')} checked; {what}.", style="bold green")
    how = " in new places" if only_new else ""
    return Text(
        f"\n{words.count(pages, 'page')} checked;"
        f" {words.count(fails, 'rule fails', 'rules fail')}{how}.",
        style="bold",
    )


def gate(gated: Gated) -> RenderableType:
    """What decided the exit code, and what fails all the same."""
    return Text(gated.sentence, style="bold" if gated.stopped else "yellow")


def baseline(compared: Compared, named: str) -> RenderableType:
    """What a baseline lets pass, counted, and what of it is fixed, listed."""
    counts = compared.counts
    lines = [Text(f"\nAgainst {_printable(named)}", style="bold underline")]
    said = [f"{words.count(counts['new'], 'new place')}", f"{counts['known']} known"]
    said += [f"{counts[key]} {what}" for key, what in _ALSO.items() if counts[key]]
    lines.append(Text("  " + ", ".join(said)))
    if compared.fixed:
        lines.append(Text("  Fixed; --update-baseline removes them:", style="green"))
    for item in compared.fixed[:MOST_FIXED]:
        page, rule = str(item["page"]) or "the whole site", str(item["rule"])
        lines.append(Text(f"    {rule}  {_printable(page)}  {_printable(str(item['snippet']))}"))
    if len(compared.fixed) > MOST_FIXED:
        lines.append(Text(f"    … and {len(compared.fixed) - MOST_FIXED} more"))
    return Group(*lines)


MOST_FIXED = 50
_ALSO = {
    "expired": "known whose time is over (they count as new)",
    "fixed": "fixed",
    "not_seen": "not looked at this time",
}


def _printable(text: str, width: int = WIDTH) -> str:
    """Text from outside, harmless in a terminal: no control characters, no endless lines."""
    clean = "".join(c if c.isprintable() else " " for c in text[: width + 1])
    return clean if len(clean) <= width else clean[: width - 1] + "…"
