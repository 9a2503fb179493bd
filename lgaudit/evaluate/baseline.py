"""Known issues against what is there now: what is new, what is known, what is fixed.

Matching is one to one. In order: exactly the same element on the same page; the same build in the
same place with anchors that agree; the same target and text, built anew; then exactly the same
element on another page it moved to. Surer matches are made first in each step, ties in the order
of what is written, so neither the order of the file nor of the findings matters.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lgaudit.baselines import Known, storable
from lgaudit.evaluate import identity as ids
from lgaudit.evaluate.identity import Identity, Level

NEW, KNOWN, EXPIRED, UNLISTED = "new", "known", "expired", "unlisted"
WHOLE_SITE = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One place where a rule fails now; ``sure`` is False for cantTell."""

    page: str  # as the baseline calls it, WHOLE_SITE for a site
    rule: str
    snippet: str = ""
    selector: str = ""
    message: str = ""  # of the place; of the finding when it names no place
    sure: bool = True

    def known(self) -> Known:
        """The entry that a baseline keeps of it."""
        element, message = storable(self.snippet.strip()), storable(self.message)
        place = storable(ids.place_of(self.snippet, self.selector))
        keep = message if not (element or place) or "“" in message else ""
        return Known(self.rule, element, place, keep, {self.page: 1})


