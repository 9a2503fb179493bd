"""One visit: the same site and seed give the same sample, and nothing is lost silently."""

from __future__ import annotations

import dataclasses
import random

import pytest
from made_site import HOME, HTML, NOW, SITE, file, moved, page, paths, visit

from lgaudit.evidence import PdfFacts, Snapshot
from lgaudit.gather import tour
from lgaudit.gather.sought import subject_of
from lgaudit.models import Kind, Reason, Site
from lgaudit.replay import Answer, StaticSite

ROBOTS = "text/plain"


def small_town(delay: random.Random | None = None) -> dict[str, Answer]:
    def wait() -> float:
        return delay.random() / 50 if delay else 0.0

    answers = {
        "/": page("Town", *(f"/s{n}" for n in "abcdef"), "/accessibility-statement", "/contact"),
        "/accessibility-statement": page("Accessibility statement", delay=wait()),
        "/contact": page("Contact us", delay=wait()),
    }
    for n in "abcdef":
        answers[f"/s{n}"] = page(f"Section {n}", f"/s{n}/x", f"/s{n}/y", delay=wait())
        answers[f"/s{n}/x"] = page(f"Topic {n} x", "/gone", delay=wait())
        answers[f"/s{n}/y"] = page(f"Topic {n} y", delay=wait())
    return answers


def comparable(seen: Snapshot) -> object:
    pages = [(p.url, p.kind, p.verdict, p.sampled, p.stratum, p.depth, p.body) for p in seen.pages]
    return pages, seen.lost, seen.coverage, seen.documents, seen.links, seen.extra


async def test_a_visit() -> None:
    asked: list[str] = []
    seen = await visit(small_town(), asked=asked)
    assert seen.verdict.ok
    assert seen.started == seen.finished == NOW
    assert len(seen.pages) == 21
    assert len(seen.audited) == 10
    assert seen.pages[0].url == HOME
    assert {p.kind for p in seen.audited} >= {Kind.HOME, Kind.STATEMENT, Kind.CONTACT}
    assert seen.coverage.found == 22
    assert seen.coverage.eligible == 21
    assert (seen.coverage.sampled, seen.coverage.audited) == (10, 10)
    assert seen.coverage.stopped == "exhausted"
    assert seen.lost[0][0] == HOME + "gone"
    assert seen.lost[0][1].reason is Reason.ERROR_STATUS
    assert len(seen.extra["not_sampled"]) == 11
    pages = [line for line in asked if line.startswith("GET /s")]
    assert len(pages) == len(set(pages))  # nothing is fetched twice


async def test_the_same_whatever_the_pace_of_the_answers() -> None:
    first = await visit(small_town(random.Random(1)))
    second = await visit(small_town(random.Random(2)))
    assert comparable(first) == comparable(second)


async def test_another_seed_gives_another_sample() -> None:
    first = await visit(small_town(), seed=1)
    second = await visit(small_town(), seed=2)
    assert [p.url for p in first.audited] != [p.url for p in second.audited]
    assert {p.url for p in first.pages} == {p.url for p in second.pages}


async def test_nearer_pages_first_when_pages_run_out() -> None:
    seen = await visit(small_town(), crawl_pages=12, pages=4)
    assert len([p for p in seen.pages if p.verdict.ok]) <= 12
    assert seen.coverage.stopped == "pages"
    assert [p for p in seen.pages if not p.sampled and p.depth > 1] == []


def large_town() -> dict[str, Answer]:
    """Forty topics of the home page lead to the accounts and to privacy, the last of all."""
    topics = [f"/t{n}" for n in range(40)]
    answers = {"/": page("Home", *topics), "/robots.txt": file(b"", ROBOTS)}
    for n, path in enumerate(topics):
        answers[path] = page(f"Topic {n}", f"{path}/a", f"{path}/b")
        answers[f"{path}/a"] = page(f"Topic {n} a")
        answers[f"{path}/b"] = page(f"Topic {n} b")
    answers["/t9"] = page("Topic 9", "/t9/a", "/our-money/statement-of-accounts", "/news/accounts")
    answers["/our-money/statement-of-accounts"] = page("Money", "/our-money/pay-policy")
    answers["/our-money/pay-policy"] = page("Pay")
    answers["/news/accounts"] = page("News")
    for n in range(9):
        answers[f"/t{n}"] = page(f"Topic {n}", *(f"/t{n}/privacy-{m}/privacy" for m in range(3)))
        for m in range(3):
            answers[f"/t{n}/privacy-{m}/privacy"] = page(f"Privacy {n} {m}")
    answers["/sitemap.xml"] = file(
        b"<urlset><url><loc>https://www.a.gov.uk/far/away/complaints</loc></url></urlset>",
        "application/xml",
    )
    answers["/far/away/complaints"] = page("Complaints")
    return answers


