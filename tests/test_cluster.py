"""Workers of a Dask cluster look, this machine keeps: the same tables, whatever happens to them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from grid import free_ports
from scale_sites import Councils, audited

from lgaudit import cluster
from lgaudit.errors import ClusterDown
from lgaudit.models import Site
from lgaudit.plan import evidence_of
from lgaudit.settings import Settings
from lgaudit.store import Store

distributed = pytest.importorskip("distributed", reason="Dask is not installed (lgaudit[cluster])")

QUIET = {
    "host": "127.0.0.1",
    "dashboard_address": ":0",
    "scheduler_kwargs": {"dashboard": False},
}
COUNCILS = Councils("alder", "birch", "cedar")


@pytest.fixture(scope="module")
def served() -> Iterator[Settings]:
    with COUNCILS.served() as settings:
        yield msgspec.structs.replace(settings, browser=False, pages=12)


@pytest.fixture(scope="module")
def here(served: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        return audited(COUNCILS, served, tmp_path_factory.mktemp("here"), monkeypatch)


@pytest.fixture(scope="module")
def two_workers() -> Iterator[object]:
    local = distributed.LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=0, **QUIET)
    yield local
    local.close()


def kill_busy(local: object) -> None:
    """End a worker that is looking at a site, as a power cut does."""
    busy = [
        address
        for address, worker in local.scheduler.workers.items()  # type: ignore[attr-defined]
        if worker.long_running or worker.processing
    ]
    nannies = local.workers.values()  # type: ignore[attr-defined]
    (pid,) = [nanny.pid for nanny in nannies if nanny.worker_address == busy[0]]
    os.kill(pid, signal.SIGKILL)


def test_a_worker_that_dies_midway_changes_nothing(
    served: Settings,
    here: dict[str, bytes],
    two_workers: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def count(host: str, path: str, headers: Mapping[str, str]) -> None:
        asked.append(host + path)
        if len(asked) == 25:
            kill_busy(two_workers)

    monkeypatch.setattr(COUNCILS, "asked", count)
    address = two_workers.scheduler_address  # type: ignore[attr-defined]
    settings = msgspec.structs.replace(served, cluster=address)
    assert audited(COUNCILS, settings, tmp_path, monkeypatch) == here
    assert len(asked) > len(set(asked))  # some sites were begun again
    assert here["league.csv"].count(b",ranked,") == len(COUNCILS.names)
    kept = msgspec.structs.replace(
        settings, store=f"sqlite:///{tmp_path / 'runs.db'}", out=str(tmp_path)
    )
    with Store.open(kept.store) as store:
        run = store.results().run
    assert len(evidence_of(kept, run.id).files()) == len(COUNCILS.names)


def test_what_is_no_cluster(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    for number, (address, said) in enumerate(
        (
            (f"tcp://127.0.0.1:{port}", "No Dask scheduler answers at .*dask scheduler"),
            ("nonsense", "No Dask scheduler answers at nonsense"),
            ("local:none", "give the number of processes, as in local:4"),
        )
    ):
        settings = msgspec.structs.replace(served, cluster=address)
        with pytest.raises(ClusterDown, match=said):
            audited(COUNCILS, settings, tmp_path / str(number), monkeypatch)


def test_a_cluster_without_workers(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with distributed.LocalCluster(n_workers=0, **QUIET) as nobody:
        settings = msgspec.structs.replace(served, cluster=nobody.scheduler_address)
        with pytest.raises(ClusterDown, match=r"no workers .*dask worker.*--resume"):
            audited(COUNCILS, settings, tmp_path, monkeypatch)


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with (
        pytest.raises(ClusterDown, match="pip install 'lgaudit\\[cluster\\]'"),
        cluster._connected("local:2"),
    ):
        pass


def test_sites_of_one_host_or_owner_stay_together() -> None:
    def site(slug: str, home: str, welsh: str = "") -> Site:
        return Site(slug, home, welsh_homepage=welsh)

    sites = [
        site("a", "https://www.a.gov.uk/"),
        site("b", "https://b.example/"),
        site("c", "https://council.c.gov.uk/", "https://cyngor.d.cymru/"),
        site("d", "https://www.d.cymru/"),
        site("e", "https://parish.a.gov.uk/"),
        site("f", "https://f.uk/", "https://b.example/cy"),
    ]
    groups = [[s.slug for s in group] for group in cluster.together(sites)]
    assert groups == [["a", "e"], ["b", "f"], ["c", "d"]]
    one = [site("x", "https://x.uk/"), site("y", "https://y.uk/"),
           site("z", "https://x.uk/", "https://y.uk/")]  # fmt: skip
    assert [[s.slug for s in g] for g in cluster.together(one)] == [["x", "y", "z"]]
