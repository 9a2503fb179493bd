"""What `lgaudit check` makes of the paths and addresses it is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from lgaudit.cli import targets


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "site" / "about").mkdir(parents=True)
    for name in ("index.html", "bins.htm", "about/index.html", "style.css"):
        (tmp_path / "site" / name).write_text("<p>hello")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "site"


def test_a_folder_is_every_page_below_it(built: Path) -> None:
    (group,) = targets.read(["site"])
    assert [(t.url, t.source) for t in group.targets] == [
        ("http://folder1.localhost/about/", "site/about/index.html"),
        ("http://folder1.localhost/bins.htm", "site/bins.htm"),
        ("http://folder1.localhost/", "site/index.html"),
    ]


def test_files_share_a_root_and_root_can_be_given(built: Path) -> None:
    (group,) = targets.read(["site/about/index.html", "site/bins.htm"])
    assert [t.url for t in group.targets] == [
        "http://folder1.localhost/about/",
        "http://folder1.localhost/bins.htm",
    ]
    (group,) = targets.read(["site/about/index.html"], root=Path("site"))
    assert [t.url for t in group.targets] == ["http://folder1.localhost/about/"]
    (group,) = targets.read(["site/about"], root=Path("site"))
    assert [t.url for t in group.targets] == ["http://folder1.localhost/about/"]


def test_addresses_are_taken_as_given_and_grouped_by_host(built: Path) -> None:
    groups = targets.read(
        ["https://a.example/x?b=1#part", "https://b.example/", "https://a.example/y", "site"]
    )
    assert [[t.url for t in g.targets] for g in groups[1:]] == [
        ["https://a.example/x?b=1", "https://a.example/y"],
        ["https://b.example/"],
    ]
    assert groups[1].targets[0].source == "https://a.example/x?b=1#part"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nowhere"], "no such file or folder"),
        (["www.example.gov.uk"], "starts with https://"),
        (["site/style.css"], "not an HTML file"),
        (["mailto://x"], "not a web address"),
        (["empty"], "holds no HTML pages"),
    ],
)
def test_what_cannot_be_checked_is_refused(built: Path, given: list[str], said: str) -> None:
    Path("empty").mkdir()
    with pytest.raises(targets.TargetError, match=said):
        targets.read(given)
