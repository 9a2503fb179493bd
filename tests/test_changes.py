"""Which pages a change may have changed, lists on standard input, and hosts of previews."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import typer

from lgaudit.cli import changes, inputs, targets
from lgaudit.settings import CheckSettings, TemplateMapping


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *words], check=True, capture_output=True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {
        "site/index.html": "<link rel=stylesheet href=/css/a.css><a href=gone.html>x</a>",
        "site/about/index.html": "<!-- source: parts/foot.html --><img srcset='../i.png 2x'>",
        "site/plain.html": "<p>plain",
        "site/gone.html": "<p>gone",
        "site/css/a.css": "@import 'b.css'; p { background: url(/bg.png) }",
        "site/css/b.css": "p {}",
        "site/bg.png": "",
        "site/i.png": "",
        "parts/foot.html": "<p>",
        "content/plain.md": "plain",
        "app.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    git(tmp_path, "init", "-q")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def chosen(here: Path, *changed: str, check: CheckSettings = CheckSettings()) -> list[str]:  # noqa: B008
    for name in changed:
        if (here / name).exists():
            (here / name).write_text((here / name).read_text() + " ")
        else:
            (here / name).write_text("new")
    groups = targets.read(["site"])
    left = changes.only_changed(groups, changes.since("HEAD", here), check, here)
    return [target.source for group in left for target in group.targets]


def test_built_pages_that_git_keeps(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(here, "add", ".")
    git(here, "commit", "-qm", "one")
    assert chosen(here) == []
    assert chosen(here, "app.py", "content/plain.md") == []  # the built pages are as they were
    assert chosen(here, "site/css/b.css") == ["site/index.html"]
    git(here, "checkout", "-q", ".")
    assert chosen(here, "site/bg.png") == ["site/index.html"]
    assert chosen(here, "site/plain.html") == ["site/index.html", "site/plain.html"]
    git(here, "checkout", "-q", ".")
    assert chosen(here, "site/i.png") == ["site/about/index.html"]
    assert chosen(here, "parts/foot.html") == ["site/about/index.html"]
    (here / "site/gone.html").unlink()
    assert "site/index.html" in chosen(here)  # its link leads nowhere now
    git(here, "checkout", "-q", ".")
    assert capsys.readouterr().err == ""
    assert len(chosen(here, "site/data.json")) == 4
    assert "site/data.json cannot be known" in capsys.readouterr().err.replace("\n", " ")


def test_built_pages_that_git_ignores(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / ".gitignore").write_text("site/\n")
    git(here, "add", ".")
    git(here, "commit", "-qm", "one")
    mapped = CheckSettings(templates=[TemplateMapping(paths=["/plain"], file="content/plain.md")])
    assert chosen(here, "content/plain.md", check=mapped) == ["site/plain.html"]
    assert chosen(here, "parts/foot.html", check=mapped) == [
        "site/about/index.html",
        "site/plain.html",
    ]
    assert len(chosen(here, "app.py", check=mapped)) == 4
    assert "app.py cannot be known" in capsys.readouterr().err.replace("\n", " ")


def test_addresses_by_the_mapping_alone(here: Path) -> None:
    git(here, "add", ".")
    git(here, "commit", "-qm", "one")
    (here / "content/plain.md").write_text("new")
    check = CheckSettings(templates=[TemplateMapping(paths=["/*"], file="content/{1}.md")])
    groups = targets.read(["https://a.example/plain/", "https://a.example/other"])
    left = changes.only_changed(groups, changes.since("HEAD", here), check, here)
    assert [t.url for group in left for t in group.targets] == ["https://a.example/plain/"]


@pytest.mark.parametrize("ref", ["nope", "--output=x", ""])
def test_a_commit_that_is_not_there(here: Path, ref: str) -> None:
    git(here, "add", ".")
    git(here, "commit", "-qm", "one")
    with pytest.raises(targets.TargetError, match="no such commit"):
        changes.since(ref, here)
    assert not (here / "x").exists()


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(targets.TargetError, match="not a git repository"):
        changes.since("HEAD", tmp_path)


def test_a_list_on_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("# pages\n\nhttps://a.example/x \nb.html\n"))
    assert inputs.named(["first", "-"]) == ["first", "https://a.example/x", "b.html"]
    monkeypatch.setattr("sys.stdin", io.StringIO("# none\n"))
    with pytest.raises(targets.TargetError, match="Nothing to check on standard input"):
        inputs.named(["-"])


@pytest.mark.parametrize(
    ("given", "url", "after"),
    [
        ("preview.test", "https://www.a.example/x?y=1", "https://preview.test/x?y=1"),
        ("http://127.0.0.1:8000", "https://www.a.example/x", "http://127.0.0.1:8000/x"),
        ("www.a.example=p.test:81", "https://www.a.example:443/", "https://p.test:81/"),
        ("www.a.example=p.test", "https://other.example/", "https://other.example/"),
        ("", "https://a.example/", "https://a.example/"),
        ("p.test", "folder/page.html", "folder/page.html"),
    ],
)
def test_the_host_of_a_preview(given: str, url: str, after: str) -> None:
    assert inputs.mover(given)(url) == after


@pytest.mark.parametrize("given", ["ftp://x", "https://x/path", "a b", "x="])
def test_what_is_no_host(given: str) -> None:
    with pytest.raises(typer.BadParameter, match="HOST"):
        inputs.mover(given)
