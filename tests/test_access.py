"""Pages behind a login or on a preview: who is told the secret, and who never is."""

from __future__ import annotations

import html
import http.server
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer

from lgaudit.access import Access, Cookie
from lgaudit.cli import signin

SECRETS = {
    "header": "hdr-8d1f0c2e",
    "cookie": "ck-51ab77e0",
    "password": "pw-9c&e'44f1",
    "session": "ses-77d0e2aa",
    "storage": "stg-30c4b1d9",
}
BASIC = "Basic YWxpY2U6cHctOWMmZSc0NGYx"
PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Bins - Preview</title></head>"
    "<body><main><h1>Bins</h1><p>We collect bins on Mondays.</p>{more}</main></body></html>"
)
Seen = list[tuple[str, str, dict[str, str]]]


class Server:
    """A preview that wants to be let in, or another company; it writes down what it is told."""

    def __init__(self) -> None:
        self.seen: Seen = []
        self.other = ""
        self.wants = "x-preview"
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                told = {k.lower(): v for k, v in self.headers.items()}
                outer.seen.append((self.headers["host"], self.path, told))
                outer.reply(self, told)

            do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def reply(self, request: http.server.BaseHTTPRequestHandler, told: dict[str, str]) -> None:
        path = urlsplit(request.path).path
        status, kind, head, body = 200, "text/html", {}, ""
        if path == "/away":
            status, head = 302, {"location": f"{self.other}/landing"}
        elif path == "/login":
            body = (
                "<!doctype html><title>Sign in</title><h1>Sign in</h1><form><label>Password"
                "<input type=password></label><button>Sign in</button></form>"
            )
        elif path == "/report":
            status, head = 302, {"location": "/login"}
        elif path == "/blocked":
            status, body = 403, "<!doctype html><title>Attention Required! | Cloudflare</title>"
        elif path == "/gone":
            body = PAGE.format(more="").replace("Bins", "Page not found")
        elif path.endswith(".js"):
            kind, body = "text/javascript", "document.title = document.title"
        elif self.wants and self.wants not in told:
            status, body = 401, PAGE.format(more="")
        else:
            echo = "".join(
                f'<li><a href="/x?{html.escape(v)}">click here</a> {v}' for v in told.values()
            )
            secret = told.get("x-preview", "")
            body = PAGE.format(
                more=f"<script src='{self.other}/third.js'></script><script src=/own.js></script>"
                f"<img src='{self.other}/i.png'><img src='/leak.png?{secret}'>"
                f"<ul>{echo}</ul><p id=kept></p>"
                "<script>document.getElementById('kept').textContent ="
                " localStorage.getItem('token') + document.cookie</script>"
            )
        data = body.encode()
        request.send_response(status)
        request.send_header("content-type", f"{kind}; charset=utf-8")
        for name, value in head.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(data)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(data)


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    preview, other = Server(), Server()
    preview.other = f"http://localhost:{other.port}"  # another host: cookies know no ports
    other.wants, other.other = "", f"http://127.0.0.1:{preview.port}"
    yield preview, other
    for server in (preview, other):
        server.http.shutdown()
        server.http.server_close()


def session_file(folder: Path, host: str, port: int) -> Path:
    saved = {
        "cookies": [
            {"name": "sid", "value": SECRETS["session"], "domain": host, "path": "/",
             "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"},
            {"name": "theirs", "value": "other-company-1", "domain": "localhost", "path": "/"},
        ],
        "origins": [
            {"origin": f"http://{host}:{port}",
             "localStorage": [{"name": "token", "value": SECRETS["storage"]}]},
            {"origin": "http://localhost", "localStorage": [{"name": "a", "value": "b"}]},
        ],
    }  # fmt: skip
    file = folder / "state.json"
    file.write_text(json.dumps(saved))
    return file


