"""Compare two kept runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from lgaudit.differences import Compared, Difference, Side
from lgaudit.errors import StoreError
from lgaudit.evaluate import difference
from lgaudit.halves import in_two
from lgaudit.strict import did_you_mean

if TYPE_CHECKING:
    from lgaudit.store import Store
    from lgaudit.store.kept import KeptResults

MANY = 100  # sites of which another core compares half
_EARLIER = 4000  # visits read to tell what returned from what is new


def run_named(store: Store, name: str, before: str = "") -> str:
    """The run meant by an id, the start of one, ``latest``, ``previous`` or a date.

    A date means the newest run that began on or before that day. ``previous`` is the newest run
    of an earlier visit than ``before``'s (latest when not given).

    Raises:
        StoreError: there is no such run.
    """
    runs = [run for run in store.runs() if run.finished is not None]
    if name == "previous":
        start = store.results(store.run_id(before or "latest")).run.started
        found = next((run.id for run in runs if run.started < start), None)
        if found is None:
            raise StoreError(
                f"{store.where} holds no run from before {start:%d %B %Y}; two are needed to"
                " compare. Audit again later, or name runs from `lgaudit runs list`."
            )
        return found
    try:
        day = dt.date.fromisoformat(name) if len(name) == 10 else None
    except ValueError:
        day = None
    if day is None:
        return store.run_id(name)
    found = next((run.id for run in runs if run.started.date() <= day), None)
    if found is None:
        raise StoreError(f"{store.where} holds no finished run from {day} or before.")
    return found


def compare(store: Store, first: str, second: str, slugs: Iterable[str] = ()) -> Compared:
    """How the sites of two runs (ids) differ; of some sites only when slugs are given.

    The later run's bar judges both: the earlier visit's newest judgement by that bar is taken
    where the store holds one, otherwise only rules that judge alike are compared.

    Raises:
        StoreError: the runs are of one visit, or share no site.
    """
    old, new = store.results(first), store.results(second)
    if old.run.started > new.run.started:
        old, new = new, old
    if old.run.started == new.run.started and old.run.id == new.run.id:
        raise StoreError(f"{first} is one run. Name two, see `lgaudit runs list`.")
    judged = _judged_alike(store, old, new)
    rules, left_out = difference.alike(new.rules, judged.rules)
    sides = difference.Sides(rules, new.bar, _axe(judged) != _axe(new))
    chosen = set(slugs) or None
    tallies = store.tallies
    then, now = tallies.judged(judged.run.id, chosen), tallies.judged(new.run.id, chosen)
    published = then if judged is old else tallies.judged(old.run.id, chosen)
    shared = sorted(then.keys() & now.keys())
    if not shared:
        what = f"both looked at {', '.join(sorted(chosen))}" if chosen else "looked at one website"
        near = did_you_mean(min(chosen), tallies.judged(new.run.id)) if chosen else ""
        raise StoreError(
            f"{old.run.id} and {new.run.id} have not {what}; nothing to compare.{near}"
        )
    earlier = _earlier(store, old, shared, everything=chosen is None)

    def each(names: Sequence[str]) -> list[Difference]:
        return [
            difference.compare(
                published.get(slug, then[slug]), then[slug], now[slug], sides,
                earlier.get(slug, frozenset()),
            )
            for slug in names
        ]  # fmt: skip

    found = difference.adjusted(in_two(each, shared, MANY))
    everyone = len(then.keys() | now.keys())
    mean, parts = difference.sector(found, everyone, new.bar.confidence)
    return Compared(
        before=_side(old, judged), now=_side(new, new),
        one_bar=not left_out and judged.bar == new.bar,
        rules=len(rules), left_out=left_out, confidence=new.bar.confidence, sites=found,
        only_before=tuple(sorted(then.keys() - now.keys())),
        only_now=tuple(sorted(now.keys() - then.keys())), sector=mean, parts=parts,
    )  # fmt: skip


def _axe(results: KeptResults) -> str:
    return results.run.engines.axe_core


def _side(own: KeptResults, judged: KeptResults) -> Side:
    run = own.run
    return Side(run.id, judged.run.id, run.started, run.engines.bar, run.engines.axe_core)


def _judged_alike(store: Store, old: KeptResults, new: KeptResults) -> KeptResults:
    """The judgement of the old visit that comes nearest to the new run's."""
    own = _by_one_bar(old, new)
    if own:
        return old
    for summary in store.runs():
        again = summary.judged_from == (old.run.judged_from or old.run.id)
        if again and summary.finished and summary.id != old.run.id:
            other = store.results(summary.id)
            if _by_one_bar(other, new):
                return other
    return old


def _by_one_bar(one: KeptResults, new: KeptResults) -> bool:
    return one.bar == new.bar and not difference.alike(new.rules, one.rules)[1]


def _earlier(
    store: Store, old: KeptResults, slugs: Sequence[str], *, everything: bool
) -> Mapping[str, frozenset[str]]:
    """Rules each site failed in visits before the older of the two runs."""
    runs = [s.id for s in store.runs() if s.finished and s.started < old.run.started]
    runs = runs[: max(1, _EARLIER // max(1, len(slugs)))]
    return store.tallies.ever_failing(runs, None if everything else slugs)
