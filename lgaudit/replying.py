"""Hear a finished run's councils: their replies, and the scores with those that were accepted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from lgaudit import register, replies
from lgaudit.evaluate import answered, rulebook
from lgaudit.models import Rule, Site
from lgaudit.ranking import absent_evidence
from lgaudit.replies import Heard, Reply, Said
from lgaudit.results import Results
from lgaudit.settings import Settings

if TYPE_CHECKING:
    from lgaudit.evaluate import scores

Draws = Mapping[str, npt.NDArray[np.floating]]


def load(path: str, sites: Sequence[Site], rules: Sequence[Rule]) -> tuple[Reply, ...]:
    """The replies of a file ('' for none), checked against a run, the register and the bar.

    Raises:
        RepliesError: the file cannot be used.
    """
    if not path:
        return ()
    found = replies.read(Path(path))
    councils = {site.slug for site in sites}
    councils |= {council.slug for site in sites for council in site.councils}
    if any(reply.council not in councils for reply in found):
        councils |= {council.slug for council in register.read(None).councils}
    known = {rule.id for rule in rules}
    if any(reply.rule and reply.rule not in known for reply in found):
        known |= {rule.id for rule in rulebook.load().rules}
    replies.check(Path(path), found, councils, known)
    return found


def hear(found: Sequence[Reply], results: Results, draws: Draws) -> Heard:
    """What each reply means for this run, and every score and place with the accepted ones.

    A reply counts from the run that follows it until the day it expires; the run's own date
    decides, so a report written again says the same.
    """
    from lgaudit.evaluate.ranks import rank

    if not found:
        return Heard()
    sites = {
        name: s.slug for s in results.sites for name in (s.slug, *(c.slug for c in s.councils))
    }
    today = results.run.started.date()
    said = [Said(r, sites.get(r.council, ""), r.rule, expired=r.expires <= today) for r in found]
    scores, drawn = dict(results.scores), dict(draws)
    changed = []
    for slug in sorted({one.site for one in said if one.site}):
        own = [one for one in said if one.site == slug]
        heard, scored = _on_site(own, slug, results)
        said = [one for one in said if one.site != slug] + heard
        if scored is not None:
            scores[slug], drawn[slug] = scored.score, scored.draws
            changed.append(slug)
    order = {id(reply): number for number, reply in enumerate(found)}
    ranks = rank(scores, drawn, confidence=results.bar.confidence) if changed else {}
    return Heard(
        tuple(sorted(said, key=lambda one: order[id(one.reply)])),
        {slug: scores[slug] for slug in changed},
        ranks,
    )


def _on_site(
    own: Sequence[Said], slug: str, results: Results
) -> tuple[list[Said], scores.Scored | None]:
    """The replies about one site with what they take out, and its score without that."""
    from lgaudit.evaluate import scores

    result = results.site(slug)
    counting = [one.reply for one in own if one.counts]
    gone = answered.taken_out(
        result,
        {reply.rule for reply in counting if reply.rule},
        {reply.issue for reply in counting if reply.issue},
    )
    heard = [
        replace(
            one,
            rule=answered.rule_of(result, issue) if (issue := one.reply.issue) else one.rule,
            pages=answered.touched(result, gone, one.rule, issue or "") if one.counts else 0,
        )
        for one in own
    ]
    if not gone:
        return heard, None
    known = {k: v for k, v in results.run.settings.items() if k in Settings.__struct_fields__}
    scored = scores.score_outcomes(
        results.rules,
        results.bar,
        answered.outcomes(result, gone),
        result.pages,
        site=slug,
        seed=results.run.seed,
        coverage=result.coverage,
        verdict=result.verdict,
        absent=absent_evidence(msgspec.convert(known, Settings)),
    )
    return heard, scored
