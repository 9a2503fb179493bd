"""The identity of a finding's spot, and equal spots gathered into issues."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lgaudit.evaluate.issues import fingerprint, gather, marked, normalised
from lgaudit.models import Finding, Outcome, Spot

RULE = "axe/image-alt"


def mark(snippet: str, selector: str = "main > img") -> str:
    return fingerprint(RULE, Spot(selector, snippet))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('<img src="/a.jpg" class="x y">', '<img class="y  x"  src="/a.jpg">'),
        ("<IMG SRC='/a.jpg'>", '<img src="/a.jpg">'),
        ("<img src=/a.jpg />", '<img src="/a.jpg">'),
        ("<p>two\n   words</p>", "<p>two words</p>"),
        ('<a id="ember123" href="/x">x</a>', '<a id="ember97" href="/x">x</a>'),
        ('<input id=":r1:" name="q">', '<input id=":r7:" name="q">'),
        ('<p class="css-1q2w3e4">x</p>', '<p class="css-9z8y7x6">x</p>'),
        (
            '<div id="3f2504e0-4f89-41d3-9a0c-0305e82c3301">x</div>',
            '<div id="9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d">x</div>',
        ),
        ('<script src="/app.3f2a1b9c.js">', '<script src="/app.77aa00bb.js">'),
        ('<script src="/app.js?v=1.2">', '<script src="/app.js?ver=7">'),
        ('<script nonce="abc" src="/a.js">', '<script nonce="xyz" src="/a.js">'),
        ('<a href="#panel-7">x</a>', '<a href="#panel-12">x</a>'),
        ('<label for="field_31">x</label>', '<label for="field_4">x</label>'),
        ('<img src="http://127.0.0.1:8123/a.jpg">', '<img src="http://127.0.0.1:9/a.jpg">'),
    ],
)
def test_what_changes_by_itself_does_not_count(one: str, two: str) -> None:
    assert mark(one) == mark(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ('<img src="/a.jpg">', '<img src="/b.jpg">'),
        ('<img src="/a.jpg">', '<img src="/a.jpg" alt="">'),
        ('<a href="/pay?id=1">x</a>', '<a href="/pay?id=2">x</a>'),
        ("<a href='/x'>click here</a>", "<a href='/x'>read more</a>"),
        ('<input name="q1">', '<input name="q2">'),
        ('<a class="button">x</a>', '<a class="link">x</a>'),
        ('<h2 id="heading2">x</h2>', '<h2 id="section2">x</h2>'),
        ("<b>1 May 2026</b>", "<b>2 May 2026</b>"),
        ("<p>x</p>", "<div>x</div>"),
        ('<p style="color:#777">x</p>', '<p style="color:#888">x</p>'),
    ],
)
def test_what_a_person_would_call_another_element_is_another(one: str, two: str) -> None:
    assert mark(one) != mark(two)


def test_the_page_and_the_place_do_not_count_but_the_rule_does() -> None:
    snippet = '<img src="/a.jpg">'
    assert mark(snippet, "main > img") == mark(snippet, "#footer > img:nth-of-type(4)")
    spot = Spot("main > img", snippet)
    assert fingerprint(RULE, spot) != fingerprint("content/x", spot)


def test_a_spot_without_source_is_known_by_its_place_positions_left_out() -> None:
    assert mark("", "main > p:nth-of-type(2) > a") == mark("", "main > p:nth-of-type(9) > a")
    assert mark("", "main > a") != mark("", "header > a")


def test_a_finding_without_spots_is_known_by_its_message_numbers_left_out() -> None:
    one = fingerprint(RULE, None, "The page weighs 1,204 KB.")
    assert one == fingerprint(RULE, None, "The page weighs 1,377 KB.")
    assert one != fingerprint(RULE, None, "The page has no title.")


def test_identities_never_change_between_releases() -> None:
    """Baselines hold these: a change here breaks every one of them."""
    assert mark('<img class="b a" src="/a.jpg?v=2">') == "fb1b4d0c63726a00"
    assert fingerprint("content/x", None, "No 12") == "e52ab1f192a2736e"


@given(st.text(st.characters(), max_size=300))
def test_anything_has_an_identity_of_16_digits(text: str) -> None:
    assert len(fingerprint(RULE, Spot(text, text), text)) == 16
    int(fingerprint(text, None, text), 16)


@pytest.mark.parametrize("piece", ['<a "', "<a '\"", "<a b=", '"<', "<a " + "x=1 " * 50, "a1" * 9])
def test_long_hostile_snippets_are_quick(piece: str) -> None:
    begun = time.process_time()
    normalised(piece * 20_000)
    assert time.process_time() - begun < 0.5


def test_a_snippet_that_was_cut_off_is_normalised_as_far_as_it_goes() -> None:
    cut = '<div class="b a"><a title="half a val…'
    assert normalised(cut) == normalised('<div  class="a b"><a title="half a val…')
    assert normalised('<div class="a b">').startswith('<div class="a b">')


def found(url: str, *snippets: str, outcome: Outcome = Outcome.FAILED) -> Finding:
    spots = tuple(Spot(f"p:nth-of-type({n})", text) for n, text in enumerate(snippets))
    return Finding(RULE, url, outcome, "no alternative", spots)


def test_equal_spots_of_a_site_are_one_issue_with_its_pages() -> None:
    header, own = '<img id="logo1" src="/logo.png">', '<img src="/own.png">'
    findings = [
        found("https://x/b", header.replace("logo1", "logo2")),
        found("https://x/a", header, own, own),
        found("https://x/c", header, outcome=Outcome.CANT_TELL),
        found("https://x/d", outcome=Outcome.PASSED),
        Finding("content/y", "", Outcome.FAILED, "Nothing found."),
    ]
    issues = gather(findings)
    assert [(i.rule, i.pages, i.count, i.outcome) for i in issues] == [
        (RULE, ("https://x/a", "https://x/b", "https://x/c"), 3, Outcome.FAILED),
        (RULE, ("https://x/a",), 2, Outcome.FAILED),
        ("content/y", (), 1, Outcome.FAILED),
    ]
    assert issues[0].spot == Spot("p:nth-of-type(0)", header)
    assert issues[0].fingerprint == mark(header)
    assert gather(reversed(findings)) == issues


def test_marking_gives_every_spot_or_the_finding_itself_its_identity() -> None:
    finding = marked(found("https://x/a", "<img>", "<img src=x>"))
    assert [s.fingerprint for s in finding.spots] == [mark("<img>"), mark("<img src=x>")]
    alone = marked(Finding(RULE, "", Outcome.FAILED, "No statement."))
    assert alone.fingerprint == fingerprint(RULE, None, "No statement.")
