"""Websites whose strangeness a whole visit meets."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from typing import Any

from behaviour import (
    GOOD,
    HIDDEN,
    Answers,
    answers,
    named,
    no_secret,
    page,
    private,
    row,
)
from rude import plain

from lgaudit.models import Reason


def _tangle() -> Answers:
    """A million links in a page of 12 MB: the first part is as much as is read."""
    return {"/": plain(200, (GOOD + '<a href="/x">x</a>' * 650_000).encode())}


def _links() -> Answers:
    links = "".join(f'<a href="/p{n}">x</a>' for n in range(30_000))
    return {"/": page(links), "*": page("")}


def _calendar() -> Answers:
    def month(path: str) -> bytes:
        number = int(path.rsplit("=", 1)[-1]) if "=" in path else 0
        return page(f'<a href="/cal?m={number + 1}">Next</a>', title=f"Month {number}")

    return {"*": answers(month), "/robots.txt": plain(404), "/sitemap.xml": plain(404)}


def _sessions() -> Answers:
    count = iter(range(10**6))

    def again(path: str) -> bytes:
        number = next(count)
        links = (
            f'<a href="/{name};jsessionid={number:X}?PHPSESSID={number}">x</a>' for name in "abc"
        )
        return page("".join(links), title=path.partition(";")[0])

    return {"*": answers(again), "/robots.txt": plain(404), "/sitemap.xml": plain(404)}


def _sitemaps() -> Answers:
    def more(path: str) -> bytes:
        if not path.endswith(".xml"):
            return page("", title=path)
        site = "http://www.endless-sitemaps.gov.uk"
        entries = "".join(f"<sitemap><loc>{site}{path[:-4]}{n}.xml</loc></sitemap>" for n in "ab")
        return plain(200, f"<sitemapindex>{entries}</sitemapindex>".encode(), kind="text/xml")

    return {"*": answers(more), "/robots.txt": plain(404)}


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><urlset><url><loc>http://www.entities.gov.uk/&j;</loc></url></urlset>"
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<urlset><url><loc>http://www.file-entity.gov.uk/&a;</loc></url></urlset>"
)


def _storm() -> Answers:
    return {
        "/": page("".join(f'<a href="/{n}">x</a>' for n in range(40))),
        "/robots.txt": plain(404),
        "*": plain(429, b"", "Retry-After: 86400"),
    }


def _deep(kind: str, depth: int) -> bytes:
    return page(f"<{kind}>" * depth + "x" + f"</{kind}>" * depth)


def _within(most: int, stopped: str = "") -> Callable[[Any, Sequence[str]], None]:
    def check(found: Any, asked: Sequence[str]) -> None:
        assert len(asked) <= most, asked[:60]
        assert found.coverage.stopped == stopped or not stopped, found.coverage

    return check


def _distinct(found: Any, asked: Sequence[str]) -> None:
    del found
    pages = [path for path in asked if path in ("/a", "/b", "/c")]
    assert len(pages) == 3, pages


def _robots(body: bytes, status: int = 200, *headers: str) -> Answers:
    served = plain(status, body, *headers, kind="text/plain")
    return {"/robots.txt": served, "/": page('<a href="/a">x</a>'), "/a": page("", title="A")}


VISITS = [
    row(
        "heavy-page",
        "sends 12 MB of markup with 650,000 links",
        Reason.TOO_LARGE,
        _tangle,
        made=True,
        seen="visit",
        then="No more than the limit is read",
    ),
    row(
        "many-links",
        "links to 30,000 pages of its own",
        Reason.OK,
        _links,
        made=True,
        seen="visit",
        check=_within(40, "pages"),
        then="The visit ends with its budget of pages",
    ),
    row(
        "calendar",
        "has a calendar without an end",
        Reason.OK,
        _calendar,
        made=True,
        seen="visit",
        check=_within(40),
        then="A few months are seen",
    ),
    row(
        "sessions",
        "writes a new session id into every link",
        Reason.OK,
        _sessions,
        made=True,
        seen="visit",
        check=_distinct,
        then="Each page is seen once",
    ),
    row(
        "endless-sitemaps",
        "has sitemaps that name ever more sitemaps",
        Reason.OK,
        _sitemaps,
        made=True,
        seen="visit",
        check=_within(60),
        then="15 are read",
    ),
    row(
        "entities",
        "has a sitemap whose entities unpack to a billion letters",
        Reason.OK,
        {"/": page(""), "/sitemap.xml": plain(200, ENTITIES, kind="text/xml")},
        seen="visit",
        check=_within(20),
        then="No entity is expanded",
    ),
    row(
        "file-entity",
        "has a sitemap with an entity that names a file",
        Reason.OK,
        {"/": page(""), "/sitemap.xml": plain(200, OUTSIDE, kind="text/xml")},
        seen="visit",
        check=no_secret,
        then="The file is not read",
    ),
    row(
        "sitemap-bomb",
        "has a packed sitemap of 25 MB of zeros",
        Reason.OK,
        lambda: {"/": page(""), "/sitemap.xml": plain(200, gzip.compress(b"\0" * 25_000_000, 1))},
        made=True,
        seen="visit",
        then="It names no pages",
    ),
    row(
        "sitemap-inside",
        "names addresses of private networks in its sitemap",
        Reason.OK,
        {
            "/": page(""),
            "/sitemap.xml": plain(
                200,
                (
                    f"<urlset><url><loc>http://127.0.0.1:{HIDDEN}/</loc></url>"
                    f"<url><loc>http://10.0.0.1/</loc></url></urlset>"
                ).encode(),
                kind="text/xml",
            ),
        },
        seen="visit",
        then="They are not asked",
    ),
    row(
        "links-inside",
        "links to addresses of private networks",
        Reason.OK,
        {
            "/": page(
                f'<a href="http://127.0.0.1:{HIDDEN}/">x</a><a href="http://169.254.169.254/">y</a>'
                f'<a href="http://inside.example:{HIDDEN}/">z</a>'
            )
        },
        seen="visit",
        then="They are not asked",
        check=private,
    ),
    row(
        "robots-noise",
        "has a robots.txt of noise",
        Reason.OK,
        lambda: _robots(bytes(range(256)) * 40),
        made=True,
        seen="visit",
        check=named("/a"),
        then="It forbids nothing",
    ),
    row(
        "robots-huge",
        "has a robots.txt of 5 MB",
        Reason.OK,
        lambda: _robots(b"Disallow: /nothing\n" * 250_000),
        made=True,
        seen="visit",
        check=named("/a"),
        then="The first 500 kB count",
    ),
    row(
        "robots-html",
        "answers for robots.txt with its home page",
        Reason.OK,
        lambda: _robots(GOOD.encode()),
        made=True,
        seen="visit",
        check=named("/a"),
        then="It forbids nothing",
    ),
    row(
        "robots-stars",
        "has a robots.txt of wildcards that take long to match",
        Reason.OK,
        lambda: _robots(b"User-agent: *\nDisallow: /" + b"*a" * 5_000 + b"$\n"),
        made=True,
        seen="visit",
        check=named("/a"),
    ),
    row(
        "robots-500",
        "answers 500 for robots.txt",
        Reason.ROBOTS,
        lambda: _robots(b"", 500),
        made=True,
        seen="visit",
        check=_within(1),
        then="Nothing else is asked (RFC 9309)",
    ),
    row(
        "robots-inside",
        "redirects robots.txt to a private address",
        Reason.PRIVATE_ADDRESS,
        lambda: _robots(b"", 302, f"Location: http://127.0.0.1:{HIDDEN}/robots.txt"),
        made=True,
        seen="visit",
        check=_within(1),
        then="Nothing is asked",
    ),
    row(
        "robots-delay",
        "asks for a year between two requests",
        Reason.OK,
        lambda: _robots(b"User-agent: *\nCrawl-delay: 31536000\n"),
        made=True,
        seen="visit",
        then="At most 30 seconds are kept to",
    ),
    row(
        "robots-utf-16",
        "forbids everything in a robots.txt saved as UTF-16",
        Reason.ROBOTS,
        lambda: _robots("User-agent: *\nDisallow: /\n".encode("utf-16")),
        made=True,
        seen="visit",
        check=_within(0),
        then="Its owner's wish is kept to",
    ),
    row(
        "late-for-ever",
        "asks for patience until the year 9999",
        Reason.OK,
        {
            "/": page("".join(f'<a href="/{n}">x</a>' for n in range(9))),
            "/robots.txt": plain(404),
            "*": plain(503, b"", "Retry-After: Fri, 31 Dec 9999 23:59:59 -2359"),
        },
        seen="visit",
        check=_within(4, "circuit_open"),
        then="The site is left alone",
    ),
    row(
        "storm",
        "answers 429 to everything after the home page",
        Reason.OK,
        _storm,
        made=True,
        seen="visit",
        check=_within(4, "circuit_open"),
        then="The site is left alone, and not ranked",
    ),
    row(
        "crowded",
        "sends 300,000 tags",
        Reason.TOO_LARGE,
        lambda: {"/": page("<p>" * 300_000)},
        made=True,
        seen="visit",
        then="It is not parsed",
    ),
    row(
        "styles",
        "leaves 1,900 elements of bold open, which every one of 9,000 paragraphs takes up",
        Reason.TOO_LARGE,
        lambda: {
            "/": page(
                "<p>" + "".join(f"<b class=a{n}>" for n in range(1_900)) + "</p>" + "<p>x" * 9_000
            )
        },
        made=True,
        seen="visit",
        then="It is not parsed: 100 kB would become 17 million elements",
    ),
    row(
        "options",
        "offers a choice of 60,000 options",
        Reason.OK,
        lambda: {"/": page("<select>" + "<option>x" * 60_000)},
        made=True,
        seen="visit",
        then="The parser meets the first 10,000",
    ),
    row(
        "deep",
        "nests 30,000 elements",
        Reason.OK,
        lambda: {"/": _deep("div", 30_000)},
        made=True,
        seen="visit",
    ),
    row(
        "deep-tables",
        "nests 3,000 tables",
        Reason.OK,
        lambda: {"/": _deep("table", 3_000)},
        made=True,
        seen="visit",
    ),
    row(
        "deep-links",
        "nests 20,000 links and lists",
        Reason.OK,
        lambda: {"/": _deep('a href="/x"', 10_000) + _deep("ul", 10)},
        made=True,
        seen="visit",
    ),
    row(
        "long-address",
        "links to addresses of 100,000 characters",
        Reason.OK,
        {"/": page(f'<a href="/{"x" * 100_000}">x</a><a href="/?{"y=1&" * 30_000}">y</a>')},
        seen="visit",
        check=_within(20),
        then="They are not asked",
    ),
    row(
        "growing-paths",
        "links to ever deeper addresses",
        Reason.OK,
        {
            "*": answers(
                lambda path: (
                    page(f'<a href="{path.rstrip("/")}/more/">x</a>', title=path)
                    if "xml" not in path and "txt" not in path
                    else plain(404)
                )
            )
        },
        seen="visit",
        check=_within(20),
    ),
    row(
        "right-to-left",
        "turns its title and links round with direction marks",
        Reason.OK,
        {
            "/": page('<a href="/a\u202egnp.exe">\u202ek\u202c</a>', title="ab\u202egnp.exe\u2066"),
            "*": plain(404),
        },
        seen="visit",
    ),
    row(
        "attributes",
        "gives one element 100,000 attributes",
        Reason.OK,
        lambda: {"/": page("<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x")},
        made=True,
        seen="visit",
    ),
    row(
        "mail-to-everything",
        "links to mailto:, tel:, javascript:, data:, file: and blob: addresses",
        Reason.OK,
        {
            "/": page(
                "".join(
                    f'<a href="{s}x">y</a>'
                    for s in (
                        "mailto:",
                        "tel:",
                        "javascript:",
                        "data:text/html,",
                        "file:///etc/",
                        "blob:null/",
                        "intent:",
                    )
                )
            )
        },
        seen="visit",
        check=no_secret,
        then="None is asked",
    ),
    row(
        "refresh-inside",
        "refreshes to a private address",
        Reason.OK,
        {"/": page(f'<meta http-equiv=refresh content="0;url=http://127.0.0.1:{HIDDEN}/">')},
        seen="visit",
        then="It is not asked",
    ),
]
