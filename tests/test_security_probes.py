"""The ways into a site, its TLS, its other hosts; and what must never be published."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtensionOID, NameOID
from made_site import HOST, file, moved, page, visit

from lgaudit.cli import auditing
from lgaudit.evaluate import libraries
from lgaudit.evidence import Snapshot
from lgaudit.gather import doors
from lgaudit.gather.fetch import Fetcher
from lgaudit.gather.handshakes import Doorbell
from lgaudit.gather.resolve import Resolver
from lgaudit.models import Reason, Site
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings
from lgaudit.store import private

SECURITY = "Contact: mailto:security@a.gov.uk\nExpires: 2027-06-01T00:00:00Z\n"


@dataclass(frozen=True)
class Odd(StaticSite):
    """A site that is served in an odd way."""

    certificate: tuple[float, tuple[str, ...]] | None = None
    old_tls: bool = False
    https: bool = True


async def test_every_way_in_is_tried_once_and_followed() -> None:
    asked: list[str] = []
    apex = StaticSite("a.gov.uk", {"/": moved(f"https://{HOST}/")})
    answers = {
        "/": page("Town"),
        "/.well-known/security.txt": file(SECURITY.encode(), "text/plain"),
    }
    seen = await visit(answers, apex, asked=asked)
    ways = {door.url: door for door in seen.probes.doors}
    assert sorted(ways) == ["http://a.gov.uk/", f"http://{HOST}/", "https://a.gov.uk/"]
    assert {door.final_url for door in ways.values()} == {f"https://{HOST}/"}
    assert [hop.location for hop in ways["http://a.gov.uk/"].redirects] == [
        "https://a.gov.uk/",
        f"https://{HOST}/",
    ]
    assert all(door.body == b"" for door in ways.values())
    assert seen.probes.security_txt is not None
    assert seen.probes.security_txt.response_html == SECURITY
    assert asked.count("GET /") == 1
    assert asked.count("GET /.well-known/security.txt") == 1


def _names(more: bytes) -> x509.UnrecognizedExtension:
    """The host's name and one more, as they stand in a certificate."""
    held = b"\x82" + bytes([len(HOST)]) + HOST.encode() + more
    return x509.UnrecognizedExtension(
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30" + bytes([len(held)]) + held
    )


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(b"\xa3\x02\x30\x00", id="an address of X.400"),
        pytest.param(b"\x82\x03\xff\xfe\x00", id="a name that is no text"),
        pytest.param(b"\x87\x03abc", id="an address of three bytes"),
    ],
)
@pytest.mark.parametrize("trusted", [True, False])
async def test_a_certificate_nobody_can_read_ends_no_run(
    more: bytes, trusted: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - dt.timedelta(1))
        .not_valid_after(now + dt.timedelta(9))
        .add_extension(_names(more), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    file = tmp_path / "own.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    (tmp_path / "ca.pem").write_bytes(made)
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0, ssl=context)
    told = Settings(
        pace=0.0,
        name_map={HOST: f"127.0.0.1:{server.sockets[0].getsockname()[1]}"},
        ca_file=str(tmp_path / "ca.pem") if trusted else "",
    )
    async with Fetcher(told) as fetcher:
        met = await Doorbell(fetcher).ring(HOST, ask_old=True)
    server.close()
    assert met is not None
    assert (met.version, met.fault) == ("TLSv1.3", "" if trusted else "chain")
    assert "Traceback" not in caplog.text


async def test_a_name_without_www_that_does_not_exist() -> None:
    seen = await visit({"/": page("Town")})
    gone = [door for door in seen.probes.doors if "//a.gov.uk" in door.url]
    assert [door.verdict.reason for door in gone] == [Reason.DNS, Reason.DNS]
    assert [hand.host for hand in seen.probes.handshakes] == [HOST]


async def test_handshakes_tell_version_certificate_and_old_tls() -> None:
    apex = Odd("a.gov.uk", certificate=(60, (HOST,)))
    seen = await visit({"/": page("Town")}, apex)
    main, other = seen.probes.handshakes
    assert (main.host, main.version, main.fault, main.old) == (HOST, "TLSv1.3", "", "none")
    assert (other.host, other.fault, other.names) == ("a.gov.uk", "name", (HOST,))
    assert other.ends is not None
    assert other.starts is not None
    stale = Odd("www.old.gov.uk", {"/": page("Old")}, certificate=(-2, ("x.gov.uk",)))
    tolerant = Odd("www.old.gov.uk", {"/": page("Old")}, old_tls=True)
    seen = await visit({}, tolerant, site=Site("o", "https://www.old.gov.uk/"))
    assert seen.probes.handshakes[0].old in ("TLSv1", "TLSv1.1")
    seen = await visit({}, stale, site=Site("o", "https://www.old.gov.uk/"))
    assert seen.verdict.reason is Reason.TLS
    assert seen.probes.handshakes == ()


async def test_a_server_on_this_machine_has_no_other_doors() -> None:
    for home in ("https://localhost:8443/", "https://127.0.0.1/", "https://www.a.gov.uk:8443/"):
        page_ = (await visit({"/": page("Town")})).pages[0]
        assert doors.names_of(type(page_)(home, home)) == ()


