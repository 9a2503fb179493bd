"""The performance pack: what its checks do with odd evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.checks import performance, response
from lgaudit.evaluate.checks.vocabulary import VOCABULARY, Result
from lgaudit.evidence import (
    BrowserEvidence,
    Headers,
    Page,
    Probes,
    Request,
    Sighting,
    Snapshot,
    Timings,
)
from lgaudit.models import OK, Outcome, Rule, Scope, Site, Status

PACK = Path(__file__).parent.parent / "rules" / "performance"
RULES, PROBLEMS = rulebook.read_rules(PACK)
HOME = "https://www.borchester.gov.uk/"


def page(html: str = "<h1>Bins</h1>", *requests: Request, **more: object) -> Page:
    browser = BrowserEvidence(html=html, title="", final_url=HOME, status=200, requests=requests)
    values = {"status": 200, "body": html.encode(), "browser": browser} | more
    return Page(HOME, HOME, **values)


def asked(url: str, size: int = 1000, **more: object) -> Request:
    return Request(url, **({"type": "image", "status": 200, "transferred": size} | more))


def visit(*pages: Page, **probes: object) -> Snapshot:
    return Snapshot(Site("borchester", HOME), OK, pages, probes=Probes(**probes))


def test_every_rule_file_of_the_pack_is_sound() -> None:
    assert PROBLEMS == []
    assert len(RULES) == 24


def test_only_timing_rules_are_marked_as_timing() -> None:
    clocked = {rule.id for rule in RULES if rule.timing}
    assert clocked == {"performance/cls", "performance/fcp", "performance/lcp", "performance/tbt"}


def test_carbon_is_a_measure_and_moves_no_score() -> None:
    rule = next(rule for rule in RULES if rule.id == "performance/carbon")
    assert rule.status is Status.ADVICE
    assert VOCABULARY[rule.check].measure
    result = run(rule, page("", asked(HOME, 1_000_000_000)))
    assert result.outcome is Outcome.PASSED
    assert result.metric == pytest.approx(148.2)
    assert "rating F" in result.message


@pytest.mark.parametrize(
    ("grams", "letter"),
    [(0.040, "A+"), (0.079, "A"), (0.145, "B"), (0.209, "C"), (0.278, "D"), (0.359, "E")],
)
def test_carbon_ratings_at_their_limits(grams: float, letter: str) -> None:
    rule = next(rule for rule in RULES if rule.id == "performance/carbon")
    size = int(grams / 148.2 * 1e9)
    assert f"rating {letter}." in run(rule, page("", asked(HOME, size))).message
    assert f"rating {letter}." not in run(rule, page("", asked(HOME, size + 1000))).message


def run(rule: Rule, evidence: Page | Snapshot) -> Result:
    return VOCABULARY[rule.check].function(evidence, **rule.options)


def test_a_timing_says_what_it_is() -> None:
    timings = Timings(fcp=1.0, lcp=2600.4, tbt=None, loads=3)
    seen = BrowserEvidence("", "", HOME, 200, quiet=timings)
    result = performance.timing_within(
        page(browser=seen), timing="lcp", fail_above=2500, serious_above=4000
    )
    assert result.outcome is Outcome.FAILED
    assert result.metric == 2600.4
    assert "2,600 ms (the median of 3 loads, desktop, not slowed down)" in result.message
    unknown = performance.timing_within(
        page(browser=seen), timing="speed", fail_above=1, serious_above=2
    )
    assert unknown.outcome is Outcome.UNTESTED


def test_weights_name_the_heaviest_files_in_a_fixed_order() -> None:
    files = [asked(f"{HOME}{name}", size) for name, size in (("b", 700), ("a", 700), ("c", 900))]
    result = performance.transfer_within(page("", *files), fail_above=1)
    assert [s.snippet for s in result.spots] == [HOME + "c", HOME + "a", HOME + "b"]
    assert result.metric == 2300


@pytest.mark.parametrize("url", ["https://[::1", "https://", "https://exa mple.com/", "https:///x"])
def test_nonsense_addresses_are_survived(url: str) -> None:
    seen = page(f'<head><script src="{url}"></script></head>', asked(url), asked("blob:x"))
    performance.third_parties_within(seen)
    performance.transfer_within(seen, fail_above=1, single_above=0.1)
    performance.blocking_scripts_absent(seen)
    everything = visit(seen, assets=(asked(url, headers=(("cache-control", "no-store"),)),))
    for check in (
        response.text_compressed,
        response.static_files_cacheable,
        response.http2_used,
    ):
        assert isinstance(check(everything), Result)


def test_scripts_of_a_page_with_a_base_element_belong_to_that_base() -> None:
    html = '<head><base href="https://cdn.example.com/"><script src="a.js"></script></head>'
    assert performance.blocking_scripts_absent(page(html)).outcome is Outcome.FAILED


def test_pages_served_from_a_folder_say_nothing_of_a_server() -> None:
    headers = (("content-type", "text/html"),)
    local = page("x" * 5000, headers=headers, source="site/index.html", http_version="HTTP/1.1")
    assert response.text_compressed(visit(local)).outcome is Outcome.INAPPLICABLE
    assert response.http2_used(visit(local)).outcome is Outcome.INAPPLICABLE
    asked_for = page("x" * 5000, headers=headers, source=HOME, http_version="HTTP/1.1")
    assert response.text_compressed(visit(asked_for)).outcome is Outcome.FAILED
    assert response.http2_used(visit(asked_for)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("br", "passed"),
        ("GZIP", "passed"),
        ("aws-chunked, gzip", "passed"),
        ("", "failed"),
        ("identity", "failed"),
        ("utf-8", "failed"),
    ],
)
def test_encodings(encoding: str, expected: str) -> None:
    headers = (("Content-Type", "TEXT/HTML; charset=utf-8"), ("Content-Encoding", encoding))
    assert response.text_compressed(visit(page("x" * 5000, headers=headers))).outcome == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"cache-control": "max-age=604800"}, "passed"),
        ({"cache-control": "public,max-age=604800,s-maxage=1"}, "passed"),
        ({"cache-control": "s-maxage=604800"}, "failed"),
        ({"cache-control": "max-age=99999999999999999999"}, "passed"),
        ({"cache-control": "max-age=-1"}, "failed"),
        ({"cache-control": "No-Store", "etag": "x"}, "failed"),
        ({"cache-control": "no-cache", "etag": "x"}, "passed"),
        ({"expires": "0"}, "failed"),
        ({"expires": "Mon, 02 Nov 2099 00:00:00 GMT"}, "failed"),
        ({"date": "nonsense", "expires": "Mon, 02 Nov 2099 00:00:00 GMT"}, "failed"),
        ({"last-modified": "Mon, 02 Nov 2020 00:00:00 GMT"}, "passed"),
    ],
)
def test_caching_headers(headers: dict[str, str], expected: str) -> None:
    files = (asked(HOME + "a.css", headers=tuple(headers.items())),)
    assert response.static_files_cacheable(visit(assets=files)).outcome == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((("Cache-Control", "public"), ("cache-control", "max-age=31536000")), "passed"),
        ((("cache-control", "public\nmax-age=31536000"),), "passed"),
        ((("cache-control", "max-age=31536000"), ("cache-control", "no-store")), "failed"),
        ((("cache-control", 'no-cache="set-cookie", max-age=60'),), "failed"),
        ((("expires", "Mon, 02 Nov 2099 00:00:00 GMT"),), "passed"),
        ((("expires", "Mon, 02 Nov 2026 00:00:00 GMT"),), "failed"),
        ((("expires", "Mon, 02 Nov 2099 00:00:00 -0000"), ("date", "x")), "failed"),
    ],
)
def test_caching_on_several_lines_and_without_a_date(headers: Headers, expected: str) -> None:
    seen = visit(assets=(asked(HOME + "a.css", headers=headers),))
    seen = replace(seen, started=dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert response.static_files_cacheable(seen).outcome == expected


def test_an_encoding_on_a_second_line_counts() -> None:
    headers = (("content-type", "text/css"), ("content-encoding", "identity"))
    files = asked(HOME + "a.css", 9000, headers=headers)
    assert response.text_compressed(visit(assets=(files,))).outcome is Outcome.FAILED
    files = replace(files, headers=(*headers, ("Content-Encoding", "br")))
    assert response.text_compressed(visit(assets=(files,))).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [("h3-29", "passed"), ("http/1.1", "failed"), ("unknown", "untested"), ("data", "untested")],
)
def test_names_of_protocols(spoken: str, expected: str) -> None:
    seen = visit(page("", asked(HOME + "a.css", protocol=spoken)))
    assert response.http2_used(seen).outcome == expected


def test_site_rules_are_untested_without_evidence() -> None:
    outcomes = {rule.id: run(rule, visit()).outcome for rule in RULES if rule.scope is Scope.SITE}
    assert outcomes == {
        "performance/http2": Outcome.UNTESTED,
        "performance/redirect-hops": Outcome.INAPPLICABLE,
        "performance/static-cache": Outcome.UNTESTED,
        "performance/text-compression": Outcome.INAPPLICABLE,
    }


def test_a_page_whose_response_was_not_kept_is_not_judged() -> None:
    shown = f"<main><h1>Bins</h1><p>{'We collect bins. ' * 30}</p></main>"
    result = performance.works_without_javascript(page(shown, body=b""))
    assert result.outcome is Outcome.UNTESTED


@pytest.mark.parametrize("facts", [{}, {"natural": "x", "shown": [1]}, {"top": None, "window": 3}])
def test_pictures_measured_oddly_are_left_alone(facts: dict[str, object]) -> None:
    seen = (Sighting("picture", "img", "<img>", facts),)
    looked = page("<img>", asked(HOME, 1000))
    looked = replace(looked, browser=replace(looked.browser, rendered=seen))
    for name in ("image-oversized", "lcp-not-lazy", "offscreen-lazy"):
        rule = next(rule for rule in RULES if rule.id == f"performance/{name}")
        assert run(rule, looked).outcome in (Outcome.INAPPLICABLE, Outcome.PASSED)
