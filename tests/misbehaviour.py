"""What strange servers do, and the verdict each must get: the table behind docs/hostile.md.

A row is served under a name of its own, ``www.NAME.gov.uk``. ``test_misbehaviour.py`` looks at
those seen by plain requests, ``test_misbehaviour_browser.py`` at those seen by a browser. A row
that another test proves names it instead of bringing its own server.
"""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import brotli
from rude import Handler, plain, to

from lgaudit.models import Reason

Answers = Mapping[str, bytes | Handler]
WORDS = " ".join(f"word{n}" for n in range(60))
GOOD = (
    "<!doctype html><html lang=en><head><title>Bins and recycling</title></head><body><main>"
    f"<h1>Bins and recycling</h1><p>{WORDS}</p></main></body></html>"
)
LIMIT = 1_000_000  # bytes of a page, in these tests
PATIENCE = 0.7  # seconds for one request to a slow server
HIDDEN = "98765"  # stands for the port of a private server that nobody may reach


@dataclass(frozen=True)
class Behaviour:
    """One row. ``check`` gets what was seen, and the paths that the server was asked for."""

    name: str
    does: str
    verdict: Reason
    answers: Callable[[], Answers] | None = None  # path -> answer; "*" is every other path
    then: str = ""  # what else holds, in words
    check: Callable[[Any, Sequence[str]], None] | None = None
    seen: str = "request"  # or "visit", or "browser"
    slow: bool = False  # the verdict comes when the patience ends
    start: str = ""  # where to begin; '' is the home page
    settings: Mapping[str, object] = field(default_factory=dict)
    test: str = ""  # "file::function" that proves it elsewhere

    @property
    def host(self) -> str:
        """The name it is served under."""
        return f"www.{self.name}.gov.uk"

    @property
    def home(self) -> str:
        """Where looking begins."""
        return self.start or f"http://{self.host}/"


def page(body: str, *, title: str = "Town", words: str = "") -> bytes:
    """A page with words enough to be one, as it goes over the wire."""
    text = f"<p>{title} {words or WORDS}</p>"
    return plain(200, f"<!doctype html><html lang=en><title>{title}</title>{text}{body}".encode())


def talks(*parts: bytes, then: str = "close", each: bytes = b"", pause: float = 0.0) -> Handler:
    """Say the parts; then hang up, say nothing more, or repeat ``each`` for ever."""

    async def talk(path: str, writer: asyncio.StreamWriter) -> None:
        del path
        for part in parts:
            writer.write(part)
        await writer.drain()
        while then == "hang" or (then == "repeat" and not writer.is_closing()):
            if then == "repeat":
                writer.write(each)
                await writer.drain()
            await asyncio.sleep(pause if then == "repeat" else 0.1)
            if then == "hang" and writer.transport.is_closing():
                break
        writer.close()

    return talk