def check(*words: str, cwd: Path, secret: str = SECRETS["header"]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "lgaudit", "check", *words, "--pace", "0", "--allow-private"],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=cwd,
        env={**os.environ, "PREVIEW": secret, "LGAUDIT_PASSWORD": SECRETS["password"]},
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


FORMATS = ("json", "junit", "sarif", "github", "gitlab", "markdown", "earl", "html", "terminal")


@pytest.mark.parametrize("browser", [False, pytest.param(True, marks=pytest.mark.browser)])
def test_secrets_go_to_the_servers_named_and_to_no_output(
    servers: tuple[Server, Server], tmp_path: Path, browser: bool
) -> None:
    preview, other = servers
    state = session_file(tmp_path, "127.0.0.1", preview.port)
    base = f"http://alice:wrong@127.0.0.1:{preview.port}"
    out = tmp_path / "out"
    out.mkdir()
    code, stdout, stderr = check(
        f"{base}/bins", f"{base}/away",
        "--header", "X-Preview: env:PREVIEW", "--cookie", f"pv={SECRETS['cookie']}",
        "--user", "alice", "--session", str(state),
        *[word for name in FORMATS for word in ("--format", f"{name}={out / name}")],
        "--baseline", str(out / "baseline.json"), "--grow-baseline",
        *([] if browser else ["--no-browser"]),
        cwd=tmp_path,
    )  # fmt: skip
    assert code in (0, 1, 2), stderr

    pages = [told for _, path, told in preview.seen if path == "/bins"]
    assert pages
    for told in pages:
        assert told["x-preview"] == SECRETS["header"]
        assert told["authorization"] == BASIC
        assert f"pv={SECRETS['cookie']}" in told["cookie"]
        assert f"sid={SECRETS['session']}" in told["cookie"]
        assert "theirs" not in told["cookie"]
    assert any(path == "/landing" for _, path, _ in other.seen)
    if browser:
        assert {"/third.js", "/i.png"} <= {path for _, path, _ in other.seen}
        own = next(told for _, path, told in preview.seen if path == "/own.js")
        assert own["x-preview"] == SECRETS["header"]
        document = json.loads((out / "json").read_text())
        assert document["pages"][1]["verdict"] == "ok" or document["pages"][0]["verdict"] == "ok"
    for _, path, told in other.seen:
        everything = json.dumps([path, told])
        assert not [name for name, secret in SECRETS.items() if secret in everything]
        assert BASIC not in everything

    written = {file.name: file.read_text() for file in out.iterdir()}
    assert set(FORMATS) | {"baseline.json"} == set(written)
    assert "click here" in written["json"]
    for name, text in {**written, "stdout": stdout, "stderr": stderr}.items():
        for kind, secret in SECRETS.items():
            assert secret not in text, f"{kind} in {name}"
        assert "pw-9c&amp;e" not in text, name
        assert BASIC.split()[1] not in text, name
        assert "alice:wrong" not in text, name
    assert "[hidden]" in written["json"]  # the page repeats what it was told, and it shows


