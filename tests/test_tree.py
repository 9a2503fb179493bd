"""A tree that remembers and looks at the source first finds what a plain one finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from lgaudit.tree import Tree, needed

SELECTORS = (
    "*", "p", "br", "img", "tbody tr", "td, th", "table", "body", "html", "head", "colgroup",
    "a[href]", "a[HREF]", "[hreflang]", "[class*=x i]", ".x", "#x", "a.x#y", "svg a[href]",
    "div > p", "p + p", "p ~ a", "form input[name]", "a:not([href])", ":is(p, a)", "image",
    'a[href^="/" i], area', "lineargradient", "linearGradient", "input[type=hidden i]",
    ".hint-text", "[class~=fjord]", "[class*=FJ i]", '[class^="hint-"], [class$="zz yy" i]',
)  # fmt: skip
PIECES = st.sampled_from(
    "<p>|</p>|</br>|<image src=a>|<td>x|<table>|<tr>|<col>|<a href=/b>|<A HREF='/c' Class=X>|</a>"
    "|<svg><linearGradient/><a xlink:href=q>s</a></svg>|<div id=y class='x z'>|<!-- <form> -->"
    "|<input TYPE=Hidden name=n>|<script>'<area>'</script>|text"
    "|<template><p hreflang=cy></template>|<form>|<link hreflang=en>|&lt;area&gt;"
    "|<b class='&#102;jord'>|<b class=&fjlig;ord>|<b class='Hi&#x6E;t-text'>"
    "|<b class='d&#039;or hint-text zz&#32;yy'>".split("|")
)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=150, deadline=None)
def test_it_finds_what_a_plain_tree_finds(html: str) -> None:
    plain, tree = LexborHTMLParser(html.encode()), Tree(html.encode())
    for selector in SELECTORS:
        expected = [node.html for node in plain.css(selector)]
        first = tree.css_first(selector)
        assert [node.html for node in tree.css(selector)] == expected, selector
        assert [node.html for node in tree.css(selector)] == expected, "asked again"
        assert (first.html if first is not None else None) == next(iter(expected), None)
    tree.forget()


@pytest.mark.parametrize(
    "selector",
    ["td[", "td,, b", "..x", "a[=x]", "td >", "> td", "a > > td", "*td", ".x,", "[x]td", ""],
)
def test_what_is_no_selector_is_still_refused(selector: str) -> None:
    assert needed(selector) == ()
    with pytest.raises(SelectolaxError):
        LexborHTMLParser(b"<p>").css(selector)
    with pytest.raises(SelectolaxError):
        Tree(b"<p>").css(selector)


def test_what_the_source_must_hold() -> None:
    assert needed("a[href], area") == (
        (frozenset({b"<a", b"href"}), frozenset()),
        (frozenset({b"<area"}), frozenset()),
    )
    assert needed("tbody td.x") == ((frozenset({b"<td", b"class"}), frozenset()),)
    assert needed(".hint-x2, [id*='form error' i]") == (
        (frozenset({b"class"}), frozenset({b"hint", b"x2"})),
        (frozenset({b"id"}), frozenset({b"form", b"error"})),
    )
    assert needed(".hint", values=False) == ((frozenset({b"class"}), frozenset()),)
    assert needed("video, p") == ()  # a parser makes p elements of its own
