"""Scripts of benchmarks/ still run: what they call changes, and nobody runs them every day."""

from __future__ import annotations

import importlib
import io
import json
import re
import sys
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks import corpus

ROOT = Path(__file__).parents[1]
PARTS = {"process"}  # no script: others take it from here
SCRIPTS = sorted(
    path.stem
    for path in (ROOT / "benchmarks").glob("*.py")
    if not path.stem.startswith("__") and path.stem not in PARTS
)
# the smallest form of what needs no browser and no other server, and a figure it must print
SMALL = {
    "design_weights": ("--sites 4 --rules 10", r"(\d+\.\d)"),
    "intervals": ("--councils 4 --sectors 1 --rules 10", r"(\d+\.\d)%"),
    "no_change": ("--councils 8 --repetitions 1 --rules 20", r"interval: (\d+\.\d)%"),
    "statements": ("", r"precision (\d+\.\d)%"),
    "static_lane": ("--pages 1 --rounds 1", r"(\d+(?:\.\d+)?) pages/s"),
    "rule_profile": ("--pages 1 --rounds 1 --most 3", r"(\d+\.\d+)"),
    "archive": ("--pages 1 --rounds 1", r"(\d+(?:\.\d+)?)"),
}
PAGE = (
    "<!doctype html><html lang=en><head><title>Bins</title></head><body><main><h1>Bins</h1>{0}"
    "<p>We empty bins on Mondays, from seven in the morning.</p></main></body></html>"
)
FAULTS = '<img src="/a.png"><input name="street">'  # axe-core: image-alt, label


def run(monkeypatch: pytest.MonkeyPatch, name: str, words: str) -> object:
    """The script's main with these words on its command line; its exit code."""
    monkeypatch.setattr(sys, "argv", [name, *words.split()])
    try:
        return importlib.import_module(f"benchmarks.{name}").main()
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_teaches(name, monkeypatch, capsys):
    assert run(monkeypatch, name, "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith(f"usage: {name}")
    # what it is for, in a sentence or more, and not the options alone
    told = said.partition("options:")[0]
    assert len(told.split()) > 25, told


def test_readme_names_every_script():
    text = (ROOT / "benchmarks/README.md").read_text("utf-8")
    assert [n for n in SCRIPTS if not re.search(rf"\b{n}\b", text)] == []
    named = set(re.findall(r"-m benchmarks\.(\w+)", text))
    assert named - set(SCRIPTS) == set()


@pytest.mark.parametrize("name", sorted(SMALL))
def test_smallest_form_prints_a_figure(name, monkeypatch, capsys):
    words, figure = SMALL[name]
    assert run(monkeypatch, name, words) in (None, 0)
    said = capsys.readouterr().out
    found = re.search(figure, said)
    assert found, said
    assert 0 <= float(found[1]) < 1_000_000, said


@pytest.mark.parametrize("name", ["requests_a_site", "outside", "baseline_real x"])
def test_a_folder_that_is_not_there_is_told(name, monkeypatch, tmp_path):
    script, _, more = name.partition(" ")
    code = run(monkeypatch, script, f"{tmp_path / 'none'} {more}")
    assert isinstance(code, str)
    assert "none" in code


@pytest.fixture
def pages() -> Iterator[list[str]]:
    files = {
        f"/{n}.html": ("text/html; charset=utf-8", PAGE.format(faults).encode())
        for n, faults in enumerate(("", FAULTS))
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), corpus.handler(files))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield [f"http://127.0.0.1:{server.server_port}{path}" for path in files]
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.browser
def test_pool_and_bare_see_the_same_nodes_fail(pages, monkeypatch, capsys):
    seen = {}
    for lane in ("pool", "bare"):
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(pages)))
        assert run(monkeypatch, "seeing", f"{lane} 1") in (None, 0)
        seen[lane] = json.loads(capsys.readouterr().out)
    assert seen["pool"]["pages"] == seen["bare"]["pages"] == 2
    assert seen["pool"]["nodes"] == seen["bare"]["nodes"] == 2  # a picture and a field
    assert all(0 < said["seconds"] < 120 for said in seen.values())


def test_seeing_without_addresses_says_what_to_give(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(monkeypatch, "seeing", "bare") == 2
    assert "standard input" in capsys.readouterr().err
