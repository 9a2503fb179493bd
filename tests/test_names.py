"""Accessible names, computed from markup alone."""

from __future__ import annotations

import time

import pytest

from lgaudit import dom
from lgaudit.evaluate.names import Names, visually_hidden

NAMED = [
    ("text", '<a id="x" href="/">Pay your   Council Tax</a>', "Pay your Council Tax"),
    ("inline", '<a id="x" href="/">Bins<b>ter</b> Lane</a>', "Binster Lane"),
    ("blocks apart", '<a id="x" href="/"><div>Pay</div><div>now</div></a>', "Pay now"),
    ("line break", '<a id="x" href="/">Pay<br>now</a>', "Pay now"),
    ("image", '<a id="x" href="/"><img src="a.png" alt="Home"></a>', "Home"),
    ("image and text", '<a id="x" href="/"><img src="a" alt="PDF"> Agenda</a>', "PDF Agenda"),
    ("empty alt", '<a id="x" href="/"><img src="a.png" alt=""></a>', ""),
    ("image title", '<img id="x" src="a" title="Town hall">', "Town hall"),
    (
        "aria-label wins",
        '<a id="x" href="/" aria-label="Read more on bins">more</a>',
        "Read more on bins",
    ),
    ("blank aria-label", '<a id="x" href="/" aria-label=" ">more</a>', "more"),
    (
        "labelledby",
        '<h2 id="h">Bins</h2><a id="x" href="/" aria-labelledby="x h">More</a>',
        "More Bins",
    ),
    (
        "labelledby hidden",
        '<i id="h" hidden>Bins</i><a id="x" href="/" aria-labelledby="h">a</a>',
        "Bins",
    ),
    ("labelledby missing", '<a id="x" href="/" aria-labelledby="gone">More</a>', "More"),
    (
        "labelledby circle",
        '<b id="y" aria-labelledby="x">B</b><a id="x" href="/" aria-labelledby="y">A</a>',
        "B",
    ),
    ("svg title", '<a id="x" href="/"><svg><title>Menu</title><path/></svg></a>', "Menu"),
    ("svg label", '<a id="x" href="/"><svg aria-label="Menu"></svg></a>', "Menu"),
    ("title last", '<a id="x" href="/" title="Menu"><i class="icon"></i></a>', "Menu"),
    ("aria-hidden", '<a id="x" href="/"><span aria-hidden="true">×</span> Close</a>', "Close"),
    ("hidden", '<a id="x" href="/">Close<span hidden> not this</span></a>', "Close"),
    ("script", '<a id="x" href="/">Close<script>var a</script></a>', "Close"),
    (
        "screen reader text",
        '<a id="x" href="/">More <i class="sr-only">on bins</i></a>',
        "More on bins",
    ),
    ("label for", '<label for="x">Email</label><input id="x">', "Email"),
    ("label around", '<label>Email <input id="x"></label>', "Email"),
    (
        "two labels",
        '<label for="x">Your</label><label for="x">email</label><input id="x">',
        "Your email",
    ),
    ("label for another", '<label for="y">Email<input id="x"></label>', ""),
    ("placeholder last", '<input id="x" placeholder="Search">', "Search"),
    ("title over placeholder", '<input id="x" placeholder="a" title="Search">', "Search"),
    ("submit", '<input id="x" type="submit">', "Submit"),
    ("submit value", '<input id="x" type="submit" value="Pay now">', "Pay now"),
    ("image button", '<input id="x" type="image" alt="Search">', "Search"),
    (
        "fieldset",
        '<fieldset id="x"><legend>Your <b>name</b></legend><input></fieldset>',
        "Your name",
    ),
    (
        "figure",
        '<figure id="x"><img src="a"><figcaption>The hall</figcaption></figure>',
        "The hall",
    ),
    ("table", '<table id="x"><caption>Fees</caption><tr><td>1</table>', "Fees"),
    (
        "value in label",
        '<label for="x">Call me <input value="2"> times</label><input id="x">',
        "Call me 2 times",
    ),
    ("div has none", '<div id="x">Some text</div>', ""),
    ("div role button", '<div id="x" role="button">Some text</div>', "Some text"),
    ("title of hidden part", '<a id="x" href="/"><span title="tip"></span></a>', "tip"),
]


@pytest.mark.parametrize(("case", "html", "expected"), NAMED, ids=[n[0] for n in NAMED])
def test_name(case: str, html: str, expected: str) -> None:
    tree = dom.parse(html)
    assert Names(tree).name(tree.css_first("#x")) == expected


def test_a_label_belongs_to_the_first_element_of_its_id() -> None:
    tree = dom.parse('<label for="x">A</label><p id="x"></p><input id="x">')
    assert Names(tree).name(tree.css_first("input")) == ""


def test_labels_of_an_id_that_all_controls_share_are_not_read_for_each() -> None:
    tree = dom.parse("<label for=a>Town</label><input id=a>" * 60_000)
    names = Names(tree)
    began = time.process_time()
    said = {names.name(control) for control in tree.css("input")[1:]}
    assert said == {""}
    assert time.process_time() - began < 5


def test_deep_markup_does_not_exhaust_the_stack() -> None:
    tree = dom.parse("<a href='/' id='x'>" + "<i>" * 1900 + "deep" + "</i>" * 1900 + "</a>")
    assert Names(tree).name(tree.css_first("#x")) == "deep"


def test_labels_that_name_each_other_end() -> None:
    html = "".join(f'<p id="p{n}" aria-labelledby="p{n + 1} p{n + 2}">t{n}</p>' for n in range(60))
    tree = dom.parse(html + '<a id="x" href="/" aria-labelledby="p0">link</a>')
    assert Names(tree).name(tree.css_first("#x")) == "t0"


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<label id="x" class="govuk-visually-hidden">a</label>', True),
        ('<div class="sr-only"><label id="x">a</label></div>', True),
        ('<label id="x" class="not-sr-only">a</label>', False),
        ('<label id="x" class="govuk-label">a</label>', False),
        ('<main class="sr-only"><label id="x">a</label></main>', False),
    ],
)
def test_visually_hidden(html: str, expected: bool) -> None:
    assert visually_hidden(dom.parse(html).css_first("#x")) is expected
