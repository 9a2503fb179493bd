"""Bad input at the command line: a sentence that says what to do, the right exit code, no trace."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

PAGE = (
    b"<!doctype html><html lang=en><head><title>Bin days - Example Council</title>"
    b"<meta name=viewport content='width=device-width, initial-scale=1'></head>"
    b"<body><main><h1>Bin days</h1><p>We collect bins on Mondays.</p></main></body></html>"
)


class Rude(http.server.BaseHTTPRequestHandler):
    """A server with a page for each kind of trouble."""

    def do_GET(self) -> None:
        if self.path == "/loop":
            self.answer(302, b"", location="/loop")
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(200_000_000))
            self.end_headers()
            try:
                for _ in range(200):
                    self.wfile.write(b"<p>more</p>" + b" " * 999_989)
            except OSError:
                pass
        elif self.path == "/good":
            self.answer(200, PAGE)
        elif self.path == "/blocked":
            self.answer(403, b"<title>403 Forbidden</title><h1>403 Forbidden</h1>")
        elif self.path == "/alert":
            self.answer(
                200, PAGE.replace(b"</main>", b"<script>alert(1);confirm(2)</script></main>")
            )
        elif self.path == "/robots.txt":
            self.answer(200, b"User-agent: *\nAllow: /\n")
        else:
            self.answer(404, b"<title>Page not found</title><h1>Page not found</h1>")

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture(scope="module")
def rude() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rude)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


def lgaudit(*words: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "lgaudit", *words],
        capture_output=True,
        text=True,
        timeout=180,
        cwd=cwd,
        env={**os.environ, "LGAUDIT_CONTACT": "tests", "COLUMNS": "200", **(env or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


REGISTER = "slug,name,nation,region,type,homepage\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audit", "--councils", "none.csv"], "there is no such file"),
        (["audit", "--councils", "broken.csv"], "line 2: unknown nation 'Narnia'"),
        (["audit", "adurr"], "Did you mean adur"),
        (["audit", "--nation", "Waes"], "Did you mean 'wales'"),
        (["audit", "--cohort", "none.txt"], "No such file or directory. Write one slug a line"),
        (["audit", "adur", "--table", "typos.csv"], "Cohort 'Typos': There is no council named"),
        (["audit", "adur", "--out", "file/reports"], "Choose another folder with --out"),
        (["audit", "adur", "--store", "file/lgaudit.db"], "file"),
        (["audit", "adur", "--rules", "mypacks"], "mypacks/pack/bad.toml"),
        (["audit", "adur", "--only", "contents"], "content"),
        (["audit", "--resume"], "Begin one with"),
        (["audit", "adur", "--pages", "0"], "--pages"),
        (["audit", "not a name"], "Did you mean"),
        (["check", "nowhere"], "no such file or folder"),
        (["check", "https://"], "not a web address"),
        (["check", "page.html", "--fail-on", "huge"], "must be one of minor, moderate"),
        (["check", "page.html", "--format", "xml"], "is not a format"),
        (["report", "2020"], "runs"),
        (["rules", "show", "content/link-text-generi"], "content/link-text-generic"),
        (["councils", "check", "broken.csv"], "line 2"),
        (["nonsense"], "nonsense"),
    ],
)
def test_a_sentence_and_exit_code_2(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "typos.csv").write_text("slug\nadurr\n")
    (tmp_path / "broken.csv").write_text(REGISTER + "a,A,Narnia,South East,unitary authority,x\n")
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "mypacks" / "pack").mkdir(parents=True)
    (tmp_path / "mypacks" / "pack" / "bad.toml").write_text(
        'title = "No check"\nsevrity = "minor"\n'
    )
    code, _, stderr = lgaudit(*words, cwd=tmp_path)
    assert code == 2, stderr
    assert said in stderr


def test_settings_files_are_checked(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    (tmp_path / "lgaudit.toml").write_text("pagess = 3\n")
    code, _, stderr = lgaudit("check", "page.html", cwd=tmp_path)
    assert (code, "Did you mean pages?" in stderr) == (2, True)
    (tmp_path / "lgaudit.toml").write_text("pages = 'many'\n")
    code, _, stderr = lgaudit("check", "page.html", cwd=tmp_path)
    assert (code, "lgaudit.toml" in stderr) == (2, True)


@pytest.mark.parametrize("path", ["/loop", "/huge", "/blocked", "/gone"])
def test_a_page_that_cannot_be_seen_is_no_pass(rude: str, tmp_path: Path, path: str) -> None:
    code, stdout, stderr = lgaudit("check", rude + path, "--no-browser", cwd=tmp_path)
    assert code == 2
    assert "could not be checked" in stderr
    assert path in stdout


def test_an_unreachable_page_loses_nothing_of_the_others(rude: str, tmp_path: Path) -> None:
    code, stdout, _ = lgaudit(
        "check",
        rude + "/good",
        "http://127.0.0.1:9/",
        "--no-browser",
        "--format",
        "json",
        "--output",
        "result.json",
        cwd=tmp_path,
    )
    import json

    told = json.loads((tmp_path / "result.json").read_text())
    verdicts = {page["source"]: page["verdict"] for page in told["pages"]}
    assert verdicts == {rude + "/good": "ok", "http://127.0.0.1:9/": "refused"}
    assert told["summary"]["passed"] > 0
    assert stdout == ""
    assert code in (1, 2)


def test_a_site_that_is_not_there_is_not_scored(tmp_path: Path) -> None:
    code, stdout, stderr = lgaudit("audit", "http://127.0.0.1:9/", "--no-browser", cwd=tmp_path)
    assert code == 2
    assert "no site could be seen" in stderr
    assert "Not ranked" in stdout


def test_no_browser_here_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    code, _, stderr = lgaudit(
        "check", "page.html", cwd=tmp_path, env={"LGAUDIT_CHROMIUM": "/nowhere/chromium"}
    )
    assert code == 2
    assert "chromium" in stderr.lower()
    code, _, _ = lgaudit(
        "check",
        "page.html",
        "--no-browser",
        cwd=tmp_path,
        env={"LGAUDIT_CHROMIUM": "/nowhere/chromium"},
    )
    assert code in (0, 1)


@pytest.mark.browser
def test_alerts_do_not_stop_a_check(rude: str, tmp_path: Path) -> None:
    code, stdout, _ = lgaudit(
        "check", rude + "/alert", "--only", "axe", "--format", "json", cwd=tmp_path
    )
    assert '"verdict": "ok"' in stdout
    assert code in (0, 1)


def test_output_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE)
    code, _, stderr = lgaudit(
        "check", "page.html", "--no-browser", "--format", "json", "--output", "no/x", cwd=tmp_path
    )
    assert code == 2
    assert "cannot be written" in stderr


def test_a_password_in_an_address_is_never_shown_or_kept(rude: str, tmp_path: Path) -> None:
    address = rude.replace("://", "://someone:hunter2@") + "/good"
    words = ("check", address, "--no-browser", "--format", "json", "--all-outcomes")
    _, stdout, stderr = lgaudit(*words, cwd=tmp_path)
    assert f'"source": "{rude}/good"' in stdout
    assert "hunter2" not in stdout + stderr
    audit = ("audit", address, "--no-browser", "--pages", "2", "--pace", "0", "--store", "s.db")
    _, stdout, stderr = lgaudit(*audit, cwd=tmp_path)
    assert "hunter2" not in stdout + stderr
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"hunter2" in path.read_bytes()]


def test_text_that_the_encoding_lacks_does_not_stop_the_program(tmp_path: Path) -> None:
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "30"}
    code, _, stderr = lgaudit("councils", "list", cwd=tmp_path, env=ascii_only)
    assert (code, stderr) == (0, "")
    code, stdout, _ = lgaudit("rules", "list", "--format", "json", cwd=tmp_path, env=ascii_only)
    assert code == 0
    assert stdout.isascii()
    assert json.loads(stdout)["rules"]


@pytest.mark.parametrize(
    ("words", "code"), [("rules list", 0), ("councils list --format json", 0), ("check p.html", 1)]
)
def test_a_reader_that_leaves_changes_no_exit_code(tmp_path: Path, words: str, code: int) -> None:
    (tmp_path / "p.html").write_bytes(PAGE.replace(b"Mondays", b"<a href=x>click here</a>"))
    more = " --no-browser -q" if words.startswith("check") else ""
    command = f"{sys.executable} -m lgaudit {words}{more} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert (done.stdout.strip(), done.stderr) == (str(code), "")


def test_a_fault_of_our_own_is_told_as_ours(tmp_path: Path) -> None:
    program = (
        "from lgaudit.cli import main, councils\n"
        "import lgaudit.register\n"
        "lgaudit.register.read = lambda *_: 1 / 0\n"
        "main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "councils", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "a fault of its own (ZeroDivisionError)" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_standard_output_is_a_sentence(tmp_path: Path) -> None:
    command = f"{sys.executable} -m lgaudit councils list --format json > /dev/full"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 2
