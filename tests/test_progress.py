"""What the progress of a run says where there is no terminal, and in one."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from lgaudit.bounds import BROWSERS, PACE, PROCESSOR, Bounds
from lgaudit.cli import progress
from lgaudit.evidence import Coverage
from lgaudit.models import Reason, Site, Verdict
from lgaudit.results import SiteResult

LOST = SiteResult(
    Site("a", "https://a.example/"), Verdict(Reason.PROGRAM_ERROR, "KeyError: 'x'"), Coverage()
)


@pytest.mark.parametrize("terminal", [True, False])
def test_names_of_strangers_are_never_read_as_markup(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    console = Console(file=said, force_terminal=terminal, width=120)
    monkeypatch.setattr(progress, "err", lambda: console)
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    with progress.Watch() as watch:
        watch.stage("Checking", 2)
        watch.page("https://[::1]:8080/[/bold]")
        watch.step("pages/[/x].html")
    assert "pages/[/x].html" in said.getvalue()


def test_plain_lines_tell_how_far_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    console = Console(file=said, width=120)
    seconds = iter([0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0])
    monkeypatch.setattr(progress, "err", lambda: console)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))
    watch = progress.Watch()
    watch.stage("Looking", 10, done=5)
    watch.step("https://www.a.example/bins")
    line = said.getvalue().splitlines()[-1]
    assert line == "Looking: 6 of 10, about 7 min left (www.a.example)"


def test_a_fault_of_ours_is_told_even_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    watch = progress.Watch(quiet=True)
    watch.stage("Looking", 100)
    watch.looked(LOST.site, LOST)
    said = " ".join(capsys.readouterr().err.split())
    assert "a was lost to a fault of lgaudit itself: KeyError: 'x'" in said


@pytest.mark.parametrize(
    ("spent", "worked", "load", "said"),
    [
        (9.0, 0.0, 0.5, PROCESSOR),  # our own work fills a core
        (2.0, 19.0, 1.5, PROCESSOR),  # more wants to run than there are cores
        (2.0, 15.0, 0.9, BROWSERS),
        (2.0, 6.0, 0.9, PACE),  # browsers wait for their turn at the site
        (2.0, 0.0, 0.2, PACE),
    ],
)
def test_what_holds_a_run_up(spent: float, worked: float, load: float, said: str) -> None:
    clock, cpu, browsers = iter([0.0, 1.0, 10.0]), iter([0.0, 0.1, spent]), iter([0, 0, worked])
    bounds = Bounds(
        lambda: next(browsers),
        2,
        clock=lambda: next(clock),
        spent=lambda: next(cpu),
        load=lambda: load,
    )
    assert bounds.now() == ""  # a second says too little
    assert bounds.now() == said


def test_the_line_names_what_holds_a_run_up(monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    console = Console(file=said, width=120)
    ticks = iter(range(0, 1000, 20))
    monkeypatch.setattr(progress, "err", lambda: console)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(ticks))
    watch = progress.Watch()
    clock = iter([0.0, 10.0])
    watch.held(Bounds(clock=lambda: next(clock), spent=lambda: 0.0, load=lambda: 0.0))
    watch.stage("Looking", 10)
    watch.page("https://www.a.example/bins")
    line = said.getvalue().splitlines()[-1]
    assert line.startswith("Looking: 0 of 10, ")
    assert "pages/s, held up by the pace at each site (www.a.example)" in line