def answers(make: Callable[[str], bytes]) -> Handler:
    """An answer made from the path that is asked for."""

    async def answer(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(make(path))
        await writer.drain()

    return answer


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def bomb(packing: str) -> bytes:
    """A page of 20 MB that is small on the wire."""
    big = b"\0" * 20_000_000
    body = {
        "gzip": lambda: gzip.compress(big, 1),
        "deflate": lambda: zlib.compress(big, 1),
        "br": lambda: brotli.compress(big, quality=1),
        "gzip, br": lambda: brotli.compress(gzip.compress(big, 1), quality=1),
    }[packing]()
    return plain(200, body, f"Content-Encoding: {packing}")


def short(found: Any, asked: Sequence[str]) -> None:
    """Not more than the limit is kept."""
    del asked
    assert len(found.body) <= LIMIT


def once(found: Any, asked: Sequence[str]) -> None:
    """It was asked for one time."""
    del found
    assert asked == ["/"]


def few(most: int) -> Callable[[Any, Sequence[str]], None]:
    """Not asked for more than this."""

    def check(found: Any, asked: Sequence[str]) -> None:
        del found
        assert len(asked) <= most, asked[:50]

    return check


def named(path: str) -> Callable[[Any, Sequence[str]], None]:
    """The visit saw a page at this path."""

    def check(found: Any, asked: Sequence[str]) -> None:
        assert path in asked
        assert any(p.url.endswith(path) for p in found.pages)

    return check


def _no_script(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert not found.dom.css("script")


def _no_secret(found: Any, asked: Sequence[str]) -> None:
    del found
    assert not any("root:" in path or "passwd" in path for path in asked)


def _private(found: Any, asked: Sequence[str]) -> None:
    del asked
    reasons = {check.verdict.reason for check in found.links if not check.internal}
    assert reasons == {Reason.PRIVATE_ADDRESS}


def row(name: str, does: str, verdict: Reason, served: Any = None, **more: Any) -> Behaviour:
    """A row; ``served`` is the answer of every path, the answers by path, or what makes them."""
    if more.get("test"):
        return Behaviour(name, does, verdict, None, **more)
    if served is None or (callable(served) and more.pop("made", False)):
        return Behaviour(name, does, verdict, served, **more)
    by_path = served if isinstance(served, Mapping) else {"/": served}
    return Behaviour(name, does, verdict, lambda: by_path, **more)


SLOW: Mapping[str, Any] = {"slow": True}
REQUESTS = [
    row(
        "slow-headers", "accepts, and sends no headers", Reason.TIMEOUT, talks(then="hang"), **SLOW
    ),
    row(
        "dripping-headers",
        "sends one header after another, for ever",
        Reason.TIMEOUT,
        talks(HEAD, then="repeat", each=b"X-More: 1\r\n", pause=0.05),
        **SLOW,
    ),
    row(
        "slow-body",
        "sends its body a byte at a time",
        Reason.TIMEOUT,
        talks(HEAD + b"\r\n", then="repeat", each=b"x", pause=0.02),
        **SLOW,
    ),
    row(
        "half-a-body",
        "sends half of what it announced, then nothing",
        Reason.TIMEOUT,
        talks(HEAD + b"Content-Length: 5000\r\n\r\n<p>", then="hang"),
        **SLOW,
    ),
    row(
        "hints-for-ever",
        "sends 103 Early Hints for ever",
        Reason.TIMEOUT,
        talks(then="repeat", each=b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", pause=0.02),
        **SLOW,
    ),
    row(
        "hangs-up",
        "hangs up without a word",
        Reason.RESET,
        talks(),
        then="Asked once more, no more",
        check=few(2),
    ),
    row(
        "hangs-up-midway",
        "hangs up in the middle of the body",
        Reason.RESET,
        talks(HEAD + b"Content-Length: 99\r\n\r\n<ht"),
        check=once,
        then="Half a page is no page",
    ),
    row(
        "length-too-short",
        "announces fewer bytes than it sends",
        Reason.OK,
        talks(HEAD + b"Content-Length: %d\r\n\r\n" % (len(GOOD) - 20) + GOOD.encode()),
        then="The announced bytes count, as in browsers",
    ),
    row(
        "length-negative",
        "announces a negative length",
        Reason.RESET,
        talks(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
    ),
    row(
        "two-lengths",
        "announces two lengths",
        Reason.RESET,
        talks(HEAD + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n123456789"),
    ),
    row(
        "bad-chunk",
        "sends a chunk whose size is no number",
        Reason.RESET,
        talks(CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n"),
    ),
    row(
        "endless-chunks",
        "sends chunks for ever, as fast as it can",
        Reason.TOO_LARGE,
        talks(CHUNKED, then="repeat", each=b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        check=short,
        then="No more than the limit is kept",
    ),
    row(
        "long-header",
        "sends a header of 200 kB",
        Reason.RESET,
        talks(b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 200_000 + b"\r\n\r\n"),
    ),
    row(
        "many-headers",
        "sends 20,000 headers",
        Reason.RESET,
        talks(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n"),
    ),
    row("not-http", "speaks another protocol", Reason.RESET, talks(b"220 mail ESMTP\r\n")),
    row(
        "bad-status",
        "answers with a status that is none",
        Reason.RESET,
        talks(b"HTTP/1.1 99999 ?\r\n\r\n"),
    ),
    row("noise", "answers with noise", Reason.RESET, talks(b"\x00\x01\x02\x03\r\n\r\n")),
    *(
        row(
            "bomb-" + packing.replace(", ", "-"),
            f"sends 20 MB of zeros, packed with {packing}",
            Reason.TOO_LARGE,
            lambda packing=packing: {"/": bomb(packing)},
            made=True,
            check=short,
            then="No more than the limit is unpacked",
        )
        for packing in ("gzip", "deflate", "br", "gzip, br")
    ),
    *(
        row(
            "encoded-" + name.replace(", ", "-"),
            f"says the body is packed with {name}, and it is not",
            Reason.RESET,
            plain(200, GOOD.encode(), f"Content-Encoding: {name}"),
        )
        for name in ("gzip", "br", "pack200", "gzip, gzip, gzip, gzip")
    ),
    row(
        "wrong-charset",
        "says UTF-8 and sends bytes that are none",
        Reason.OK,
        plain(
            200,
            GOOD.encode() + b"<p>caf\xe9 \xff\xfe \xc3\x28</p>",
            kind="text/html; charset=utf-8",
        ),
    ),
    row(
        "unknown-charset",
        "names an encoding that does not exist",
        Reason.OK,
        plain(200, GOOD.encode(), kind="text/html; charset=klingon-8"),
    ),
    row(
        "utf-7",
        "says UTF-7, with markup hidden in it",
        Reason.OK,
        plain(200, GOOD.encode() + b"+ADw-script+AD4-", kind="text/html; charset=utf-7"),
        then="Read as browsers read it: the hidden markup stays text",
        check=_no_script,
    ),
    row(
        "null-bytes",
        "puts null bytes between the letters of its tags",
        Reason.OK,
        plain(200, GOOD.encode() + b"<p>a\0b<im\0g src=x><a href='/\0x'>y</a>"),
    ),
    row(
        "redirect-circle",
        "redirects in a circle",
        Reason.TOO_MANY_REDIRECTS,
        {"/": to("/a"), "/a": to("/")},
        check=few(4),
    ),
    row(
        "redirect-chain",
        "redirects for ever, each time to another address",
        Reason.TOO_MANY_REDIRECTS,
        {"*": answers(lambda path: to(path + "x"))},
        check=few(12),
    ),
    row(
        "growing-cookies",
        "redirects in a circle and sets one more cookie of 4 kB each time",
        Reason.TOO_MANY_REDIRECTS,
        {"*": answers(lambda path: to(path + "x", 302, f"Set-Cookie: c{len(path)}={'y' * 4000}"))},
        check=few(12),
        then="Cookies are forgotten after each request",
    ),
    *(
        row(
            f"redirect-to-{name}",
            f"redirects to {shown}",
            Reason.PRIVATE_ADDRESS,
            to(where),
            then="The address is not asked",
        )
        for name, shown, where in (
            ("loopback", "a port of this machine", f"http://127.0.0.1:{HIDDEN}/admin"),
            ("localhost", "localhost", f"http://localhost:{HIDDEN}/"),
            ("ipv6", "this machine in IPv6", f"http://[::1]:{HIDDEN}/"),
            (
                "mapped",
                "this machine as IPv4 written in IPv6",
                f"http://[::ffff:127.0.0.1]:{HIDDEN}/",
            ),
            ("hex", "this machine in hexadecimal", f"http://0x7f000001:{HIDDEN}/"),
            ("short", "this machine as 127.1", f"http://127.1:{HIDDEN}/"),
            ("zero", "0.0.0.0", f"http://0.0.0.0:{HIDDEN}/"),
            (
                "metadata",
                "a cloud's credentials, 169.254.169.254",
                "http://169.254.169.254/latest/",
            ),
            ("router", "a router, 192.168.0.1", "http://192.168.0.1/"),
            ("inside-name", "a name whose address is private", f"http://inside.example:{HIDDEN}/"),
        )
    ),
    *(
        row(
            f"redirect-to-{name}-scheme",
            f"redirects to a {name}: address",
            reason,
            {"/": to(where, 302)},
            then="It is not followed",
            seen="visit",
        )
        for name, where, reason in (
            ("file", "file:///etc/passwd", Reason.ERROR_STATUS),
            ("ftp", "ftp://www.a.gov.uk/", Reason.ERROR_STATUS),
            ("javascript", "javascript:alert(1)", Reason.DNS),
            ("data", "data:text/html,x", Reason.DNS),
        )
    ),
    row(
        "split-header",
        "puts line ends and null bytes into Location",
        Reason.RESET,
        talks(b"HTTP/1.1 302 X\r\nLocation: /a\0b\r\nContent-Length: 0\r\n\r\n"),
    ),
    row(
        "captcha",
        "asks for a captcha and says 200",
        Reason.CAPTCHA,
        plain(
            200,
            b'<p><div class="g-recaptcha" data-sitekey="x">'
            b'<iframe src="https://www.google.com/recaptcha/api2/anchor"></iframe></div>',
        ),
        seen="visit",
    ),
    row(
        "auth",
        "asks for a password",
        Reason.ERROR_STATUS,
        plain(401, GOOD.encode(), 'WWW-Authenticate: Basic realm="x"'),
        seen="visit",
    ),
    row(
        "download",
        "sends a file where a page was expected",
        Reason.NOT_HTML,
        plain(
            200,
            b"MZ" * 50,
            'Content-Disposition: attachment; filename="../../../x.exe"',
            kind="application/octet-stream",
        ),
        then="The body is not read, and nothing is written",
    ),
]


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
        check=_no_secret,
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
        check=_private,
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
        check=_no_secret,
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


def does(script: str, more: str = "") -> Answers:
    """A page whose script does something."""
    return {"/": page(f"<main><h1>Town</h1>{more}</main><script>{script}</script>")}


def _no_file(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert "root:" not in found.html
    assert found.final_url.startswith("http://")


def _few_errors(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert len(found.console_errors) <= 50


INSIDE = f"127.0.0.1:{HIDDEN}"
BROWSER = [
    row(
        "page-asks-inside",
        "asks this machine, routers and a cloud's credentials: pictures, scripts, frames, fetches,"
        " beacons, web sockets, by number and by name",
        Reason.OK,
        does(
            f"""
            fetch("http://{INSIDE}/fetch", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://localhost:{HIDDEN}/name", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://x.localhost:{HIDDEN}/name", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://169.254.169.254/latest/meta-data/", {{mode: "no-cors"}}).catch(() => 0);
            fetch("http://10.0.0.1/", {{mode: "no-cors"}}).catch(() => 0);
            navigator.sendBeacon("http://{INSIDE}/beacon", "x");
            try {{ new WebSocket("ws://{INSIDE}/socket"); }} catch {{}}
            try {{ new EventSource("http://{INSIDE}/events"); }} catch {{}}
            new Worker(URL.createObjectURL(new Blob(
              [`fetch("http://{INSIDE}/worker", {{mode: "no-cors"}}).catch(() => 0)`])));
            """,
            f'<img alt="" src="http://{INSIDE}/img"><script src="http://{INSIDE}/s.js"></script>'
            f'<iframe title="a" src="http://{INSIDE}/frame"></iframe>'
            f'<link rel=prefetch href="http://{INSIDE}/prefetch">'
            f'<link rel=preconnect href="http://{INSIDE}">'
            f'<object data="http://[::1]:{HIDDEN}/object"></object>'
            f'<form action="http://{INSIDE}/form" target=f></form><iframe title=b name=f></iframe>',
        ),
        seen="browser",
        then="None is reached; the page is judged without them",
    ),
    row(
        "page-calls-inside",
        "opens a WebRTC connection to this machine",
        Reason.OK,
        does(
            f"""const call = new RTCPeerConnection({{iceServers: [{{urls: "stun:{INSIDE}"}},
              {{urls: "turn:{INSIDE}?transport=udp", username: "a", credential: "b"}}]}});
            call.createDataChannel("x");
            call.createOffer().then((offer) => call.setLocalDescription(offer));"""
        ),
        seen="browser",
        then="Nothing is sent",
    ),
    row(
        "browser-led-inside",
        "redirects a browser to a private address",
        Reason.PRIVATE_ADDRESS,
        to(f"http://{INSIDE}/admin"),
        seen="browser",
        then="The address is not asked",
    ),
    row(
        "page-goes-inside",
        "moves on to a private address by script",
        Reason.PRIVATE_ADDRESS,
        does(f'location.replace("http://{INSIDE}/admin")'),
        seen="browser",
        then="The address is not asked",
    ),
    row(
        "page-goes-to-a-file",
        "moves on to a file of this machine by script",
        Reason.OK,
        does('location.href = "file:///etc/passwd"; window.open("file:///etc/passwd")'),
        seen="browser",
        check=_no_file,
        then="The page stays where it is",
    ),
    row(
        "page-closes-itself",
        "closes its own window",
        Reason.OK,
        does("window.close(); self.open('', '_self'); window.close()"),
        seen="browser",
        then="The next page is seen all the same",
    ),
    row(
        "page-downloads",
        "starts twenty downloads by script",
        Reason.OK,
        does(
            """for (let n = 0; n < 20; n++) { const a = document.createElement("a");
            a.href = URL.createObjectURL(new Blob(["MZ"])); a.download = "../../evil" + n + ".exe";
            document.body.append(a); a.click(); a.remove(); }"""
        ),
        seen="browser",
        then="No file is written",
    ),
    row(
        "page-hogs-memory",
        "fills its memory until there is no more",
        Reason.BROWSER_FAILED,
        does("const all = []; for (let n = 0;; n++) all.push(new Array(2e7).fill(n + 0.5))"),
        seen="browser",
        then="The next page is seen all the same",
    ),
    row(
        "page-asks-permission",
        "asks for place, camera, notifications and the clipboard",
        Reason.OK,
        does(
            """navigator.geolocation?.getCurrentPosition(() => 0);
            navigator.mediaDevices?.getUserMedia({video: true}).catch(() => 0);
            self.Notification?.requestPermission();
            navigator.clipboard?.readText().catch(() => 0);"""
        ),
        seen="browser",
    ),
    row(
        "page-floods-the-console",
        "writes 2,000 errors to the console",
        Reason.OK,
        does("for (let n = 0; n < 2000; n++) console.error('x' + n + 'y'.repeat(500))"),
        seen="browser",
        check=_few_errors,
        then="50 are kept",
    ),
    row(
        "page-pushes-history",
        "changes its address twenty times a second",
        Reason.OK,
        does("let n = 0; setInterval(() => history.pushState(0, '', '/' + n++), 50)"),
        seen="browser",
    ),
    row(
        "page-opens-sockets",
        "opens 30 web sockets that are refused, again and again",
        Reason.OK,
        does(
            """const open = () => { const s = new WebSocket("ws://" + location.host + "/socket");
            s.onclose = () => setTimeout(open, 50); };
            for (let n = 0; n < 30; n++) open();"""
        ),
        seen="browser",
        then="They are not waited for",
    ),
    row(
        "page-of-bytes",
        "mixes null bytes, broken UTF-8 and direction marks into its title and text",
        Reason.OK,
        {
            "/": plain(
                200,
                GOOD.replace("Bins", "ab\u202egnp").encode() + b"<p>\xff\xfe\0 \xc3\x28<im\0g alt>",
                kind="text/html; charset=utf-8",
            )
        },
        seen="browser",
    ),
    row(
        "page-shows-dialogs",
        "shows alerts, questions and the print dialog, some without an end",
        Reason.OK,
        seen="browser",
        then="They are dismissed and counted",
        test="test_browser.py::test_dialogs_are_dismissed_and_counted",
    ),
    row(
        "page-opens-windows",
        "opens pop-ups",
        Reason.OK,
        seen="browser",
        then="They stay shut",
        test="test_browser.py::test_popups_stay_shut",
    ),
    row(
        "browser-asked-for-password",
        "asks a browser for a password",
        Reason.LOGIN,
        seen="browser",
        test="test_browser.py::test_what_is_no_page_gets_a_verdict",
    ),
    row(
        "browser-download",
        "sends a browser a file where a page was expected",
        Reason.NOT_HTML,
        seen="browser",
        then="No file is written",
        test="test_browser.py::test_what_is_no_page_gets_a_verdict",
    ),
    row(
        "script-without-end",
        "runs a script that never ends",
        Reason.BROWSER_FAILED,
        seen="browser",
        then="The browser is ended at its deadline, and the next page is seen",
        test="test_browser.py::test_hanging_pages_cost_nobody_else_anything",
    ),
    row(
        "page-moves-on",
        "moves on to another address of its own for ever",
        Reason.BROWSER_FAILED,
        seen="browser",
        then="Given up after three; where it holds still it is judged",
        test="test_browser.py::test_a_page_that_moves_on_for_ever_is_given_up",
    ),
    row(
        "page-keeps-secrets",
        "stores cookies and local storage for the next site to read",
        Reason.OK,
        seen="browser",
        then="Nothing is left",
        test="test_browser.py::test_nothing_of_a_site_is_left_for_the_next",
    ),
    row(
        "service-worker",
        "installs a service worker that answers for the whole site from then on",
        Reason.OK,
        seen="browser",
        then="It is gone when the next site begins",
        test="test_misbehaviour_browser.py::test_a_service_worker_is_gone_for_the_next_site",
    ),
    row(
        "certificate",
        "shows a certificate that nobody signed",
        Reason.TLS,
        test="test_fetch.py::test_a_certificate_nobody_signed",
    ),
    row(
        "silent-tls",
        "accepts a TLS connection and never speaks",
        Reason.TIMEOUT,
        test="test_fetch.py::test_a_host_that_accepts_and_never_speaks",
    ),
]


ROWS: list[Behaviour] = [*REQUESTS, *VISITS, *BROWSER]


LANES = {"request": "request", "visit": "whole visit", "browser": "browser"}


def document() -> str:
    """docs/hostile.md: every row, with what the program answers."""
    lines = [
        "# What strange servers do, and what comes of it",
        "",
        "Generated by `make docs` from the table that the tests run"
        " (`tests/misbehaviour.py`). Nothing here ends the program, takes longer than its"
        " deadline, writes outside its folder, or reaches a private address that was not given.",
        "",
        "The verdict is that of the page that was asked for. Only `ok` is evidence; every other"
        " verdict is reported and never scored.",
        "",
        "| the server or page | verdict | what else holds | seen by |",
        "| --- | --- | --- | --- |",
    ]
    for row in ROWS:
        lines.append(f"| {row.does} | `{row.verdict.value}` | {row.then} | {LANES[row.seen]} |")
    return "\n".join(lines) + "\n"
