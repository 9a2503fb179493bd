"""Stop the program at random moments, in six ways, and see that nothing is lost or changed.

`python -m benchmarks.kills --trials 60 --seed 1` audits a few of the made-up councils once without
a stop, then again and again with stops at moments that the seed draws, goes on with `--resume`
until the run is whole, and compares league.csv, findings.csv and issues.csv byte for byte:

- `kill`: SIGKILL to the program alone.
- `power`: SIGKILL to everything it started too, and what was not yet on the disk is cut off.
- `disk`: a real small file system that is filled up; TMPDIR is on it as well (needs root).
- `judge`: SIGKILL to a process that judges; the run must go on by itself (without browsers).
- `browser`: SIGKILL to a browser or a driver; the run must go on by itself.
- `network`: every connection is cut and refused, or hangs; by turns until the program waits or
  gives up.

A trial may be stopped several times. With `--browser` the timing pass is left out, because what it
measures differs from run to run anyway.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from lgaudit.demo import sector
from lgaudit.replay import Replay
from lgaudit.store import Store

ROOT = Path(__file__).parents[1]
TABLES = ("league.csv", "findings.csv", "issues.csv")
WAYS = ("kill", "power", "disk", "judge", "browser", "network")
SITES = (  # enough of them for judging in processes, without browsers
    *("borchester", "kelderby", "netherfold", "strathorran", "saxonhithe"),
    *("pellstow", "ockbourne", "glenmorrow", "dyfnant"),
)
LIMIT = 400.0  # seconds that one call may take before it counts as hung
DISK = "600m"
DAYS = re.compile(r"\d{4}-\d\d-\d\d")  # issues.csv tells days, and midnight may pass


class Broken(Exception):
    """The program did what it never should."""


class Cable:
    """All connections of the made-up sites go through here, and here they can be cut."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._hangs = False
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Cable:
        self._thread.start()
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def cut(self, hang: bool = False) -> None:
        """Every connection ends or, with ``hang``, says nothing any more; so do new ones."""

        async def cutting() -> None:
            self._hangs = hang
            if not hang:
                if self._server is not None:
                    self._server.close()
                for writer in list(self._writers):
                    writer.transport.abort()

        asyncio.run_coroutine_threadsafe(cutting(), self._loop).result(10)

    def mend(self) -> None:
        """Connections go through again; those that hung are ended."""

        async def mending() -> None:
            if self._hangs:
                for writer in list(self._writers):
                    writer.transport.abort()
            self._hangs = False
            if self._server is None or not self._server.is_serving():
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
                self.port = self._server.sockets[0].getsockname()[1]

        asyncio.run_coroutine_threadsafe(mending(), self._loop).result(10)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        other: asyncio.StreamWriter | None = None
        try:
            far, other = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers.add(other)
            await asyncio.gather(self._pass_on(reader, other), self._pass_on(far, writer))
        except OSError:
            pass
        finally:
            for end in (writer, other):
                if end is not None:
                    self._writers.discard(end)
                    end.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            while self._hangs:
                await asyncio.sleep(0.05)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof() if writer.can_write_eof() else writer.close()


@dataclass
class Trial:
    """One run that is stopped. ``stops`` are seconds after a call began."""

    number: int
    way: str
    stops: list[float] = field(default_factory=list)
    calls: int = 0
    fault: str = ""