@dataclass(frozen=True, slots=True)
class Match:
    """A known issue that was known again."""

    known: int  # index into the known issues
    page: str  # where it was known
    seen: int  # index into what is seen
    level: Level


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of everything known and everything seen. Lists are sorted."""

    status: tuple[str, ...]  # of each seen place: new, known, expired or unlisted (cantTell)
    matches: tuple[Match, ...]
    fixed: Mapping[tuple[int, str], int]  # (known, page) -> places
    unseen: Mapping[tuple[int, str], int]  # not looked at this time, so neither known nor fixed


@dataclass
class _Open:
    """What is not matched yet."""

    known: list[Identity]
    now: list[Identity]
    seen: Sequence[Seen]
    left: Counter[tuple[int, str]]
    waiting: list[int]  # indexes of seen places, in the order of what they say
    made: list[Match]

    def take(self, known: int, page: str, seen: int, level: Level) -> None:
        self.left[known, page] -= 1
        self.made.append(Match(known, page, seen, level))

    def done(self) -> None:
        matched = {match.seen for match in self.made}
        self.waiting = [number for number in self.waiting if number not in matched]


def compare(
    known: Sequence[Known],
    seen: Sequence[Seen],
    *,
    looked: Callable[[str, str], bool],
    gone: Callable[[str], bool],
    today: dt.date,
) -> Comparison:
    """Match what is known against what is seen.

    Args:
        looked: (rule, page) -> whether that rule gave a clear answer about all of that page.
        gone: page -> whether the page is there no more (not just left out of this run).
        today: entries that expired before this day count as new again.
    """
    state = _Open(
        known=[ids.identity(k.rule, k.element, k.place, k.message) for k in known],
        now=[_identity(place) for place in seen],
        seen=seen,
        left=Counter({(n, page): count for n, k in enumerate(known) for page, count in k.on()}),
        waiting=[],
        made=[],
    )
    by_words = sorted(range(len(known)), key=lambda n: known[n].order())
    order = {n: place for place, n in enumerate(by_words)}
    for sure in (True, False):
        state.waiting = sorted(
            (n for n, place in enumerate(seen) if place.sure is sure), key=lambda n: _words(seen[n])
        )
        _here(state, order)
        if sure:
            _moved(state, order, looked, gone)
    status = [NEW if place.sure else UNLISTED for place in seen]
    for match in state.made:
        expires = known[match.known].expires
        over = expires is not None and expires < today and seen[match.seen].sure
        status[match.seen] = EXPIRED if over else KNOWN
    fixed: dict[tuple[int, str], int] = {}
    unseen: dict[tuple[int, str], int] = {}
    for (number, page), count in sorted(state.left.items()):
        if count > 0:
            clear = gone(page) or looked(known[number].rule, page)
            (fixed if clear else unseen)[number, page] = count
    made = tuple(sorted(state.made, key=lambda m: m.seen))
    return Comparison(tuple(status), made, fixed, unseen)


def _identity(place: Seen) -> Identity:
    kept = place.known()
    return ids.identity(place.rule, kept.element, kept.place, place.message)


def _words(place: Seen) -> tuple[str, ...]:
    return (place.rule, place.page, place.snippet, place.selector, place.message)


def _here(state: _Open, order: Mapping[int, int]) -> None:
    """The three steps on each page by itself."""
    on: dict[tuple[str, str], list[int]] = {}
    for number, page in state.left:
        on.setdefault((state.known[number].rule, page), []).append(number)
    for level in Level:
        score = _SCORES[level]
        pairs: dict[tuple[str, str], list[int]] = {}
        for number in state.waiting:
            place = state.seen[number]
            pairs.setdefault((place.rule, place.page), []).append(number)
        for spot, waiting in pairs.items():
            candidates = [
                (-sure, order[old], rank, old, new)
                for rank, new in enumerate(waiting)
                for old in on.get(spot, ())
                if state.left[old, spot[1]] > 0
                and (sure := score(state.known[old], state.now[new]))
            ]
            taken: set[int] = set()
            for _, _, _, old, new in sorted(candidates):
                if new not in taken and state.left[old, spot[1]] > 0:
                    taken.add(new)
                    state.take(old, spot[1], new, level)
        state.done()


def _exact(before: Identity, now: Identity) -> int:
    if before.exact != now.exact or not ids.same_words(before, now):
        return 0
    return 2 if before.place == now.place else 1


_SCORES = {Level.EXACT: _exact, Level.STRUCTURE: ids.structural, Level.TEXT: ids.textual}


def _moved(
    state: _Open,
    order: Mapping[int, int],
    looked: Callable[[str, str], bool],
    gone: Callable[[str], bool],
) -> None:
    """The same element on another page, when it has surely left the page it was known on."""
    donors: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for number, page in sorted(state.left, key=lambda item: (order[item[0]], item[1])):
        one = state.known[number]
        if state.left[number, page] > 0 and one.moves and (gone(page) or looked(one.rule, page)):
            donors.setdefault((one.rule, one.exact), []).append((number, page))
    for new in state.waiting:
        now = state.now[new]
        for number, page in donors.get((now.rule, now.exact), ()):
            if state.left[number, page] > 0 and ids.same_words(state.known[number], now):
                state.take(number, page, new, Level.EXACT)
                break
    state.done()


def updated(
    known: Sequence[Known], seen: Sequence[Seen], said: Comparison, *, grow: bool = False
) -> tuple[Known, ...]:
    """The baseline without what is fixed, written as it looks today; with new issues if ``grow``.

    Reasons and expiry dates stay with their issue. Never holds more places than before unless
    ``grow``.
    """
    return merged(_kept(known, seen, said, grow))


def _kept(
    known: Sequence[Known], seen: Sequence[Seen], said: Comparison, grow: bool
) -> Iterator[Known]:
    for match in said.matches:
        old, place = known[match.known], seen[match.seen]
        # What nobody can tell of today is kept as it was when it surely failed.
        now = place.known() if place.sure else replace(old, pages={match.page: 1})
        yield replace(now, reason=old.reason, expires=old.expires)
    for (number, page), count in said.unseen.items():
        yield replace(known[number], pages={page: count})
    if grow:
        for place, status in zip(seen, said.status, strict=True):
            if status == NEW:
                yield place.known()


def merged(known: Iterable[Known]) -> tuple[Known, ...]:
    """Equal issues as one entry with all their pages; sorted."""
    pages: dict[Known, Counter[str]] = {}
    for entry in known:
        bare = replace(entry, pages={})
        pages.setdefault(bare, Counter()).update(dict(entry.on()))
    whole = (replace(entry, pages=dict(sorted(on.items()))) for entry, on in pages.items())
    return tuple(sorted(whole, key=Known.order))
