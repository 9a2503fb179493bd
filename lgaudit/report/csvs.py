"""Findings and load times as rows of CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lgaudit.models import Finding, Rule
from lgaudit.report import cells
from lgaudit.report.league import Line
from lgaudit.results import PageResult

FINDINGS = (
    "slug site url rule category severity outcome message selector snippet fingerprint"
).split()
PAGE_TIMINGS = "slug site url fcp_ms lcp_ms tbt_ms".split()
_LONGEST = 2 * cells.SNIPPET  # characters of one cell of a finding


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows that are already harmless, as CSV with plain line ends."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def findings_text(
    line: Line, findings: Iterable[Finding], rules: Mapping[str, Rule], clocked: Collection[str]
) -> tuple[str, str]:
    """A site's findings: those that two equal runs share, and those of the ``clocked`` rules."""
    steady: list[Finding] = []
    late: list[Finding] = []
    for finding in findings:
        (late if finding.rule in clocked else steady).append(finding)
    return csv_text(finding_rows(line, steady, rules)), csv_text(finding_rows(line, late, rules))


def finding_rows(
    line: Line, findings: Iterable[Finding], rules: Mapping[str, Rule]
) -> list[list[object]]:
    """One row per place of a site's findings (one when there is none), in a fixed order."""
    rows: list[list[object]] = []
    known: dict[tuple[int, str], list[object]] = {}
    site = [cells.cell(line.site.slug), cells.cell(line.name)]
    for finding in findings:
        rule = rules.get(finding.rule)
        if rule is None:
            continue
        said = [rule.id, rule.category, rule.severity.value, finding.outcome.value]
        start = [*site, cells.cell(finding.url), *said]
        if not finding.spots:
            rows.append([*start, *_cells(finding.message, "", "", finding.fingerprint)])
        for spot in finding.spots:
            message = spot.message or finding.message
            own = known.get(key := (id(spot), message))  # on other pages too
            if own is None:
                own = known[key] = _cells(message, spot.selector, spot.snippet, spot.fingerprint)
            rows.append([*start, *own])
    rows.sort(key=lambda row: (row[3], row[2], row[6:]))
    return rows


def _cells(*values: str) -> list[object]:
    return [cells.cell(value, _LONGEST) for value in values]


def timing_rows(line: Line, pages: Iterable[PageResult]) -> Iterator[list[object]]:
    """One row per page timed in the quiet pass, in URL order."""
    for page in sorted(pages, key=lambda page: page.url):
        if page.fcp is not None or page.lcp is not None:
            times = [None if t is None else round(t) for t in (page.fcp, page.lcp, page.tbt)]
            yield [cells.cell(v) for v in (line.site.slug, line.name, page.url)] + times
