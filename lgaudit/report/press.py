"""Prints councils' pages: here, or beside in a process of its own where there are many.

Half of the work of a large report is its councils' pages, and none of them needs another. The
process is given jobs through a pipe, so that it holds one at a time; which of the two writes a
page changes nothing in it.
"""

from __future__ import annotations

import contextlib
import copyreg
import dataclasses
import io
import operator
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any

from lgaudit import collector
from lgaudit.lives import Change, IssueLife
from lgaudit.machine import cores
from lgaudit.models import Finding, RuleScore, Spot
from lgaudit.report.councilpages import CouncilPages, Job, Joint
from lgaudit.results import PageResult

MANY = 60  # sites; with fewer, starting a process takes longer than it saves
ROOM = 64_000_000  # bytes of sites handed over and not yet begun


def _briefly(kind: type) -> Callable[[object], tuple[type, tuple[object, ...]]]:
    """How one of a dataclass is written: its fields in order, many times faster than by name."""
    values = operator.attrgetter(*(field.name for field in dataclasses.fields(kind)))
    return lambda one: (kind, values(one))


_BRIEFLY: dict[type, Callable[[Any], Any]] = {
    **copyreg.dispatch_table,
    **{k: _briefly(k) for k in (Finding, Spot, RuleScore, PageResult, IssueLife, Change)},
}


class Press:
    """Writes each job's pages, sooner or later; all are written when its block has ended."""

    def __init__(self, pages: CouncilPages, sites: int) -> None:
        self._pages = pages
        self._beside = sites >= MANY and cores() > 1
        self._waiting: queue.SimpleQueue[memoryview | None] = queue.SimpleQueue()
        self._held, self._fewer = 0, threading.Condition()  # bytes that wait
        self._process: tuple[subprocess.Popen[bytes], threading.Thread] | None = None

    def __enter__(self) -> Press:
        if self._beside:
            process = subprocess.Popen(
                [sys.executable, "-c", "from lgaudit.report import press; press.work()"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            carrier = threading.Thread(target=self._carry, args=[process], daemon=True)
            carrier.start()
            self._process = process, carrier
            self._send(self._pages)
        return self

    def write(self, job: Job) -> None:
        """Write the pages of one site's councils."""
        if self._process is None:
            self._pages.write(job)
        else:
            self._send(job)

    def join(self, joint: Joint) -> None:
        """Make the tables of all sites out of what was drafted; after the last job."""
        if self._process is None:
            self._pages.join(joint)
        else:
            self._send(joint)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is None:
            return
        process, carrier = self._process
        if kind is None:
            self._finish(process, carrier)
            return
        process.kill()
        process.wait()
        self._waiting.put(None)  # the carrier goes on to take what waits
        carrier.join()

    def _send(self, what: CouncilPages | Job | Joint) -> None:
        written = io.BytesIO()
        pickler = pickle.Pickler(written, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = _BRIEFLY
        pickler.dump(what)
        block = written.getbuffer()
        with self._fewer:
            self._fewer.wait_for(lambda: not self._held or self._held + block.nbytes <= ROOM)
            self._held += block.nbytes
        self._waiting.put(block)

    def _carry(self, process: subprocess.Popen[bytes]) -> None:
        """Hand over what waits, in a thread, so that both processes are at work."""
        assert process.stdin is not None
        broken = False
        while (written := self._waiting.get()) is not None:
            try:
                if not broken:
                    process.stdin.write(written)
                    process.stdin.flush()
            except OSError:
                broken = True  # it says why at the end
            with self._fewer:
                self._held -= written.nbytes
                self._fewer.notify()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def _finish(self, process: subprocess.Popen[bytes], carrier: threading.Thread) -> None:
        """Wait for the last page; what went wrong over there is raised here."""
        self._waiting.put(None)
        assert process.stdout is not None
        said = process.stdout.read()
        process.wait()
        carrier.join()
        if said:
            raise pickle.loads(said)  # by our own process
        if process.returncode:
            raise RuntimeError(
                f"The process that writes councils' pages ended early ({process.returncode})."
            )


def work() -> None:
    """The process beside: pages from standard input until it ends, an error to standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever was interrupted stops us
    out = sys.stdout.buffer
    try:
        with collector.seldom(100_000, 50, 200):
            _work(sys.stdin.buffer)
    except OSError as error:
        pickle.dump(OSError(error.errno, error.strerror), out)
    except BaseException:
        pickle.dump(RuntimeError(traceback.format_exc()), out)


def _work(jobs: IO[bytes]) -> None:
    pages: CouncilPages = pickle.load(jobs)
    while True:
        try:
            job: Job | Joint = pickle.load(jobs)
        except EOFError:
            return
        if isinstance(job, Job):
            pages.write(job)
        else:
            pages.join(job)
