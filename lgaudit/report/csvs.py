"""Findings and load times as rows of CSV text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from lgaudit.models import Finding, Rule
from lgaudit.report import cells
from lgaudit.report.league import Line
from lgaudit.results import PageResult

FINDINGS = (
    "slug site url rule category severity outcome message selector snippet fingerprint"
).split()
PAGE_TIMINGS = "slug site url fcp_ms lcp_ms tbt_ms".split()
LONGEST = 2 * cells.SNIPPET  # characters of one cell of a finding
_SPECIAL = re.compile('[,"\r\n]')  # what a cell is quoted for


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows that are already harmless, as CSV with plain line ends."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def write(path: Path, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table of rows that are already harmless, row by row."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


def findings_text(
    line: Line, findings: Iterable[Finding], rules: Mapping[str, Rule], clocked: Collection[str]
) -> tuple[str, str]:
    """A site's findings: those that two equal runs share, and those of the ``clocked`` rules."""
    steady: list[Finding] = []
    late: list[Finding] = []
    for finding in findings:
        (late if finding.rule in clocked else steady).append(finding)
    return _findings_text(line, steady, rules), _findings_text(line, late, rules)


def _findings_text(line: Line, findings: Iterable[Finding], rules: Mapping[str, Rule]) -> str:
    """One row per place of a site's findings (one when there is none), in a fixed order.

    What a place says stands on many pages and is written once; a row is joined of such parts.
    """
    rows: list[tuple[object, ...]] = []
    known: dict[tuple[int, str], tuple[str, ...]] = {}
    site = joined((line.site.slug, line.name))
    for finding in findings:
        rule = rules.get(finding.rule)
        if rule is None:
            continue
        url, outcome = quoted(finding.url), finding.outcome.value
        start = f"{site},{url},{_of_rule(rule.id, rule.category, rule.severity.value)},{outcome}"
        order = rule.id, cells.cell(finding.url), outcome
        if not finding.spots:
            own = _place(finding.message, "", "", finding.fingerprint)
            rows.append((*order, *own[:-1], f"{start},{own[-1]}"))
        for spot in finding.spots:
            message = spot.message or finding.message
            found = known.get(key := (id(spot), message))
            if found is None:
                found = _place(message, spot.selector, spot.snippet, spot.fingerprint)
                known[key] = found
            rows.append((*order, *found[:-1], f"{start},{found[-1]}"))
    rows.sort()
    return "".join([f"{row[-1]}\n" for row in rows])


def _place(*values: str) -> tuple[str, ...]:
    """The cells that say what is wrong and where, as they are sorted; and their text."""
    own = tuple(str(cells.cell(value, LONGEST)) for value in values)
    return *own, joined(values, LONGEST)


@lru_cache(maxsize=4096)
def _of_rule(*values: str) -> str:
    return joined(values)


def joined(values: Iterable[str], limit: int = cells.TEXT) -> str:
    """A row of strings, made harmless, as text; as :func:`csv_text` writes it, with no line end."""
    return ",".join([quoted(value, limit) for value in values])


@lru_cache(maxsize=8192)  # names, addresses and messages stand in many rows
def quoted(value: str, limit: int = cells.TEXT) -> str:
    """A string, made harmless, as a cell of CSV."""
    text = str(cells.cell(value, limit))
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def timing_rows(line: Line, pages: Iterable[PageResult]) -> Iterator[list[object]]:
    """One row per page timed in the quiet pass, in URL order."""
    for page in sorted(pages, key=lambda page: page.url):
        if page.fcp is not None or page.lcp is not None:
            times = [None if t is None else round(t) for t in (page.fcp, page.lcp, page.tbt)]
            yield [cells.cell(v) for v in (line.site.slug, line.name, page.url)] + times
