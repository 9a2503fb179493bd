"""Each council's page and the files beside it, from one site at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lgaudit.comparisons import Alike
from lgaudit.lives import SiteLife
from lgaudit.models import Council, Outcome, Rule, Status
from lgaudit.pictures import Picture
from lgaudit.report import cells, charts, council, feeds, files, issues, league, ledger, peers
from lgaudit.report.council import InPlace, Place
from lgaudit.report.csvs import FINDINGS, csv_text, findings_text
from lgaudit.report.downloads import Download
from lgaudit.report.drafts import Drafts
from lgaudit.report.languages import ENGLISH, WELSH
from lgaudit.report.league import Line
from lgaudit.report.render import Renderer
from lgaudit.report.suppliers import page_of
from lgaudit.report.yearpages import YearPages
from lgaudit.results import Results, SiteResult

TITLE = "{name}: website audit"
STEADY, LATE = "findings.csv", "findings-timing.csv"  # drafts, and the tables they belong to
TOLD = (
    "How much of the shared bar for council websites {name} meets, what to fix next, and which "
    "pages were looked at."
)


@dataclass(frozen=True, slots=True)
class Job:
    """One site whose councils' pages are to be written."""

    line: Line
    result: SiteResult  # its outcomes may be left out
    life: SiteLife | None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Joint:
    """What the tables of all sites need besides their parts."""

    owners: ledger.Owners | None  # of issues; None where none are followed


