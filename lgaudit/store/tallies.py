"""Runs read in as little as comparing them needs: no findings, no places, few strings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Engine, select

from lgaudit.differences import Judged
from lgaudit.evidence import Coverage
from lgaudit.models import Interval, Reason, SiteScore
from lgaudit.store import schema
from lgaudit.store.database import reading
from lgaudit.store.strings import strings


class _Verdict(msgspec.Struct):
    reason: Reason = Reason.OK


class _Page(msgspec.Struct):
    sampled: bool = False
    template: str = ""
    verdict: _Verdict = msgspec.field(default_factory=_Verdict)


class _Summary(msgspec.Struct):
    verdict: _Verdict = msgspec.field(default_factory=_Verdict)
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    score: SiteScore | None = None


class Tallies:
    """Reads many visits at once. Page keys are of this store only."""

    def __init__(self, engine: Engine, where: str) -> None:
        self._engine, self._where = engine, where

    def judged(self, run: str, slugs: Collection[str] | None = None) -> dict[str, Judged]:
        """Every finished visit of a run (or those named), by slug."""
        visit, page, outcome = schema.visit, schema.page, schema.outcome
        chosen = (visit.c.run == run) & visit.c.verdict.is_not(None)
        if slugs is not None:
            chosen &= visit.c.slug.in_(sorted(slugs))
        with reading(self._engine, self._where) as connection:
            visits = connection.execute(
                select(visit.c.id, visit.c.slug, visit.c.summary).where(chosen)
            ).all()
            pages: dict[int, list[tuple[int, str]]] = {row.id: [] for row in visits}
            query = select(page.c.visit, page.c.url, page.c.document)
            query = query.join(visit, page.c.visit == visit.c.id).where(chosen)
            for own, url, document in connection.execute(
                query.order_by(page.c.visit, page.c.number)
            ):
                pages[own].append((url, document))
            said: dict[int, list[tuple[int, str, str]]] = {row.id: [] for row in visits}
            rows = select(outcome.c.visit, outcome.c.rule, outcome.c.site, outcome.c.pages)
            rows = rows.join(visit, outcome.c.visit == visit.c.id).where(chosen)
            named = set()
            for own, rule, whole, letters in connection.execute(rows):
                said[own].append((rule, whole, letters))
                named.add(rule)
            names = strings(connection, named)
        return {
            row.slug: _judged(row.slug, row.summary, pages[row.id], said[row.id], names)
            for row in sorted(visits, key=lambda row: row.slug)
        }

    def scores(
        self, runs: Sequence[str], slugs: Collection[str] | None = None
    ) -> dict[str, dict[str, Interval]]:
        """Overall scores by run, then slug; ranked sites only."""
        visit = schema.visit
        chosen = visit.c.run.in_(runs) & visit.c.score.is_not(None)
        if slugs is not None:
            chosen &= visit.c.slug.in_(sorted(slugs))
        found: dict[str, dict[str, Interval]] = {run: {} for run in runs}
        decoder = msgspec.json.Decoder(_Summary)
        with reading(self._engine, self._where) as connection:
            query = select(visit.c.run, visit.c.slug, visit.c.summary).where(chosen)
            for run, slug, summary in connection.execute(query):
                score = decoder.decode(summary).score
                if score and score.overall:
                    found[run][slug] = score.overall
        return found

    def failing(
        self, runs: Iterable[str], slugs: Collection[str] | None
    ) -> Mapping[tuple[str, str], frozenset[str]]:
        """The rules each visit failed, by run and slug."""
        visit, table = schema.visit, schema.rule_score
        chosen = visit.c.run.in_(list(runs)) & (table.c.failed > 0)
        if slugs is not None:
            chosen &= visit.c.slug.in_(sorted(slugs))
        query = select(visit.c.run, visit.c.slug, table.c.rule)
        query = query.join(visit, table.c.visit == visit.c.id).where(chosen)
        held: dict[tuple[str, str], set[int]] = {}
        with reading(self._engine, self._where) as connection:
            for run, slug, rule in connection.execute(query):
                held.setdefault((run, slug), set()).add(rule)
            names = strings(connection, set().union(*held.values()) if held else ())
        return {key: frozenset(names[rule] for rule in own) for key, own in held.items()}

    def answered(self, run: str) -> set[str]:
        """The slugs of the finished sites of a run that could be seen."""
        visit = schema.visit
        query = select(visit.c.slug).where(visit.c.run == run, visit.c.verdict == Reason.OK.value)
        with reading(self._engine, self._where) as connection:
            return set(connection.scalars(query))


def _judged(
    slug: str,
    summary: str,
    pages: Sequence[tuple[int, str]],
    said: Sequence[tuple[int, str, str]],
    names: Mapping[int, str],
) -> Judged:
    kept = msgspec.json.decode(summary, type=_Summary)
    own = [_PAGES.decode(document) for _, document in pages]
    many, score = len(pages), kept.score
    counts = tuple(page.sampled and page.verdict.reason is Reason.OK for page in own)
    return Judged(
        slug=slug,
        keys=tuple(url for url, _ in pages),
        templates=tuple(page.template for page in own),
        counts=counts,
        letters={names[rule]: letters[:many] for rule, _, letters in said},
        whole={names[rule]: whole for rule, whole, _ in said if whole},
        score=score.overall if score else None,
        reason=score.reason if score else kept.verdict.reason.value,
        fraction=kept.coverage.fraction(sum(counts)),
    )


_PAGES = msgspec.json.Decoder(_Page)
