"""`--format` and `--output` of `lgaudit check`: several formats at once, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from lxml import etree

from lgaudit.cli import outputs
from lgaudit.cli.outputs import Wanted
from lgaudit.errors import ReportError
from lgaudit.evidence import Coverage
from lgaudit.models import OK, Engines, Site
from lgaudit.report import formats
from lgaudit.results import SiteResult

RESULTS = [SiteResult(Site("a", "https://a.example/"), OK, Coverage())]
ENGINES = Engines("0.1.0", "2026.1")
PAGE = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>Parking - Example</title>"
    "<meta name=viewport content='width=device-width, initial-scale=1'></head><body><main>"
    "<h1>Parking</h1><p>To pay, <a href=/pay>click here</a>.</p>"
)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(outputs.STEP_SUMMARY, raising=False)


def test_names_files_and_output_are_read() -> None:
    assert outputs.parse([], None) == (Wanted("terminal"),)
    assert outputs.parse([], Path("o.txt")) == (Wanted("terminal", Path("o.txt")),)
    assert outputs.parse(["sarif"], Path("o")) == (Wanted("sarif", Path("o")),)
    assert outputs.parse(["sarif=a=b.sarif", "terminal"], None) == (
        Wanted("sarif", Path("a=b.sarif")),
        Wanted("terminal"),
    )


@pytest.mark.parametrize(
    ("given", "output", "said"),
    [
        (["sariff=o.json"], None, "'sariff' is not a format. Did you mean sarif?"),
        (["JUnit"], None, "Did you mean junit?"),
        (["pdf"], None, "Use one of: terminal, json, junit, sarif, github, gitlab, markdown,"),
        ([""], None, "'' is not a format"),
        (["json="], None, "names no file"),
        (["json", "terminal"], None, "json and terminal would both go to standard output"),
        (["json", "earl=e.json"], Path("o"), "works with a single --format NAME"),
        (["json=a.json"], Path("o"), "works with a single --format NAME"),
        (["json=a.json", "sarif=./a.json"], None, "is asked for twice, by json and sarif"),
        (["json=nowhere/a.json"], None, "there is no folder nowhere"),
        (["json=."], None, "it is a folder"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_done(
    given: list[str], output: Path | None, said: str
) -> None:
    with pytest.raises(typer.BadParameter) as raised:
        outputs.parse(given, output)
    assert said in str(raised.value)


def test_markdown_goes_to_the_page_of_the_job_unless_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv(outputs.STEP_SUMMARY, str(summary))
    outputs.write(outputs.parse(["markdown=o.md"], None), RESULTS, (), ENGINES)
    outputs.write(outputs.parse(["markdown"], Path("p.md")), RESULTS, (), ENGINES)
    assert summary.read_text() == "before\n"
    assert "There was no page to check" in Path("o.md").read_text()
    assert Path("o.md").read_text() == Path("p.md").read_text()
    both = outputs.parse(["github", "markdown"], None)
    assert both == (Wanted("github"), Wanted("markdown", summary, added=True))
    outputs.write(both, RESULTS, (), ENGINES)
    assert summary.read_text() == "before\n" + Path("o.md").read_text()
    assert capsys.readouterr().out.startswith("::notice")
    monkeypatch.delenv(outputs.STEP_SUMMARY)
    outputs.write(outputs.parse(["markdown"], None), RESULTS, (), ENGINES)
    assert capsys.readouterr().out == Path("o.md").read_text()


def test_one_file_that_cannot_be_written_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("taken").mkdir()
    monkeypatch.setenv(outputs.STEP_SUMMARY, "nowhere/summary.md")
    wanted = [Wanted("json"), Wanted("html", Path("taken")), *outputs.parse(["markdown"], None)]
    with pytest.raises(ReportError) as raised:
        outputs.write(wanted, RESULTS, (), ENGINES)
    assert "taken: cannot be written" in str(raised.value)
    assert "nowhere/summary.md: cannot be written" in str(raised.value)
    assert json.loads(capsys.readouterr().out)["summary"]["pages"] == 0


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lgaudit", "check", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_format_at_once_from_the_command_line() -> None:
    Path("build").mkdir()
    Path("build/index.html").write_text(PAGE)
    names = ["json", *formats.NAMES]
    asked = [word for name in names for word in ("--format", f"{name}=out.{name}")]
    rules = ["--only", "content/link-text-generic", "--only", "accessibility"]
    done = run("build", "--no-browser", "--quiet", *rules, "--format", "terminal", *asked)
    assert done.returncode == 1, done.stderr
    assert "content/link-text-generic" in done.stdout
    for name in names:
        text = Path(f"out.{name}").read_text(encoding="utf-8")
        assert "link-text-generic" in text, name
        assert "click here" in text, name
        assert "build/index.html" in text, name
        made_up = "http://folder1.localhost"  # where the folder is served means nothing to a reader
        assert name == "json" or made_up not in text, name
    for name in ("json", "sarif", "gitlab", "earl"):
        json.loads(Path(f"out.{name}").read_text())
    etree.parse("out.junit")


def test_a_wrong_format_ends_with_code_2_before_looking() -> None:
    Path("build").mkdir()
    Path("build/index.html").write_text(PAGE)
    done = run("build", "--format", "markdwon")
    assert done.returncode == 2
    assert "Did you mean markdown?" in " ".join(done.stderr.replace("│", " ").split())
    assert not done.stdout


@pytest.mark.browser
def test_our_own_page_meets_the_bar() -> None:
    Path("build").mkdir()
    Path("build/index.html").write_text(PAGE)
    run("build", "--no-browser", "--quiet", "--format", "html=out.html")
    done = run("out.html", "--quiet", "--only", "axe", "--format", "json", "--fail-on", "minor")
    found = json.loads(done.stdout)
    assert done.returncode == 0, found["pages"]
    assert found["summary"]["passed"] > 5