async def test_robots_may_forbid_security_txt() -> None:
    answers = {
        "/": page("Town"),
        "/robots.txt": file(b"User-agent: *\nDisallow: /.well-known/", "text/plain"),
        "/.well-known/security.txt": file(SECURITY.encode(), "text/plain"),
    }
    assert (await visit(answers)).probes.security_txt is None


async def test_the_first_lines_of_own_scripts_are_kept() -> None:
    answers = {
        "/": page("Town", head="<script src=/v.js></script>"),
        "/v.js": file(b"/*! jQuery v1.8.3 */" + b"x" * 9000, "text/javascript"),
    }
    ((url, start),) = (await visit(answers)).probes.script_starts
    assert url == f"https://{HOST}/v.js"
    assert len(start) == 3000
    found = libraries.by_start(start)
    assert found is not None
    assert (found.name, found.version) == ("jquery", "1.8.3")


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.12.4", "3.5.0"), ("3.5.0-rc1", "3.5.0"), ("1.9.9", "1.10"), ("2.29.3", "2.29.4")],
)
def test_older_versions(one: str, other: str) -> None:
    assert libraries.older(one, other)
    assert not libraries.older(other, one)


def test_a_short_version_is_its_long_form() -> None:
    assert not libraries.older("3.5", "3.5.0")
    assert not libraries.older("3.5.0", "3.5")


def test_scripts_made_to_be_slow_are_given_up() -> None:
    for start in ("/*" + "*" * 3000, "/*" + "\n \n" * 1000, "// moment" + "\n" * 3000):
        assert libraries.by_start(start) is None
    assert libraries.by_address("https://x.example/jquery-" + "1." * 2000 + "js") is None


# What only the site's owner should know

ALIAS = "council-maps.azurewebsites.net"
LINK = "https://maps.a.gov.uk/parks"


async def _alias(self: Resolver, host: str) -> str:
    return ALIAS if host == "maps.a.gov.uk" else ""


async def test_a_name_that_can_be_taken_over_is_kept_out_of_the_evidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Resolver, "alias", _alias)
    links = ("https://gone.a.gov.uk/", LINK)
    seen: Snapshot = await visit({"/": page("Town", *links)})
    assert [check.url for check in seen.probes.hosts] == ["https://gone.a.gov.uk/"]
    assert seen.probes.hosts[0].verdict.reason is Reason.DNS
    assert [note.host for note in seen.private] == ["maps.a.gov.uk"]
    assert ALIAS in seen.private[0].what
    assert LINK not in {check.url for check in seen.links}


async def test_an_alias_on_a_rented_place_that_answers_404(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Resolver, "alias", _alias)
    rented = StaticSite("maps.a.gov.uk")
    seen = await visit({"/": page("Town", LINK)}, rented, links=0, crawl_pages=1)
    assert [note.host for note in seen.private] == ["maps.a.gov.uk"]


def test_nothing_private_reaches_what_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Resolver, "alias", _alias)
    store = tmp_path / "runs" / "lgaudit.db"
    with Replay([StaticSite(HOST, {"/": page("Town", LINK)})]) as replay:
        told = Settings(
            pace=0.0,
            browser=False,
            timeout=5.0,
            store=f"sqlite:///{store}",
            out=str(tmp_path / "reports"),
            name_map=replay.name_map,
            only_mapped=True,
            ca_file=replay.ca_file,
            allow_private=True,
        )
        auditing.run_and_show([Site("a", f"https://{HOST}/")], told, quiet=True)
    notes = tmp_path / "runs" / "lgaudit.private.jsonl"
    (note,) = [json.loads(line) for line in notes.read_text().splitlines()]
    assert note["host"] == "maps.a.gov.uk"
    assert ALIAS in note["what"]
    assert stat.S_IMODE(notes.stat().st_mode) == 0o600
    shown = capsys.readouterr()
    published = [shown.out + shown.err]
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p != notes]
    assert len(files) > 10
    for path in files:
        published.append(path.read_bytes().decode("utf-8", "replace"))
    for text in published:
        assert ALIAS not in text
        assert "maps.a.gov.uk" not in text


def test_private_notes_stay_out_of_the_reports_folder(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    beside = private.path_of(f"sqlite:///{tmp_path}/kept/lg.db", str(reports))
    inside = private.path_of(f"sqlite:///{reports}/demo.db", str(reports))
    assert beside == tmp_path / "kept" / "lg.private.jsonl"
    assert inside == tmp_path / "demo.private.jsonl"
    elsewhere = private.path_of("postgresql://db.example/lgaudit", str(reports))
    assert elsewhere == Path.cwd() / "lgaudit.private.jsonl"


async def test_error_pages_count_too() -> None:
    trace = Answer(500, (("content-type", "text/html"),), b"Traceback (most recent call last):")
    seen = await visit({"/": page("Town", "/search"), "/search": trace})
    assert any(p.status == 500 for p in seen.pages)
