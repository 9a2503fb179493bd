"""From what was kept of each site to its score, and from the scores to the ranks of a run."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from lgaudit import __version__
from lgaudit.evaluate.enough import BROWSER_EVIDENCE
from lgaudit.models import Engines
from lgaudit.plan import Clock, Plan, Watch
from lgaudit.results import Results
from lgaudit.settings import Settings

if TYPE_CHECKING:
    from lgaudit.store import Store


def score(plan: Plan, store: Store, watch: Watch) -> None:
    """Score every kept site by the plan's bar, one in memory at a time."""
    from lgaudit.evaluate import scores  # brings numpy, which a check does without

    results = store.results(plan.run.id)
    watch.stage("Scoring", len(results.sites))
    absent = absent_evidence(plan.settings)
    for result in results.each_site():
        scored = scores.score_outcomes(
            plan.book.rules,
            plan.book.bar,
            result.outcomes,
            result.pages,
            site=result.site.slug,
            seed=plan.run.seed,
            coverage=result.coverage,
            verdict=result.verdict,
            absent=absent,
        )
        store.save_score(plan.run.id, scored.score, scored.draws)
        watch.step(result.site.slug)


def absent_evidence(settings: Settings) -> Collection[str]:
    """Evidence that this run gathers of no site at all."""
    absent = frozenset() if settings.ask_search else frozenset({"search"})
    if not settings.browser:
        return BROWSER_EVIDENCE | absent
    return absent if settings.quiet_pages else absent | {"quiet"}


def finish(plan: Plan, store: Store, clock: Clock) -> Results:
    """Rank what was scored and close the run."""
    from lgaudit.evaluate.ranks import rank

    results = store.results(plan.run.id)
    ranks = rank(results.overall, store.draws(plan.run.id), confidence=plan.book.bar.confidence)
    store.finish_run(plan.run.id, ranks, clock(), engines_of(plan, results))
    return store.results(plan.run.id)


def engines_of(plan: Plan, results: Results) -> Engines:
    """The versions that judged, as the engines reported them on the sites they saw."""
    seen = [(site.axe_core, site.browser) for site in results.each_site() if site.browser]
    axe_core = ", ".join(sorted({axe for axe, _ in seen if axe}))
    browser = ", ".join(sorted({browser for _, browser in seen}))
    return Engines(__version__, plan.book.bar.version, axe_core, browser)
