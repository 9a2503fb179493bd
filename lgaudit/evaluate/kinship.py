"""Patterns that are one defect though they are written differently from site to site."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lgaudit.evaluate.marks import Build
from lgaudit.evaluate.sightings import Pattern, Where

ALIKE = 0.7  # share of words that two versions of one text have in common


def together(
    patterns: Mapping[tuple[str, Build], Pattern],
) -> Iterable[tuple[str, Pattern]]:
    """Patterns with those joined that a template writes alike with other words on each site.

    Only where nearly every page of each site has it in one place: such an element is the
    template's. Several of one build on a site are told apart by their words.
    """
    alike: dict[tuple[object, ...], list[Pattern]] = defaultdict(list)
    for product, pattern in _whatever_target(patterns):
        everywhere = pattern.spot is not None and all(
            where.widespread for where in pattern.sites.values()
        )
        if everywhere:
            alike[product, pattern.mark.build, pattern.mark.place].append(pattern)
        else:
            yield product, pattern
    for known, group in alike.items():
        for pattern in _joined(group):
            yield str(known[0]), pattern


def _whatever_target(
    patterns: Mapping[tuple[str, Build], Pattern],
) -> Iterable[tuple[str, Pattern]]:
    """Patterns with those joined that differ only in where they point, page by page.

    A link to the page itself, to share or to print it, is one element of the template.
    """
    alike: dict[tuple[object, ...], list[Pattern]] = defaultdict(list)
    for (product, _), pattern in patterns.items():
        mark = pattern.mark
        alike[product, mark.build, mark.place, mark.words, mark.says].append(pattern)
    for known, group in alike.items():
        pages = [
            (slug, url) for p in group for slug, where in p.sites.items() for url in where.urls
        ]
        whole = _merged(group)
        once_a_page = len(pages) == len(set(pages))
        if once_a_page and any(where.widespread for where in whole.sites.values()):
            yield str(known[0]), whole
        else:
            yield from ((str(known[0]), pattern) for pattern in group)


def _merged(group: Sequence[Pattern]) -> Pattern:
    """One pattern with the sites and pages of all; the first is shown."""
    if len(group) == 1:
        return group[0]
    sites: dict[str, Where] = {}
    for pattern in group:
        for slug, where in pattern.sites.items():
            known = sites.setdefault(slug, Where(judged=where.judged))
            known.urls |= where.urls
            known.alone += where.alone
            known.marks |= where.marks
            known.places += where.places
    return replace(group[0], mark=replace(group[0].mark, target=""), sites=sites)


def _joined(group: list[Pattern]) -> list[Pattern]:
    one_a_site = sum(len(p.sites) for p in group) == len({s for p in group for s in p.sites})
    joined: list[Pattern] = []
    for pattern in sorted(group, key=lambda p: (-len(p.sites), p.mark.words, p.mark.target)):
        for other in joined:
            apart = not (other.sites.keys() & pattern.sites.keys())
            if apart and (one_a_site or _similar(other.mark.words, pattern.mark.words)):
                other.sites |= pattern.sites
                break
        else:
            joined.append(replace(pattern, sites=dict(pattern.sites)))
    return joined


def _similar(one: Sequence[str], other: Sequence[str]) -> bool:
    first, second = Counter(one), Counter(other)
    most = first.total() + second.total()
    return bool(most) and 2 * (first & second).total() >= ALIKE * most
