"""One-off looks at a site."""

from __future__ import annotations

from made_site import HOME, HTML, file, page, visit

from lgaudit.gather import probes
from lgaudit.models import Kind, Site
from lgaudit.replay import Answer, StaticSite


async def test_probes() -> None:
    head = (
        "<link rel=stylesheet href=/s.css><script src=/j.js></script><script src=/gone.js></script>"
        "<script src=https://cdn.example/t.js></script>"
    )
    css = b"main{margin:0}" * 200
    answers = {
        "/": page("Town", head=head),
        "/s.css": Answer(200, (("content-type", "text/css"), ("etag", '"1"')), css),
        "/j.js": file(b"var x", "text/javascript"),
        "/robots.txt": file(b"User-agent: *\nAllow: /", "text/plain"),
    }
    asked: list[str] = []
    third = StaticSite("cdn.example", {"/t.js": file(b"x", "text/javascript")})
    seen = await visit(answers, third, asked=asked)
    found = seen.probes
    assert found.alpn == "h2"
    assert found.robots_txt == "User-agent: *\nAllow: /"
    assert found.not_found is not None
    assert found.not_found.status == 404
    assert found.not_found.kind is Kind.NOT_FOUND
    assert sum("no-such-page" in line for line in asked) == 1
    assert [(a.url, a.type, a.status) for a in found.assets] == [
        (HOME + "s.css", "stylesheet", 200),
        (HOME + "j.js", "script", 200),
        (HOME + "gone.js", "script", 404),
    ]
    style = found.assets[0]
    assert style.decoded == len(css)
    assert 0 < style.transferred < len(css)  # it came packed
    assert dict(style.headers)["etag"] == '"1"'
    assert style.protocol == "h2"


async def test_a_site_without_http2() -> None:
    old = StaticSite("www.old.gov.uk", {"/": page("Old")}, http2=False)
    seen = await visit({}, old, site=Site("o", "https://www.old.gov.uk/"))
    assert seen.probes.alpn == "http/1.1"


async def test_robots_may_forbid_the_made_up_address() -> None:
    answers = {
        "/": Answer(200, HTML, page("Town").body),
        "/robots.txt": file(b"User-agent: *\nDisallow: /lgaudit-", "text/plain"),
    }
    seen = await visit(answers)
    assert seen.verdict.ok
    assert seen.probes.not_found is None


def test_the_made_up_address_depends_on_site_and_seed_only() -> None:
    first = probes.made_up_address(HOME, 1)
    assert first == probes.made_up_address(HOME, 1)
    assert first.startswith(HOME + "lgaudit-no-such-page-")
    assert first != probes.made_up_address(HOME, 2)
