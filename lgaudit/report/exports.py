"""The report for programs and for messages: league.json, summary.md and the workbook's sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lgaudit.replies import Heard
from lgaudit.report import cells, columns, digest, league, words
from lgaudit.report.formats import markdown
from lgaudit.report.frames import pd
from lgaudit.report.league import Line
from lgaudit.report.package import ABOUT, LICENCE, LICENCES
from lgaudit.report.standards import Standing
from lgaudit.results import Results

MOST_ROWS = 20_000  # of a sheet; longer tables are for programs, and the notes say where they are
SHEETS = {  # tables written before, and their sheets
    "shares.csv": "Shares",
    "tasks.csv": "Tasks",
    "shared-issues.csv": "Shared issues",
    "findings.csv": "Findings",
    "findings-timing.csv": "Findings of a clock",
    "timings.csv": "Load times",
}
NAMED = 10  # sites and rules in a summary


def as_json(results: Results, table: pd.DataFrame, edition: str, heard: Heard) -> str:
    """The league as one JSON document: the columns of league.csv, council by council."""
    run = results.run
    told: dict[str, Any] = {
        "lgaudit": run.engines.lgaudit,
        "bar": results.bar.version,
        "edition": edition,
        "run": run.id,
        "started": run.started.isoformat(),
        "about": ABOUT,
        "notice": cells.one_line(digest.notice(results)),
        "licence": {**LICENCES[0], "text": LICENCE},
        "councils": table.to_dict(orient="records"),
        "replies": [
            {
                "council": cells.one_line(said.reply.council),
                "rule": said.rule,
                "issue": said.reply.issue,
                "state": said.state,
                "expires": said.reply.expires.isoformat(),
            }
            for said in heard.said
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=True) + "\n"


def as_markdown(
    results: Results, lines: Sequence[Line], counted: Sequence[Standing], heard: Heard
) -> str:
    """The league in short, for a message or a page: places, who is not ranked, rules to mend."""
    ranked, unranked = league.ranked(lines), league.unranked(lines)
    text = markdown.text
    blocks = ["# Council websites: league table"]
    if notice := digest.notice(results):
        blocks.append(f"**{text(notice)}**")
    blocks.append(ABOUT)
    blocks.append(
        f"{words.count(len(lines), 'website')} looked at on {words.date(results.run.started)},"
        f" {len(ranked)} ranked, by bar {text(results.bar.version)}."
    )
    if ranked:
        rows = [
            "| Place | Could be | Council | Score | Interval |",
            "| ---: | --- | --- | ---: | --- |",
        ]
        rows += [_place(line, heard) for line in ranked]
        blocks += ["## The league", "\n".join(rows)]
    if counted:
        hardest = list(reversed(counted))[:NAMED]
        rows = [
            f"- {text(s.rule.title)}: {len(s.met)} of {words.count(s.judged, 'website')}"
            for s in hardest
        ]
        blocks += ["## Met least often", "\n".join(rows)]
    if unranked:
        rows = [f"- {text(line.name)}: {text(words.reason(line.reason))}" for line in unranked]
        blocks += ["## Not ranked", "\n".join(rows)]
    if heard.said:
        rows = [
            f"- {text(s.reply.council)}, on {text(s.rule or s.reply.target)}: {s.state}"
            for s in heard.said
        ]
        blocks += ["## Replies of councils", "\n".join(rows)]
    blocks.append(f"Data: {LICENCES[0]['title']}. How the audit works: method.html")
    return "\n\n".join(blocks) + "\n"


def _place(line: Line, heard: Heard) -> str:
    assert line.rank is not None
    assert line.overall is not None
    answered = heard.scores.get(line.site.slug)
    more = ""
    if answered and answered.overall:
        more = f" ({answered.overall.value:.1f} with accepted replies)"
    band, overall = words.band(line.rank.low, line.rank.high), line.overall
    return (
        f"| {line.rank.place} | {band} | {markdown.text(line.name)} | {overall.value:.1f}{more}"
        f" | {overall.low:.1f} to {overall.high:.1f} |"
    )


def sheets(
    folder: Path, made: Mapping[str, pd.DataFrame], titles: Mapping[str, str]
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Every table of the folder as a sheet, those ``made`` already as they are; and the notes.

    Args:
        titles: file to the name of its sheet, in order.
    """
    found: dict[str, pd.DataFrame] = dict(made)
    notes: list[str] = []
    meanings: list[tuple[str, str, str]] = []
    for file, title in titles.items():
        path = folder / file
        names = columns.head(path)
        meanings += [(title, one.name, one.meaning) for one in columns.columns(file, names)]
        if title in found:
            continue
        rows = columns.rows(path, MOST_ROWS)
        if rows is None:
            notes.append(f"{title}: too long for a sheet, see {file}.")
        else:
            found[title] = pd.DataFrame(rows, columns=names, dtype=object)
    found["Columns"] = pd.DataFrame(meanings, columns=["sheet", "column", "meaning"], dtype=object)
    return found, notes
