"""Requests and their answers; what strange servers do is in misbehaviour.py."""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib
from collections.abc import Iterable

import brotli
import pytest
from rude import Handler, plain, rude, settings_for, to

from benchmarks.kills import Cable
from lgaudit import dom
from lgaudit.errors import SettingsError
from lgaudit.evidence import Page
from lgaudit.gather import decode
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.line import SILENCE
from lgaudit.gather.politeness import Gate
from lgaudit.gather.resolve import NameNotFound, PrivateAddress, Resolver
from lgaudit.models import Reason, Site
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

HOME = "http://www.a.gov.uk"
SITE = Site("a", HOME + "/")
HTML = b"<!doctype html><html lang=en><title>Bins</title><main><h1>Bins</h1></main></html>"


async def no_wait(seconds: float) -> None:
    await asyncio.sleep(0)


async def ask(
    answers: dict[str, bytes | Handler], path: str = "/", **settings: object
) -> tuple[Page, list[str]]:
    async with rude(answers) as server:
        told = settings_for(server, **settings)
        async with Fetcher(told, gate=Gate(told, sleep=no_wait)) as fetcher:
            page = await fetcher.get(HOME + path, site=SITE)
        return page, [p for p in server.asked if p != "/robots.txt"]


async def test_a_page() -> None:
    page, asked = await ask({"/": plain(200, HTML, "X-Custom: yes")})
    assert page.verdict.ok
    assert page.title == "Bins"
    assert page.http_version == "HTTP/1.1"
    assert page.header("x-custom") == "yes"
    assert page.elapsed_ms is not None
    assert page.elapsed_ms > 0
    assert asked == ["/"]


async def test_redirects_are_kept() -> None:
    page, _ = await ask({"/": to("/a", 301), "/a": to("b"), "/b": plain(200, HTML)})
    assert page.verdict.ok
    assert page.final_url == HOME + "/b"
    assert [(r.url, r.status, r.location) for r in page.redirects] == [
        (HOME + "/", 301, HOME + "/a"),
        (HOME + "/a", 302, HOME + "/b"),
    ]


async def test_a_cookie_may_break_a_circle_and_is_forgotten_afterwards() -> None:
    async with rude({}) as server:

        async def gatekeeper(path: str, writer: asyncio.StreamWriter) -> None:
            known = "cookie: seen=1" in server.heads[-1].lower()
            writer.write(plain(200, HTML) if known else to("/", 302, "Set-Cookie: seen=1; Path=/"))

        server.answers = {"/": gatekeeper}
        async with Fetcher(settings_for(server)) as fetcher:
            first = await fetcher.get(HOME + "/", site=SITE)
            second = await fetcher.get(HOME + "/", site=SITE)
    assert first.verdict.ok
    assert second.verdict.ok
    assert len(second.redirects) == 1  # the cookie of the first visit was not sent


async def test_a_cookie_no_browser_would_keep_is_not_brought_back() -> None:
    async with rude({"/b": plain(200, HTML)}) as server:
        server.answers["/"] = to("/b", 302, "Set-Cookie: big=" + "y" * 5_000, "Set-Cookie: a=1")
        async with Fetcher(settings_for(server)) as fetcher:
            page = await fetcher.get(HOME + "/", site=SITE)
    assert page.verdict.ok
    assert "cookie: a=1\r" in server.heads[-1].lower()


async def test_off_site() -> None:
    page, _ = await ask({"/": to("https://www.elsewhere.example/x")})
    assert page.verdict.reason is Reason.OFF_SITE
    assert page.final_url == "https://www.elsewhere.example/x"
    assert "elsewhere.example" in page.verdict.detail


async def test_robots_is_obeyed_after_a_redirect_too() -> None:
    rules = plain(200, b"User-agent: *\nDisallow: /no", kind="text/plain")
    page, asked = await ask({"/robots.txt": rules, "/": to("/no/x"), "/no/x": plain(200, HTML)})
    assert page.verdict.reason is Reason.ROBOTS
    assert asked == ["/"]


