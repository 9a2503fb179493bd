"""A short sample of `benchmarks.kills`: killed at a request a seed draws, then gone on with."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from scale_sites import Councils, audited

from benchmarks.kills import Cable
from lgaudit import register, run
from lgaudit.errors import NetworkDown
from lgaudit.settings import Settings
from lgaudit.store import Store

COUNCILS = Councils("alder", "birch")
HOMES = [site.homepage for site in COUNCILS.sites()]
ROOT = Path(__file__).parents[1]
TOLD = (
    "pages",
    "crawl_pages",
    "pace",
    "timeout",
    "quiet_pages",
    "close_pages",
    "contact",
    "retries",
)
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


@dataclass(frozen=True)
class Whole:
    """A run that nobody stopped: its settings, its tables and how many requests it took."""

    settings: Settings
    tables: dict[str, bytes]
    requests: int


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    asked: list[str] = []
    with COUNCILS.served() as served, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(COUNCILS, "asked", lambda _host, path, _headers: asked.append(path))
        monkeypatch.setattr(COUNCILS, "sites", lambda: register.sites_at(HOMES, ()))
        settings = msgspec.structs.replace(served, browser=False, crawl_pages=8, retries=0)
        tables = audited(COUNCILS, settings, tmp_path_factory.mktemp("whole"), monkeypatch)
        yield Whole(settings, tables, len(asked))


def test_killed_at_any_request_and_gone_on_with_it_says_the_same(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last, asked = random.Random(7).randrange(2, whole.requests), list[str]()
    folder = tmp_path / "stopped"
    settings = msgspec.structs.replace(whole.settings, store=f"sqlite:///{folder / 'runs.db'}")

    def count(host: str, path: str, headers: Mapping[str, str]) -> None:
        asked.append(path)
        if running and len(asked) >= last:
            os.killpg(running.pop().pid, signal.SIGKILL)

    running: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(COUNCILS, "asked", count)
    program = begin(settings, folder)
    running.append(program)
    assert program.wait(120) == -signal.SIGKILL, "it ended before it was asked to"
    found = audited(COUNCILS, settings, folder / "out", monkeypatch, resume="latest")
    assert found == whole.tables, f"killed at request {last} of {whole.requests}"


def test_begun_without_a_network_it_says_nothing_of_any_site_until_there_is_one(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (there,) = set(whole.settings.name_map.values())
    with Cable(int(there.rpartition(":")[2])) as cable:
        settings = msgspec.structs.replace(
            whole.settings,
            name_map=dict.fromkeys(whole.settings.name_map, f"127.0.0.1:{cable.port}"),
            store=f"sqlite:///{tmp_path / 'runs.db'}",
        )
        cable.cut()
        with pytest.raises(NetworkDown, match=r"Not one site .*`lgaudit audit --resume`"):
            audited(COUNCILS, settings, tmp_path / "out", monkeypatch)
        with Store.open(settings.store) as store:
            assert not store.finished_sites(store.unfinished_run())
        really_back = run._back

        async def mended(*arguments: object) -> bool:
            cable.mend()
            return await really_back(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(run, "_back", mended)
        monkeypatch.setattr(run, "NETWORK_LOOKS", 0.05)
        waits = msgspec.structs.replace(settings, network_minutes=5.0)
        found = audited(COUNCILS, waits, tmp_path / "out", monkeypatch, resume="latest")
    assert found == whole.tables