async def test_pages_a_council_must_have_come_before_others_when_pages_run_out() -> None:
    seen = await visit(large_town(), crawl_pages=45, pages=4)
    paths = {p.url.removeprefix(HOME) for p in seen.pages}
    assert seen.coverage.stopped == "pages"
    assert {"our-money/statement-of-accounts", "our-money/pay-policy"} <= paths
    assert "far/away/complaints" in paths
    assert len([path for path in paths if path.endswith("/privacy")]) <= 4  # with the sample's
    again = await visit(large_town(), crawl_pages=45, pages=4)
    assert comparable(seen) == comparable(again)


@pytest.mark.parametrize(
    ("path", "text", "subject"),
    [
        ("x", "Privacy notice", "privacy"),
        ("council/spending-over-500", "", "spending"),
        ("x", "Payments to suppliers over £500", "spending"),
        ("mgListCommittees.aspx", "Committees and meetings", "meetings"),
        ("cy/preifatrwydd", "", "privacy"),
        ("cy/cynghorwyr.aspx", "", "councillors"),
        ("news/privacy-notice", "Privacy notice", ""),
        ("bins", "Send us a photo of the bin", ""),
        ("x", "A sentence that comes to meetings at its end " * 4, ""),
        ("planning/apply", "Apply", ""),
    ],
)
def test_pages_a_council_must_have_are_known_by_name(path: str, text: str, subject: str) -> None:
    assert subject_of(HOME + path, text) == subject


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"/": file(b"<title>403 Forbidden</title><h1>403 Forbidden</h1>", HTML[0][1], 403)}, None),
        ({"/": file(b"<title>Oops</title><p>Broken", HTML[0][1], 500)}, Reason.ERROR_STATUS),
        ({"/robots.txt": file(b"User-agent: *\nDisallow: /", ROBOTS)}, Reason.ROBOTS),
        ({"/robots.txt": file(b"", ROBOTS, 503)}, Reason.ROBOTS),
        ({"/": file(b"%PDF-1.4", "application/pdf")}, Reason.NOT_HTML),
        ({"/": moved("/")}, Reason.TOO_MANY_REDIRECTS),
    ],
)
async def test_a_site_that_turns_us_away(answers: dict[str, Answer], reason: Reason | None) -> None:
    asked: list[str] = []
    seen = await visit(answers, asked=asked)
    assert not seen.verdict.ok
    assert reason in (None, seen.verdict.reason)
    assert seen.lost == ((HOME, seen.verdict),)
    assert seen.audited == ()
    assert seen.coverage.lost == {seen.verdict.reason.value: 1}
    assert len(asked) <= 3 + 11 * (reason is Reason.TOO_MANY_REDIRECTS)  # and then we left


async def test_a_site_that_does_not_exist() -> None:
    seen = await visit({}, site=Site("b", "https://www.b.gov.uk/"))
    assert seen.verdict.reason is Reason.DNS
    assert seen.coverage.audited == 0


async def test_robots_and_sitemaps() -> None:
    answers = small_town() | {
        "/robots.txt": file(
            b"User-agent: *\nDisallow: /sa/\nDisallow: /secret\nSitemap: /map.xml", ROBOTS
        ),
        "/map.xml": file(
            f"<urlset><url><loc>{HOME}secret</loc></url><url><loc>{HOME}only-here</loc></url>"
            "<url><loc>https://elsewhere.example/</loc></url></urlset>".encode(),
            "text/xml",
        ),
        "/only-here": page("Only here"),
        "/secret": page("Secret"),
    }
    asked: list[str] = []
    seen = await visit(answers, asked=asked, pages=30)
    lost = dict(seen.lost)
    assert lost[HOME + "secret"].reason is Reason.ROBOTS
    assert lost[HOME + "sa/x"].reason is Reason.ROBOTS
    assert "GET /secret" not in asked
    assert not any(line.startswith("GET /sa/") for line in asked)
    assert HOME + "only-here" in {p.url for p in seen.audited}
    assert seen.probes.sitemaps == (HOME + "map.xml",)
    assert "Disallow: /secret" in seen.probes.robots_txt