@dataclass
class World:
    """The made-up sites, and how a run of them is called."""

    folder: Path
    cable: Cable
    names: dict[str, str]
    ca_file: str
    sites: Sequence[str]
    pages: int
    browser: bool

    def prepare(self, folder: Path) -> Path:
        """A folder with the register and the settings of one run."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tmp").mkdir(exist_ok=True)
        shutil.copy(self.folder / "councils.csv", folder / "councils.csv")
        told = {
            "store": str(folder / "runs.db"),
            "out": str(folder / "reports"),
            "ca_file": self.ca_file,
            "contact": "a test on this machine",
            "pages": self.pages,
            "crawl_pages": 2 * self.pages,
            "quiet_pages": 0,
            "pace": 0.0,
            "timeout": 12.0,
            "retries": 1,
            "network_minutes": 0.5,
            "page_deadline": 45.0,
            "browser": self.browser,
            "allow_private": True,
            "only_mapped": True,
        }
        lines = [f"{name} = {json.dumps(value)}" for name, value in told.items()]
        lines += ["[name_map]", *(f'"{host}" = "{to}"' for host, to in self.names.items())]
        (folder / "lgaudit.toml").write_text("\n".join(lines) + "\n")
        return folder

    def call(self, folder: Path, *more: str) -> subprocess.Popen[bytes]:
        """Start the program; what it says goes to a file outside the folder."""
        said = (self.folder / "said.txt").open("wb")
        command = [sys.executable, "-m", "lgaudit", "audit", "--quiet", "--format", "line"]
        command += ["--councils", str(folder / "councils.csv"), *more]
        command += () if "--resume" in more else self.sites
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "tmp")}
        with said:
            return subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def said(self) -> str:
        """What the last call said."""
        return (self.folder / "said.txt").read_text("utf-8", "replace")


@contextlib.contextmanager
def world(sites: Sequence[str], pages: int, browser: bool) -> Iterator[World]:
    """The made-up sector, served on this machine, while the block runs."""
    made = sector.build(1)
    with (
        tempfile.TemporaryDirectory(prefix="kills-") as name,
        Replay(made.sites.values()) as replay,
        Cable(replay.port) as cable,
    ):
        folder = Path(name)
        sector.write_councils_csv(made, folder / "councils.csv")
        through = f"127.0.0.1:{cable.port}"
        answering = f"127.0.0.1:{replay.port}"
        names = {h: through if to == answering else to for h, to in replay.name_map.items()}
        yield World(folder, cable, names, replay.ca_file, sites, pages, browser)


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of the one report in a folder, days left out of the issues."""
    (index,) = (folder / "reports").glob("*/index.html")
    found = {name: (index.parent / name).read_bytes() for name in TABLES}
    found["issues.csv"] = DAYS.sub("", found["issues.csv"].decode()).encode()
    return found


def unbroken(here: World) -> tuple[dict[str, bytes], float]:
    """The tables of a run that nobody stops, and the seconds it takes."""
    folder = here.prepare(here.folder / "unbroken")
    began = time.monotonic()
    program = here.call(folder)
    code = program.wait(LIMIT)
    took = time.monotonic() - began
    if code:
        raise SystemExit(f"the unbroken run ended with {code}:\n{here.said()}")
    return tables(folder), took


def stop(
    here: World, program: subprocess.Popen[bytes], folder: Path, way: str, rng: random.Random
) -> None:
    """Stop a program that runs, in one of the ways."""
    below = family(program.pid)
    if way == "kill":
        program.kill()
    elif way == "power":
        for process in (*below, psutil.Process(program.pid)):
            with contextlib.suppress(psutil.Error):
                process.kill()
        program.wait(10)
        lose_unwritten(folder, rng)
    elif way == "disk":
        fill(folder / "filler")
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(LIMIT)
        program.kill()
        (folder / "filler").unlink()
    elif way in ("browser", "judge"):
        browser = way == "browser"
        named = [p for p in below if ("chrom" in name_of(p) if browser else judges(p))]
        if named:
            with contextlib.suppress(psutil.Error):
                rng.choice(named).kill()
    elif way == "network":
        here.cable.cut(hang=rng.random() < 0.4)
        # By turns: back while the program waits for it, or only when the program has given up.
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(rng.choice((15.0, LIMIT)))
        here.cable.mend()


def family(pid: int) -> list[psutil.Process]:
    """Every process below one."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def name_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return process.name()
    return ""


def judges(process: psutil.Process) -> bool:
    """True for a process that judges."""
    with contextlib.suppress(psutil.Error):
        return any("lgaudit.jury" in word for word in process.cmdline())
    return False


def lose_unwritten(folder: Path, rng: random.Random) -> None:
    """What a power cut may do: the end of files that nobody had asked the disk to keep is gone."""
    for path in [folder / "runs.db-wal", *folder.rglob("*.part")]:
        if path.exists() and path.stat().st_size:
            os.truncate(path, rng.randrange(path.stat().st_size))


def fill(path: Path) -> None:
    """Take all the room that a file system has left."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 16