async def test_robots_that_fails_closes_the_site() -> None:
    page, asked = await ask({"/robots.txt": plain(500), "/": plain(200, HTML)})
    assert page.verdict.reason is Reason.ROBOTS
    assert "500" in page.verdict.detail
    assert asked == []


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw deflate", "br", "two members"])
async def test_packed_pages_are_unpacked(packing: str) -> None:
    raw = zlib.compressobj(wbits=-15)
    half = len(HTML) // 2
    body = {
        "gzip": gzip.compress(HTML),
        "deflate": zlib.compress(HTML),
        "raw deflate": raw.compress(HTML) + raw.flush(),
        "br": brotli.compress(HTML),
        "two members": gzip.compress(HTML[:half]) + gzip.compress(HTML[half:]),
    }[packing]
    name = {"raw deflate": "deflate", "two members": "gzip"}.get(packing, packing)
    page, _ = await ask({"/": plain(200, body, f"Content-Encoding: {name}")})
    assert page.verdict.ok
    assert page.body == HTML


async def test_nothing_listens() -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    told = Settings(pace=0, retries=1, name_map={"www.a.gov.uk": f"127.0.0.1:{port}"})
    async with Fetcher(told, gate=Gate(told, sleep=no_wait)) as fetcher:
        page = await fetcher.get(HOME + "/", site=SITE)
    assert page.verdict.reason is Reason.REFUSED


async def test_what_failed_while_the_network_was_away_is_asked_once_more() -> None:
    kind = (("content-type", "text/html"),)
    with (
        Replay([StaticSite("www.a.gov.uk", {"/": Answer(200, kind, HTML)})]) as replay,
        Cable(replay.port) as cable,
    ):
        told = Settings(
            pace=0,
            retries=0,
            name_map={"www.a.gov.uk": f"127.0.0.1:{cable.port}"},
            ca_file=replay.ca_file,
        )
        async with Fetcher(told, gate=Gate(told, sleep=no_wait)) as fetcher:
            back = True

            async def silence(url: str) -> bool:
                if back:
                    await asyncio.to_thread(cable.mend)
                return back

            fetcher.line.silence = silence  # type: ignore[method-assign]
            cable.cut()
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
            assert page.verdict.ok
            assert (await fetcher.robots("https://www.a.gov.uk/")).verdict.ok
            back = False
            cable.cut()
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
            assert page.verdict.reason in SILENCE


async def test_a_certificate_nobody_signed() -> None:
    with Replay([StaticSite("www.a.gov.uk", {"/": Answer(200, (), HTML)})]) as replay:
        async with Fetcher(Settings(pace=0, name_map=replay.name_map)) as fetcher:
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
    assert page.verdict.reason is Reason.TLS
    assert "certificate" in page.verdict.detail


class _Odd(StaticSite):
    certificate = (60.0, ["www.a.gov.uk"])


class _Late(_Odd):
    certificate = (-1.0, ["www.a.gov.uk"])


class _Strange(_Odd):
    certificate = (60.0, ["www.b.gov.uk"])


@pytest.mark.parametrize(
    ("kind", "said"), [(_Odd, ""), (_Late, "expired"), (_Strange, "not valid for")]
)
async def test_a_certificate_that_is_late_or_for_another_name(kind: type[_Odd], said: str) -> None:
    html = (("content-type", "text/html"),)
    with Replay([kind("www.a.gov.uk", {"/": Answer(200, html, HTML)})]) as replay:
        told = Settings(pace=0, name_map=replay.name_map, ca_file=replay.ca_file)
        async with Fetcher(told) as fetcher:
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
    assert page.verdict.reason is (Reason.TLS if said else Reason.OK)
    assert said in page.verdict.detail


async def test_a_host_that_accepts_and_never_speaks() -> None:
    with Replay([StaticSite("www.a.gov.uk", silent=True)]) as replay:
        told = Settings(pace=0, name_map=replay.name_map, timeout=0.3, retries=0)
        async with Fetcher(told) as fetcher:
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
    assert page.verdict.reason is Reason.TIMEOUT


async def test_http2_with_a_given_authority() -> None:
    kind = (("content-type", "text/html"),)
    with Replay([StaticSite("www.a.gov.uk", {"/": Answer(200, kind, HTML)})]) as replay:
        told = Settings(pace=0, name_map=replay.name_map, ca_file=replay.ca_file)
        async with Fetcher(told) as fetcher:
            page = await fetcher.get("https://www.a.gov.uk/", site=SITE)
    assert page.verdict.ok
    assert page.http_version == "HTTP/2"


