"""The content pack: every example, a page full of things that only look wrong, and rude input."""

from pathlib import Path

import pytest

from lgaudit.evaluate import checks
from lgaudit.evaluate.judge import judge_page, judge_site
from lgaudit.evaluate.rulebook import read_rules
from lgaudit.evidence import LinkCheck, Page, Snapshot
from lgaudit.models import OK, Kind, Outcome, Reason, Rule, Scope, Site, Status, Verdict

FOLDER = Path(__file__).parents[1] / "rules" / "content"
URL = "https://www.borchester.gov.uk/council-tax/help"
FINE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Help with your Council Tax - Borchester District Council</title>
<meta name="description" content="What to do when you cannot pay your Council Tax."></head><body>
<header><a href="/login">Login</a> <a href="/here">Here</a></header><main>
<nav class="breadcrumb"><a href="/">More</a></nav>
<h1>Help with your Council Tax</h1>
<p>Our help line is open 24/7. The desk is open Monday to Friday, 9am to 5pm, and from 12:30pm on
Saturday. Dr. J. Hill of No. 4 St. John's Rd. runs it for disabled people and their carers.</p>
<p>A permit costs £75.50. We will spend £20 million in the 2025 to 2026 financial year, as the
Local Plan 2019-2036 and the Budget 2025-26 say. Kerbs are 2 m long and the limit is 20 km/h.</p>
<h2>Council Tax Reduction and Universal Credit</h2>
<p>Councillor Ann Bell said: “We can’t wait, and/or we don't want to.
Please click here, e.g. now.”</p>
<p>Use click and collect, or right-click on a map to save it. Internet Explorer (IE) is too old.</p>
<p>Homes that suffer from damp get help, and the disabled parking bays are free.</p>
<h2>HMO and EPC rules</h2>
<p>Text <a href="tel:07700900982">07700 900 982</a>, quote reference 0123456789, and see the
<a href="/guide.pdf">Guide to charges and/or fees 2024-25 (PDF, 200KB)</a> from
<a href="https://www.nhs.uk/">www.nhs.uk</a> or <a href="/festival">Download Festival</a>.
<a href="/help">Here to help</a> with <a href="/nhs">NHS login</a>.</p>
<p>The Welsh for yes is <span lang="cy">ie</span>.</p><p lang="cy">Cliciwch yma: click here.</p>
<p>Mae'r cyngor yn gweithio ar hyn ac wedi ei orffen (don't).</p>
<table><tr><th>Adult</th><td>£5.00</td><td>9.00am</td><td>01/02/2026</td>
<td>2024-25</td></tr></table>
<form><label for="d">Date of birth</label><p class="hint">For example, 31/12/1980</p>
<input id="d"></form>
<blockquote><p>He or she may not be handicapped. Lorem.</p></blockquote>
<pre>{{ name }} [insert here] etc.</pre>
<address>Town Hall<br>Market Square<br>Borchester<br>BR1 1AA<br>01632 960 001</address>
<p>A B C D E F G H I J K L M N O P</p>
<p><ins>New</ins> <u><a href="/pay">Pay</a></u>
<abbr title="x" style="text-decoration: underline">x</abbr></p>
<p>Last updated: 03/04/2026 10:15</p>
<h3>Is this page useful?</h3>
</main><footer><a href="/x">click here</a></footer></body></html>"""


@pytest.fixture(scope="module")
def rules() -> tuple[Rule, ...]:
    checks.load()
    found, problems = read_rules(FOLDER)
    assert problems == []
    return found


def judged(rules: tuple[Rule, ...], html: str, **more: object) -> dict[str, Outcome]:
    page = Page(URL, URL, body=html.encode("utf-8", "surrogatepass"), status=200, **more)  # type: ignore[arg-type]
    return {f.rule.split("/")[1]: f.outcome for f in judge_page(rules, page)}


def visit(*links: LinkCheck, pages: tuple[Page, ...] = ()) -> Snapshot:
    return Snapshot(Site("borchester", URL), OK, pages=pages, links=links)


def test_the_pack_is_whole_and_each_rule_says_where_it_is_from(rules):
    assert len(rules) == 74
    assert {rule.category for rule in rules} == {"content"}
    held = [rule for rule in rules if rule.status is not Status.ADVICE]
    assert all(rule.standard and rule.standard.url and rule.standard.clause for rule in held)
    assert all(rule.why and rule.fix for rule in rules)


def test_a_page_full_of_near_misses_fails_nothing(rules):
    outcomes = judged(rules, FINE)
    assert [rule for rule, outcome in outcomes.items() if outcome is Outcome.FAILED] == []
    for rule in ("contractions", "phone-format", "money-format", "link-text-generic", "click"):
        assert outcomes[rule] is Outcome.PASSED, rule


def test_rules_on_english_say_nothing_of_welsh_pages(rules):
    welsh = (
        "<html lang='cy'><main><h1>Bins?</h1>" + "<p>Mae'r cyngor yn casglu eich biniau, ie, etc. "
        "Don't click here, please note. 9.00am, £5.00, 01/02/2026, 2024-25.</p>" * 3
    )
    outcomes = judged(rules, welsh)
    english_only = {
        rule.id.split("/")[1]
        for rule in rules
        if rule.scope is Scope.PAGE and rule.applies_to.language == ("en",)
    }
    assert len(english_only) >= 15
    assert {outcomes[name] for name in english_only} == {Outcome.INAPPLICABLE}


def test_empty_and_tiny_pages_break_nothing(rules):
    for html in ("", "<main></main>", "<p>Hi", "\0", "<html lang='en'><main>Please"):
        outcomes = judged(rules, html)
        assert Outcome.UNTESTED not in outcomes.values()
        assert outcomes["contractions"] is Outcome.INAPPLICABLE


@pytest.mark.parametrize(
    "piece",
    [
        "click here ", "can't ", "a.", "@", "“", "-", "01/01/2020 ", "apply by 1 May 2020 ", "AB ",
        "<u>xx", "<h2>What Is The Bin Collection?</h2>", "<a href='/a.pdf'>here</a>", "<div>",
        "<p>can't<br>", "<table><tr><td><form>", "<a href='#x'>t</a>", "[insert ", "\ud800 ", "😀 ",
    ],
)  # fmt: skip
def test_rude_pages_break_nothing_and_report_little(rules, piece):
    html = "<html lang='en'><main>" + piece * (40_000 // len(piece))
    body = html.encode("utf-8", "surrogatepass")
    page = Page(URL, URL, body=body, status=200, headers=(("date", "nonsense"),))
    for finding in judge_page(rules, page):
        assert "stopped" not in finding.message
        assert len(finding.spots) <= 50


def test_once_a_page_is_once_a_page(rules):
    html = "<html lang='en'><main>" + "<p>The year 2024-25 and 2025-26 went by for us.</p>" * 9
    page = Page(URL, URL, body=html.encode(), status=200)
    found = {f.rule: f for f in judge_page(rules, page)}["content/date-range"]
    assert found.outcome is Outcome.FAILED
    assert len(found.spots) == 1


def test_messages_say_what_to_write_instead(rules):
    html = (
        "<html lang='en'><main><p>You can’t <b>pay</b> here and you don't have to." + " word" * 20
    )
    page = Page(URL, URL, body=html.encode(), status=200)
    found = {f.rule: f for f in judge_page(rules, page)}["content/contractions"]
    assert "“can't” (say cannot)" in found.message
    assert found.spots[0].selector == "body > main > p"
    assert "can’t" in found.spots[0].snippet


def test_a_long_element_is_quoted_around_the_words(rules):
    words = "word " * 99
    html = f"<html lang='en'><main><p class='lead'>{words}&lt;b&gt; you can't {words}</p>"
    page = Page(URL, URL, body=html.encode(), status=200)
    found = {f.rule: f for f in judge_page(rules, page)}["content/contractions"]
    assert found.spots[0].snippet.startswith('<p class="lead">…')
    assert "&lt;b&gt; you can't word" in found.spots[0].snippet


def test_pages_of_kinds_that_are_exempt_are_left_alone(rules):
    html = "<html lang='en'><main><h1>Closing</h1><p>The hall will close on 1 May 2020.</p>"
    date = (("date", "Mon, 02 Nov 2026 09:00:00 GMT"),)
    assert judged(rules, html, headers=date)["out-of-date-deadline"] is Outcome.FAILED
    news = judged(rules, html, headers=date, kind=Kind.NEWS)
    assert news["out-of-date-deadline"] is Outcome.INAPPLICABLE


def test_links_that_gave_no_clear_answer_are_not_dead(rules):
    rule = next(r for r in rules if r.id == "content/broken-link-internal")
    shy = [
        LinkCheck(f"{URL}/{n}", Verdict(reason), status, (URL,), True, True, 2)
        for n, (reason, status) in enumerate(
            [
                (Reason.BLOCKED, 404),
                (Reason.CAPTCHA, 503),
                (Reason.TIMEOUT, None),
                (Reason.DNS, None),
                (Reason.ROBOTS, None),
                (Reason.LOGIN, 401),
            ]
        )
    ]
    assert judge_site(rule, visit(*shy)).outcome is Outcome.INAPPLICABLE
    gone = LinkCheck(f"{URL}/gone", Verdict(Reason.ERROR_STATUS), 410, (URL,), True, False, 2)
    found = judge_site(rule, visit(*shy, gone))
    assert found.outcome is Outcome.FAILED
    assert [spot.snippet for spot in found.spots] == [f"{URL}/gone"]
    assert found.metric == 1


def test_double_pages_of_kinds_that_repeat_are_let_pass(rules):
    rule = next(r for r in rules if r.id == "content/duplicate-page")
    body = ("<html lang='en'><main><p>" + "word " * 120).encode()

    def pages(kind: Kind, **more: object) -> tuple[Page, ...]:
        return tuple(
            Page(f"{URL}/{n}", f"{URL}/{n}", kind=kind, body=body, status=200, **more)  # type: ignore[arg-type]
            for n in range(2)
        )

    assert judge_site(rule, visit(pages=pages(Kind.OTHER))).outcome is Outcome.FAILED
    assert judge_site(rule, visit(pages=pages(Kind.SEARCH))).outcome is Outcome.INAPPLICABLE
    blocked = pages(Kind.OTHER, verdict=Verdict(Reason.BLOCKED))
    assert judge_site(rule, visit(pages=blocked)).outcome is Outcome.INAPPLICABLE
