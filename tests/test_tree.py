"""A tree read once answers as the parser's own nodes do, whatever is asked."""

from __future__ import annotations

import gc
import time
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from lgaudit import dom, selectors
from lgaudit.tree import Node, Tree, places
from lgaudit.tree.index import DEEP

SELECTORS = (
    "*", "p", "br", "img", "tbody tr", "td, th", "table", "body", "html", "head", "colgroup",
    "a[href]", "a[HREF]", "[hreflang]", "[class*=x i]", ".x", "#x", "a.x#y", "svg a[href]",
    "div > p", "p + p", "p ~ a", "form input[name]", "a:not([href])", ":is(p, a)", "image",
    'a[href^="/" i], area', "lineargradient", "linearGradient", "input[type=hidden i]",
    ".hint-text", "[class~=fjord]", "[class*=FJ i]", '[class^="hint-"], [class$="zz yy" i]',
    "body *", "div p a", "div > p > a, p", "div p > a", "div > p a", "b.x, .x, b",
    "[name=n], [class=X]",
    "p:not(.x):not([hreflang])", "[type=hidden]", ".Z", "#Y", "[alt='']", "[href]", "[viewbox]",
    "a:not(.x, .z)", "[class~='x']", "p , a", "[lang|=en]", "div>p", "[data-k=K i]",
)  # fmt: skip
PIECES = st.sampled_from(
    "<p>|</p>|</br>|<image src=a>|<td>x|<table>|<tr>|<col>|<a href=/b>|<A HREF='/c' Class=X>|</a>"
    "|<svg viewBox=1><linearGradient/><a xlink:href=q>s</a></svg>|<div id=y class='x z'>"
    "|<!-- <form> -->|<!doctype html>|<b:p xlink:href=1>|<img alt>|<i lang=en-GB>|<img alt=''>"
    "|<input TYPE=Hidden name=n>|<script>'<area>'</script>|text|</div>|<frameset>"
    "|<svg><![CDATA[c]]>"
    "|<template><p hreflang=cy></template>|<form>|<link hreflang=en>|&lt;area&gt;|<p data-k=\u212a>"
    "|<b class='&#102;jord'>|<b class=&fjlig;ord>|<b class='Hi&#x6E;t-text'>|<b class='a&#160;x'>"
    "|<b class='d&#039;or hint-text zz&#32;yy'>".split("|")
)


def told(node: Node | LexborNode | None) -> object:
    """All that is asked of a node, as far as it says so of itself and of those next to it."""
    if node is None or node.tag == "-document":
        return None
    return (
        node.tag, dict(node.attributes), node.id, node.html, node.text(), node.text(strip=True),
        node.text_content, node.is_text_node, node.is_element_node,
    )  # fmt: skip


def around(node: Node | LexborNode) -> list[object]:
    return [
        told(node), told(node.parent), told(node.next), told(node.prev), told(node.child),
        [told(child) for child in node.iter()],
        [told(child) for child in node.iter(include_text=True)],
        [inner.tag for inner in node.traverse()],
        [inner.tag for inner in node.traverse(include_text=True)],
    ]  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=150, deadline=None)
def test_it_finds_what_the_parser_finds(html: str) -> None:
    plain, tree = LexborHTMLParser(html.encode()), Tree(html.encode())
    for selector in SELECTORS:
        expected = [node.html for node in plain.css(selector)]
        first = tree.css_first(selector)
        assert [node.html for node in tree.css(selector)] == expected, selector
        assert [node.html for node in tree.css(selector)] == expected, "asked again"
        assert (first.html if first is not None else None) == next(iter(expected), None)
    for ours, its in zip(tree.css("p, div, b"), plain.css("p, div, b"), strict=True):
        for selector in ("*", "p", "body p", "a[href], b", "p:not(.x)", ":is(p, a)"):
            expected = [node.html for node in its.css(selector)]
            first = ours.css_first(selector)
            assert [node.html for node in ours.css(selector)] == expected, selector
            assert (first.html if first is not None else None) == next(iter(expected), None)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=100, deadline=None)
def test_its_nodes_say_what_the_parsers_say(html: str) -> None:
    plain, tree = LexborHTMLParser(html.encode()), Tree(html.encode())
    assert plain.root is not None
    its = list(plain.root.traverse(include_text=True))
    assert [around(node) for node in tree.nodes] == [around(node) for node in its]
    if plain.body is None or plain.body.parent is not None:  # else frames took its place
        assert told(tree.body) == told(plain.body)
    assert told(tree.head) == told(plain.head)
    assert tree.html == plain.html
    tree.forget()
    assert told(tree.head) == told(plain.head), "what is forgotten is read again"


