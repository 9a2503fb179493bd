"""How well baselines follow HTML that other people rendered anew: two versions of one package.

    mkdir /tmp/churn && cd /tmp/churn
    npm pack govuk-frontend@4.9.0 govuk-frontend@5.0.0
    for v in 4.9.0 5.0.0; do mkdir $v; tar xzf govuk-frontend-$v.tgz -C $v; done
    .venv/bin/python -m benchmarks.baseline_real /tmp/churn/4.9.0 /tmp/churn/5.0.0

Every component of the GOV.UK Design System comes with named examples and their HTML, so the same
example in two versions is a page before and after a re-rendering that nobody here wrote. Each
element of a kind that rules look at stands for a defect, as if axe-core had named it. Which
element is which is known without the matcher: the third link of an example is its third link,
wherever both versions have as many.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from selectolax.lexbor import LexborNode

from lgaudit import dom
from lgaudit.evaluate.baseline import NEW, Seen, compare

KINDS = {
    "a": "axe/link-name",
    "img": "axe/image-alt",
    "svg": "axe/svg-img-alt",
    "input": "axe/label",
    "select": "axe/select-name",
    "textarea": "axe/label",
    "button": "axe/button-name",
    "h1": "axe/color-contrast",
    "h2": "axe/color-contrast",
    "h3": "axe/color-contrast",
    "p": "axe/color-contrast",
    "label": "axe/color-contrast",
    "span": "axe/color-contrast",
    "strong": "axe/color-contrast",
    "table": "axe/scope-attr-valid",
    "fieldset": "axe/aria-valid-attr-value",
    "ul": "axe/list",
    "dl": "axe/definition-list",
}
TODAY = dt.date(2026, 11, 1)


@dataclass
class Tally:
    """What came of it."""

    examples: int = 0
    changed: int = 0  # elements whose source is not the same in both versions
    unchanged: int = 0  # defects that are in both versions
    matched: int = 0
    wrongly: int = 0  # matched, but with another element
    new: int = 0
    hidden: int = 0
    misses: list[str] = field(default_factory=list)
    covers: list[str] = field(default_factory=list)


def examples(folder: Path) -> dict[tuple[str, str], str]:
    """(component, name of the example) -> its HTML."""
    found = {}
    for file in sorted(folder.rglob("fixtures.json")):
        for one in json.loads(file.read_text()).get("fixtures", ()):
            found[file.parent.name, one["name"]] = one["html"]
    return found


def shown(source: str, node: LexborNode, axe: bool) -> str:
    """The element as axe-core shows it (the start tag alone where it is long), or our own rules."""
    if not axe:
        return dom.snippet(node)
    return source if len(source) <= 300 else source[: source.find(">") + 1]


def places(html: str, axe: bool) -> dict[str, list[Seen]]:
    """Every place of each kind, in document order."""
    tree = dom.parse(f"<!doctype html><html lang=en><title>T</title><main>{html}</main>")
    return {
        tag: [
            Seen("/page", rule, shown(node.html or "", node, axe), dom.selector_of(node))
            for node in tree.css(tag)
        ]
        for tag, rule in KINDS.items()
    }


def told_apart(seen: list[Seen], one: int) -> bool:
    """Whether no other place looks exactly like it."""
    return [place.snippet for place in seen].count(seen[one].snippet) == 1


def matches(before: list[Seen], after: list[Seen]) -> dict[int, int]:
    """Index before -> index after, as the baseline sees it."""
    known = [place.known() for place in before]
    said = compare(known, after, looked=lambda *_: True, gone=lambda _: False, today=TODAY)
    assert all(status == NEW for n, status in enumerate(said.status) if n not in _seen(said))
    return {match.known: match.seen for match in said.matches}


def _seen(said: object) -> set[int]:
    return {match.seen for match in said.matches}  # type: ignore[attr-defined]


def measure(before: Path, after: Path, axe: bool) -> Tally:
    """Compare every example that both versions have."""
    old, new = examples(before), examples(after)
    tally = Tally()
    for key in sorted(old.keys() & new.keys()):
        tally.examples += 1
        was, now = places(old[key], axe), places(new[key], axe)
        for tag in KINDS:
            if len(was[tag]) == len(now[tag]):
                _kind(tally, f"{key[0]}/{key[1]}", was[tag], now[tag])
    return tally


def _kind(tally: Tally, name: str, was: list[Seen], now: list[Seen]) -> None:
    link = matches(was, now)
    for n in range(len(was)):
        if not (told_apart(was, n) and told_apart(now, n)):
            continue  # which of several equal ones it is, nobody can say
        tally.unchanged += 1
        tally.changed += was[n].snippet != now[n].snippet
        if n not in link:
            tally.misses.append(f"{name}: {was[n].snippet[:160]}\n      {now[n].snippet[:160]}")
        elif link[n] == n:
            tally.matched += 1
        else:
            tally.wrongly += 1
    for fixed, added in _swaps(len(was)):
        if not (told_apart(was, fixed) and told_apart(now, added)):
            continue
        if _nested(was[fixed], was[added]) or _nested(now[fixed], now[added]):
            continue  # one is the wrapping of the other
        known = [place for n, place in enumerate(was) if n != added]
        found = [n for n in range(len(now)) if n != fixed]
        link = matches(known, [now[n] for n in found])
        tally.new += 1
        if found.index(added) in link.values():
            tally.hidden += 1
            tally.covers.append(
                f"{name}: {was[fixed].snippet[:160]}\n      {now[added].snippet[:160]}"
            )


def _nested(one: Seen, other: Seen) -> bool:
    return one.selector.startswith(other.selector + " ") or other.selector.startswith(
        one.selector + " "
    )


def _swaps(size: int) -> Iterator[tuple[int, int]]:
    """(put right, new in the same release): each place with its neighbours."""
    for n in range(size - 1):
        yield n, n + 1
        yield n + 1, n


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--show", type=int, default=0, help="print so many misses and covers")
    given = parser.parse_args()
    for folder in (given.before, given.after):
        if not folder.is_dir():
            raise SystemExit(f"{folder} is no folder. Unpack a version of govuk-frontend there.")
    for axe in (True, False):
        _print(
            measure(given.before, given.after, axe), "axe-core" if axe else "lgaudit", given.show
        )


def _print(tally: Tally, whose: str, show: int) -> None:
    share = tally.matched / max(1, tally.unchanged)
    print(
        f"as {whose} shows them: {tally.examples} examples; {tally.matched} of {tally.unchanged}"
        f" unchanged defects known again ({share:.1%}), {tally.changed} of them in other source;"
        f" {tally.wrongly} taken for another; {tally.hidden} of {tally.new} new ones hidden"
    )
    for title, lines in (("not known again", tally.misses), ("hidden", tally.covers)):
        for line in lines[:show]:
            print(f"  {title}: {line}")


if __name__ == "__main__":
    main()
