"""Judging: pure, careful about what was not seen, and never brought down by a check or a page."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, asdict, replace

import pytest

from lgaudit.evaluate import judge, page_language, patterns, rulebook
from lgaudit.evaluate.checks.vocabulary import (
    VOCABULARY,
    Result,
    failed,
    judged,
    page_check,
    passed,
    site_check,
    spot,
)
from lgaudit.evidence import (
    AxeRun,
    BrowserEvidence,
    Document,
    LinkCheck,
    Page,
    PdfFacts,
    Request,
    Snapshot,
    Timings,
)
from lgaudit.models import (
    OK,
    AppliesTo,
    Council,
    Finding,
    Kind,
    Outcome,
    Reason,
    Rule,
    Scope,
    Severity,
    Site,
    Spot,
    Status,
    Verdict,
    plain_finding,
)
from lgaudit.templates import template_of

HOME = "https://www.borchester.gov.uk/"
ENGLISH = (
    "<p>The council is the body that looks after the roads and the bins in your area, and this"
    " page is for you if you have not had your bin emptied at the usual time of the week.</p>"
)
WELSH = (
    "<p>Mae'r cyngor yn gyfrifol am y ffyrdd ac am gasglu biniau yn eich ardal, ac mae'r dudalen"
    " hon i chi os nad yw eich bin wedi ei gasglu ar yr amser arferol yn ystod yr wythnos.</p>"
)


@pytest.fixture(autouse=True)
def own_checks() -> Iterator[None]:
    """Checks that a test registers are gone after it."""
    before = dict(VOCABULARY)
    yield
    VOCABULARY.clear()
    VOCABULARY.update(before)


def rule(check: str, *, scope: Scope = Scope.PAGE, id: str = "t/one", **more: object) -> Rule:
    return Rule(
        id=id,
        title="T",
        severity=Severity.MINOR,
        scope=scope,
        status=Status.SCORED,
        category="content",
        check=check,
        **more,  # type: ignore[arg-type]
    )


def page(main: str = ENGLISH, *, path: str = "bins", lang: str = "en", **more: object) -> Page:
    declared = f' lang="{lang}"' if lang else ""
    html = f"<!doctype html><html{declared}><title>T</title><body><main>{main}</main></body></html>"
    url = HOME + path
    return Page(url, url, status=200, body=html.encode(), **more)  # type: ignore[arg-type]


def council(nation: str = "England", type_: str = "county council") -> Council:
    return Council("borchester", "Borchester", nation, "", type_, HOME)


def visit(*pages: Page, councils: tuple[Council, ...] = (), **more: object) -> Snapshot:
    given: dict[str, object] = {"verdict": OK} | more
    return Snapshot(Site("borchester", HOME, councils), pages=pages, **given)  # type: ignore[arg-type]


def add_paragraph_check() -> None:
    @page_check
    def no_paragraphs(seen: Page, *, most: int = 0) -> Result:
        found = seen.dom.css("p")
        return judged(
            [spot(p) for p in found] if len(found) > most else [], "There are paragraphs."
        )


def test_page_rules_are_judged_on_audited_pages_and_site_rules_once():
    add_paragraph_check()

    @site_check
    def two_pages(seen: Snapshot) -> Result:
        return passed() if len(seen.audited) == 2 else failed("not two")

    rules = (rule("no_paragraphs", id="a/p"), rule("two_pages", id="b/s", scope=Scope.SITE))
    lost = page(path="lost", verdict=Verdict(Reason.BLOCKED))
    crawled = page(path="crawled", sampled=False)
    seen = visit(page(path="a"), lost, crawled, page("<h1>x</h1>", path="b"))
    found = judge.judge(rules, seen)
    assert [(f.rule, f.url, f.outcome.value) for f in found] == [
        ("a/p", HOME + "a", "failed"),
        ("a/p", HOME + "b", "passed"),
        ("b/s", "", "passed"),
    ]
    assert found[0].spots == (Spot("body > main > p", found[0].spots[0].snippet),)
    assert judge.judge(rules, seen) == found, "the same evidence gives the same findings"


def test_options_reach_the_check():
    add_paragraph_check()
    (finding,) = judge.judge_page([rule("no_paragraphs", options={"most": 3})], page())
    assert finding.outcome is Outcome.PASSED


# Whom a rule is for


@pytest.mark.parametrize(
    ("limits", "councils", "applies"),
    [
        (AppliesTo(), (), True),
        (AppliesTo(nation=("Wales",)), (), False),
        (AppliesTo(nation=("Wales",)), (council("England"),), False),
        (AppliesTo(nation=("Wales",)), (council("England"), council("Wales")), True),
        (AppliesTo(type=("county council",)), (council(),), True),
        (AppliesTo(nation=("Wales",), type=("county council",)), (council(),), False),
        (
            AppliesTo(nation=("Wales",), type=("county council",)),
            (council(), council("Wales", "Welsh principal area")),
            False,
        ),
    ],
)
def test_nation_and_type(limits: AppliesTo, councils: tuple[Council, ...], applies: bool):
    add_paragraph_check()

    @site_check
    def always(seen: Snapshot) -> Result:
        return failed("always")

    rules = (
        rule("no_paragraphs", applies_to=limits),
        rule("always", applies_to=limits, scope=Scope.SITE),
    )
    expected = Outcome.FAILED if applies else Outcome.INAPPLICABLE
    found = judge.judge(rules, visit(page(), councils=councils))
    assert [f.outcome for f in found] == [expected, expected]


def test_kind_and_not_kind():
    add_paragraph_check()
    only = rule("no_paragraphs", applies_to=AppliesTo(kind=("home",)))
    never = rule("no_paragraphs", applies_to=AppliesTo(not_kind=("home",)))
    home, other = page(kind=Kind.HOME), page(kind=Kind.NEWS)
    outcomes = [
        judge.judge_page([r], p)[0].outcome.value for r in (only, never) for p in (home, other)
    ]
    assert outcomes == ["failed", "inapplicable", "inapplicable", "failed"]


FRENCH = (
    "Le service est ouvert tous les jours de la semaine, et on peut demander une carte de"
    " stationnement et payer en ligne. "
)
SPANISH = (
    "Los vecinos de la ciudad pueden pedir una tarjeta en la oficina central, abrir una cuenta"
    " nueva, y pagar por tarjeta o en efectivo todos los lunes. "
)


@pytest.mark.parametrize(
    ("main", "lang", "found"),
    [
        (ENGLISH, "en", "en"),
        (ENGLISH, "en-GB", "en"),
        (ENGLISH, "", "en"),
        (WELSH, "cy", "cy"),
        (WELSH, "", "cy"),
        (WELSH, "en", "cy"),
        (ENGLISH, "cy", "cy"),
        (ENGLISH, "fr", "fr"),
        ("<p>Bins</p>", "en", "en"),
        ("<p>Bins</p>", "", ""),
        ("<p>" + "Llanfair Pwllgwyngyll Aberystwyth " * 20 + "</p>", "en", "en"),
        ("<p>" + "1234 5678 " * 40 + "</p>", "", ""),
        (f"<p>{FRENCH * 20}</p>", "", ""),  # 'on' is no sign of English
        (f"<p>{SPANISH * 20}</p>", "", ""),  # nor 'y' of Welsh
        ("", "", ""),
    ],
)
def test_language(main: str, lang: str, found: str):
    add_paragraph_check()
    seen = page(main, lang=lang)
    assert page_language.language_of(seen) == found
    limited = rule("no_paragraphs", applies_to=AppliesTo(language=("en",)))
    outcome = judge.judge_page([limited], seen)[0].outcome
    assert (outcome is Outcome.INAPPLICABLE) == (found != "en")


# What was not seen


def browser(**more: object) -> BrowserEvidence:
    return BrowserEvidence("<p>x</p>", "T", HOME, 200, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("need", "without", "with_it"),
    [
        ("browser", None, browser()),
        (
            "axe",
            browser(axe=AxeRun("4.14.1", error="took too long")),
            browser(axe=AxeRun("4.14.1")),
        ),
        ("axe", browser(), browser(axe=AxeRun("4.14.1"))),
        ("requests", browser(), browser(requests=(Request(HOME, "document", 200),))),
        ("quiet", browser(), browser(quiet=Timings(1.0, 2.0, 3.0, 3))),
    ],
)
def test_evidence_a_page_check_needs(
    need: str, without: BrowserEvidence | None, with_it: BrowserEvidence
):
    @page_check(needs={need})
    def always(seen: Page) -> Result:
        return failed("always")

    @site_check(needs={need})
    def always_there(seen: Snapshot) -> Result:
        return failed("always")

    rules = (rule("always"), rule("always_there", scope=Scope.SITE, id="t/two"))
    absent = judge.judge(rules, visit(page(browser=without)))
    assert [f.outcome for f in absent] == [Outcome.UNTESTED] * 2
    assert all(f.message for f in absent), "the reason is given"
    there = judge.judge(rules, visit(page(browser=with_it)))
    assert [f.outcome for f in there] == [Outcome.FAILED] * 2


@pytest.mark.parametrize(
    ("need", "given"),
    [
        ("documents", {"documents": (Document(HOME + "a.pdf", "A", (HOME,), pdf=PdfFacts()),)}),
        ("links", {"links": (LinkCheck(HOME, OK, 200, (HOME,), True, True),)}),
    ],
)
def test_evidence_a_site_check_needs(need: str, given: dict[str, object]):
    @site_check(needs={need})
    def always(seen: Snapshot) -> Result:
        return failed("always")

    always_rule = rule("always", scope=Scope.SITE)
    assert judge.judge_site(always_rule, visit()).outcome is Outcome.UNTESTED
    assert judge.judge_site(always_rule, visit(**given)).outcome is Outcome.FAILED


def test_a_site_that_could_not_be_seen_is_untested_not_failed():
    @site_check
    def always(seen: Snapshot) -> Result:
        return failed("always")

    found = judge.judge_site(
        rule("always", scope=Scope.SITE), visit(verdict=Verdict(Reason.BLOCKED))
    )
    assert (found.outcome, found.message) == (
        Outcome.UNTESTED,
        "The site could not be seen: blocked.",
    )


def test_unknown_evidence_and_unknown_checks_are_untested():
    @page_check(needs={"x-rays"})
    def needs_xrays(seen: Page) -> Result:
        return failed("always")

    found = judge.judge_page([rule("needs_xrays"), rule("no_such_check", id="t/two")], page())
    assert [f.outcome for f in found] == [Outcome.UNTESTED] * 2
    assert "x-rays" in found[0].message
    assert "no_such_check" in found[1].message


# What goes wrong inside a check


def test_a_check_that_raises_is_untested_and_the_rest_goes_on():
    add_paragraph_check()

    @page_check
    def breaks(seen: Page) -> Result:
        raise KeyError("first line\nsecond line")

    @page_check
    def says_nothing(seen: Page) -> Result:
        return None  # type: ignore[return-value]

    rules = [rule("breaks"), rule("says_nothing", id="t/two"), rule("no_paragraphs", id="t/z")]
    found = judge.judge_page(rules, page())
    assert [f.outcome.value for f in found] == ["untested", "untested", "failed"]
    assert found[0].message.startswith("Check breaks stopped: KeyError: 'first line")
    assert found[1].message == "Check says_nothing gave no result."


def test_a_slow_pattern_leaves_it_to_a_person():
    @page_check
    def slow(seen: Page, *, pattern: str) -> Result:
        return failed("found") if patterns.search(pattern, seen.text) else passed()

    main = f"<p>{'a' * 400}!</p>"
    (found,) = judge.judge_page(
        [rule("slow", options={"pattern": r"^((a|aa)+|(a|b)*)*$"})], page(main)
    )
    assert found.outcome is Outcome.CANT_TELL
    assert "takes too long" in found.message


def test_many_spots_and_long_texts_are_cut():
    @page_check
    def wordy(seen: Page) -> Result:
        spots = [Spot(f"#i{n}", "s" * 5000, "m" * 5000) for n in range(70)]
        return failed("Too many." * 200, spots, metric=float("nan"))

    (found,) = judge.judge_page([rule("wordy")], page())
    assert len(found.spots) == judge.MAXIMUM_SPOTS
    assert len(found.message) <= judge.MAXIMUM_MESSAGE
    assert all(len(s.snippet) <= judge.MAXIMUM_SNIPPET for s in found.spots)
    assert found.metric is None


def test_the_number_of_spots_left_out_is_told():
    main = "".join(f"<p>{n}</p>" for n in range(53))
    add_paragraph_check()
    (found,) = judge.judge_page([rule("no_paragraphs")], page(main))
    assert found.message == "There are paragraphs. (and 3 more)"


def test_a_selector_that_would_be_endless_is_left_out():
    add_paragraph_check()
    deep = "<div>" * 400 + "<p>x</p>"
    (found,) = judge.judge_page([rule("no_paragraphs")], page(deep))
    assert found.outcome is Outcome.FAILED
    assert all(len(s.selector) <= judge.MAXIMUM_SELECTOR for s in found.spots)


# The whole bar on hostile pages

HOSTILE = {
    "nothing": b"",
    "bytes": bytes(range(256)) * 20,
    "deep": b"<div>" * 20_000,
    "unclosed": b"<main><p><a href='" + b"x" * 5000,
    "wide": b"<main>" + b"<p>Hello, world. " * 3000,
    "one long word": b"<main><p>" + b"a" * 200_000,
    "entities": b"<main>" + b"&#x1F600;&nbsp;&#0;" * 2000,
    "odd attributes": b"<main><a href='javascript:' id='\xff\"<>' class='" + b"c " * 5000 + b"'>x",
    "surrogates": "<main>\ud800\udfff</main>".encode("utf-8", "surrogatepass"),
    "tables": b"<main>" + b"<table><tr><td>" * 500,
    "right to left": "<html lang=ar><main><p>مرحبا بالعالم</p></main>".encode(),
}


@pytest.fixture(scope="module")
def bar_rules() -> tuple[Rule, ...]:
    return rulebook.load(entry_points=False).rules


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_brings_a_check_down(name: str, bar_rules: tuple[Rule, ...]):
    hostile = Page(HOME + "x", HOME + "x", status=200, body=HOSTILE[name])
    found = judge.judge(bar_rules, visit(hostile))
    stopped = [f for f in found if "stopped" in f.message]
    assert stopped == []
    assert len(found) == len(bar_rules)


def test_findings_are_plain_data(bar_rules: tuple[Rule, ...]):
    for finding in judge.judge(bar_rules, visit(page())):
        assert isinstance(finding, Finding)
        assert hash(finding)


# Templates

SERVICE = (
    '<body class="page-node-type-service path-{n}"><header class="site-header"><nav></nav></header>'
    '{banner}<main id="main"><div class="layout"><h1>{title}</h1>{text}</div></main>'
    '<footer class="site-footer"></footer></body>'
)
NEWS = SERVICE.replace("type-service", "type-news").replace(
    '<div class="layout">', '<article class="news"><aside>More</aside>'
)


def templated(source: str, n: int, text: str, banner: str = "") -> str:
    html = source.format(n=n, title=f"Page {n}", text=text, banner=banner)
    return template_of(Page(f"{HOME}{n}", f"{HOME}{n}", body=html.encode()))


def test_a_finding_made_in_a_hurry_is_a_finding_like_any_other():
    made = plain_finding("a/b", "https://a.example/", Outcome.PASSED, "said")
    slow = Finding("a/b", "https://a.example/", Outcome.PASSED, "said")
    assert type(made) is Finding
    assert (made, hash(made), repr(made)) == (slow, hash(slow), repr(slow))
    assert asdict(made) == asdict(slow) == asdict(pickle.loads(pickle.dumps(made)))
    assert replace(made, message="other").message == "other"
    with pytest.raises(FrozenInstanceError):
        made.message = "other"  # type: ignore[misc]


def test_each_rule_has_all_the_time_for_patterns_and_leaves_none_behind():
    left: list[float | None] = []

    @page_check
    def takes_time(seen: Page) -> Result:
        left.append(patterns._left.get())
        patterns._spend(0.75)
        return passed()

    judge.judge_page([rule("takes_time"), rule("takes_time", id="t/two")], page())
    assert left == [patterns.SECONDS_A_CHECK] * 2
    assert patterns._left.get() is None


def test_pages_of_one_template_share_a_fingerprint():
    one = templated(SERVICE, 1, "<p>Short.</p>")
    assert len(one) == 12
    assert one == templated(
        SERVICE, 22, "<h2>Long</h2><p>Text</p><ul><li>a</ul><table></table>" * 9
    )
    assert one == templated(SERVICE, 3, '<div class="callout"><p>Note</p></div>')
    banner = '<div class="cookie-banner"><form><button>Accept</button></form></div>'
    assert one == templated(SERVICE, 4, "<p>x</p>", banner)


def test_other_templates_have_other_fingerprints():
    assert templated(SERVICE, 1, "<p>x</p>") != templated(NEWS, 1, "<p>x</p>")


def test_an_empty_shell_is_read_as_the_browser_saw_it():
    shell = "<body><div id=root></div><script src=a.js></script></body>"
    rendered = [
        BrowserEvidence(s.format(n=1, title="T", text="", banner=""), "T", HOME, 200)
        for s in (SERVICE, NEWS)
    ]
    pages = [Page(HOME, HOME, body=shell.encode(), browser=b) for b in rendered]
    assert template_of(pages[0]) != template_of(pages[1])
    assert template_of(pages[0]) != template_of(replace(pages[0], browser=None))


@pytest.mark.parametrize("name", HOSTILE)
def test_any_page_has_a_template(name: str):
    hostile = Page(HOME, HOME, body=HOSTILE[name])
    assert template_of(hostile) == template_of(hostile)
