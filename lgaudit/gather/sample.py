"""Choose which pages of a site are judged, after WCAG-EM: a structured part and a random part.

Every choice is a rank by a hash of seed and address, so it depends on nothing but the seed and the
address itself: not on the order pages were found in, and hardly on which others were found. The
same seed and site give the same sample; one page more on the site changes at most a few choices.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from lgaudit.models import Kind

# WCAG-EM step 3.1: common pages, then a page of each other kind. Service pages are the top tasks.
STRUCTURED: tuple[tuple[Kind, int], ...] = (
    (Kind.HOME, 2),  # the second is the home page in Welsh, where there is one
    (Kind.STATEMENT, 1),
    (Kind.CONTACT, 1),
    (Kind.SERVICE, 4),
    (Kind.SEARCH, 1),
    (Kind.FORM, 2),
    (Kind.NEWS, 1),
    (Kind.DOCUMENT, 1),
    (Kind.MEETING, 1),
)
STRUCTURED_SHARE = 0.6  # at most this share of the sample is structured; the rest is random
KEPT_SHARE = 0.8  # of an earlier sample; the rest is refreshed
SHALLOW = 2  # clicks from the home page


@dataclass(frozen=True, slots=True)
class Candidate:
    """One page that could be judged. ``template_hint`` is the same for pages that look alike."""

    url: str
    kind: Kind
    depth: int  # clicks from the home page
    template_hint: str = ""  # such as the first segment of the path


@dataclass(frozen=True, slots=True)
class Sampled:
    """One chosen page; ``stratum`` is "structured" or "random"."""

    url: str
    stratum: str


def choose(
    candidates: Iterable[Candidate], *, pages: int, seed: int, panel: Sequence[str] = ()
) -> tuple[Sampled, ...]:
    """At most ``pages`` pages, the structured ones first, then the random ones by address.

    Args:
        candidates: eligible pages, in any order; of two with one address the shallower counts.
        pages: size of the sample.
        seed: the run's seed.
        panel: addresses of an earlier sample; most of those still there are kept.
    """
    known = _unique(candidates)
    ranked = sorted(known.values(), key=lambda c: (rank(seed, c.url), c.url))
    earlier = {url for url in panel if url in known}
    structured = _structured(sorted(ranked, key=lambda c: c.url not in earlier), pages)
    chosen = list(structured)
    chosen += _kept(ranked, earlier, chosen, pages, len(set(panel)))
    for again in (False, True):  # pages that were dropped from the panel come back last of all
        left = [c for c in ranked if c not in chosen and (c.url in earlier) is again]
        chosen += _spread(left, chosen, pages - len(chosen))
    random = sorted(c.url for c in chosen[len(structured) :])
    return tuple(
        [Sampled(c.url, "structured") for c in structured]
        + [Sampled(url, "random") for url in random]
    )


def rank(seed: int, url: str) -> int:
    """A number that looks random and is the same everywhere for this seed and address."""
    return int.from_bytes(hashlib.sha256(f"{seed}\n{url}".encode("utf-8", "replace")).digest()[:8])


def _unique(candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for c in sorted(candidates, key=lambda c: (c.url, c.depth, c.kind.value, c.template_hint)):
        found.setdefault(c.url, c)
    return found


def _structured(ranked: Sequence[Candidate], pages: int) -> list[Candidate]:
    """One or more pages of each kind; shallow ones first, because those are the ones people use."""
    most = max(1, round(pages * STRUCTURED_SHARE)) if pages > 0 else 0
    by_kind = {
        kind: _apart([c for c in ranked if c.kind is kind], number) for kind, number in STRUCTURED
    }
    chosen: list[Candidate] = []
    for turn in range(max(number for _, number in STRUCTURED)):
        chosen += (found[turn] for found in by_kind.values() if turn < len(found))
    return chosen[:most]


def _apart(ranked: Sequence[Candidate], number: int) -> list[Candidate]:
    """The best of one kind: by depth, then one of each template before a second of any."""
    waiting = sorted(ranked, key=lambda c: c.depth)  # stable: the hash decides among equals
    chosen: list[Candidate] = []
    seen: dict[str, int] = {}
    while waiting and len(chosen) < number:
        best = min(waiting, key=lambda c: seen.get(c.template_hint, 0))
        waiting.remove(best)
        chosen.append(best)
        seen[best.template_hint] = seen.get(best.template_hint, 0) + 1
    return chosen


def _kept(
    ranked: Sequence[Candidate],
    earlier: Collection[str],
    chosen: Sequence[Candidate],
    pages: int,
    panel: int,
) -> list[Candidate]:
    """Pages of the earlier sample, until enough of it is kept. ``panel``: how many it had."""
    already = sum(c.url in earlier for c in chosen)
    wanted = min(round(panel * KEPT_SHARE) - already, pages - len(chosen))
    there = [c for c in ranked if c.url in earlier and c not in chosen]
    return there[: max(0, wanted)]


def _spread(
    ranked: Sequence[Candidate], taken: Sequence[Candidate], number: int
) -> list[Candidate]:
    """Random pages, dealt to groups in turn: each template, shallow and deep, gets its share.

    A group's next page comes when the group has the fewest pages so far; the hash of the page
    decides among groups with as many, and the hash alone inside a group.
    """
    groups: dict[tuple[str, bool], list[Candidate]] = {}
    for candidate in reversed(ranked):  # so that pop() takes the best
        groups.setdefault(_group(candidate), []).append(candidate)
    place = {candidate.url: n for n, candidate in enumerate(ranked)}
    count = dict.fromkeys(groups, 0)
    for candidate in taken:
        if _group(candidate) in count:
            count[_group(candidate)] += 1
    chosen: list[Candidate] = []
    while groups and len(chosen) < number:
        group = min(groups, key=lambda g: (count[g], place[groups[g][-1].url]))
        chosen.append(groups[group].pop())
        count[group] += 1
        if not groups[group]:
            del groups[group]
    return chosen


def _group(candidate: Candidate) -> tuple[str, bool]:
    return candidate.template_hint, candidate.depth <= SHALLOW
