"""Servers whose strangeness one request meets."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import brotli
from behaviour import (
    CHUNKED,
    GOOD,
    HEAD,
    HIDDEN,
    SLOW,
    answers,
    bomb,
    few,
    no_script,
    row,
    short,
    talks,
)
from rude import plain, to

from lgaudit.models import Reason

LONGER = GOOD.replace("</main>", "".join(f"<p>{n} {n * n}" for n in range(3_000)) + "</main>")
PACKERS = {"gzip": gzip.compress, "br": brotli.compress}


def _whole(found: Any, asked: Sequence[str]) -> None:
    del asked
    assert found.body == GOOD.encode()


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
        check=few(2),
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
        check=no_script,
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
    row(
        "continues-for-ever",
        "sends 100 Continue for ever, as fast as it can",
        Reason.TIMEOUT,
        talks(then="repeat", each=b"HTTP/1.1 100 Continue\r\n\r\n" * 500),
        **SLOW,
    ),
    row(
        "hints-and-a-page",
        "sends fifty early hints, then its page",
        Reason.OK,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 50 + plain(200, GOOD.encode()),
        check=_whole,
    ),
    row(
        "another-protocol",
        "changes to another protocol unasked",
        Reason.RESET,
        talks(b"HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\0\1"),
    ),
    row(
        "chunk-extension",
        "writes 1 MB of notes on the size of a chunk",
        Reason.RESET,
        talks(CHUNKED + b"%x;e=" % len(GOOD) + b"y" * 1_000_000 + b"\r\n"),
    ),
    row(
        "trailers",
        "says after its page that it is a picture",
        Reason.OK,
        CHUNKED
        + b"%x\r\n%s\r\n0\r\n" % (len(GOOD), GOOD.encode())
        + b"Content-Type: image/png\r\n\r\n",
        check=_whole,
        then="What comes after the page changes nothing",
    ),
    row(
        "encodings-in-lines",
        "packs its page three times, and says so in three lines",
        Reason.OK,
        plain(
            200,
            gzip.compress(gzip.compress(gzip.compress(GOOD.encode()))),
            *["Content-Encoding: gzip"] * 3,
        ),
        check=_whole,
        then="The lines are one list",
    ),
    *(
        row(
            f"cut-{name}",
            f"cuts off what it packed with {name}, and gives the length that is left",
            Reason.RESET,
            plain(200, pack(LONGER.encode())[:-3_000], f"Content-Encoding: {name}"),
            then="Half a page is no page",
        )
        for name, pack in PACKERS.items()
    ),
    row(
        "never-ended-gzip",
        "never ends what it packs, though the page itself ends",
        Reason.OK,
        plain(200, gzip.compress(GOOD.encode())[:-8], "Content-Encoding: gzip"),
        check=_whole,
        then="Nothing of the page is missing",
    ),
    row(
        "junk-after-gzip",
        "sends junk after what it packed with gzip",
        Reason.OK,
        plain(200, gzip.compress(GOOD.encode()) + b"junk" * 500, "Content-Encoding: gzip"),
        check=_whole,
        then="It is left out, as in browsers",
    ),
    row(
        "junk-after-br",
        "sends junk after what it packed with br",
        Reason.RESET,
        plain(200, brotli.compress(GOOD.encode()) + b"junk" * 500, "Content-Encoding: br"),
    ),
    row(
        "part-unasked",
        "sends a part of its page as 206, unasked",
        Reason.ERROR_STATUS,
        plain(206, GOOD.encode(), "Content-Range: bytes 0-499/5000"),
        seen="visit",
        then="Half a page is no page",
    ),
    row(
        "large-cookie",
        "sets a cookie of 50 kB, then refuses who brings it",
        Reason.OK,
        test="test_fetch.py::test_a_cookie_no_browser_would_keep_is_not_brought_back",
        then="It is dropped, as in browsers",
    ),
    row(
        "status-of-its-own",
        "answers with status 999",
        Reason.ERROR_STATUS,
        plain(999, GOOD.encode()),
        seen="visit",
    ),
]
