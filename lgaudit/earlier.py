"""Earlier quarters of the made-up sector: evidence that ships packed, judged into the store.

A quarter is judged by the bar of its time, and where today's is another, by today's as well, as
`lgaudit judge` does; not where another axe-core looked, because that cannot be made good. What is
packed was made by ``scripts/demo_editions.py``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lgaudit import __version__, collector, jury
from lgaudit.archive import Evidence, Kept, read_snapshot
from lgaudit.demo import editions, library
from lgaudit.demo.editions import Edition
from lgaudit.errors import EvidenceError
from lgaudit.models import Engines, Run, Status
from lgaudit.plan import Plan, products_of
from lgaudit.ranking import finish, score
from lgaudit.settings import Settings
from lgaudit.timing import timed

if TYPE_CHECKING:
    from lgaudit.evaluate.rulebook import Rulebook
    from lgaudit.plan import Clock, Watch
    from lgaudit.results import SiteResult
    from lgaudit.store import Store

FILE = Path(str(library.FOLDER)) / "editions" / "evidence.tar.xz"
MOST = 200_000_000  # bytes it may unpack to
_ENDING = ".warc"
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n\r\n$", re.I)


def run_id(edition: Edition) -> str:
    """The id of the run that a quarter was looked at by."""
    digest = hashlib.sha256(f"demonstration {edition.number}".encode()).hexdigest()[:6]
    return f"{edition.date:%Y%m%d}-090000-{digest}"


def pack(folder: Path, file: Path) -> None:
    """Pack the evidence of runs: records unpacked, so that what repeats is kept once."""
    # One site after another, so that a page is near to what it was a quarter before.
    names = sorted(folder.glob("*/*.warc.gz"), key=lambda p: (p.name, p.parent.name))
    with (
        lzma.open(file, "wb", preset=9 | lzma.PRESET_EXTREME) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for path in names:
            data = _plain(path.read_bytes())
            about = tarfile.TarInfo(f"{path.parent.name}/{path.name.removesuffix('.gz')}")
            about.size = len(data)
            tar.addfile(about, io.BytesIO(data))


def unpack(file: Path, evidence: Path) -> None:
    """Put packed evidence where evidence is kept, each record packed by itself again.

    Raises:
        EvidenceError: the file cannot be read.
    """
    try:
        with tarfile.open(file, "r:xz") as tar:
            for about in tar:
                if not about.isreg() or about.size > MOST or not about.name.endswith(_ENDING):
                    continue
                name, _, slug = about.name.removesuffix(_ENDING).partition("/")
                path = Evidence(evidence, name).file(slug)
                inside = tar.extractfile(about)
                if path.exists() or inside is None:
                    continue
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.write_bytes(b"".join(_members(inside.read())))
    except (OSError, tarfile.TarError, lzma.LZMAError) as error:
        raise EvidenceError(f"{file}: cannot be unpacked: {error}") from error


def _plain(packed: bytes) -> bytes:
    parts = []
    while packed:
        reader = zlib.decompressobj(31)
        parts.append(reader.decompress(packed) + reader.flush())
        packed = reader.unused_data
    return b"".join(parts)


def _members(data: bytes) -> Iterator[bytes]:
    """A WARC record by record, each a gzip member of its own."""
    at = 0
    while at < len(data):
        body = data.index(b"\r\n\r\n", at) + 4
        length = _LENGTH.search(data[at:body])
        if length is None:
            raise EvidenceError("A packed record does not say how long it is.")
        end = body + int(length[1]) + 4
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        yield packer.compress(data[at:end]) + packer.flush()
        at = end


@dataclass(frozen=True)
class _Judging:
    """One run that a quarter is judged into."""

    plan: Plan

    def keep(self, result: SiteResult, store: Store) -> None:
        """Keep what its rules say of a site."""
        known = {rule.id for rule in self.plan.book.rules}
        store.save_site(
            self.plan.run.id,
            replace(
                result,
                findings=tuple(f for f in result.findings if f.rule in known),
                outcomes=tuple(o for o in result.outcomes if o.rule in known),
            ),
        )


def keep(
    store: Store, evidence: Path, book: Rulebook, watch: Watch, clock: Clock, file: Path = FILE
) -> None:
    """Judge every earlier quarter that the store does not hold yet.

    A quarter that lies ahead, because this machine's clock is behind, is left out.

    Raises:
        LgauditError: the evidence cannot be read, or the store not be written.
    """
    held = {summary.id: summary.finished for summary in store.runs()}
    waiting = [
        edition
        for edition in editions.all_editions()[:-1]
        if held.get(run_id(edition)) is None and edition.date < clock().date()
    ]
    if not waiting or not file.exists():
        return
    unpack(file, evidence)
    with collector.seldom(settled=True):
        for edition in waiting:
            files = Evidence(evidence, run_id(edition)).files()
            if files:
                _edition(edition, files, store, book, watch, clock)


def _edition(
    edition: Edition,
    files: Sequence[Path],
    store: Store,
    book: Rulebook,
    watch: Watch,
    clock: Clock,
) -> None:
    name = run_id(edition)
    for summary in store.runs():  # what a run that was stopped left behind
        if summary.id == name or store.results(summary.id).run.judged_from == name:
            store.delete_run(summary.id)
    found = [_read(file) for file in files]
    judgings = [_Judging(plan) for plan in _plans(found, book, edition, clock())]
    widest = judgings[-1].plan.book  # one judging is enough: an earlier bar had fewer rules
    products = products_of(judgings[0].plan.settings)
    for judging in judgings:
        plan = judging.plan
        store.start_run(plan.run, plan.book.rules, plan.book.bar, plan.sites)
    for kept in found:
        result = jury.evaluate(widest, kept.visit, products)
        result = timed(widest, result, kept.timings)
        for judging in judgings:
            judging.keep(result, store)
    for judging in reversed(judgings):  # the first last: it is what says that all is done
        score(judging.plan, store, watch)
        finish(judging.plan, store, clock)


def _read(file: Path) -> Kept:
    kept = read_snapshot(file)
    if kept is None:
        raise EvidenceError(f"{file}: was not written by lgaudit.")
    return kept


def _plans(
    found: Sequence[Kept], book: Rulebook, edition: Edition, now: dt.datetime
) -> Iterator[Plan]:
    """How a quarter is judged: by the bar of its time and, where that was another, by today's."""
    then = found[0].run
    settings = _settings_here(then.settings)
    sites = tuple(kept.visit.site for kept in found)
    told = msgspec.convert(
        {k: v for k, v in settings.items() if k in Settings.__struct_fields__}, Settings
    )

    def plan(one: Run, by: Rulebook) -> Plan:
        engines = Engines(__version__, by.bar.version)
        one = replace(one, settings=settings, engines=engines, packs=by.digests, finished=None)
        return Plan(one, sites, told, by)

    if edition.bar == book.bar.version:
        yield plan(then, book)
        return
    yield plan(then, book_of_then(book, edition.bar))
    if edition.axe_core != editions.newest().axe_core:
        return  # judged again it would still not be like a run of today
    digest = hashlib.sha256(f"{then.id} {sorted(book.digests.items())}".encode()).hexdigest()[:6]
    again = replace(
        then,
        id=f"{now:%Y%m%d-%H%M%S}-{digest}",
        judged=now,
        judged_from=then.id,
        judged_bar=edition.bar,
    )
    yield plan(again, book)


def _settings_here(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a run, with the made-up suppliers where they are on this machine."""
    return {**settings, "suppliers": str(library.FOLDER / "suppliers")}


def book_of_then(book: Rulebook, bar: str) -> Rulebook:
    """The rules as an earlier bar of the demonstration had them, from ``demo/bars.toml``.

    Raises:
        KeyError: the file does not tell of that bar.
    """
    told = library.read("bars.toml")[bar]
    weights = {name: float(weight) for name, weight in told["categories"].items()}
    rules = tuple(
        replace(rule, status=Status.PROBATION) if rule.id in told["probation"] else rule
        for rule in book.rules
        if rule.category in weights
    )
    return replace(book, rules=rules, bar=replace(book.bar, version=bar, category_weights=weights))
