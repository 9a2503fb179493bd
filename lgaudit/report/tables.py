"""The tables people download: the league, rules and replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lgaudit.models import Council, Interval, Rule
from lgaudit.replies import Heard
from lgaudit.report import cells
from lgaudit.report.frames import pd
from lgaudit.report.league import Line, council_rows, ranked, unranked

LEAGUE = (
    "rank rank_low rank_high slug name nation region type population status reason "
    "score score_low score_high"
).split()
LEAGUE_END = (
    "rules_met rules_applicable pages_found pages_sampled pages_audited pages_lost change run bar"
).split()
REPLIED = "score_with_replies rank_with_replies replies_accepted".split()
REPLIES = "council site rule issue who date expires state counts pages text answer".split()
TIMINGS = "timing_fcp_ms timing_lcp_ms timing_tbt_ms".split()
SHARES = ("slug rule category severity status share met passed failed cant_tell unseen").split()


def league(
    lines: Iterable[Line],
    categories: Sequence[str],
    edition: str,
    bar: str,
    changes: Mapping[str, float] | None = None,
    heard: Heard | None = None,
) -> pd.DataFrame:
    """One row per council, ranked first, then the others by name; every cell made harmless.

    ``change`` is the points gained since the run before, by site slug, and empty where that is
    not more than the noise: so the tables of two equal runs are equal. Columns of the register
    that the program does not know come last but for the timings. One that has the name of a
    column of ours is shown as ``register_<name>``, a category of such a name as
    ``category_<name>``. The score and place with the replies that were accepted are last.
    """
    rows = council_rows(lines)
    extra = sorted({name for _, council in rows if council for name in council.extra})
    values = _renamed(categories, "category", {*LEAGUE, *LEAGUE_END, *TIMINGS, *REPLIED})
    columns = [*LEAGUE, *values.values(), *LEAGUE_END]
    names = _renamed(extra, "register", {*columns, *TIMINGS, *REPLIED})
    records = [
        {
            **_standing(line, council),
            **{column: _value(line, name) for name, column in values.items()},
            **_coverage(line),
            "change": _points((changes or {}).get(line.site.slug)),
            "run": edition,
            "bar": bar,
            **({names[k]: v for k, v in council.extra.items()} if council else {}),
            "timing_fcp_ms": line.timing.fcp,
            "timing_lcp_ms": line.timing.lcp,
            "timing_tbt_ms": line.timing.tbt,
            **_with_replies(line, heard or Heard()),
        }
        for line, council in rows
    ]
    return frame(records, [*columns, *names.values(), *TIMINGS, *REPLIED])


def _renamed(names: Iterable[str], prefix: str, taken: set[str]) -> dict[str, str]:
    """Each name with the column it gets, told apart from columns that are taken."""
    columns: dict[str, str] = {}
    for name in names:
        column = name
        while column in taken:
            column = f"{prefix}_{column}"
        taken.add(column)
        columns[name] = column
    return columns


def _standing(line: Line, council: Council | None) -> dict[str, Any]:
    rank, overall = line.rank, line.overall
    return {
        "rank": rank.place if rank else None,
        "rank_low": rank.low if rank else None,
        "rank_high": rank.high if rank else None,
        "slug": council.slug if council else line.site.slug,
        "name": council.name if council else line.name,
        "nation": council.nation if council else "",
        "region": council.region if council else "",
        "type": council.type if council else "",
        "population": council.population if council else None,
        "status": "ranked" if rank else "not ranked",
        "reason": line.reason,
        "score": _points(overall.value if overall and rank else None),
        "score_low": _points(overall.low if overall and rank else None),
        "score_high": _points(overall.high if overall and rank else None),
    }


def _with_replies(line: Line, heard: Heard) -> dict[str, Any]:
    """The score and place with accepted replies; those as measured where there are none."""
    score = heard.scores.get(line.site.slug, line.score)
    ranks = heard.ranks or ({line.site.slug: line.rank} if line.rank else {})
    rank = ranks.get(line.site.slug)
    return {
        "score_with_replies": _points(score.overall.value if score and score.overall else None),
        "rank_with_replies": rank.place if rank else None,
        "replies_accepted": heard.accepted(line.site.slug),
    }


def replies(heard: Heard) -> pd.DataFrame:
    """What councils replied, in the order of the file."""
    records = [
        {
            "council": said.reply.council,
            "site": said.site,
            "rule": said.rule,
            "issue": said.reply.issue,
            "who": said.reply.who,
            "date": said.reply.date.isoformat(),
            "expires": said.reply.expires.isoformat(),
            "state": said.state,
            "counts": "yes" if said.counts else "no",
            "pages": said.pages,
            "text": said.reply.text,
            "answer": said.reply.answer,
        }
        for said in heard.said
    ]
    return frame(records, REPLIES)


def _coverage(line: Line) -> dict[str, Any]:
    return {
        "rules_met": line.score.rules_met if line.score else None,
        "rules_applicable": line.score.rules_applicable if line.score else None,
        "pages_found": line.coverage.found,
        "pages_sampled": line.coverage.sampled,
        "pages_audited": line.coverage.audited,
        "pages_lost": line.lost,
    }


def _value(line: Line, category: str) -> float | None:
    interval: Interval | None = line.score.categories.get(category) if line.score else None
    return _points(interval.value if interval else None)


def _points(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def shares(lines: Iterable[Line], rules: Mapping[str, Rule]) -> Iterator[list[object]]:
    """How each site does on each rule, one row for each pair, in slug and rule order."""
    for line in sorted(lines, key=lambda line: line.site.slug):
        for score in sorted(line.score.rules if line.score else (), key=lambda s: s.rule):
            rule = rules.get(score.rule)
            if rule is not None:
                row = (
                    line.site.slug,
                    score.rule,
                    rule.category,
                    rule.severity.value,
                    rule.status.value,
                    None if score.share is None else round(score.share, 4),
                    {True: "yes", False: "no", None: ""}[score.met],
                    score.passed,
                    score.failed,
                    score.cant_tell,
                    score.unseen,
                )
                yield [cells.cell(value) for value in row]


def by_rule(lines: Iterable[Line], rules: Mapping[str, Rule]) -> pd.DataFrame:
    """The share of pages that pass, 0 to 1: a row per rule, a column per site in league order."""
    everyone = list(lines)
    order = [line for line in [*ranked(everyone), *unranked(everyone)] if line.score]
    known = {x.site.slug: {s.rule: s.share for s in x.score.rules} for x in order if x.score}
    records = [
        {
            "rule": rule.id,
            "title": rule.title,
            "category": rule.category,
            "severity": rule.severity.value,
            "status": rule.status.value,
            **{
                slug: None if (share := shares.get(rule.id)) is None else round(share, 3)
                for slug, shares in known.items()
            },
        }
        for rule in sorted(rules.values(), key=lambda rule: rule.id)
    ]
    return frame(records, ["rule", "title", "category", "severity", "status", *known])


def frame(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table of these columns, every cell and heading made harmless."""
    safe = [[cells.cell(record.get(name)) for name in columns] for record in records]
    headings = [str(cells.cell(name, 80)) for name in columns]
    return pd.DataFrame(safe, columns=headings, dtype=object)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """The table as UTF-8 CSV with plain line ends."""
    frame.to_csv(
        path, index=False, lineterminator="\n", encoding="utf-8", na_rep="", errors="replace"
    )
