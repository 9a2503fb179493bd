"""Pages that show scores over the years: the sector's, each council's, and one page alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from lgaudit.differences import (
    Course,
    Courses,
    Missed,
    Series,
    Stand,
    Trend,
    comparable,
)
from lgaudit.report import cells, difference, files, words, yearcharts
from lgaudit.report.downloads import Download
from lgaudit.report.languages import ENGLISH
from lgaudit.report.render import Renderer, environment
from lgaudit.report.yearcharts import Mark

SURE = 0.05  # chance below which one trend is called clear
TITLE = "{name}: website over the years"
SECTOR = "years"  # the sector's page


@dataclass(frozen=True, slots=True)
class Row:
    """A visit in a table: a score, or why there is none. ``apart``: judged by another bar."""

    stand: Stand | None
    missed: Missed | None
    apart: bool
    told: bool  # rules that began and ceased to fail are known
    said: tuple[str, ...]  # letters of the marks of that visit


@dataclass(frozen=True, slots=True)
class Section:
    """One series as a part of the page."""

    series: Series
    rows: tuple[Row, ...]  # newest first
    sentence: str
    trend: str
    line: str  # class of its line in the picture


@dataclass(frozen=True, slots=True)
class Line:
    """A council in the sector's table. ``clear``: its trend, all councils allowed for."""

    name: str
    page: str  # '' when it has none
    series: Series
    first: Stand
    last: Stand
    clear: bool


@dataclass(frozen=True, slots=True)
class View:
    """All that a page shows."""

    course: Course
    sections: tuple[Section, ...]
    marks: tuple[Mark, ...]
    categories: tuple[str, ...]
    sector: bool
    past: bool  # some looks are by another bar or axe-core
    sloped: bool  # some series has a trend
    again: bool  # some looks were published under another bar than they are shown by
    lines: tuple[Line, ...] = ()


def view(course: Course, lines: Sequence[Line] = ()) -> View:
    """What a page shows of a course."""
    stands = [stand for series in course.series for stand in series.stands]
    newest = max(stands, key=lambda stand: stand.started).by
    marks = yearcharts.marks(course)
    names = {name for stand in stands for name in stand.categories}
    last = course.series[-1]
    return View(
        course,
        tuple(
            _section(one, newest, marks, "" if one is last else f"s{n % yearcharts.LINES}")
            for n, one in enumerate(course.series)
        )[::-1],
        tuple(marks),
        tuple(sorted(names)),
        course.series[0].slug == "",
        any(stand.by != newest for stand in stands),
        any(series.trend for series in course.series),
        any(stand.published for stand in stands),
        tuple(lines),
    )


def _section(series: Series, newest: tuple[str, str], marks: Sequence[Mark], line: str) -> Section:
    rows = []
    before: Stand | None = None
    for stand in series.stands:
        said = tuple(m.letter for m in marks if m.day == stand.started.date() and stand.events)
        told = before is not None and not stand.events and series.slug != ""
        rows.append((stand.started, Row(stand, None, stand.by != newest, told, said)))
        before = stand
    rows += [(one.started, Row(None, one, False, False, ())) for one in series.missed]
    rows.sort(key=lambda pair: pair[0], reverse=True)
    return Section(
        series, tuple(row for _, row in rows), _sentence(series), trend_sentence(series.trend), line
    )


def _sentence(series: Series) -> str:
    """What the looks that can be compared say, in words."""
    own = comparable(series.stands)
    first, last = own[0], own[-1]
    score = f"{last.score.value:.1f} ({last.score.low:.1f} to {last.score.high:.1f})"
    by = f"bar {last.bar}" + (f" and axe-core {last.axe_core}" if last.axe_core else "")
    when = words.date(last.started)
    if len(own) == 1:
        return f"One look by {by}, on {when}: {score}."
    return (
        f"{len(own)} looks by {by}: {first.score.value:.1f} ({first.score.low:.1f} to"
        f" {first.score.high:.1f}) on {words.date(first.started)}, {score} on {when}."
    )