def test_a_broken_certificate_authority_file(tmp_path: object) -> None:
    with pytest.raises(SettingsError, match="ca_file"):
        Fetcher(Settings(ca_file=f"{tmp_path}/none.pem"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (plain(200, b"%PDF-1.7", kind="application/pdf"), Reason.NOT_HTML),
        (plain(200, b"{}", kind="application/json"), Reason.NOT_HTML),
        (plain(200, b"just text", kind=""), Reason.NOT_HTML),
        (plain(200, HTML, kind=""), Reason.OK),
        (plain(200, HTML, kind="application/xhtml+xml"), Reason.OK),
        (plain(404, HTML), Reason.ERROR_STATUS),
        (plain(500, b"{}", kind="application/json"), Reason.ERROR_STATUS),
        (plain(302, HTML), Reason.OK),  # a redirect to nowhere is read as a page
    ],
)
async def test_what_came_back(answer: bytes, reason: Reason) -> None:
    page, _ = await ask({"/": answer})
    assert page.verdict.reason is reason


async def test_busy_hosts_are_asked_again_when_they_wish() -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async with rude({"/robots.txt": plain(404)}) as server:

        async def busy(path: str, writer: asyncio.StreamWriter) -> None:
            first = server.asked.count("/") == 1
            writer.write(plain(429, b"", "Retry-After: 17") if first else plain(200, HTML))

        server.answers["/"] = busy
        told = settings_for(server)
        async with Fetcher(told, gate=Gate(told, sleep=note)) as fetcher:
            page = await fetcher.get(HOME + "/", site=SITE)
    assert page.verdict.ok
    assert 16.5 < max(waits) <= 17


async def test_500_and_404_are_not_asked_again() -> None:
    for status in (404, 500):
        _, asked = await ask({"/": plain(status, HTML)})
        assert asked == ["/"]


async def test_a_host_that_keeps_failing_is_left_alone() -> None:
    async with rude({"/robots.txt": plain(404)}) as server:
        told = settings_for(server, retries=0)
        async with Fetcher(told, gate=Gate(told, sleep=no_wait)) as fetcher:
            server.answers |= {f"/{n}": plain(503) for n in range(9)}
            reasons = [(await fetcher.get(f"{HOME}/{n}", site=SITE)).verdict for n in range(9)]
    assert [v.reason for v in reasons[:5]] == [Reason.ERROR_STATUS] * 5
    assert {v.reason for v in reasons[5:]} == {Reason.CIRCUIT_OPEN}
    assert server.asked.count("/8") == 0


@pytest.mark.parametrize(
    ("kind", "body", "encoding", "text"),
    [
        ("text/html; charset=iso-8859-1", "£5 “fine”".encode("cp1252"), "cp1252", "£5 “fine”"),
        ("text/html", "<meta charset=windows-1252>£".encode("cp1252"), "cp1252", "£"),
        ("text/html", "ŵ".encode(), "utf-8", "ŵ"),
        ("text/html", "£".encode("cp1252"), "cp1252", "£"),
        ("text/html; charset=nonsense", "ŷ".encode(), "utf-8", "ŷ"),
        ("text/html; charset=utf-8", b"\xff\xfe" + "ŵ".encode("utf-16-le"), "utf-16-le", "ŵ"),
        ("text/html", b"<meta charset=utf-16>\xc2\xa3", "utf-8", "£"),
        ("text/html", b"<!-- <meta charset=koi8-r> -->\xc2\xa3", "utf-8", "£"),
        ("text/html; charset=hex", b"ok", "utf-8", "ok"),
        ('text/html; charset="UTF-8"', "é".encode(), "utf-8", "é"),
    ],
)
def test_encodings(kind: str, body: bytes, encoding: str, text: str) -> None:
    assert decode.encoding_of(kind, body) == encoding
    assert dom.decode(body, encoding).endswith(text.replace("<!-- ", ""))


def lookup_of(found: dict[str, list[str]], asked: list[str]):  # type: ignore[no-untyped-def]
    def lookup(name: str) -> Iterable[str]:
        asked.append(name)
        if name not in found:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return found[name]

    return lookup


async def test_names_are_looked_up_once_and_private_answers_refused() -> None:
    asked: list[str] = []
    names = {"www.a.gov.uk": ["10.0.0.7", "151.101.0.144"], "rebind.example": ["192.168.1.1"]}
    resolver = Resolver(Settings(), lookup_of(names, asked))
    assert await resolver.addresses("www.a.gov.uk", 443) == [("151.101.0.144", 443)]
    assert await resolver.addresses("WWW.A.gov.uk.", 80) == [("151.101.0.144", 80)]
    with pytest.raises(PrivateAddress):
        await resolver.addresses("rebind.example", 80)
    for _ in range(3):
        with pytest.raises(NameNotFound):
            await resolver.addresses("no.example", 80)
    assert asked == ["www.a.gov.uk", "rebind.example", "no.example"]
    assert resolver.proven
    resolver.close()


