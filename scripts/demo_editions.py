"""Look at the earlier quarters of the made-up sector and pack what was seen, for `lgaudit demo`.

    python scripts/demo_editions.py --axe 4.10.3=axe.min.js

looks at each of them as if it were then, with browsers (minutes), and packs. The quarters are data:
lgaudit/demo/editions/. `npm pack axe-core@4.10.3` fetches an older axe-core for those that used it.
What is packed is evidence, not opinion: the demonstration judges it. Answers that no page was
judged by (styles, scripts, pictures, documents) are left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lgaudit import __version__, demo, earlier, register, run
from lgaudit.archive import Evidence, Keeper, read_snapshot
from lgaudit.archive.keeper import add_timings
from lgaudit.cli import auditing
from lgaudit.cli.demo import settings_of
from lgaudit.cli.progress import Watch
from lgaudit.demo import editions
from lgaudit.demo.editions import Edition
from lgaudit.evaluate import rulebook
from lgaudit.evidence import Snapshot
from lgaudit.gather import axe
from lgaudit.models import Engines, Run
from lgaudit.plan import Clock, Plan, evidence_of
from lgaudit.replay import Replay
from lgaudit.store import Store


def record(edition: Edition, folder: Path, slugs: Sequence[str] = ()) -> None:
    """Look at one quarter as if it were then, and keep what was seen in ``folder``."""
    made = demo.build(edition=edition.number)
    started = dt.datetime.combine(edition.date, dt.time(9), dt.UTC)
    began = time.monotonic()

    def clock() -> dt.datetime:
        return started + dt.timedelta(seconds=int(time.monotonic() - began))

    book = rulebook.load()
    sites = tuple(s for s in register.sites(made.councils) if not slugs or s.slug in slugs)
    with tempfile.TemporaryDirectory() as name, Replay(made.sites.values()) as replay:
        settings = settings_of(replay, Path(name), seed=1, browser=True)
        planned = Run(
            earlier.run_id(edition), started, None, Engines(__version__, edition.bar),
            {}, auditing.kept(settings), 1,
        )  # fmt: skip
        plan = Plan(planned, sites, settings, book)
        with Store.open(settings.store) as store, Watch(quiet=False) as watch:
            store.start_run(plan.run, book.rules, book.bar, plan.sites)
            results = run.audit(plan, store, watch, clock)
        seen = evidence_of(settings, plan.run.id)
        # By the real clock certificates were made now; then, they were made then.
        back = started - dt.datetime.now(dt.UTC).replace(microsecond=0)
        kept = replace(results.run, engines=replace(results.run.engines, bar=edition.bar))
        for file in seen.files():
            _keep(file, kept, back, Evidence(folder, plan.run.id), clock)


def _keep(file: Path, kept: Run, back: dt.timedelta, where: Evidence, clock: Clock) -> None:
    found = read_snapshot(file)
    assert found is not None
    slug = found.visit.site.slug
    Keeper(where, kept, slug, clock).finish(_moved(found.visit, back)).result()
    if found.timings:
        add_timings(where, slug, found.timings, kept.started)


def _moved(visit: Snapshot, back: dt.timedelta) -> Snapshot:
    """The visit with its certificates' dates moved."""
    probes = visit.probes
    met = tuple(
        replace(
            one,
            starts=one.starts + back if one.starts else None,
            ends=one.ends + back if one.ends else None,
        )
        for one in probes.handshakes
    )
    return replace(visit, probes=replace(probes, handshakes=met))


def main() -> None:
    """Record and pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--axe", action="append", default=[], metavar="VERSION=FILE")
    parser.add_argument("--only", type=int, action="append", help="number of a quarter")
    parser.add_argument("--site", action="append", help="slug; other sites stay as packed")
    parser.add_argument("--folder", type=Path, help="keep what was seen there before it is packed")
    given = parser.parse_args()
    engines = dict(one.split("=", 1) for one in given.axe)
    own = axe.axe_file()
    with tempfile.TemporaryDirectory() as name:
        folder = given.folder or Path(name)
        if given.site or given.only:
            earlier.unpack(earlier.FILE, folder)
        for edition in editions.all_editions()[:-1]:
            if given.only and edition.number not in given.only:
                continue
            file = engines.get(edition.axe_core, own)
            axe.axe_file = lambda file=file: file
            axe.preload.cache_clear()
            record(edition, folder, given.site or ())
        earlier.pack(folder, earlier.FILE)
    print(f"{earlier.FILE}: {earlier.FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