async def test_dead_addresses_in_a_sitemap_do_not_use_up_the_sample() -> None:
    dead = "".join(f"<url><loc>{HOME}old-{c}</loc></url>" for c in "abcdefghijklmnopqrst")
    answers = small_town() | {"/sitemap.xml": file(f"<urlset>{dead}</urlset>".encode(), "text/xml")}
    seen = await visit(answers, crawl_pages=60, pages=12)
    assert seen.coverage.sampled == seen.coverage.audited == 12


async def test_doubles() -> None:
    same = " ".join(f"shared{n}" for n in range(120))
    answers = {
        "/": page("Town", "/a", "/b", "/c?sort=up", "/c", "/moved", "/target", "/believes-home"),
        "/a": page("One", text=same),
        "/b": page("One", text=same),
        "/c": page("List", head='<link rel=canonical href="/c">'),
        "/c?sort=up": page("List sorted", head='<link rel=canonical href="/c">'),
        "/moved": moved("/target"),
        "/target": page("Target"),
        "/believes-home": page("Believes", head='<link rel=canonical href="/">'),
    }
    seen = await visit(answers)
    lost = dict(seen.lost)
    doubles = {HOME + path for path in ("b", "c?sort=up", "target")}
    assert {url for url, v in lost.items() if v.reason is Reason.DUPLICATE} == doubles
    assert not doubles & {p.url for p in seen.audited}
    # Site rules look for pages with another's text, so that one stays, unsampled.
    twin = next(p for p in seen.pages if p.url == HOME + "b")
    assert twin.verdict.ok
    assert not twin.sampled
    assert HOME + "believes-home" in {p.url for p in seen.audited}


async def test_pages_that_are_not_what_they_seem() -> None:
    answers = {
        "/": page("Town", "/out", "/broken", "/sneaky-file", "/login-later", "/a"),
        "/out": moved("https://www.elsewhere.example/"),
        "/broken": file(b"<title>x</title>", HTML[0][1], 500),
        "/sneaky-file": file(b"%PDF-1.7", "application/pdf"),
        "/a": page("A"),
    }
    seen = await visit(answers)
    lost = {
        path: v.reason
        for path, v in zip(paths([u for u, _ in seen.lost]), dict(seen.lost).values(), strict=True)
    }
    assert lost["/out"] is Reason.OFF_SITE
    assert lost["/broken"] is Reason.ERROR_STATUS
    assert lost["/sneaky-file"] is Reason.NOT_HTML
    assert lost["/login-later"] is Reason.ERROR_STATUS
    assert [d.url for d in seen.documents] == [HOME + "sneaky-file"]
    # A page that broke is a page we lost; the others were no pages at all.
    assert {p.url for p in seen.pages if p.sampled} == {HOME, HOME + "a", HOME + "broken"}
    assert seen.coverage.sampled - seen.coverage.audited == 1


async def test_a_wall_that_comes_up_later_ends_the_visit() -> None:
    wall = file(
        b"<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1>"
        b"</center></body></html>", HTML[0][1], 403,
    )  # fmt: skip
    answers = {"/": page("Town", *(f"/p{c}" for c in "abcdefghijkl"))}
    answers |= {f"/p{c}": wall for c in "abcdefghijkl"}
    asked: list[str] = []
    seen = await visit(answers, asked=asked, pages=20, links=0)
    assert len([line for line in asked if line.startswith("GET /p")]) == tour.MOST_WALLS
    assert seen.coverage.stopped == "blocked"


async def test_time_runs_out() -> None:
    now = iter(range(0, 100_000, 30))
    seen = await visit(small_town(), clock=lambda: float(next(now)), site_minutes=3.0)
    assert seen.coverage.stopped == "minutes"
    assert 1 <= seen.coverage.audited < 10
    assert {v.reason for _, v in seen.lost} == {Reason.BUDGET}


async def test_bytes_run_out() -> None:
    seen = await visit(small_town(), site_bytes=5_000)
    assert seen.coverage.stopped == "bytes"
    assert seen.coverage.audited < 10


async def test_a_home_page_in_welsh_is_a_second_start() -> None:
    answers = {
        "/": page("Town", "/a"),
        "/a": page("A"),
        "/cy": page("Tref", "/cy/b"),
        "/cy/b": page("B"),
    }
    site = dataclasses.replace(SITE, welsh_homepage=HOME + "cy")
    seen = await visit(answers, site=site)
    kinds = {p.url.removeprefix(HOME): p.kind for p in seen.audited}
    assert kinds[""] is kinds["cy"] is Kind.HOME
    assert "cy/b" in kinds


