"""What is looked up instead of walked or searched is what walking and searching would find."""

from __future__ import annotations

import random
import re

import pytest

from lgaudit import dom
from lgaudit.evaluate import names
from lgaudit.evaluate.anchors import anchors_of
from lgaudit.evaluate.checks.language import _WORD as LETTERS
from lgaudit.evaluate.hopes import hopeful
from lgaudit.evaluate.markup import JUDGED
from lgaudit.evaluate.markup.registry import idle
from lgaudit.evaluate.markup.view import DOUBTFUL, HIDDEN, SHOWN, View, view_of
from lgaudit.evaluate.plainwords import plain_words
from lgaudit.evidence import Page
from lgaudit.tree import Node

PARTS = (
    "<div>", "</div>", "<div hidden>", "<p class='a hidden'>", "<p class=b>", "<p id=m>", "<ul>",
    "<li>", "</ul>", "<details>", "<details open>", "<summary>", "</details>", "<dialog>",
    "</dialog>", "<dialog open>", "<template>", "</template>", "<input type=HIDDEN>", "<input>",
    "<span style='display:none'>", "</span>", "<b aria-hidden=TRUE>", "</b>", "<i inert>", "</i>",
    "<a href='#x'>", "<a href='/x' aria-label=' '>", "<a href='#' onclick=x>", "</a>", "<!-- c -->",
    "<a href='/#y'>",
    "<a href='JavaScript:x'>", "<a href>", "<svg><title>t</title><a xlink:href='#s'>", "</svg>",
    "<h2 role=none>", "<h2 title=t>", "</h2>", "<button>", "<button aria-labelledby=m>",
    "</button>", "<style>.b {display: none}</style>", "words", " ", "<img alt=x>", "<br>",
    "<i aria-expanded=false aria-controls='m n'>", "<th>", "<table><tr><td>", "<th role=cell>",
)  # fmt: skip


def made_up(seed: int) -> Page:
    some = random.Random(seed)
    html = "<!doctype html><title>T</title>" + "".join(some.choices(PARTS, k=60))
    return Page("u", "u", body=html.encode(), status=200)


def state(view: View, node: Node) -> int:
    """What :meth:`View.state` says, asked of the element and of all that it stands in."""
    worst = SHOWN
    for item in (node, *dom.ancestors(node)):
        around, attributes = item.parent, item.attributes
        closed = around is not None and around.tag == "details" and "open" not in around.attributes
        if (
            item.tag in "head script style template noscript title datalist".split()
            or (closed and item.tag != "summary")
            or (item.tag == "dialog" and "open" not in attributes)
            or (item.is_element_node and dom.hides(item.tag, attributes))
            or not {"inert", "popover"}.isdisjoint(attributes)
            or (attributes.get("aria-hidden") or "").lower() == "true"
        ):
            return HIDDEN
        if not item.is_text_node and item.tag not in ("html", "body") and not view.plain(item):
            worst = DOUBTFUL
    return worst


@pytest.mark.parametrize("seed", range(150))
def test_what_is_looked_up_is_what_asking_each_element_gives(seed: int) -> None:
    page = made_up(seed)
    view, tree = view_of(page), page.dom
    assert [view.state(node) for node in tree.nodes] == [state(view, n) for n in tree.nodes]
    found = anchors_of(page)
    assert found.inner == tree.css("a[href^='#']")
    assert found.within == tree.css("a[href^='#'], a[href^='/#']")
    assert found.acting == tree.css("a[href^='javascript:' i], a[href='#'][onclick]")
    said = names.names_of(page)
    for node in tree.nodes:
        if node.is_element_node:
            whole = said._name(node, frozenset(), 0, referenced=False, within=False)
            assert said.name(node) == dom.fold(whole)
            assert said.named(node) is bool(said.name(node))
    for rule in idle(view.there):
        assert list(JUDGED[rule](view)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The council’s bins aren't 'emptied' on Bank Holidays' Mondays, 24/7 — o'r a'r a'b'c '",
        "Caffi Tŷ'r Ysgol: croeso i bawb",
        "snake_case x2y £5 “quoted” e.g. I'll \x1c\x0b end",
        "",
    ],
)
def test_plain_words_are_the_words_a_pattern_finds(text: str) -> None:
    found = plain_words(text, LETTERS)
    assert (found is None) is ("ŷ" in text)
    if found is not None:
        assert found == LETTERS.findall(text.lower().replace("’", "'"))


def test_patterns_without_hope_find_nothing_in_any_line() -> None:
    patterns = (r"^(?:image|photo) of\b", r"\.jpg$", r"^(?:(?![<>:;=])[\W_])+$", r"^x?$", r"\d{4}")
    lines = ["A photo of a bin", "map.JPG", "--", "Mill Road", "2026", "é", "_ _", ":-)", "x"]
    for first in lines:
        for second in lines:
            hopes = hopeful(patterns, f"{first}\n{second}")
            for pattern in set(patterns) - set(hopes):
                assert not any(re.search(pattern, t, re.I) for t in (first, second)), pattern
    assert hopeful(patterns, "Mill Road") == (r"^x?$", r"\d{4}")