async def test_a_name_that_could_not_be_found_is_looked_up_again_when_it_is_forgotten() -> None:
    asked: list[str] = []
    names: dict[str, list[str]] = {}
    resolver = Resolver(Settings(), lookup_of(names, asked))
    with pytest.raises(NameNotFound):
        await resolver.addresses("www.a.gov.uk", 443)
    names["www.a.gov.uk"] = ["151.101.0.144"]
    for _ in range(2):  # one that was found is not asked again
        resolver.forget("www.a.gov.uk")
        assert await resolver.addresses("www.a.gov.uk", 443) == [("151.101.0.144", 443)]
    assert len(asked) == 2
    resolver.close()


async def test_names_on_ones_own_network_prove_nothing_about_others() -> None:
    resolver = Resolver(Settings(), lookup_of({"printer.example": ["10.0.0.9"]}, []))
    with pytest.raises(PrivateAddress):
        await resolver.addresses("printer.example", 80)
    with pytest.raises(NameNotFound):
        await resolver.addresses("no.example", 80)
    assert not resolver.believable("http://no.example/")
    assert not await resolver.gone("http://no.example/")
    resolver.close()


async def test_a_failing_look_up_is_tried_once_more() -> None:
    asked: list[str] = []

    def flaky(name: str) -> Iterable[str]:
        asked.append(name)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    resolver = Resolver(Settings(), flaky)
    with pytest.raises(NameNotFound) as caught:
        await resolver.addresses("www.a.gov.uk", 80)
    assert asked == ["www.a.gov.uk"] * 2
    assert not caught.value.sure
    assert not resolver.believable("http://www.a.gov.uk/")
    resolver.close()


async def test_a_dead_name_costs_one_look_up_and_no_waiting() -> None:
    asked: list[str] = []
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    told = Settings()
    resolver = Resolver(told, lookup_of({}, asked))
    async with Fetcher(told, gate=Gate(told, sleep=note), resolver=resolver) as fetcher:
        pages = await asyncio.gather(
            *(fetcher.get(f"https://www.c{n}.gov.uk/", site=SITE) for n in range(100))
        )
    assert {page.verdict.reason for page in pages} == {Reason.DNS}
    assert len(asked) == 100
    assert waits == []


async def test_the_users_own_private_address_may_be_visited_but_no_other() -> None:
    async with rude({"/": plain(200, HTML), "/out": to("http://127.0.0.1:9/")}) as server:
        home = f"http://127.0.0.1:{server.port}/"
        async with Fetcher(Settings(pace=0)) as fetcher:
            own = await fetcher.get(home, site=Site("x", home))
            out = await fetcher.get(home + "out", site=Site("x", home), stay=False)
            other = await fetcher.get(home, site=SITE)
            metadata = Site("m", "http://169.254.169.254/")
            cloud = await fetcher.get(metadata.homepage, site=metadata)
    assert own.verdict.ok
    assert out.verdict.reason is Reason.PRIVATE_ADDRESS
    assert other.verdict.reason is Reason.PRIVATE_ADDRESS
    assert cloud.verdict.reason is Reason.PRIVATE_ADDRESS


async def test_head_reads_no_body() -> None:
    pdf = plain(200, b"%PDF", kind="application/pdf")
    async with rude({"/doc.pdf": pdf}) as server, Fetcher(settings_for(server)) as fetcher:
        answer = await fetcher.head(HOME + "/doc.pdf", fetcher.plan(site=SITE))
    assert answer.status == 200
    assert answer.header("content-length") == "4"
    assert answer.body == b""
    assert "HEAD /doc.pdf" in server.asked


async def test_we_say_who_we_are() -> None:
    async with rude({"/": plain(200, HTML)}) as server:
        told = settings_for(server, contact="web@a.org.uk")
        async with Fetcher(told) as fetcher:
            await fetcher.get(HOME + "/", site=SITE)
    head = server.heads[-1].lower()
    assert "user-agent: lgaudit/" in head
    assert "(+web@a.org.uk)" in head
    assert "host: www.a.gov.uk\r\n" in head


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://a.gov.uk/", "http://", "https://a b/"])
async def test_what_is_no_address_gives_a_verdict(url: str) -> None:
    async with Fetcher(Settings()) as fetcher:
        page = await fetcher.get(url)
    assert page.verdict.reason is Reason.DNS
    assert page.url == url
    assert "address" in page.verdict.detail
