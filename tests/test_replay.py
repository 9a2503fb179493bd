"""Sites served under their own names on this machine."""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lgaudit.replay import Answer, FolderSite, Replay, StaticSite

HTML = (("content-type", "text/html; charset=utf-8"),)
LONG = b"<!doctype html><title>Long</title>" + b"<p>word</p>" * 60_000


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    sites = [
        StaticSite("www.one.gov.uk", {"/": Answer(200, HTML, LONG), "/q?a=1": Answer(200, HTML)}),
        StaticSite("www.two.gov.uk", {"/": Answer(200, HTML, LONG)}, http2=False, compress=False),
        StaticSite("www.silent.gov.uk", silent=True),
    ]
    with Replay(sites) as server:
        yield server


def ask(replay: Replay, host: str, path: str = "/", method: str = "GET", scheme: str = "https"):
    context = ssl.create_default_context(cafile=replay.ca_file)
    with httpx.Client(http2=True, verify=context, timeout=10) as client:
        return client.request(
            method,
            f"{scheme}://{replay.name_map[host]}{path}",
            headers={"host": host},
            extensions={"sni_hostname": host},
        )


def test_each_site_answers_under_its_own_name_and_protocol(replay: Replay) -> None:
    one, two = ask(replay, "www.one.gov.uk"), ask(replay, "www.two.gov.uk")
    assert (one.http_version, one.headers["content-encoding"]) == ("HTTP/2", "gzip")
    assert two.http_version == "HTTP/1.1"
    assert "content-encoding" not in two.headers
    assert one.content == two.content == LONG


def test_query_is_part_of_the_address_and_unknown_paths_are_404(replay: Replay) -> None:
    assert ask(replay, "www.one.gov.uk", "/q?a=1").status_code == 200
    assert ask(replay, "www.one.gov.uk", "/q?a=2").status_code == 404


def test_head_has_no_body_but_the_same_length(replay: Replay) -> None:
    answer = ask(replay, "www.two.gov.uk", method="HEAD")
    assert answer.content == b""
    assert int(answer.headers["content-length"]) == len(LONG)


def test_plain_http_is_sent_on_to_https(replay: Replay) -> None:
    answer = ask(replay, "www.one.gov.uk", "/q?a=1", scheme="http")
    assert answer.status_code == 301
    assert answer.headers["location"] == "https://www.one.gov.uk/q?a=1"


def test_another_certificate_is_not_trusted(replay: Replay) -> None:
    with httpx.Client() as client, pytest.raises(httpx.ConnectError):
        client.get(f"https://127.0.0.1:{replay.port}/")


def test_silent_site_takes_the_connection_and_says_nothing(replay: Replay) -> None:
    host, port = replay.name_map["www.silent.gov.uk"].split(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.settimeout(0.3)
        sock.sendall(b"GET / HTTP/1.1\r\nHost: www.silent.gov.uk\r\n\r\n")
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_nonsense_on_one_connection_does_not_stop_the_others(replay: Replay) -> None:
    with socket.create_connection(("127.0.0.1", replay.port), timeout=5) as sock:
        sock.sendall(b"\x00\x01nonsense\r\n\r\n")
        sock.recv(100)
    assert ask(replay, "www.one.gov.uk").status_code == 200


def test_folder_has_clean_addresses_and_nothing_outside_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "about").mkdir(parents=True)
    (site / "index.html").write_text("home")
    (site / "about" / "index.html").write_text("about")
    (site / "contact us.html").write_text("contact")
    (tmp_path / "secret.html").write_text("secret")
    (site / "way-out.html").symlink_to(tmp_path / "secret.html")
    folder = FolderSite(site)

    def body(path: str) -> bytes:
        return folder.answer("GET", path, {}).body

    assert body("/") == b"home"
    assert body("/about") == body("/about/") == b"about"
    assert body("/contact%20us?from=home") == b"contact"
    for path in ("/../secret.html", "/%2e%2e/secret", "/way-out.html", "/a\x00b", "/nothing"):
        assert folder.answer("GET", path, {}).status == 404, path
    assert folder.pages() == ("/about/", "/contact%20us.html", "/")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_file_names_need_not_be_unicode(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.html")).write_text("bytes")
    (tmp_path / "caf\u00e9.html").write_text("letters")
    folder = FolderSite(tmp_path)
    assert folder.pages() == ("/caf%C3%A9.html", "/caf%E9.html")
    assert folder.answer("GET", "/caf%E9.html", {}).body == b"bytes"
    assert folder.answer("GET", "/caf%C3%A9", {}).body == b"letters"


def test_of_a_file_without_end_a_part_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lgaudit.replay.folder.LARGEST", 9)
    (tmp_path / "index.html").write_text("x" * 100)
    assert FolderSite(tmp_path).answer("GET", "/", {}).body == b"x" * 9
