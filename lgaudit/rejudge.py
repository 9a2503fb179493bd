"""Judge again what was kept: evidence in, results out, and no network at all."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lgaudit import __version__, jury
from lgaudit.archive import Evidence, Kept, read_snapshot
from lgaudit.archive.reader import Warc
from lgaudit.archive.strangers import answers
from lgaudit.errors import EvidenceError
from lgaudit.evidence import Coverage, Exchange
from lgaudit.gather import archived
from lgaudit.models import Engines, Reason, Run, Site
from lgaudit.plan import Plan, products_of
from lgaudit.ranking import finish, score
from lgaudit.results import Results, SiteResult
from lgaudit.settings import Settings
from lgaudit.timing import timed

if TYPE_CHECKING:
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.plan import Clock, Watch
    from lgaudit.store import Store

Source = Callable[[], Kept | SiteResult]


@dataclass(frozen=True)
class Again:
    """What is judged again: a plan, and where each of its sites comes from, by slug."""

    plan: Plan
    sources: Mapping[str, Source]
    missing: tuple[str, ...] = ()  # slugs of sites whose evidence is not there
    damage: tuple[str, ...] = ()  # sentences


def judge(again: Again, store: Store, watch: Watch, clock: Clock) -> Results:
    """Judge, score and rank; when it is stopped nothing of the new run stays in the store.

    Raises:
        LgauditError: evidence cannot be read, or the store cannot be written.
    """
    plan = again.plan
    store.start_run(plan.run, plan.book.rules, plan.book.bar, plan.sites)
    try:
        watch.stage("Judging", len(plan.sites))
        products = products_of(plan.settings)
        for site in plan.sites:
            found = again.sources[site.slug]()
            if isinstance(found, Kept):
                result = jury.evaluate(plan.book, found.visit, products)
                result = timed(plan.book, result, found.timings)
            else:
                result = found
            store.save_site(plan.run.id, result)
            watch.looked(site, result)
        score(plan, store, watch)
        return finish(plan, store, clock)
    except BaseException:
        store.delete_run(plan.run.id)
        raise


def of_run(
    before: Results, evidence: Callable[[str], Evidence], book: Rulebook, when: dt.datetime
) -> Again:
    """A run of the store, judged again. ``evidence`` says where a run's evidence is.

    Raises:
        EvidenceError: nothing of the run is kept.
    """
    origin = before.run.judged_from or before.run.id
    where = evidence(origin)
    sources: dict[str, Source] = {}
    missing = []
    for result in before.each_site():
        slug = result.site.slug
        if where.file(slug).exists():
            sources[slug] = _reading(where.file(slug))
        elif result.verdict.reason is Reason.PROGRAM_ERROR:  # there never was any
            sources[slug] = _lost(SiteResult(result.site, result.verdict, Coverage()))
        else:
            missing.append(slug)
    if not sources:
        raise EvidenceError(
            f"No evidence of run {origin} is kept in {where.path}. It is kept of the newest runs"
            " only (evidence_runs in lgaudit.toml), and not at all with --no-evidence or when a"
            " run was imported."
        )
    sites = tuple(site for site in before.sites if site.slug in sources)
    plan = _plan(before.run, sites, book, when, origin)
    return Again(plan, sources, tuple(missing))


def of_files(
    files: Sequence[Path], named: Sequence[Site], settings: Settings, book: Rulebook, when: Clock
) -> Again:
    """WARC files, ours or strangers'. ``named``: whose sites those of strangers are.

    Raises:
        EvidenceError: a file cannot be read, or several are of one site.
    """
    sources: dict[str, Source] = {}
    sites: list[Site] = []
    damage: list[str] = []
    first: Run | None = None
    began: list[dt.datetime] = []
    for path in files:
        kept = read_snapshot(path)
        if kept is None:
            kept, said = of_stranger(path, named, settings)
            damage += said
        else:
            first = first or kept.run
        site = kept.visit.site
        if site.slug in sources:
            raise EvidenceError(f"{path}: is of {site.slug}, as another of the files is.")
        began += [kept.visit.started] if kept.visit.started else []
        sources[site.slug] = _reading(path, named, settings)
        sites.append(site)
    names = ", ".join(path.name for path in files)
    if first is None:  # nothing but strangers' files: what holds is what is asked for now
        kept_settings = {"pages": settings.pages, "browser": False, "suppliers": settings.suppliers}
        engines = Engines(__version__, "")
        started = min(began, default=when())
        first = Run("", started, None, engines, {}, kept_settings, settings.seed)
    plan = _plan(first, tuple(sorted(sites, key=lambda s: s.slug)), book, when(), names)
    return Again(plan, sources, damage=tuple(damage))


def of_stranger(
    path: Path, named: Sequence[Site], settings: Settings
) -> tuple[Kept, tuple[str, ...]]:
    """The visit that can be made of another program's WARC, and what was wrong with the file.

    Raises:
        EvidenceError: it cannot be read, or holds no page.
    """
    warc = Warc(path)
    survey = archived.Survey()
    began: list[dt.datetime] = []
    for answer in answers(warc, settings.page_bytes):
        survey.add(answer.exchange)
        began = [min(*began, answer.when)] if answer.when and began else began or _some(answer.when)
    damage = tuple(f"{path.name}: {what}." for what in warc.damage)
    homepage = survey.homepage
    if not homepage:
        more = f" ({'; '.join(warc.damage)})" if warc.damage else ""
        raise EvidenceError(f"{path}: holds no answer that is a page{more}.")
    site = _site_of(homepage, survey, named, path)
    wanted, found = survey.wanted(site, settings)
    exchanges = _exchanges(path, settings.page_bytes)
    visit = archived.visit(site, exchanges, wanted, found, settings, began[0] if began else None)
    empty = Run("", dt.datetime.min, None, Engines("", ""), {}, {}, settings.seed)
    return Kept(empty, visit, {}), damage


def _lost(result: SiteResult) -> Source:
    return lambda: result


def _some(when: dt.datetime | None) -> list[dt.datetime]:
    return [when] if when else []


def _exchanges(path: Path, longest: int) -> Iterator[Exchange]:
    return (answer.exchange for answer in answers(Warc(path), longest))


def _site_of(homepage: str, survey: archived.Survey, named: Sequence[Site], path: Path) -> Site:
    from lgaudit import register

    for site in named:
        if survey.wanted(site, Settings(crawl_pages=1))[0]:
            return site
    if named:
        raise EvidenceError(
            f"{path}: holds no page of {' or '.join(site.slug for site in named)}; most of its"
            f" pages are of {homepage}."
        )
    return register.sites_at([homepage], ())[0]


def _reading(path: Path, named: Sequence[Site] = (), settings: Settings | None = None) -> Source:
    def read() -> Kept:
        kept = read_snapshot(path)
        if kept is None and settings is not None:
            kept = of_stranger(path, named, settings)[0]
        if kept is None:
            raise EvidenceError(f"{path}: was not written by lgaudit.")
        return kept

    return read


def _plan(
    origin: Run, sites: tuple[Site, ...], book: Rulebook, when: dt.datetime, judged_from: str
) -> Plan:
    """A run of the time when the sites were seen, judged now."""
    known = {k: v for k, v in origin.settings.items() if k in Settings.__struct_fields__}
    settings = msgspec.convert(known, Settings)
    said = repr((judged_from, [s.slug for s in sites], sorted(book.digests.items())))
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:6]
    made = replace(
        origin,
        id=f"{when:%Y%m%d-%H%M%S}-{digest}",
        finished=None,
        engines=Engines(__version__, book.bar.version),
        packs=book.digests,
        judged=when,
        judged_from=judged_from,
        judged_bar=origin.judged_bar or origin.engines.bar,
    )
    return Plan(made, sites, settings, book)
