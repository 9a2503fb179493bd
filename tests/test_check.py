"""`lgaudit check`: its JSON contract, exit codes, and other people's pages."""

from __future__ import annotations

import csv
import http.server
import json
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parent.parent
ACT = ROOT.parent / "shared" / "bench" / "act"
HEAD = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'>"
    "<meta name=description content='What to do about {title}.'></head><body><main>"
)
GOOD = HEAD.format(title="Bin days") + "<h1>Bin days</h1><p>We collect bins on Mondays.</p>"
POOR = HEAD.format(title="Parking") + "<h1>Parking</h1><p>To pay, <a href=/pay>click here</a>.</p>"


def check(*words: str, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "lgaudit", "check", *words],
        capture_output=True,
        text=True,
        timeout=900,
        cwd=cwd,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site" / "parking").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text(GOOD)
    (tmp_path / "site" / "parking" / "index.html").write_text(POOR)
    return tmp_path


def told(stdout: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(stdout)
    schema = json.loads((ROOT / "docs" / "output.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    return document


def test_json_keeps_its_contract(site: Path) -> None:
    code, stdout, _ = check("site", "--no-browser", "--format", "json", cwd=site)
    assert code == 1
    document = told(stdout)
    parking = next(p for p in document["pages"] if p["source"] == "site/parking/index.html")
    finding = next(f for f in parking["findings"] if f["rule"] == "content/link-text-generic")
    assert finding["outcome"] == "failed"
    assert finding["severity"] == "serious"
    assert finding["wcag"] == ["2.4.4"]
    assert finding["selector"].endswith("a")
    assert finding["snippet"] == '<a href="/pay">click here</a>'
    assert len(finding["fingerprint"]) == 16
    assert document["summary"]["pages"] == 2
    assert document["summary"]["passed"] > 10


def test_all_outcomes_lists_what_passed(site: Path) -> None:
    _, stdout, _ = check("site", "--no-browser", "--format", "json", "--all-outcomes", cwd=site)
    outcomes = {f["outcome"] for page in told(stdout)["pages"] for f in page["findings"]}
    assert {"passed", "failed"} <= outcomes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["site/index.html", "--only", "content"], 0),
        (["site/parking/index.html", "--only", "content"], 1),
        (["site", "--fail-on", "serious"], 1),
        (["site", "--only", "content/link-text-generic", "--fail-on", "critical"], 0),
        (["site", "--fail-on", "never"], 0),
    ],
)
def test_exit_codes(site: Path, words: list[str], code: int) -> None:
    got, stdout, stderr = check(*words, "--no-browser", cwd=site)
    assert got == code, stdout + stderr


def test_terminal_output_names_the_rule_the_fix_and_the_place(site: Path) -> None:
    _, stdout, _ = check("site", "--no-browser", "--only", "content", cwd=site)
    assert "content/link-text-generic" in stdout
    assert "Fix:" in stdout
    assert "site/parking/index.html" in stdout
    assert "click here" in stdout


def test_rules_about_more_than_these_pages_are_counted_or_named_in_a_line(site: Path) -> None:
    for only, said in (
        ("openness", r"\d+ rules \(openness \d+\) are about more of a site than was checked"),
        ("openness/source-code", r"The council shares its code +openness/source-code"),
    ):
        _, stdout, _ = check(str(site), "--only", only, "--no-browser", cwd=site)
        told = stdout.split("About the whole site: these pages do not tell\n")[1].split("\n\n")[0]
        assert re.search(said, told)
        assert "Fix:" not in told
        assert len(told.splitlines()) <= 2


@pytest.mark.browser
def test_a_browser_adds_what_axe_sees(site: Path) -> None:
    (site / "site" / "index.html").write_text(GOOD + "<img src=/a.png><p style='color:#bbb'>Pale")
    code, stdout, _ = check("site", "--format", "json", cwd=site)
    assert code == 1
    document = told(stdout)
    assert document["engines"]["axe-core"] == "4.14.1"
    rules = {f["rule"] for page in document["pages"] for f in page["findings"]}
    assert {"axe/image-alt", "axe/color-contrast", "content/link-text-generic"} <= rules