def test_another_page_in_place_of_the_page_is_not_a_pass(
    servers: tuple[Server, Server], tmp_path: Path
) -> None:
    preview, _ = servers
    paths = ["/report", "/login", "/blocked", "/gone", "/bins"]
    code, stdout, stderr = check(
        *[f"http://127.0.0.1:{preview.port}{path}" for path in paths], "--no-browser",
        "--only", "content/link-text-generic", "--format", "json", cwd=tmp_path,
    )  # fmt: skip
    found = {urlsplit(p["url"]).path: p["verdict"] for p in json.loads(stdout)["pages"]}
    assert found == {
        "/report": "login",
        "/login": "ok",  # asked for by its own name, it is the page that was meant
        "/blocked": "blocked",
        "/gone": "soft_404",
        "/bins": "error_status",
    }
    assert code == 2
    assert "4 pages could not be checked" in stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"headers": ["NoColon hdr-8d1f0c2e"]}, "Name: value"),
        ({"headers": ["X-A: env:NOT_SET_ANYWHERE"]}, "NOT_SET_ANYWHERE is not set"),
        ({"headers": ["X-A: hdr-8d1f0c2e\nX-B: two"]}, "line break"),
        ({"headers": ["Host: hdr-8d1f0c2e"]}, "belongs to the connection"),
        ({"cookies": ["hdr-8d1f0c2e"]}, "name=value"),
        ({"user": "alice:hdr-8d1f0c2e"}, "the name alone"),
        ({"user": "alice"}, "there is nobody to ask"),
        ({"session": Path("nowhere.json")}, "cannot be read"),
        ({"session": Path("bad.json")}, "is not JSON"),
        ({"session": Path("odd.json")}, "no saved session"),
        ({"session": Path("ugly.json")}, "that none may have"),
    ],
)
def test_what_is_wrong_is_said_without_the_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, Any], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    Path("bad.json").write_text("hdr-8d1f0c2e")
    Path("odd.json").write_text('{"cookies": "hdr-8d1f0c2e"}')
    ugly = [{"name": "a", "value": "hdr-8d1f0c2e\n", "domain": "127.0.0.1"}]
    Path("ugly.json").write_text(json.dumps(ugly))
    with pytest.raises((typer.BadParameter, signin.SessionError), match=said) as told:
        signin.access(["http://127.0.0.1:1/"], **words)
    assert SECRETS["header"] not in str(told.value)


def test_selenium_cookies_those_out_of_date_and_those_of_the_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cookies.json"
    cookies = [
        {"name": "old", "value": "x", "domain": "a.example", "expiry": 1_000_000_000},
        {"name": "sid", "value": "saved", "domain": ".example", "path": "/app", "secure": True},
        {"name": "pv", "value": "saved", "domain": "a.example"},
    ]
    file.write_text(json.dumps(cookies))
    known = signin.access(["https://a.example/app/x"], cookies=["pv=given"], session=file)
    sent = {cookie.name: cookie.value for cookie in known.cookies_for("https://a.example/app/x")}
    assert sent == {"sid": "saved", "pv": "given"}
    assert "1 of its 3 cookies are out of date" in capsys.readouterr().err


def test_files_need_no_credentials() -> None:
    with pytest.raises(typer.BadParameter, match="Files need none"):
        signin.access([], headers=["X-A: b"])
    assert not signin.access([])


def test_a_server_is_a_host_a_port_and_never_less_than_was_named() -> None:
    known = Access(("https://a.example/x", "http://127.0.0.1:81/"), headers=(("x", "secret"),))
    assert known.covers("https://a.example/other")
    assert not known.covers("http://a.example/other")  # named with TLS, so never without
    assert not known.covers("https://b.a.example/")
    assert not known.covers("https://a.example:444/")
    assert known.covers("https://127.0.0.1:81/")
    assert not known.covers("http://127.0.0.1:82/")
    assert not known.covers("http://127.0.0.1/")
    assert "secret" not in repr(known)


def test_a_secret_cut_short_is_no_less_secret() -> None:
    known = Access(("https://a.example/",), headers=(("x", "Bearer abcdefghij"),))
    assert known.hide("says abcdefghij") == "says [hidden]"
    assert known.hide("says abcdefgh… and more…") == "says [hidden]… and more…"
    assert known.hide("an abcde… is a word") == "an abcde… is a word"


def test_cookies_keep_to_their_path_and_to_tls() -> None:
    cookie = Cookie("a.example", "sid", "value", "/app", secure=True)
    known = Access(("https://a.example/",), cookies=(cookie,))
    assert known.cookies_for("https://a.example/app/page") == [cookie]
    assert known.cookies_for("https://a.example/application") == []
    assert known.cookies_for("http://a.example/app") == []
    assert known.cookies_for("https://b.example/app") == []