class CouncilPages:
    """Writes them. Holds what is the same for all, so that another process may do it too."""

    def __init__(
        self,
        results: Results,
        lines: Sequence[Line],
        folder: Path,
        render: Renderer,
        axis: charts.Axis,
        tables: Sequence[Alike],
        years: YearPages,
    ) -> None:
        self._rules: dict[str, Rule] = {rule.id: rule for rule in results.rules}
        self._sites = [(line.site.slug, line.page, line.stems) for line in lines]
        self._bar, self._started = results.bar, results.run.started
        self._ranked = league.ranked(lines)
        self._folder, self._render, self._axis, self._tables = folder, render, axis, tables
        self._drafts = Drafts(folder)
        self._clocked = frozenset(rule.id for rule in results.rules if rule.timing)
        timed = (r for r in results.rules if r.timing and r.status is Status.SCORED)
        self._timed = frozenset(rule.id for rule in timed)
        self._categories = league.categories(results.scores)
        self._years = years
        for line in lines:
            for stem, member, name in _members(line):
                render.claim(f"councils/{stem}", TITLE, _tongues(member), name)

    def write(self, job: Job) -> None:
        """Write the pages of one site's councils, with their findings, feeds and drafts."""
        line, result, life, years = job.line, job.result, job.life, self._years
        scores = {s.rule: s for s in line.score.rules} if line.score else {}
        shown_in = self._paint(line.page, job.pictures)
        failed = council.troubles(result.findings, Outcome.FAILED, self._rules, scores, shown_in)
        doubtful = council.troubles(result.findings, Outcome.CANT_TELL, self._rules, scores)
        met = [self._rules[s.rule] for s in scores.values() if s.met and s.rule in self._rules]
        shown: dict[str, object] = dict(
            line=line,
            clocked=line.judged_any(self._timed),
            result=result,
            place=self._place(line),
            peers=self._peers(line),
            **self._shared,
            failed=failed,
            doubtful=doubtful,
            met=sorted(met, key=lambda rule: (rule.category, rule.title)),
            tally=council.met_by_category(line, self._rules),
            steps=council.steps_of(line, self._ranked, failed, self._rules, self._bar),
            pages=council.audited_pages(result),
            broken=council.failures_by_page(result, self._rules),
            lost=council.lost_by_reason(result),
            suppliers=[(use, page_of(use.product)) for use in result.suppliers],
            elsewhere=council.looked_elsewhere(result),
            parts_of=issues.parts(life.issues, self._rules) if life else [],
            fixed=issues.fixed(life.issues, self._rules, self._started) if life else [],
            trend=life.trend if life else (),
        )
        steady, late = findings_text(line, result.findings, self._rules, self._clocked)
        self._drafts.put(line.page, STEADY, steady)
        self._drafts.put(line.page, LATE, late)
        text = csv_text([FINDINGS]) + steady + late
        sizes = ledger.draft(self._drafts, line, life, self._rules) if life else (0, 0)
        for number, (stem, member, name) in enumerate(_members(line)):
            self._put(f"{stem}.csv", text)
            downloads = [_download(f"{stem}.csv", "All findings", len(text.encode()))]
            feed = ""
            if life:
                feed = self._feed(stem, name, life)
                for kind, size in zip(("csv", "json"), sizes, strict=True):
                    # They are written at the end, when suppliers are known.
                    file = f"{stem}-issues.{kind}"
                    downloads.append(_download(file, "Every issue once", size, about=True))
            values: dict[str, object] = {
                "name": name,
                "council": member,
                "sharers": [c.name for i, c in enumerate(line.site.councils) if i != number],
                "downloads": downloads,
                "feed": feed,
                "years": f"{stem}-years.html" if member and years.has(member.slug) else "",
            }
            if member:
                years.write_council(self._render, member.slug, stem, name)
            page, tongues = f"councils/{stem}", _tongues(member)
            self._render.editions(
                "council.html", page, TITLE, TOLD, tongues, name, {**shown, **values}
            )

    def join(self, joint: Joint) -> None:
        """Write the tables of all sites from their drafts, and each council's issues.

        No draft is left.
        """
        for name in (STEADY, LATE):
            with (self._folder / name).open("wb") as file:
                file.write(csv_text([FINDINGS]).encode())
                for _, page, _ in self._sites:
                    self._drafts.add_to(file, page, name)
        if joint.owners is not None:
            ledger.join(self._folder, self._drafts, self._sites, joint.owners)
        self._drafts.remove()

    def _paint(self, stem: str, pictures: Sequence[Picture]) -> dict[Place, InPlace]:
        """Put the pictures of a site beside its pages; tells which place is in which file."""
        found = {}
        for number, picture in enumerate(pictures, start=1):
            file = f"pictures/{stem}-{number}.webp"
            path = self._folder / "councils" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(picture.image)
            place = picture.rule, picture.url, cells.cut(picture.selector, cells.SNIPPET)
            found[place] = InPlace(file, picture.width, picture.height)
        return found

    @cached_property
    def _shared(self) -> Mapping[str, object]:
        """What is drawn from all sites and shown on every council's page."""
        values = [line.overall.value for line in self._ranked if line.overall]
        axes = [self._axis.wider(840), self._axis.wider(280)]
        return {
            "spreads": [(axis, charts.ticks(values, axis)) for axis in axes],
            "middles": {name: league.middle_score(self._ranked, name) for name in self._categories},
        }

    def _place(self, line: Line) -> league.Place | None:
        rank = line.rank
        if rank is None:
            return None
        return league.Place("sites ranked", rank.place, rank.low, rank.high, len(self._ranked))

    def _peers(self, line: Line) -> list[league.Place]:
        if self._tables:
            return peers.places(self._tables, line.site.slug)
        return league.peer_places(line, self._ranked)

    def _feed(self, stem: str, name: str, life: SiteLife) -> str:
        """Write a council's feed and return its file's name."""
        page, file = f"councils/{stem}.html", f"{stem}.xml"
        entries = feeds.of_changes(life.changes, self._rules, name, page)
        text = feeds.feed(
            f"council/{stem}",
            f"{name}: website issues",
            entries,
            self._rules,
            file=f"councils/{file}",
            page=page,
            started=self._started,
        )
        self._put(file, text)
        return file

    def _put(self, name: str, text: str) -> None:
        files.put(self._folder / "councils" / name, text)


def stems(lines: Sequence[Line]) -> dict[str, tuple[str, str]]:
    """Each council's page, without its ending, and what it is called there; by slug."""
    named = (named for line in lines for named in _members(line))
    return {member.slug: (stem, name) for stem, member, name in named if member}


def _members(line: Line) -> list[tuple[str, Council | None, str]]:
    """Each council of the site: its page, the council, and what it is called there."""
    members: Sequence[Council | None] = line.site.councils or (None,)
    return [
        (stem, member, cells.one_line(member.name, 80) if member else line.name)
        for stem, member in zip(line.stems, members, strict=True)
    ]


def _tongues(council: Council | None) -> tuple[str, ...]:
    """The languages a council's page is written in."""
    return (ENGLISH, WELSH) if council is not None and council.nation == "Wales" else (ENGLISH,)


def _download(name: str, what: str, size: int, *, about: bool = False) -> Download:
    return Download(name, what, name.rpartition(".")[2].upper(), size, about)
