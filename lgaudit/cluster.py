"""The same story over many machines: workers of a Dask cluster look, this machine keeps."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lgaudit import __version__, collector, outpost, run
from lgaudit.errors import ClusterDown, LgauditError, NetworkDown
from lgaudit.evidence import Coverage, Timings
from lgaudit.machine import cores
from lgaudit.models import Reason, Site, Verdict
from lgaudit.outpost import Outpost, Seen
from lgaudit.plan import Clock, Plan, Watch, evidence_of, needs_browser
from lgaudit.ranking import finish, score
from lgaudit.results import Results, SiteResult
from lgaudit.timing import keep_timings, to_time
from lgaudit.urls import host_of, registrable

if TYPE_CHECKING:
    from distributed import Client, Future

    from lgaudit.store import Store

LOCAL = "local"
CONNECT = 15.0  # seconds to wait for a scheduler
LOOK = 1.0  # seconds between two looks at who is there
TRIES = 3  # times sites are looked at again because a worker had lost its network

_INSTALL = "--cluster needs Dask: pip install 'lgaudit[cluster]'"
_GO_ON = (
    " What was kept before is safe: go on with `lgaudit audit --resume` (another --cluster, or"
    " none, is fine)."
)


def audit(plan: Plan, store: Store, watch: Watch, clock: Clock) -> Results:
    """As :func:`lgaudit.run.audit`, with the looking done by the workers of a cluster.

    Raises:
        ClusterDown: no cluster answers, or it has gone; what was kept until then stays kept.
        LgauditError: as there.
    """
    with collector.seldom(settled=True):
        with _connected(plan.settings.cluster) as client:
            crew = _Crew(client, plan, store, watch, clock)
            with crew.posted():
                crew.look()
                crew.time()
        score(plan, store, watch)
        return finish(plan, store, clock)


@contextlib.contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise ClusterDown(_INSTALL) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters we say ourselves
    dask.config.set({"distributed.comm.timeouts.connect": CONNECT})
    with contextlib.ExitStack() as held:
        if address.partition(":")[0] == LOCAL:
            local = LocalCluster(
                n_workers=_processes(address),
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=":0",
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
            address = held.enter_context(local).scheduler_address
        try:
            client = held.enter_context(Client(address, timeout=CONNECT))
        except (OSError, ValueError) as error:
            raise ClusterDown(
                f"No Dask scheduler answers at {address}. Start one (`dask scheduler`) and its"
                " workers, give its address as --cluster tcp://host:8786, or use the processes of"
                " this machine with --cluster local:4."
            ) from error
        yield client


def _processes(address: str) -> int:
    many = address.partition(":")[2]
    if not many:
        return cores()
    if not many.isdigit() or not 0 < int(many) <= 1000:
        raise ClusterDown(f"--cluster {address}: give the number of processes, as in local:4.")
    return int(many)


@dataclass(slots=True)
class _Job:
    """Sites that are to be asked from one place only, and where they were looked at."""

    sites: tuple[Site, ...]
    urls: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by slug: what is timed
    worker: str = ""
    tries: int = 0


@dataclass
class _Crew:
    """Hands out sites and keeps what comes back. Dask begins what a dead worker had again."""

    client: Client
    plan: Plan
    store: Store
    watch: Watch
    clock: Clock
    _where: dict[str, str] = field(default_factory=dict)  # worker by slug

    @contextlib.contextmanager
    def posted(self) -> Iterator[None]:
        """Tell every worker of the plan, and those that come later."""
        name = _name(self.plan)
        try:
            self._await_workers()
            versions = self.client.run(_version)
            others = {version for version in versions.values() if version != __version__}
            if others:
                raise ClusterDown(
                    f"Workers have lgaudit {', '.join(sorted(others))}, and this is {__version__}."
                    " Install the same on all."
                )
            self.client.register_plugin(_post(self.plan, self._share()), name=name)
            yield
        except LgauditError:
            raise
        except (OSError, TimeoutError) as error:
            raise ClusterDown(f"The cluster is gone ({type(error).__name__}).{_GO_ON}") from error
        finally:
            with contextlib.suppress(Exception):
                self.client.unregister_worker_plugin(name)

    def look(self) -> None:
        """Look at every site that the store does not hold yet."""
        kept = self.store.finished_sites(self.plan.run.id)
        waiting = [site for site in self.plan.sites if site.slug not in kept]
        self.watch.stage("Looking", len(self.plan.sites), len(self.plan.sites) - len(waiting))
        for job, seen in self._done(_look, [_Job(sites) for sites in together(waiting)]):
            if isinstance(seen, BaseException):
                for site in job.sites:
                    verdict = Verdict(Reason.PROGRAM_ERROR, f"its workers ended: {seen}"[:300])
                    self._keep(Seen(SiteResult(site, verdict, Coverage())))
                continue
            for one in seen:
                self._where[one.result.site.slug] = job.worker
                self._keep(one)

    def _keep(self, seen: Seen) -> None:
        from lgaudit.archive import folder

        settings, site = self.plan.settings, seen.result.site
        if seen.private:
            run.keep_private(self.plan, site, seen.private)
        evidence = evidence_of(settings, self.plan.run.id)
        for path, content in (
            (evidence.file(site.slug), seen.warc),
            (evidence.pictures(site.slug), seen.pictures),
        ):
            if content:
                try:
                    folder.put(path, content)
                except OSError as error:
                    raise folder.cannot(path, error) from error
        result = run.keep(self.store, self.plan.run.id, seen.result)
        for page in result.pages:
            self.watch.page(page.url)
        self.watch.looked(site, result)

    def time(self) -> None:
        """Time a few pages of each site, each worker's one after the other."""
        if not self.plan.settings.browser:
            return
        chosen = to_time(self.plan, self.store, self.watch)
        jobs = [
            _Job(
                sites,
                {site.slug: chosen[site.slug] for site in sites},
                self._where.get(sites[0].slug, ""),
            )
            for sites in together(site for site in self.plan.sites if site.slug in chosen)
        ]
        for job, found in self._done(_time, jobs):
            if isinstance(found, BaseException):
                continue
            for site in job.sites:
                timings: Mapping[str, Timings] = found.get(site.slug, {})
                keep_timings(self.plan, self.store, site.slug, timings, self.clock())
                for url in chosen[site.slug]:
                    self.watch.step(url)

    def _done(self, work: Any, jobs: Iterable[_Job]) -> Iterator[tuple[_Job, Any]]:
        """Have jobs done, never more under way than workers can have; as they get done."""
        from distributed import CancelledError, KilledWorker, wait

        waiting, under_way = deque(jobs), dict[Any, _Job]()
        name = _name(self.plan)
        while waiting or under_way:
            workers = self._await_workers()
            busy = Counter(job.worker for job in under_way.values())
            while waiting and len(under_way) < len(workers) * self.plan.settings.sites:
                job = waiting.popleft()
                if job.worker not in workers:
                    job.worker = min(workers, key=lambda w: (busy[w], w))
                busy[job.worker] += 1
                future = self.client.submit(
                    work,
                    name,
                    job,
                    workers=[job.worker],
                    allow_other_workers=True,  # when it has gone
                    pure=False,
                )
                under_way[future] = job
            done: Sequence[Future] = ()
            with contextlib.suppress(TimeoutError):
                done = wait(list(under_way), timeout=LOOK, return_when="FIRST_COMPLETED").done
            for future in done:
                job = under_way.pop(future)
                try:
                    job.worker, found = future.result()
                except NetworkDown as error:
                    job.tries, job.worker = job.tries + 1, ""
                    if job.tries > TRIES:
                        raise NetworkDown(f"{error}{_GO_ON}") from error
                    waiting.append(job)
                    continue
                except KilledWorker as error:
                    found = error
                except CancelledError as error:
                    raise ClusterDown(f"The cluster's scheduler has gone.{_GO_ON}") from error
                yield job, found

    def _await_workers(self) -> Sequence[str]:
        """The workers there are, as soon as there is one."""
        end = time.monotonic() + self.plan.settings.network_minutes * 60
        while True:
            found = sorted(self.client.scheduler_info()["workers"])
            if found:
                return found
            if self.client.status != "running" or time.monotonic() > end:
                raise ClusterDown(
                    "The cluster has no workers (any more): start some with `dask worker"
                    f" ADDRESS --nthreads 1` where lgaudit is installed.{_GO_ON}"
                )
            time.sleep(LOOK)

    def _share(self) -> int:
        """Browsers of each worker: those of a Grid are shared out."""
        settings = self.plan.settings
        if not settings.grid or not settings.browser or not needs_browser(self.plan.book):
            return settings.browsers
        from lgaudit.gather import grid

        room, workers = grid.browsers(settings), len(self._await_workers())
        if room < workers:
            raise ClusterDown(
                f"The Grid has room for {room} browsers, and each of the {workers} workers needs"
                " one at least. Add nodes, or start fewer workers."
            )
        return min(settings.browsers or room, room) // workers or 1