@pytest.mark.parametrize(
    "selector",
    ["td[", "td,, b", "..x", "a[=x]", "td >", "> td", "a > > td", "*td", ".x,", "[x]td", "",
     "p:not(", "p:not()", "p)", "a[href=]"],
)  # fmt: skip
def test_what_is_no_selector_is_still_refused(selector: str) -> None:
    assert selectors.read(selector) == ()
    with pytest.raises(SelectolaxError):
        LexborHTMLParser(b"<p>").css(selector)
    with pytest.raises(SelectolaxError):
        Tree(b"<p>").css(selector)


def test_which_selectors_are_looked_up() -> None:
    for selector in ("a[href]", "p, b.x", "div > p", "table tr td", "a:not([href])", "h1 + p"):
        assert selectors.read(selector), selector
    for selector in ("p ~ a", "div > p a", ":is(p)", "li:first-child", "a:not(.x, .y)"):
        assert not selectors.read(selector), selector


def test_deep_trees_are_left_to_the_parser() -> None:
    html = b"<main>" + b"<div>" * (DEEP + 50) + b"<p>x"
    tree, plain = Tree(html), LexborHTMLParser(html)
    assert len(tree.css("main div div p")) == len(plain.css("main div div p")) == 1


@given(st.lists(PIECES, max_size=12).map("".join), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_a_glance_sees_what_reading_would(html: str, enough: int) -> None:
    glanced, read = Tree(html.encode()), Tree(html.encode())
    assert read.nodes  # from here on it is looked up
    for selector in SELECTORS:
        found = [(n.tag, n.text(), dict(n.attributes)) for n in glanced.glance(selector)]
        assert found == [(n.tag, n.text(), dict(n.attributes)) for n in read.css(selector)]
    bodies = glanced.glance("body")
    assert len(bodies) == (read.body is not None)
    if read.body is not None:
        assert dom.opening_text(bodies[0], 0) == dom.visible_text(read.body)
        assert dom.opening_text(bodies[0], enough) == dom.visible_text(read.body, enough)


@pytest.mark.parametrize("html", ["<p>a", "<!doctype html><!-- b --><p>a", "", "<frameset>"])
def test_what_is_forgotten_is_gone_without_the_collector(html: str) -> None:
    gc.disable()
    try:
        tree = Tree(html.encode())
        assert tree.root is None or tree.css("*")
        there = weakref.ref(tree)
        tree.forget()
        del tree
        assert there() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("body > p:nth-of-type(2)", ["c"]),
        ("p:nth-child(2)", ["b", "f"]),
        ("#d > p:nth-child(1)", ["e"]),
        ("html > body > :nth-child(4) > p:nth-of-type(2)", ["f"]),
        ("body>p:nth-child(9)", []),
        ("body > div:nth-child(2)", []),
        ("BODY > P:nth-of-type(1)", ["b"]),
    ],
)
def test_paths_that_count_children_are_followed(path: str, found: list[str]) -> None:
    html = "<i id=a>x</i> <p id=b>x<!-- p --><p id=c>x<div id=d><p id=e>x<p id=f>x</div><select>"
    tree = dom.parse(f"<!doctype html><body>{html}")
    assert places.follow(path, tree.called, tree.css) is not None
    assert [node.attributes["id"] for node in tree.css(path)] == found
    assert [node.attributes["id"] for node in tree._parser.css(path)] == found


@pytest.mark.parametrize("path", ["p.x:nth-child(2)", "p p:nth-child(2)", "p:nth-child(odd)"])
def test_other_counting_is_left_to_the_parser_unless_it_would_take_for_ever(path: str) -> None:
    few = dom.parse("<div><p>1<div><p>0<p class=x>2</div></div><div><p>1<p class=x>2</div>")
    assert places.follow(path, few.called, few.css) is None
    assert few.css(path) or "p p" in path
    many = dom.parse("<p class=x>x" * 100_000)
    began = time.process_time()
    assert many.css(path) == []
    assert [node.number for node in many.css("body > p:nth-of-type(90000)")] == [180_001]
    assert time.process_time() - began < 5
