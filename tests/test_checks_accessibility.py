"""The accessibility rules that need no browser: hostile and odd pages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks import accessibility, forms, language
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Page
from lgaudit.models import Outcome, Scope

PACK = Path(__file__).parent.parent / "rules" / "accessibility"
RULES, PROBLEMS = rulebook.read_rules(PACK)
PAGE_RULES = [  # those that need nothing but the page itself
    rule for rule in RULES if rule.scope is Scope.PAGE and not VOCABULARY[rule.check].needs
]
WELSH = (
    "Rydym yn casglu gwastraff cartref bob wythnos ac ailgylchu bob yn ail wythnos. Rhowch eich "
    "biniau allan erbyn saith o'r gloch y bore ar ddiwrnod eich casgliad."
)


def page(html: str, url: str = "https://www.borchester.gov.uk/bins") -> Page:
    return Page(url, url, status=200, body=html.encode("utf-8", errors="replace"))


def test_every_rule_file_of_the_pack_is_sound() -> None:
    assert PROBLEMS == []
    assert len(RULES) > 70


HOSTILE = {
    "empty": "",
    "text only": "hello",
    "nulls": "\0" * 100,
    "no body": "<html><head></head></html>",
    "frameset": "<frameset><frame src=a></frameset>",
    "deep": "<main>" + "<div>" * 3000 + "• a" + "</div>" * 3000,
    "deep inline": "<main><p>" + "<b>" * 3000 + "Two words" + "</b>" * 3000 + "</p><p>x</p>",
    "deep lists": "<main>" + "<ul><li>" * 1500 + "- a<br>- b<br>- c",
    "deep tables": "<table><tr><td>" * 400 + "a",
    "many fields": "<form>" + '<input name="a[]" type="checkbox" placeholder="x">' * 2000,
    "many radios": "<form>" + '<label>Yes <input name="a" type="radio"></label>' * 2000,
    "many ids": "".join(f'<p id="a" aria-labelledby="a a a">{n}</p>' for n in range(2000)),
    "many links": '<main><a target="_blank" href="#">a</a>' * 2000,
    "long attribute": f'<main><a href="#{"a" * 200_000}" target="_blank">skip to x</a></main>',
    "long style": f'<main><img src="a" style="{"width:1;" * 30_000}"></main>',
    "long class": f'<main><label class="{"a " * 100_000}">x</label><input placeholder="x"></main>',
    "long onchange": f'<select onchange="{"location " * 30_000}"><option>a</select>',
    "long label": f"<form><label>{'first name ' * 20_000}<input></label><label>Email<input></form>",
    "odd attributes": "<html lang><a href target tabindex>x</a><img alt src><svg role><input type>",
    "odd addresses": '<a href="http://[">x</a><a href="//:x">y</a><script src="http://["></script>',
    "nested labels": "<label>" * 500 + "x" + '<input placeholder="y">',
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_pages_are_judged_without_a_crash_and_in_time(case: str) -> None:
    judged = page(HOSTILE[case])
    start = time.thread_time()
    findings = judge_page(PAGE_RULES, judged)
    assert len(findings) == len(PAGE_RULES)
    assert not [f for f in findings if f.outcome is Outcome.UNTESTED]
    assert time.thread_time() - start < 5


def test_checks_called_by_hand_never_raise_on_hostile_pages() -> None:
    # The judge turns an exception into an outcome; here none may happen at all.
    for html in HOSTILE.values():
        hostile = page(html)  # read once, as the judge does
        for rule in PAGE_RULES:
            VOCABULARY[rule.check].function(hostile, **rule.options)


@pytest.mark.parametrize(
    ("title", "url", "outcome"),
    [
        ("York", "https://www.york.gov.uk/bins", "failed"),
        ("City of York Council", "https://www.york.gov.uk/bins", "failed"),
        ("City of York Council", "https://www.york.gov.uk/", "passed"),
        ("City of York Council: bins", "https://www.york.gov.uk/bins", "passed"),
        ("London Borough of Barnet", "https://www.barnet.gov.uk/x", "failed"),
        ("Adur & Worthing Councils", "https://www.adur-worthing.gov.uk/x", "failed"),
        ("Jobs at Barnet Council", "https://www.barnet.gov.uk/x", "passed"),
        ("Barnet Homes", "https://www.barnet.gov.uk/x", "passed"),
        ("Welcome to Barnet", "https://www.barnet.gov.uk/visit", "failed"),
        ("Council", "https://www.barnet.gov.uk/x", "passed"),
        ("Page 2", "https://www.barnet.gov.uk/x", "passed"),
        ("New page", "https://www.barnet.gov.uk/x", "failed"),
    ],
)
def test_titles_that_only_name_the_site(title: str, url: str, outcome: str) -> None:
    words = ("page", "new page")
    found = accessibility.title_describes(page(f"<title>{title}</title>", url), words=words)
    assert found.outcome == outcome


@pytest.mark.parametrize(
    "href",
    ["#main", "/bins#main", "https://www.borchester.gov.uk/bins#main", "#m%61in", " #main "],
)
def test_skip_links_however_they_are_written(href: str) -> None:
    html = f'<body><a href="{href}">Skip</a><a href="/">Home</a><main id="main"></main></body>'
    assert accessibility.skip_link_present(page(html)).outcome is Outcome.PASSED


def test_welsh_text_split_over_inline_elements_is_one_block() -> None:
    broken = WELSH.replace("wythnos", "<b>wythnos</b>").replace("eich", "<a href=x>eich</a>")
    html = f'<html lang="en"><body><main><div><p>{broken}</p></div></main></body></html>'
    found = language.welsh_parts_marked(page(html))
    assert [spot.selector for spot in found.spots] == ["body > main > div > p"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Put your bins out by seven in the morning.", "en"),
        ("Rhowch eich biniau allan erbyn saith y bore.", "cy"),
        ("Cuiribh na biona agaibh a-mach ro sheachd uairean sa mhadainn.", "gd"),
        ("Cuir do bhoscaí amach roimh a seacht a chlog ar maidin.", "ga"),
    ],
)
def test_the_detector_knows_the_four_languages(text: str, code: str) -> None:
    found, sure = language.detect(text)
    assert found == code
    assert sure > 0.9


@pytest.mark.parametrize(
    ("script", "goes"),
    [
        ("location.href = this.value", True),
        ("if (this.value) window.location = this.value", True),
        ("document.location.assign(this.value)", True),
        ("location['href'] = 1", True),
        ("this.form.requestSubmit()", True),
        ("document.forms[0].submit();", True),
        ("show('location = here')", False),
        ("onLocation = 1", False),
        ("console.log(location.search)", False),
        ("a.location == b", False),
        ("presubmit()", False),
        ("reopen(this)", False),
    ],
)
def test_scripts_that_change_the_page(script: str, goes: bool) -> None:
    html = f'<select aria-label="Ward" onchange="{script}"><option>1</option></select>'
    outcome = forms.selects_stay(page(html)).outcome
    assert outcome is (Outcome.FAILED if goes else Outcome.PASSED)
