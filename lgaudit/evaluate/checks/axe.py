"""axe-core's own rules: its answer for a page, in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lgaudit import dom
from lgaudit.evaluate import markup
from lgaudit.evaluate.axe_words import plain
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    cant_tell,
    failed,
    inapplicable,
    page_check,
    passed,
    untested,
)
from lgaudit.evidence import AxeNode, AxeResult, Page
from lgaudit.models import Outcome, Spot

WORST_FIRST = (Outcome.FAILED, Outcome.CANT_TELL, Outcome.PASSED, Outcome.INAPPLICABLE)


def _from_markup(options: Mapping[str, Any]) -> bool:
    return options.get("rule") in markup.JUDGED


@page_check(needs={"axe"}, otherwise=_from_markup)
def axe_result(page: Page, *, rule: str, review: Sequence[str] = ()) -> Result:
    """What axe-core said of one of its rules (by its id, ``image-alt``), one spot an element.

    axe-core may name a rule more than once: elements that break it, others it cannot judge and
    others that are right. What it is sure is wrong counts first, then what it cannot tell.
    Elements that match a CSS selector of ``review`` are for a person to look at. Where axe-core
    gave no answer, the markup is read for the rules that need no layout.
    """
    run = page.browser.axe if page.browser is not None else None
    if run is None or run.error:
        read = _read(page, rule, review)
        if read is not None:
            return read
        if run is None:
            return untested("axe-core did not run on this page.")
        return untested(f"axe-core could not judge this page: {run.error}.")
    said = {result.outcome: result for result in run.results if result.rule == rule}
    outcome = next((outcome for outcome in WORST_FIRST if outcome in said), None)
    if outcome is Outcome.FAILED:
        broken = said[outcome]
        sure = tuple(node for node in broken.nodes if not _matches(node, review))
        if sure or not broken.nodes:
            broken = replace(broken, nodes=sure)
            return failed(_message(broken, "break", "breaks"), _spots(broken))
        return cant_tell(_message(broken, "need", "needs"), _spots(broken))
    if outcome is Outcome.CANT_TELL:
        return cant_tell(_message(said[outcome], "need", "needs"), _spots(said[outcome]))
    if outcome is Outcome.PASSED:
        return passed()
    if outcome is Outcome.INAPPLICABLE:
        return inapplicable()
    return untested("axe-core did not run this rule.")


def _read(page: Page, rule: str, review: Sequence[str]) -> Result | None:
    """What the markup alone says, None when this rule cannot be judged from it."""
    found = markup.judge(page, rule)
    if found is None:
        return None
    outcome, spots = found
    if outcome is Outcome.INAPPLICABLE:
        return inapplicable()
    if outcome is Outcome.PASSED:
        return passed()
    if outcome is Outcome.FAILED:
        sure = [s for s in spots if not _matches(AxeNode(s.selector, s.snippet), review)]
        if sure:
            return failed(_said(len(sure), "break", "breaks") + _HOW, sure)
    return cant_tell(_said(len(spots), "need", "needs") + _HOW, spots)


_HOW = " Read from the markup: no browser looked at this page."


def _matches(node: AxeNode, selectors: Sequence[str]) -> bool:
    """Whether an element, by its start tag alone, is of one of these kinds."""
    if not selectors:
        return False
    tree = dom.parse(node.html)
    first = tree.css_first("body > *")
    return first is not None and any(
        found.mem_id == first.mem_id for selector in selectors for found in tree.css(selector)[:1]
    )


def _message(result: AxeResult, several: str, one: str) -> str:
    return _said(len(result.nodes), several, one)


def _said(number: int, several: str, one: str) -> str:
    verb, what = (one, "element") if number == 1 else (several, "elements")
    rest = " a person to look" if several == "need" else " this rule"
    return f"{number} {what} {verb}{rest}."


def _spots(result: AxeResult) -> list[Spot]:
    return [Spot(node.selector, node.html, plain(node.message)) for node in result.nodes]