def trend_sentence(trend: Trend | None) -> str:
    """The trend with its uncertainty, in words."""
    if trend is None:
        return "No trend is told from fewer than 4 looks by one bar and axe-core."
    slope = trend.slope
    sure = "clear" if trend.doubt <= SURE else "not clear: it may be chance"
    return (
        f"Trend over {trend.looks} looks: {slope.value:+.1f} points a year, 90% interval"
        f" {slope.low:+.1f} to {slope.high:+.1f}; {sure} (p = {trend.doubt:.2f})."
    ).replace("-", "−")


def lines(courses: Courses, pages: Mapping[str, str], names: Mapping[str, str]) -> list[Line]:
    """A row for each council with two looks by today's bar, those that changed most first."""
    found = []
    for slug, course in courses.councils.items():
        series = next((one for one in course.series if one.slug == slug), None)
        if series is None:
            continue
        own = comparable(series.stands)
        if len(own) > 1:
            name = names.get(slug, series.name)
            clear = slug in courses.clear
            found.append(Line(name, pages.get(slug, ""), series, own[0], own[-1], clear))
    found.sort(key=lambda line: (line.first.score.value - line.last.score.value, line.name))
    return found


class YearPages:
    """Writes a report's pages over the years. Without earlier visits there are none."""

    def __init__(self, courses: Courses, stems: Mapping[str, str]) -> None:
        self._courses, self._stems = courses, stems
        self._sector, self._councils = courses.sector, courses.councils

    @property
    def known(self) -> bool:
        """Whether there is anything before this run."""
        return self._sector is not None and len(self._sector.series[0].stands) > 1

    def has(self, slug: str) -> bool:
        """Whether a council has a page of its own."""
        return self.known and slug in self._councils and slug in self._stems

    def claim(self, render: Renderer, names: Mapping[str, str]) -> None:
        """Give the councils' pages their titles before other pages take theirs."""
        for slug, stem in self._stems.items():
            if self.has(slug):
                render.claim(f"councils/{stem}-years", TITLE, (ENGLISH,), names[slug])

    def write(self, render: Renderer, names: Mapping[str, str]) -> None:
        """The sector's page, with a row for each council."""
        if not self.known or self._sector is None:
            return
        pages = {
            slug: f"councils/{stem}-years.html"
            for slug, stem in self._stems.items()
            if slug in self._councils
        }
        found = lines(self._courses, pages, names)
        file = _file(render, f"{SECTOR}.csv", self._sector)
        render.page(
            "years.html",
            f"{SECTOR}.html",
            "Council websites over the years",
            "The mean score of council websites at every visit, how sure it is, and what changed "
            "besides the websites.",
            view=view(self._sector, found),
            crumb="",
            page="",
            file=file,
            yearcharts=yearcharts,
        )

    def write_council(self, render: Renderer, slug: str, stem: str, name: str) -> None:
        """A council's page, where it has one."""
        if not self.has(slug):
            return
        course = self._councils[slug]
        file = _file(render, f"councils/{stem}-years.csv", course)
        render.page(
            "years.html",
            f"councils/{stem}-years.html",
            TITLE.format(name=name),
            f"The score of the website of {name} at every visit, by category, how sure it is, and "
            "what changed besides the website.",
            view=view(course),
            crumb=name,
            page=stem,
            file=file,
            yearcharts=yearcharts,
        )


def _file(render: Renderer, name: str, course: Course) -> Download:
    path = render.folder / name
    text = difference.as_csv(difference.STAND, difference.stand_rows(course))
    return Download(path.name, "Every visit as a table", "CSV", files.put(path, text))


def alone(course: Course, found: Sequence[Line] = ()) -> str:
    """One page in one file, which asks nobody for anything."""
    style = resources.files("lgaudit.report").joinpath("static", "report.css").read_text("utf-8")
    shown = view(course, found)
    last = shown.sections[0].series.stands[-1]
    name = "Council websites" if shown.sector else cells.one_line(course.name, 80)
    return (
        environment({"style": style})
        .get_template("years-alone.html")
        .render(view=shown, name=name, last=last, file=None, yearcharts=yearcharts)
    )
