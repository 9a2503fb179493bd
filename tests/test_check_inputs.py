"""`lgaudit check` from end to end: a sitemap on a preview, gates and budgets, and --watch."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lgaudit.cli import watching
from lgaudit.cli.targets import Group
from lgaudit.models import Site

PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{0} - Example</title></head>"
    "<body><main><h1>{0}</h1><p>To pay,\n<a href=/pay>{1}</a>.</p></main></body></html>"
)
RULE = "content/link-text-generic"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[str]:
    site = tmp_path / "site"
    site.mkdir()
    (site / "a.html").write_text(PAGE.format("Bins", "click here"))
    (site / "b.html").write_text(PAGE.format("Roads", "Pay your fine"))
    listed = "".join(f"<url><loc>https://www.example.gov.uk/{n}.html</loc></url>" for n in "ab")
    (site / "pages.xml").write_text(
        f"<urlset>{listed}<url><loc>https://x.test/</loc></url></urlset>"
    )
    inner = "<sitemap><loc>https://www.example.gov.uk/pages.xml</loc></sitemap>"
    (site / "sitemap.xml").write_text(f"<sitemapindex>{inner}</sitemapindex>")
    handler = partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def check(*words: str, cwd: Path, stdin: str = "") -> tuple[int, Any, str]:
    done = subprocess.run(
        [sys.executable, "-m", "lgaudit", "check", *words, "--no-browser", "--format", "json"],
        capture_output=True, text=True, timeout=300, cwd=cwd, input=stdin,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def test_a_sitemap_on_a_preview_and_gates_of_the_file(preview: str, tmp_path: Path) -> None:
    (tmp_path / "lgaudit.toml").write_text("[[check.gates]]\npaths = ['/a']\nfail_on = 'never'\n")
    www = "https://www.example.gov.uk"
    code, said, stderr = check(
        "--sitemap", f"{www}/sitemap.xml", "--replace-host", f"www.example.gov.uk={preview}",
        "--pace", "0", "--only", RULE, cwd=tmp_path,
    )  # fmt: skip
    assert code == 0, stderr
    assert [page["url"] for page in said["pages"]] == [f"{preview}/a.html", f"{preview}/b.html"]
    (finding,) = said["pages"][0]["findings"]
    assert (finding["rule"], finding["line"]) == (RULE, 2)
    assert said["summary"]["gate"] == {"fail_on": "minor", "stopped": 0, "below": {"serious": 1}}
    assert "Failing below the gate: 1 serious" in stderr
    assert "1 address is left out: the sitemap names it on another site" in stderr


def test_a_list_and_the_level_of_the_command_line(preview: str, tmp_path: Path) -> None:
    (tmp_path / "lgaudit.toml").write_text("[[check.gates]]\nfail_on = 'never'\n")
    options = ("--only", RULE, "--fail-on", "serious")
    code, said, stderr = check("-", *options, cwd=tmp_path, stdin="site/a.html\n# no\nsite/b.html")
    assert code == 1
    assert [page["source"] for page in said["pages"]] == ["site/a.html", "site/b.html"]
    assert "replaces the gates" in stderr


def test_a_budget_that_cannot_be_measured_is_told(preview: str, tmp_path: Path) -> None:
    (tmp_path / "lgaudit.toml").write_text("[[check.budgets]]\npage_weight_kb = 1\n")
    _, said, _ = check("site/b.html", cwd=tmp_path)
    found = [f for f in said["pages"][0]["findings"] if f["rule"] == "budget/page-weight"]
    assert [f["outcome"] for f in found] == ["cantTell"]


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs signals as POSIX has them")
def test_watch_checks_what_is_saved_and_ends_with_ctrl_c(preview: str, tmp_path: Path) -> None:
    command = [sys.executable, "-u", "-m", "lgaudit", "check", "site", "--watch", "--no-browser"]
    with subprocess.Popen(
        [*command, "--only", RULE], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as watching:  # fmt: skip
        assert watching.stdout is not None
        ending = threading.Timer(120, watching.kill)
        ending.start()

        def until(words: str) -> str:
            said = ""
            assert watching.stdout is not None
            for line in watching.stdout:
                said += line
                if words in line:
                    return said
            raise AssertionError(said)

        assert "2 pages checked; 1 rule fails" in until("Watching for changes")
        (tmp_path / "site" / "a.html").write_text(PAGE.format("Bins", "Pay now"))
        assert "1 page checked; no scored rule fails" in until("Watching for changes")
        watching.send_signal(signal.SIGINT)
        assert "Stopped watching" in watching.stdout.read()
        assert watching.wait(30) == 0
        ending.cancel()


async def test_what_is_saved_during_a_check_is_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "a.html"
    page.write_text("before")
    folder = SimpleNamespace(root=tmp_path)
    group = Group(Site("a", "http://a.localhost/"), (), folder=folder)  # type: ignore[arg-type]
    looks: list[str] = []

    class Enough(Exception):
        pass

    async def look(job: object, checker: object, groups: object) -> None:
        looks.append(page.read_text())
        if len(looks) == 2:
            raise Enough
        page.write_text("after")

    monkeypatch.setattr(watching, "_look", look)
    monkeypatch.setattr(watching, "_touched", lambda group, *_: replace(group, targets=("a",)))
    job = SimpleNamespace(groups=[group])
    with pytest.raises(Enough):
        await asyncio.wait_for(
            watching._watch(job, contextlib.nullcontext(), lambda: [group], tmp_path),  # type: ignore[arg-type]
            60,
        )
    assert looks == ["before", "after"]
