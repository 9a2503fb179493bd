"""What comparing needs of a visit, in one short row: kept beside the tables it is made from.

Made when a site is saved, and by a migration for what was saved before. Reading a run of 382 sites
this way takes a tenth of a second; from pages and outcomes it takes two.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from lgaudit.differences import Judged
from lgaudit.evidence import Coverage
from lgaudit.models import Interval, Outcome, Reason, RuleScore, SiteScore
from lgaudit.results import LETTERS, SiteResult

_ENOUGH = 1 << 24  # bytes one visit may unpack to


class Said(msgspec.Struct, array_like=True):
    """What a visit's rules said, page by page. Numbers are of ``text``."""

    pages: list[int]  # addresses, in page order
    templates: list[str]
    counts: str  # 1 for each page that was sampled and seen as a resident sees it, else 0
    coverage: Coverage
    rules: list[int]
    whole: str  # a letter for each rule: what it said of the site
    letters: str  # for each rule in turn, a letter for each page


def row(result: SiteResult, number: Mapping[str, int]) -> dict[str, Any]:
    """A site's tally, all but ``visit``."""
    urls = [page.url for page in result.pages]
    said = Said(
        [number[url] for url in urls],
        [page.template for page in result.pages],
        "".join("01"[page.sampled and page.verdict.ok] for page in result.pages),
        result.coverage,
        [number[told.rule] for told in result.outcomes],
        "".join(LETTERS[told.by_page.get("", Outcome.INAPPLICABLE)] for told in result.outcomes),
        "".join(told.letters(urls) for told in result.outcomes),
    )
    return {**scored(result.score, result.verdict.reason, number), "said": pack(said)}


def scored(score: SiteScore | None, reason: Reason, number: Mapping[str, int]) -> dict[str, Any]:
    """The columns that a new score changes. ``reason``: why the site could not be seen, or ok."""
    if score is None:
        return standing(None, reason.value, [])
    return standing(score, score.reason, failed(score.rules, number))


def failed(rules: Iterable[RuleScore], number: Mapping[str, int]) -> list[int]:
    """The numbers of the rules that failed somewhere."""
    return [number[one.rule] for one in rules if one.failed]


def standing(score: SiteScore | None, reason: str, failing: Sequence[int]) -> dict[str, Any]:
    """The columns about the score; ``failing`` are numbers of rules."""
    overall = score.overall if score else None
    return {
        "score": overall.value if overall else None,
        "score_low": overall.low if overall else None,
        "score_high": overall.high if overall else None,
        "reason": reason,
        "rules_met": score.rules_met if score else 0,
        "rules_applicable": score.rules_applicable if score else 0,
        "categories": msgspec.json.encode(_spans(score)).decode(),
        "failing": msgspec.msgpack.encode(steps(sorted(set(failing)))),
    }


def _spans(score: SiteScore | None) -> dict[str, tuple[float, float, float]]:
    own = score.categories.items() if score else ()
    return {name: (one.value, one.low, one.high) for name, one in own if one}


def pack(said: Said) -> bytes:
    """As ``tally.said`` keeps it: MessagePack, deflated, numbers as :func:`steps`."""
    near = msgspec.structs.replace(said, pages=steps(said.pages), rules=steps(said.rules))
    return zlib.compress(msgspec.msgpack.encode(near), 4)


def numbers_of(failing: bytes) -> list[int]:
    """The rules of ``tally.failing``."""
    return walked(_STEPS.decode(failing))


def steps(numbers: Iterable[int]) -> list[int]:
    """Each number less the one before: numbers of neighbours are near, so little is to be kept."""
    own = [0, *numbers]
    return [after - before for before, after in itertools.pairwise(own)]


def walked(found: Iterable[int]) -> list[int]:
    """The numbers again."""
    return list(itertools.accumulate(found))


def categories(text: str) -> dict[str, tuple[float, float, float]]:
    """The scores of ``tally.categories``: score, low, high."""
    return _CATEGORIES.decode(text)


def unpack(packed: bytes) -> Said:
    """What :func:`pack` packed, numbers as they are."""
    said = _SAID.decode(zlib.decompressobj().decompress(packed, _ENOUGH))
    said.pages, said.rules = walked(said.pages), walked(said.rules)
    return said


def judged(
    slug: str, score: Interval | None, reason: str, said: Said, rules: tuple[str, ...]
) -> Judged:
    """A visit as comparing wants it; ``rules`` are the ids of ``said.rules``."""
    return Judged(
        slug=slug,
        keys=tuple(said.pages),
        templates=tuple(said.templates),
        counts=tuple(one == "1" for one in said.counts),
        rules=rules,
        whole=said.whole,
        letters=said.letters,
        score=score,
        reason=reason,
        fraction=said.coverage.fraction(said.counts.count("1")),
    )


_SAID = msgspec.msgpack.Decoder(Said)
_STEPS = msgspec.msgpack.Decoder(list[int])
_CATEGORIES = msgspec.json.Decoder(dict[str, tuple[float, float, float]])