def together(sites: Iterable[Site]) -> list[tuple[Site, ...]]:
    """Sites that share a host or its owner, so that one worker alone asks it."""
    groups: list[tuple[set[str], list[Site]]] = []
    by_owner: dict[str, int] = {}
    for site in sites:
        homes = [site.homepage, site.welsh_homepage]
        homes += [home for c in site.councils for home in (c.homepage, c.welsh_homepage)]
        owners = {registrable(host_of(home)) or host_of(home) for home in homes if home}
        found = sorted({by_owner[owner] for owner in owners if owner in by_owner})
        if not found:
            groups.append((set(), []))
            found = [len(groups) - 1]
        own, members = groups[found[0]]
        for other in found[1:]:
            own |= groups[other][0]
            members += groups[other][1]
            groups[other] = set(), []
        own |= owners
        members.append(site)
        by_owner.update(dict.fromkeys(own, found[0]))
    return [tuple(members) for _, members in groups if members]


def _name(plan: Plan) -> str:
    return f"lgaudit-{plan.run.id}"


def _version() -> str:
    return __version__


def _post(plan: Plan, browsers: int) -> Any:
    """What Dask puts on each worker, and on those that come later."""
    from distributed import WorkerPlugin

    class Post(WorkerPlugin):
        def __init__(self) -> None:
            self.plan, self.browsers = plan, browsers

        def setup(self, worker: Any) -> None:
            del worker
            self.outpost = outpost.of_worker(self.plan, self.browsers)

        def teardown(self, worker: Any) -> None:
            del worker
            self.outpost.close()

    return Post()


def _outpost(name: str) -> tuple[str, Outpost]:
    """This worker's outpost; it then takes the next sites while these are waited for."""
    from distributed import get_worker, secede

    worker: Any = get_worker()
    secede()
    return str(worker.address), worker.plugins[name].outpost


def _look(name: str, job: _Job) -> tuple[str, list[Seen]]:
    where, post = _outpost(name)
    return where, post.look(job.sites)


def _time(name: str, job: _Job) -> tuple[str, Mapping[str, Mapping[str, Timings]]]:
    where, post = _outpost(name)
    return where, post.time(job.sites, job.urls)