async def test_other_hosts_of_the_owner_are_visited_under_their_own_rules() -> None:
    democracy = StaticSite(
        "democracy.a.gov.uk",
        {
            "/robots.txt": file(b"User-agent: *\nDisallow: /private", ROBOTS),
            "/": page("Democracy", "/private", "/meetings"),
            "/meetings": page("Meetings"),
        },
    )
    answers = {"/": page("Town", "https://democracy.a.gov.uk/", "https://www.other.example/")}
    seen = await visit(answers, democracy)
    assert [p.url for p in seen.audited if p.kind is Kind.MEETING] == [
        "https://democracy.a.gov.uk/",
        "https://democracy.a.gov.uk/meetings",
    ]
    assert dict(seen.lost)["https://democracy.a.gov.uk/private"].reason is Reason.ROBOTS


async def test_a_home_page_may_live_on_another_domain() -> None:
    other = StaticSite("www.adur.org.uk", {"/": page("Adur", "/x"), "/x": page("X")})
    seen = await visit({"/": moved("https://www.adur.org.uk/")}, other)
    assert seen.verdict.ok
    assert "https://www.adur.org.uk/x" in {p.url for p in seen.audited}


async def test_an_empty_shell_is_left_for_a_browser() -> None:
    html = b"<html><title>Town</title><div id=root></div><script src=/a.js></script>"
    shell = Answer(200, HTML, html)
    named = f"<urlset><url><loc>{HOME}x</loc></url></urlset>".encode()
    answers = {"/": shell, "/sitemap.xml": file(named, "text/xml"), "/x": shell}
    seen = await visit(answers)
    assert seen.verdict.reason is Reason.EMPTY_SHELL
    assert {p.url for p in seen.pages if p.sampled} == {HOME, HOME + "x"}
    assert seen.coverage.audited == 0


async def test_a_panel_is_seen_again() -> None:
    answers = small_town() | {"/hidden": page("Hidden")}
    panel = [HOME + "hidden", HOME + "sf/y", "https://elsewhere.example/"]
    before = await visit(answers)
    seen = await visit(answers, panel=panel)
    assert HOME + "hidden" not in {p.url for p in before.pages}  # nothing links there
    assert {HOME + "hidden", HOME + "sf/y"} <= {p.url for p in seen.audited}


async def test_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bytes] = []

    def reader(body: bytes) -> PdfFacts:
        read.append(body)
        if b"evil" in body:
            raise RecursionError
        return PdfFacts(pages=3, title="Plan")

    monkeypatch.setattr(tour, "read_pdf", reader)
    pdf = "application/pdf"
    answers = {
        "/": page("Town", "/a", "/one.pdf", "/two.pdf", "/spend.csv", "/evil.pdf"),
        "/a": page("A", "/two.pdf", "/evil.pdf", "/gone.pdf", "/b"),
        "/b": page("B", "/two.pdf", "/rare.pdf", "https://elsewhere.example/x.pdf"),
        "/one.pdf": file(b"%PDF-1.7 one", pdf),
        "/two.pdf": file(b"%PDF-1.7 two", pdf),
        "/evil.pdf": file(b"%PDF-1.7 evil", pdf),
        "/rare.pdf": file(b"%PDF-1.7 rare", pdf),
        "/spend.csv": file(b"a,b\n1,2\n", "text/csv"),
    }
    seen = await visit(answers, documents=4)
    found = {d.url.removeprefix(HOME): d for d in seen.documents}
    assert sorted(found) == ["evil.pdf", "gone.pdf", "one.pdf", "rare.pdf", "spend.csv", "two.pdf"]
    assert paths(found["two.pdf"].found_on) == ["/", "/a", "/b"]
    assert found["two.pdf"].pdf == PdfFacts(pages=3, title="Plan")
    assert found["two.pdf"].size == 12
    assert found["gone.pdf"].verdict.reason is Reason.ERROR_STATUS
    assert found["evil.pdf"].pdf is not None
    assert "RecursionError" in found["evil.pdf"].pdf.error
    assert found["rare.pdf"].pdf is None  # four PDFs were read, the most linked ones
    assert found["rare.pdf"].content_type == pdf
    assert (found["spend.csv"].size, found["spend.csv"].content_type) == (8, "text/csv")
    assert len(read) == 3


async def test_documents_are_listed_but_not_asked_for_when_told_so() -> None:
    asked: list[str] = []
    answers = {"/": page("Town", "/one.pdf")}
    seen = await visit(answers, asked=asked, documents=0, links=0)
    assert [d.verdict.reason for d in seen.documents] == [Reason.BUDGET]
    assert not any("pdf" in line for line in asked)


