"""One defect is told once: a rule leaves to another what both fail on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lgaudit import dom
from lgaudit.evidence import Page
from lgaudit.models import Finding, Outcome, Rule, Spot, Status
from lgaudit.tree import Node

MOST = 50  # places of one rule that are compared


def told_once(rules: Sequence[Rule], findings: Sequence[Finding], page: Page) -> list[Finding]:
    """The findings of a page, without what a rule leaves to one that it names in ``yields_to``.

    Left are elements that the other fails too, or that stand in or around one of its elements; a
    rule that names no element leaves the page. What counts is never left to what does not.
    """
    lost = Outcome.FAILED
    failed = {f.rule: f for f in findings if f.outcome is lost}
    pairs = [
        (rule, name)
        for rule in rules
        if rule.id in failed and rule.yields_to
        for name in rule.yields_to
        if name in failed
    ]
    if not pairs:
        return list(findings)
    scored = {rule.id for rule in rules if rule.status is Status.SCORED}
    yielding: dict[str, list[Finding]] = {}
    for rule, name in pairs:
        if name in scored or rule.id not in scored:
            yielding.setdefault(rule.id, []).append(failed[name])
    return [
        _without(found, others, page) if (others := yielding.get(found.rule)) else found
        for found in findings
    ]


def _without(found: Finding, others: Sequence[Finding], page: Page) -> Finding:
    """What is left of a finding; nothing left makes it inapplicable."""
    names = ", ".join(other.rule for other in others)
    taken = [spot for other in others for spot in other.spots[:MOST]]
    kept = [spot for spot in found.spots if not _same(spot, taken, page)] if taken else []
    if kept and found.spots:
        return found if len(kept) == len(found.spots) else replace(found, spots=tuple(kept))
    return Finding(found.rule, found.url, Outcome.INAPPLICABLE, f"Told by {names}.")


def _same(spot: Spot, others: Sequence[Spot], page: Page) -> bool:
    if any(spot.selector and spot.selector == other.selector for other in others):
        return True
    node = _node(spot, page)
    if node is None:
        return False
    around = {node.mem_id, *(a.mem_id for a in dom.ancestors(node))}
    for other in others:
        its = _node(other, page)
        if its is None or its.tag in ("html", "body", "main"):
            continue
        if its.mem_id in around or any(a.mem_id == node.mem_id for a in dom.ancestors(its)):
            return True
    return False


def _node(spot: Spot, page: Page) -> Node | None:
    """The element of a place; None where its selector is none, or reaches into a frame."""
    try:
        return page.dom.css_first(spot.selector) if spot.selector else None
    except Exception:  # the parser raises its own errors for what is no selector
        return None
