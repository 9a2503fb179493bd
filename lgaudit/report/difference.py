"""Comparisons and histories as tables: rows for CSV and Markdown, and sentences for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lgaudit.differences import PARTS, Compared, Course, Difference, Stand, Turns
from lgaudit.models import Interval
from lgaudit.report import cells, words
from lgaudit.report.csvs import csv_text

SITE = (
    "slug before now change bar axe_core timings sample site site_low site_high chance"
    " chance_adjusted clear pages_paired pages_both pages_gained pages_lost rules_new"
    " rules_fixed rules_returned rules_open note"
    " issues_new issues_fixed issues_returned issues_open issues_elsewhere"
).split()
STAND = (
    "site run started score score_low score_high rules_new rules_fixed events vesting"
    " bar axe_core published sites"
).split()
_BLOCKS = "▁▂▃▄▅▆▇█"


def site_rows(compared: Compared) -> list[dict[str, Any]]:
    """A row for each site: the columns of :data:`SITE`."""
    return [_site_row(one) | _issue_cells(compared.issues.get(one.slug)) for one in compared.sites]


def _issue_cells(turns: Turns | None) -> dict[str, int | None]:
    """Numbers of single issues; nothing where they were not followed."""
    return {
        "issues_new": len(turns.new) if turns else None,
        "issues_fixed": len(turns.fixed) if turns else None,
        "issues_returned": len(turns.returned) if turns else None,
        "issues_open": turns.open if turns else None,
        "issues_elsewhere": len(turns.elsewhere) if turns else None,
    }


def issue_lines(slug: str, turns: Turns, most: int = 40) -> list[str]:
    """Each issue that turned, in words."""
    said = []
    named = {
        "new": turns.new, "fixed": turns.fixed, "returned": turns.returned,
        "new, on pages not looked at before": turns.elsewhere,
    }  # fmt: skip
    for what, issues in named.items():
        for issue in issues[:most]:
            where = f" ({issue.pages[0]})" if issue.pages else ""
            line = f"{slug}: issue {what}: {issue.rule}: {issue.message}{where}"
            said.append(cells.one_line(line, 300))
        if len(issues) > most:
            said.append(f"{slug}: and {words.count(len(issues) - most, 'more issue')} {what}.")
    said.append(f"{slug}: {words.count(turns.open, 'issue is', 'issues are')} still open.")
    return said


def _site_row(one: Difference) -> dict[str, Any]:
    return {
        "slug": one.slug,
        "before": _round(one.before),
        "now": _round(one.now),
        "change": _round(one.change),
        **{name: _round(one.parts.get(name)) for name in PARTS},
        "site_low": _round(one.site.low if one.site else None),
        "site_high": _round(one.site.high if one.site else None),
        "chance": None if one.doubt is None else round(one.doubt, 4),
        "chance_adjusted": None if one.adjusted is None else round(one.adjusted, 4),
        "clear": one.clear,
        "pages_paired": one.paired,
        "pages_both": one.pages_both,
        "pages_gained": one.pages_gained,
        "pages_lost": one.pages_lost,
        "rules_new": len(one.new),
        "rules_fixed": len(one.fixed),
        "rules_returned": len(one.returned),
        "rules_open": len(one.open),
        "note": one.note,
    }


def stand_rows(course: Course) -> list[dict[str, Any]]:
    """A row for each look, oldest first within each website; vesting days have their column."""
    rows = []
    for series in course.series:
        before: Stand | None = None
        for stand in series.stands:
            day = stand.started.date()
            since = [
                f"{when}: {what}"
                for when, what in course.vesting
                if when <= day and (before is None or before.started.date() < when)
            ]
            rows.append(
                {
                    "site": series.slug or series.name,
                    "run": stand.run,
                    "started": stand.started.isoformat(timespec="seconds"),
                    "score": _round(stand.score.value),
                    "score_low": _round(stand.score.low),
                    "score_high": _round(stand.score.high),
                    "rules_new": stand.new,
                    "rules_fixed": stand.fixed,
                    "events": "; ".join(stand.events),
                    "vesting": "; ".join(since),
                    "bar": stand.bar,
                    "axe_core": stand.axe_core,
                    "published": _round((stand.published or stand.score).value),
                    "sites": stand.of,
                }
            )
            before = stand
    return rows


def sentences(compared: Compared) -> list[str]:
    """What was compared with what, and how the sector fares."""
    then, now = compared.before, compared.now
    said = [f"{then.run} ({then.started:%d %B %Y}) and {now.run} ({now.started:%d %B %Y})."]
    again = f", as judged again in {then.judged}" if then.judged != then.run else ""
    if compared.one_bar:
        said.append(f"Both sides are judged by one bar, {now.bar}{again}.")
    else:
        said.append(
            f"The bars differ ({then.bar}, {now.bar}): only the"
            f" {words.count(compared.rules, 'rule')} common to both count,"
            f" {compared.left_out} left out. Where evidence is kept,"
            f" `lgaudit judge {then.run}` has the earlier run judged by today's bar."
        )
    if then.axe_core != now.axe_core:
        said.append(
            f"axe-core was {then.axe_core or '(none)'} and is {now.axe_core or '(none)'}: its"
            " rules are told apart."
        )
    clear = [one for one in compared.sites if one.clear and one.site]
    up = sum(one.site.value > 0 for one in clear if one.site)
    tested = sum(one.site is not None for one in compared.sites)
    said.append(
        f"{up} of {words.count(tested, 'site')} got clearly better, {len(clear) - up} clearly"
        " worse; of the others no change can be told from chance (5% of those named may be wrong)."
    )
    if compared.sector:
        parts = ", ".join(f"{_LABELS[name]} {compared.parts[name]:+.1f}" for name in PARTS)
        said.append(
            f"Sector: the sites themselves changed by {_signed(compared.sector)} on average"
            f" (published change by part: {parts})."
        )
    for names, what in ((compared.only_now, "only now"), (compared.only_before, "only before")):
        if names:
            said.append(f"Looked at {what}: {cells.cut(', '.join(names), 200)}.")
    return said


_LABELS = {
    "bar": "bar", "axe_core": "axe-core", "timings": "timings", "sample": "sample", "site": "site",
}  # fmt: skip


def table(compared: Compared) -> list[tuple[str, ...]]:
    """Lines for a terminal, the head first; the largest clear changes come first."""
    head = ("site", "before", "now", "change", "bar", "axe", "timing", "sample", "site (90%)",
            "clear", "pages both/+/-", "rules new/fixed/returned/open",
            *(["issues new/fixed/returned/open"] if compared.issues else []))  # fmt: skip
    lines: list[tuple[str, ...]] = [head]
    order = sorted(
        compared.sites,
        key=lambda one: (not one.clear, -abs(one.site.value) if one.site else 1.0, one.slug),
    )
    for one in order:
        parts = [f"{one.parts[name]:+.1f}" if one.parts else "" for name in PARTS[:4]]
        how = ("paired" if one.paired else "unpaired") if one.site else ""
        lines.append(
            (
                cells.one_line(one.slug, 60),
                _number(one.before),
                _number(one.now),
                f"{one.change:+.1f}" if one.change is not None else "",
                *parts,
                f"{_signed(one.site)} {how}" if one.site else cells.one_line(one.note, 80),
                "yes" if one.clear else "",
                f"{one.pages_both}/{one.pages_gained}/{one.pages_lost}",
                f"{len(one.new)}/{len(one.fixed)}/{len(one.returned)}/{len(one.open)}",
                *_turned(compared, one.slug),
            )
        )
    return lines


def _turned(compared: Compared, slug: str) -> list[str]:
    if not compared.issues:
        return []
    turns = compared.issues.get(slug)
    if turns is None:
        return [""]
    numbers = len(turns.new), len(turns.fixed), len(turns.returned), turns.open
    return ["/".join(map(str, numbers))]


def course_lines(course: Course) -> list[str]:
    """The long view as text: a sparkline and a line for each look."""
    said = [cells.one_line(course.name, 200)]
    marks = {row["run"] + row["site"]: row["vesting"] for row in stand_rows(course)}
    for series in course.series:
        said += ["", f"{cells.one_line(series.name, 200)}  {sparkline(series.stands)}"]
        for stand in series.stands:
            mark = marks[stand.run + (series.slug or series.name)]
            if mark:
                said.append(f"  ---- {cells.one_line(mark, 300)} ----")
            score = stand.score
            line = f"  {stand.started:%d %b %Y}  {score.value:5.1f} ({score.low:.1f} to "
            line += f"{score.high:.1f})"
            if stand.of > 1 or not series.slug:
                line += f"  {words.count(stand.of, 'site')}"
            elif not stand.events:
                line += f"  rules +{stand.new} failing, -{stand.fixed} mended"
            if stand.published:
                line += f"  (published as {stand.published.value:.1f})"
            said.append(line + "".join(f"  [{event}]" for event in stand.events))
        if series.trend:
            trend = series.trend
            sure = "clear" if trend.slope.low > 0 or trend.slope.high < 0 else "not clear"
            said.append(
                f"  Trend: {_signed(trend.slope)} points a year over {trend.looks} looks by one"
                f" bar, {sure} (Kendall p = {trend.doubt:.2f})."
            )
        else:
            said.append("  Trend: not told with fewer than 4 looks by today's bar and axe-core.")
    return said


def sparkline(stands: Sequence[Stand]) -> str:
    """Scores as blocks, from the lowest to the highest of the series."""
    values = [stand.score.value for stand in stands]
    low, reach = min(values), max(max(values) - min(values), 1.0)
    return "".join(_BLOCKS[min(7, int(8 * (value - low) / reach))] for value in values)


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """CSV with one line of names; cells a spreadsheet could run are quoted."""
    return csv_text([columns, *([_plain(row[name]) for name in columns] for row in rows)])


def as_markdown(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table."""
    from lgaudit.report.formats import markdown  # few ask for it

    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    for row in rows:
        said = [markdown.text(str(_plain(row[name]))) for name in columns]
        lines.append(f"| {' | '.join(said)} |")
    return "\n".join(lines) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else cells.cell(value)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 2) + 0.0


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _signed(interval: Interval) -> str:
    return f"{interval.value:+.1f} ({interval.low:+.1f} to {interval.high:+.1f})"