class Fussy(StaticSite):
    """Answers HEAD and GET differently."""

    def answer(self, method: str, path: str, headers: object) -> Answer:
        status = {
            "/head-405": {"HEAD": 405},
            "/head-404": {"HEAD": 404},
            "/head-500": {"HEAD": 500, "GET": 403},
            "/forbidden": {"HEAD": 403, "GET": 403},
            "/login": {"HEAD": 401, "GET": 401},
            "/busy": {"HEAD": 429, "GET": 429},
            "/gone": {"HEAD": 410, "GET": 410},
            "/down": {"HEAD": 500, "GET": 500},
            "/no-head": {"HEAD": 405, "GET": 404},
        }.get(path, {})
        body = b"<title>x</title><p>x"
        return Answer(status.get(method, 200), HTML, body if method == "GET" else b"")


async def test_links() -> None:
    names = "head-405 head-404 head-500 forbidden login busy gone down no-head fine".split()
    links = [f"https://www.fussy.example/{name}" for name in names]
    dead = "https://www.closed.invalid/"
    asked: list[str] = []
    answers = {
        "/": page("Town", "/a", "/gone", "mailto:x@a.gov.uk", *links, dead),
        "/a": page("A", "/gone"),
    }
    seen = await visit(answers, Fussy("www.fussy.example", {}), asked=asked, retries=2)
    found = {link.url.rsplit("/", 1)[-1] or link.url: link for link in seen.links}
    reasons = {name: found[name].verdict.reason for name in names}
    assert reasons == {
        "head-405": Reason.OK,
        "head-404": Reason.OK,
        "head-500": Reason.BLOCKED,
        "forbidden": Reason.BLOCKED,
        "login": Reason.BLOCKED,
        "busy": Reason.BLOCKED,
        "gone": Reason.ERROR_STATUS,
        "down": Reason.ERROR_STATUS,
        "no-head": Reason.ERROR_STATUS,
        "fine": Reason.OK,
    }
    assert found["gone"].attempts == 2
    assert found["no-head"].attempts == 3
    assert found[dead].verdict.reason is Reason.DNS
    assert found[dead].attempts == 2
    inner = next(link for link in seen.links if link.url == HOME + "gone")
    assert (inner.internal, inner.status, inner.attempts) == (True, 404, 2)
    assert paths(inner.found_on) == ["/", "/a"]
    assert inner.in_main
    known = next(link for link in seen.links if link.url == HOME + "a")
    assert known.verdict.ok
    assert "HEAD /a" not in asked  # the crawl knew already
    assert all(link.in_main for link in seen.links if not link.internal)


async def test_links_are_capped_and_shared_between_inside_and_outside() -> None:
    outside = [f"https://www.o.example/{n}" for n in range(30)]
    inside = [f"/missing-{c}" for c in "abcdefghijklmnopqrstuvwxyz"]
    seen = await visit(
        {"/": page("Town", *outside, *inside)}, StaticSite("www.o.example", {}), links=10
    )
    tried = [link for link in seen.links if not link.verdict.ok]
    assert len(tried) == 10
    assert sum(link.internal for link in tried) == 6


async def test_traps_end() -> None:
    answers = {f"/cal?day={n}": page(f"Day {n}", f"/cal?day={n + 1}") for n in range(200)}
    answers |= {"/": page("Town", "/cal?day=0", "/sign-in")}
    answers["/"] = Answer(
        200, HTML, answers["/"].body.replace(b'href="/sign-in"', b'rel=nofollow href="/sign-in"')
    )
    asked: list[str] = []
    seen = await visit(answers, asked=asked, links=0)
    assert len([line for line in asked if line.startswith("GET /cal")]) == 15
    assert Reason.BUDGET in {v.reason for _, v in seen.lost}
    assert "GET /sign-in" not in asked


async def test_soft_404s_are_not_pages() -> None:
    sorry = page("Town Council", text="We are sorry, what you are looking for has gone elsewhere.")
    answers = {"/": page("Town", "/a", "/was-here"), "/a": page("A")}

    site = Site("s", "https://www.soft.gov.uk/")
    seen = await visit({}, StaticSite("www.soft.gov.uk", answers, not_found=sorry), site=site)
    assert dict(seen.lost)["https://www.soft.gov.uk/was-here"].reason is Reason.SOFT_404
    assert {p.url for p in seen.audited} == {
        "https://www.soft.gov.uk/",
        "https://www.soft.gov.uk/a",
    }