def attempt(
    here: World, trial: Trial, whole: dict[str, bytes], took: float, seed: int, most: int
) -> Trial:
    """One run, stopped up to ``most`` times, then gone on with to its end and compared."""
    folder = here.folder / f"trial-{trial.number}"
    folder.mkdir()
    mounted = trial.way == "disk"
    if mounted:
        size = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", str(folder)]
        subprocess.run(size, check=True)
    try:
        here.prepare(folder)
        go(here, trial, folder, took, random.Random(f"{seed} {trial.number}"), most)
        if not trial.fault:
            found = tables(folder)
            different = [name for name in TABLES if found[name] != whole[name]]
            trial.fault = f"{', '.join(different)} differ" if different else ""
            for name in different:
                (here.folder / f"{trial.number}-{name}").write_bytes(found[name])
    except Broken as error:
        trial.fault = str(error)
    except subprocess.TimeoutExpired:
        trial.fault = f"a call did not end within {LIMIT:.0f} s"
    finally:
        here.cable.mend()
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)
        if not trial.fault:
            shutil.rmtree(folder, ignore_errors=True)
    return trial


def go(here: World, trial: Trial, folder: Path, took: float, rng: random.Random, most: int) -> None:
    """The calls of one trial. Later ones find less to do, so they are stopped sooner."""
    for _ in range(rng.randint(1, most)):
        moment = rng.uniform(0.0, took * (0.9 if not trial.calls else 0.6))
        program = start(here, trial, folder)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(moment)
        if program.poll() is None:
            trial.stops.append(round(moment, 1))
            stop(here, program, folder, trial.way, rng)
        if finished(here, program, folder):
            return
    for _ in range(2):
        if finished(here, start(here, trial, folder), folder):
            return
    raise Broken(f"it did not end: {here.said()[-300:]}")


def start(here: World, trial: Trial, folder: Path) -> subprocess.Popen[bytes]:
    """Begin the run, or go on with it when there is one."""
    trial.calls += 1
    return here.call(folder, *(("--resume",) if has_run(folder) else ()))


def has_run(folder: Path) -> bool:
    """Whether a run was begun."""
    if not (folder / "runs.db").exists():
        return False
    with Store.open(str(folder / "runs.db")) as store:
        return bool(store.runs())


def finished(here: World, program: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait for the end of a call; True when the run is whole. What it says is checked.

    Raises:
        Broken: it ended in a way that it never should.
    """
    code = program.wait(LIMIT)
    said = here.said()
    if "Traceback" in said or "fault of lgaudit" in said:
        raise Broken(f"it broke: {said[-900:]}")
    if code == 2 and not said.strip():
        raise Broken("it ended with 2 and said nothing")
    if code not in (0, 2, -signal.SIGKILL):
        raise Broken(f"it ended with {code}: {said[-900:]}")
    return code == 0 or bool(list((folder / "reports").glob("*/index.html")))


def main() -> None:
    """Run the trials and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="number of the first trial")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--stops", type=int, default=3, help="most stops of one run")
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--ways", default=",".join(WAYS))
    parser.add_argument("--keep", type=Path, help="folder for tables that differ")
    given = parser.parse_args()
    needless = "judge" if given.browser else "browser"
    ways = [way for way in given.ways.split(",") if way != needless]
    with world(SITES[: 3 if given.browser else None], given.pages, given.browser) as here:
        whole, took = unbroken(here)
        print(f"unbroken: {took:.1f} s; {', '.join(ways)}; seed {given.seed}", flush=True)
        trials = []
        for number in range(given.first, given.first + given.trials):
            trial = Trial(number, ways[number % len(ways)])
            trials.append(attempt(here, trial, whole, took, given.seed, given.stops))
            stops = ", ".join(map(str, trial.stops)) or "none: it was faster"
            print(f"{number} {trial.way} at {stops}; {trial.fault or 'the same'}", flush=True)
        for way in ways:
            own = [t for t in trials if t.way == way]
            stops, faults = sum(len(t.stops) for t in own), sum(bool(t.fault) for t in own)
            print(f"| {way} | {len(own)} runs | {stops} stops | {faults} differ or broke |")
        if given.keep:
            for name, content in whole.items():
                (here.folder / f"whole-{name}").write_bytes(content)
            shutil.copytree(here.folder, given.keep, dirs_exist_ok=True)
    raise SystemExit(any(trial.fault for trial in trials))


if __name__ == "__main__":
    main()
