"""A short sample of `benchmarks.kills`: killed at a request a seed draws, then gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from scale_sites import Councils, audited

from lgaudit import register
from lgaudit.settings import Settings

COUNCILS = Councils("alder", "birch")
HOMES = [site.homepage for site in COUNCILS.sites()]
ROOT = Path(__file__).parents[1]
TOLD = ("pages", "crawl_pages", "pace", "timeout", "quiet_pages", "close_pages", "contact")
TOLD += (
    "only_mapped",
    "ca_file",
    "allow_private",
    "network_minutes",
    "browser",
    "store",
    "name_map",
)


def begin(settings: Settings, folder: Path) -> subprocess.Popen[bytes]:
    """The program, in a process and a group of its own, with these settings."""
    folder.mkdir()
    values = {name: getattr(settings, name) for name in TOLD}
    names = values.pop("name_map")
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    lines += ["[name_map]", *(f'"{host}" = "{to}"' for host, to in names.items())]
    (folder / "lgaudit.toml").write_text("\n".join(lines))
    return subprocess.Popen(
        [sys.executable, "-m", "lgaudit", "audit", "--quiet", *HOMES],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_killed_at_any_request_and_gone_on_with_it_says_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, asked, last = random.Random(7), list[str](), 0
    running: list[subprocess.Popen[bytes]] = []

    def count(host: str, path: str, headers: Mapping[str, str]) -> None:
        asked.append(path)
        if running and len(asked) >= last:
            os.killpg(running.pop().pid, signal.SIGKILL)

    monkeypatch.setattr(COUNCILS, "asked", count)
    monkeypatch.setattr(COUNCILS, "sites", lambda: register.sites_at(HOMES, ()))
    with COUNCILS.served() as served:
        settings = msgspec.structs.replace(served, browser=False, crawl_pages=8)
        whole = audited(COUNCILS, settings, tmp_path / "whole", monkeypatch)
        total = len(asked)
        folder, last = tmp_path / "stopped", rng.randrange(2, total)
        store = f"sqlite:///{folder / 'runs.db'}"
        asked.clear()
        own = msgspec.structs.replace(settings, store=store)
        program = begin(own, folder)
        running.append(program)
        assert program.wait(120) == -signal.SIGKILL, "it ended before it was asked to"
        found = audited(COUNCILS, own, folder / "out", monkeypatch, resume="latest")
        assert found == whole, f"killed at request {last} of {total}"
