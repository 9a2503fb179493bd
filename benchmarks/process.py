"""Run a command and measure it with everything it starts: wall time, CPU time, memory."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.1  # seconds between two looks at the processes
MEMORY_EVERY = 10  # looks between two sums of memory


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds, CPU seconds and peak memory (PSS, MB) of the whole tree."""

    seconds: float
    cpu: float
    memory: float
    own_memory: float  # peak RSS of the command's own process alone, MB
    code: int
    output: str


def measure(command: Sequence[str], folder: Path | None = None, limit: float = 1200) -> Cost:
    """Run the command to its end; its CPU time is summed over every process seen below it."""
    began = time.monotonic()
    # A file, because some tools cut short what a pipe has not taken yet when they exit.
    said = tempfile.TemporaryFile("w+")  # noqa: SIM115
    running = subprocess.Popen(command, cwd=folder, stdout=said, stderr=subprocess.DEVNULL)
    root = psutil.Process(running.pid)
    spent: dict[tuple[int, float], float] = {}
    memory = own = 0.0
    look = 0
    while running.poll() is None:
        if time.monotonic() - began > limit:
            running.kill()
        family = _family(root)
        for process in family:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                spent[process.pid, process.create_time()] = times.user + times.system
        if look % MEMORY_EVERY == 0:
            memory = max(memory, sum(map(_pss, family)))
            with contextlib.suppress(psutil.Error):
                own = max(own, root.memory_info().rss / 1e6)
        look += 1
        time.sleep(EVERY)
    seconds = time.monotonic() - began
    said.seek(0)
    output = said.read()
    said.close()
    return Cost(seconds, sum(spent.values()), memory, own, running.returncode, output)


def _family(root: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return [root, *root.children(recursive=True)]
    return []


def _pss(process: psutil.Process) -> float:
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    return 0.0


@contextmanager
def corpus() -> Iterator[str]:
    """The corpus, served by a process that is nobody's child here; gives its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.corpus"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield server.stdout.readline().strip()  # type: ignore[union-attr]
    finally:
        server.kill()
        server.wait()
