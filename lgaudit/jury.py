"""Judging beside the visits that go on: in a thread, or where sites are many in processes.

A thread shares one core with whatever fetches pages. Processes take a second one: they are told of
the rules, are given one visit at a time, and end when this process does, however it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from lgaudit import collector
from lgaudit.evaluate import checks, rulebook
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.fingerprints import Product
from lgaudit.evaluate.judge import judge
from lgaudit.evaluate.rulebook import Rulebook
from lgaudit.evaluate.summary import summarise, template
from lgaudit.evidence import Coverage, Snapshot
from lgaudit.machine import cores
from lgaudit.models import Reason, Verdict
from lgaudit.results import SiteResult

T = TypeVar("T")

MANY = 8  # sites for which processes are worth their start
MOST = 2  # processes: one that fetches is never ahead of more
_COURTESY = 5  # how much they stand back when others want the core: fetching keeps a pace
_THREAD = ThreadPoolExecutor(1, "judge")  # more would only wait for each other
_LENGTH = struct.Struct(">Q")
_START = "import sys; sys.path[:] = {path!r}; from lgaudit.jury import serve; serve()"


def evaluate(book: Rulebook, visit: Snapshot, products: Sequence[Product] = ()) -> SiteResult:
    """Judge a visit and boil it down."""
    if visit.light:  # else that would be read off trees that judging has dropped
        for page in visit.audited:
            template(page)
    return summarise(visit, judge(book.rules, visit), products)


def our_fault(error: Exception) -> Verdict:
    """The verdict on what our own program broke on, with the place for whoever mends it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    said = " ".join(str(error).split())[:200].encode("utf-8", "replace").decode()
    return Verdict(Reason.PROGRAM_ERROR, f"{type(error).__name__}: {said}{place}")


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """Do it in the judge's thread, one thing at a time so that one site's trees are held."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, work, *arguments)


class Lost(Exception):
    """A process that judges has ended, or never began."""


class Jury:
    """``async with Jury(book, products, sites=40) as jury: await jury.judge(visit)``.

    Up to :data:`MOST` processes for :data:`MANY` sites or more, where there are cores for them.
    Without, and when none can be started, this process judges in a thread.
    """

    def __init__(self, book: Rulebook, products: Sequence[Product] = (), *, sites: int = 1) -> None:
        self._book, self._products = book, products
        self.size = min(MOST, cores()) if sites >= MANY and cores() > 1 else 0
        self._seats: queue.SimpleQueue[_Seat] = queue.SimpleQueue()  # those that are free
        self._all: list[_Seat] = []
        self._threads: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        if self.size:
            self._threads = ThreadPoolExecutor(self.size, "jury")
            self._all = [_Seat(self._book, self._products) for _ in range(self.size)]
            for seat in self._all:
                self._seats.put(seat)
                self._threads.submit(self._prepare)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for seat in self._all:
            seat.close()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._threads = None
        for seat in self._all:
            seat.end()

    async def judge(self, visit: Snapshot) -> SiteResult:
        """What a visit comes to; raises what judging it raised."""
        if self._threads is None:
            return await aside(self._here, visit)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._apart, visit)
        except Lost:
            return await aside(self._here, visit)

    def _here(self, visit: Snapshot) -> SiteResult:
        try:
            return evaluate(self._book, visit, self._products)
        finally:
            collector.give_back()

    def _prepare(self) -> None:
        """Begin a process now: the first visit takes a while to come in."""
        seat = self._seats.get()
        try:
            with contextlib.suppress(Lost):  # it is told again when a visit is to be judged
                seat.ready()
        finally:
            self._seats.put(seat)

    def _apart(self, visit: Snapshot) -> SiteResult:
        seat = self._seats.get()
        try:
            return seat.judge(visit)
        finally:
            self._seats.put(seat)


class _Seat:
    """Where one process judges, and after it ended another."""

    def __init__(self, book: Rulebook, products: Sequence[Product]) -> None:
        self._told = pickle.dumps((book, tuple(products)), pickle.HIGHEST_PROTOCOL)
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def judge(self, visit: Snapshot) -> SiteResult:
        """What the visit comes to.

        Raises:
            Lost: no process can be started here, or it lacks a check that a rule names.
            RuntimeError: the visit ends whatever process judges it.
        """
        question = pickle.dumps(visit, pickle.HIGHEST_PROTOCOL)
        for _ in range(2):
            process = self.ready()
            try:
                found = _ask(process, question)
            except (OSError, EOFError):
                self.end()
                continue
            assert isinstance(found, SiteResult)
            return found
        raise RuntimeError("two processes that judged this site ended without a word")

    def close(self) -> None:
        """Begin no other, and stop whatever it does."""
        self._closed = True
        if self._process is not None:
            self._process.kill()

    def ready(self) -> subprocess.Popen[bytes]:
        """The process, begun if there is none. Raises Lost."""
        if self._process is None and not self._closed:
            command = [sys.executable, "-c", _START.format(path=sys.path)]
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
                if not _ask(self._process, self._told):
                    raise Lost("the process lacks some checks")
            except (OSError, EOFError) as error:
                self.end()
                raise Lost("no process that judges can be started") from error
            except Lost:
                self.end()
                raise
        if self._process is None:
            raise Lost("the run is over")
        return self._process

    def end(self) -> None:
        """End it and clear up; not while it judges."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):  # what it was not given any more
                process.communicate()
            process.wait()


def _ask(process: subprocess.Popen[bytes], question: bytes) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    _put(process.stdin, question)
    return pickle.loads(_take(process.stdout))


def _put(pipe: IO[bytes], said: bytes) -> None:
    pipe.write(_LENGTH.pack(len(said)))
    pipe.write(said)
    pipe.flush()


def _take(pipe: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    said = pipe.read(length)
    if len(said) < length:
        raise EOFError
    return said


def serve() -> None:
    """Judge visits that come on standard input until it ends; the rules and products come first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_COURTESY)
    asked, out = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a check prints must not stand among the answers
    with contextlib.suppress(EOFError, BrokenPipeError):
        book, products = pickle.loads(_take(asked))
        checks.load()
        if not _known(book):
            rulebook.load()  # brings the checks of installed packs
        _put(out, pickle.dumps(_known(book)))
        with collector.seldom(settled=True):
            while True:
                visit = pickle.loads(_take(asked))
                _put(out, pickle.dumps(_answer(book, visit, products), pickle.HIGHEST_PROTOCOL))
                del visit
                collector.give_back()


def _known(book: Rulebook) -> bool:
    return all(rule.check in VOCABULARY for rule in book.rules)


def _answer(book: Rulebook, visit: Snapshot, products: Sequence[Product]) -> SiteResult:
    try:
        return evaluate(book, visit, products)
    except Exception as error:  # a traceback cannot be sent, so the verdict is made here
        return SiteResult(visit.site, our_fault(error), Coverage())