@pytest.mark.browser
def test_a_folder_and_an_address_in_one_call(site: Path) -> None:
    """The browser keeps to this machine for built pages alone, not when an address is given."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(site / "site"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://preview.localhost:{server.server_port}/parking/"
    try:
        words = ("--only", "content/link-text-generic", "--only", "axe/html-has-lang")
        _, stdout, stderr = check(
            "site", address, *words, "--allow-private", "--format", "json", cwd=site
        )
    finally:
        server.shutdown()
        server.server_close()
    document = told(stdout)
    assert {page["verdict"] for page in document["pages"]} == {"ok"}, stderr
    assert [p["source"] for p in document["pages"]][-1] == address


def test_two_hundred_addresses_in_one_call(site: Path) -> None:
    pages = site / "many"
    pages.mkdir()
    for number in range(200):
        (pages / f"p{number}.html").write_text(GOOD)
    files = [str(file) for file in sorted(pages.iterdir())]
    code, stdout, _ = check(
        *files, "--no-browser", "--only", "content", "--format", "json", cwd=site
    )
    assert code in (0, 1)
    assert len(told(stdout)["pages"]) == 200


@pytest.mark.bench
@pytest.mark.skipif(
    not ACT.is_dir(), reason="the W3C ACT test cases are not here (shared/bench/act)"
)
@pytest.mark.parametrize("browser", [False, pytest.param(True, marks=pytest.mark.browser)])
def test_act_pages_go_through(tmp_path: Path, browser: bool) -> None:
    """Small pages full of oddities: none crashes, and nearly all can be looked at.

    A sample of the 573, other ones with a browser; `benchmarks.act` takes all of them.
    """
    with (ACT / "testcases.csv").open(newline="") as file:
        paths = sorted({row["relative_path"] for row in csv.DictReader(file)})
    root = ACT / "site" / "WAI" / "content-assets" / "wcag-act-rules"
    files = [str(root / p) for p in paths if (root / p).suffix in (".html", ".htm")]
    assert len(files) > 500
    files = files[1::12] if browser else files[::3]
    options = [] if browser else ["--no-browser"]
    _, stdout, _ = check(
        *files, "--root", str(ACT / "site"), "--format", "json", *options, cwd=tmp_path
    )
    pages = told(stdout)["pages"]
    assert len(pages) == len(files)
    unseen = [page["source"] for page in pages if page["verdict"] != "ok"]
    assert len(unseen) <= len(files) // 50, unseen


def test_a_folder_is_checked_as_a_site(tmp_path: Path) -> None:
    """Its links to itself must lead somewhere; nothing outside it is asked, nor robots.txt."""
    outside: list[str] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outside.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    away = f"http://127.0.0.1:{server.server_port}/gone"
    links = f'<a href="/parking/">Parking</a> <a href="../gone">Tips</a> <a href="{away}">Away</a>'
    (tmp_path / "site" / "parking").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text(f"{GOOD}<p>{links} <a href=map.pdf>Map</a>")
    (tmp_path / "site" / "parking" / "index.html").write_text(POOR.replace("=/pay", "=/#bins"))
    (tmp_path / "site" / "robots.txt").write_text("User-agent: *\nDisallow: /\n")
    (tmp_path / "site" / "map.pdf").write_bytes(b"%PDF-1.4 broken")
    try:
        words = ("--no-browser", "--format", "json", "--all-outcomes")
        _, stdout, _ = check("site", *words, cwd=tmp_path)
        _, alone, _ = check("site/index.html", *words, cwd=tmp_path)
    finally:
        server.shutdown()
        server.server_close()
    found = [
        f for f in told(stdout)["site_findings"] if f["rule"] == "content/broken-link-internal"
    ]
    assert [(f["outcome"], f["snippet"]) for f in found] == [("failed", "/gone")]
    assert outside == []
    (single,) = [
        f for f in told(alone)["site_findings"] if f["rule"] == "content/broken-link-internal"
    ]
    assert single["outcome"] == "untested"


def test_a_folder_without_a_home_page_is_no_site(site: Path) -> None:
    """Its links may well lead out of it, so none of them is called broken."""
    (site / "site" / "index.html").unlink()
    words = ("--no-browser", "--format", "json", "--all-outcomes")
    _, stdout, _ = check("site", *words, "--only", "content/broken-link-internal", cwd=site)
    assert {f["outcome"] for f in told(stdout)["site_findings"]} == {"untested"}
