"""Pages before and after: unchanged defects are known again, new ones are never hidden."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lgaudit import dom
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.baseline import NEW, Seen, compare, merged
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import AxeNode, AxeResult, AxeRun, BrowserEvidence, Page
from lgaudit.models import Outcome, Rule

FOLDER = Path(__file__).parent / "churn"
HEAD = "<!doctype html><html lang=en><head><title>Bins - Example</title></head><body><main>"
FILLER = (  # rules about language want to see enough of it, and see nothing wrong here
    "<section><h2>About the service</h2><p>We collect the bins from every home in the district."
    " The lorry comes once a week, and it comes early in the morning. Put the bins out the night"
    " before.</p><p>You can see which day is yours on the map, and you can tell us if the lorry"
    " did not come. We will then come back within two working days to empty the bin.</p></section>"
)
TODAY = dt.date(2026, 11, 1)
LEAST_MATCHED = 0.97


def pairs() -> list[dict[str, Any]]:
    return [
        {**pair, "file": file.stem}
        for file in sorted(FOLDER.glob("*.toml"))
        for pair in tomllib.loads(file.read_text())["pairs"]
    ]


PAIRS = pairs()


@cache
def rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in rulebook.load().rules}


def axe_run(html: str, wanted: dict[str, str]) -> AxeRun:
    """What axe-core would say, had it named the elements a selector finds."""
    tree = dom.parse(html)
    results = []
    for rule, selector in wanted.items():
        nodes = tuple(
            AxeNode(dom.selector_of(node), (node.html or "")[:300], "Fix this.")
            for node in tree.css(selector)
        )
        outcome = Outcome.FAILED if nodes else Outcome.PASSED
        results.append(AxeResult(rule, outcome, "serious", nodes))
    return AxeRun("4.14.1", tuple(results))


def found(pair: dict[str, Any], when: str) -> tuple[list[Seen], set[str]]:
    """Every failing place of a pair's pages, judged by the real rules, and the pages."""
    given = pair[when]
    pages = given if isinstance(given, dict) else {"/page": given}
    wanted = pair.get("axe", {})
    chosen = [rules()[name] for name in pair.get("rules", [])]
    chosen += [rules()[f"axe/{name}"] for name in wanted]
    seen = []
    for name, html in pages.items():
        whole = html if html.lower().startswith("<!doctype") else HEAD + html + FILLER
        url = f"https://www.example.gov.uk{name}"
        axe = axe_run(whole, wanted) if wanted else None
        browser = BrowserEvidence(whole, "", url, 200, axe) if axe else None
        page = Page(url, url, status=200, body=whole.encode(), browser=browser)
        for finding in judge_page(chosen, page):
            if finding.outcome is not Outcome.FAILED:
                continue
            for spot in finding.spots:
                seen.append(Seen(name, finding.rule, spot.snippet, spot.selector, spot.message))
            if not finding.spots:
                seen.append(Seen(name, finding.rule, message=finding.message))
    return seen, set(pages)


@dataclass(frozen=True)
class Judged:
    unchanged: int
    matched: int
    hidden: tuple[str, ...]
    wrong: tuple[str, ...]


@cache
def judged(number: int) -> Judged:
    """How a pair came out against what it says should come out."""
    pair = PAIRS[number]
    (before, _), (after, pages) = found(pair, "before"), found(pair, "after")
    expected, fixed, new = (list(pair.get(key, [])) for key in ("known", "fixed", "new"))
    wrong = []
    if len(before) != len(expected) + len(fixed) or len(after) != len(expected) + len(new):
        wrong.append(f"rules found {len(before)} before, {len(after)} after")
    known = merged(place.known() for place in before)
    said = compare(
        known,
        after,
        looked=lambda rule, page: page in pages,
        gone=lambda page: page not in pages,
        today=TODAY,
    )
    links = [(known[m.known], after[m.seen]) for m in said.matches]
    matched = 0
    for words in expected:
        old, _, now = words.partition(" => ") if " => " in words else ("", "", words)
        link = next((one for one in links if old in one[0].element and now in one[1].snippet), None)
        if link is None:
            wrong.append(f"not known again: {words!r}")
        else:
            links.remove(link)
            matched += 1
    unmatched = [after[n].snippet for n, s in enumerate(said.status) if s == NEW]
    hidden = [words for words in new if not any(words in snippet for snippet in unmatched)]
    hidden += [f"too few new: {unmatched}"] if len(unmatched) < len(new) else []
    over = [known[n].element for (n, _), count in said.fixed.items() for _ in range(count)]
    wrong += [f"not fixed: {w!r}" for w in fixed if not any(w in element for element in over)]
    return Judged(len(expected), matched, tuple(hidden), tuple(wrong))


def test_there_are_enough_pairs_of_every_sort() -> None:
    assert len(PAIRS) >= 60
    assert max(Counter(pair["name"] for pair in PAIRS).values()) == 1
    assert sum(bool(pair.get("new")) for pair in PAIRS) >= 20
    assert sum(bool(pair.get("rules")) for pair in PAIRS) >= 40


def test_unchanged_defects_are_known_and_new_ones_never_hidden(
    capsys: pytest.CaptureFixture[str],
) -> None:
    all_judged = [judged(number) for number in range(len(PAIRS))]
    unchanged = sum(one.unchanged for one in all_judged)
    matched = sum(one.matched for one in all_judged)
    new = sum(len(pair.get("new", ())) for pair in PAIRS)
    hidden = [(PAIRS[n]["name"], one.hidden) for n, one in enumerate(all_judged) if one.hidden]
    with capsys.disabled():
        print(
            f"\nchurn: {len(PAIRS)} pairs; {matched} of {unchanged} unchanged defects matched"
            f" ({matched / unchanged:.1%}); {len(hidden)} of {new} new defects hidden"
        )
    assert not hidden
    assert matched / unchanged >= LEAST_MATCHED


# Known misses: undecidable without seeing the page, so they are reported as new. See the name.
MISSED: set[str] = set()


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=[pair["name"] for pair in PAIRS])
def test_pair(number: int) -> None:
    one = judged(number)
    assert not one.hidden
    if PAIRS[number]["name"] not in MISSED:
        assert not one.wrong
