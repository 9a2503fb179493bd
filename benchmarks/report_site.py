"""Time, memory and size of the report of a synthetic sector: 382 councils, 30 pages, every rule.

    python -m benchmarks.report_site [--councils N] [--rules N] [--keep FOLDER] [--store FILE]

The councils are the real ones of the register, so that names, nations and types weigh what they
do; every score and finding is drawn from a seed, and a notice on every page says so. The run and
the one before it, in which one rule in ten said otherwise, are put into a store first, which takes
minutes and is not timed; --store keeps it for the next time. What is timed is what `lgaudit report`
does, all of it, in a process of its own: read the store, group places by supplier, compare, follow
issues and scores, write. To reach: under 60 seconds, under 1 GB in all processes together, and a
league page under 300 KB compressed.

26 November 2026, 2 cores, put before the other work of the machine: 52.7 and 59.5 s, 868 and
879 MB, 54 KB. Since decision 260 500 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import numpy as np
from report_sector import Sector, draws_of

from lgaudit import register
from lgaudit.cli import auditing
from lgaudit.evaluate import fingerprints, rulebook
from lgaudit.evaluate.issues import marked
from lgaudit.models import Finding, Outcome, Rule, Site
from lgaudit.results import Bar, SiteResult, SupplierUse
from lgaudit.store import Part, Store

ROOT = Path(__file__).resolve().parent.parent
NOTICE = (
    "SYNTHETIC: every score and finding here was drawn at random to measure the program. "
    "Nothing on these pages says anything about any council."
)
PRODUCTS = [product for product in fingerprints.load() if product.kind == "cms"][:5]

CHANGED = 0.1  # of the rules: between two runs
LETTERS = str.maketrans("0123456789", "ghijklmnop")  # numbers tell no two defects apart


class Synthetic(Sector):
    """The real councils with made-up results."""

    _known: ClassVar[dict[tuple[str, str, Outcome], Finding]] = {}
    _host: ClassVar[list[str]] = []

    def __init__(self, count: int, rules: list[Rule], bar: Bar, ago: int = 0) -> None:
        self._own, self._bar, self._ago = rules, bar, ago
        super().__init__(count, notice=NOTICE)
        if ago:
            started = self.run.started - dt.timedelta(days=30 * ago)
            self.run = replace(self.run, id=f"before-{ago}", started=started)

    def _drawn(self, slug: str) -> np.ndarray:
        table = super()._drawn(slug)
        if not self._ago:
            return table
        generator = np.random.default_rng([self._ago, *slug.encode()])
        other = generator.permutation(table, axis=1)
        return np.where(generator.random((len(table), 1)) < CHANGED, other, table)

    def _made_rules(self) -> list[Rule]:
        return self._own

    def _made_bar(self) -> Bar:
        return self._bar

    def _sites(self) -> list[Site]:
        listed = register.read(ROOT / "councils.csv")
        return sorted(register.sites(listed.councils)[: self.count], key=lambda site: site.slug)

    def _finding(self, rule: Rule, url: str, outcome: Outcome) -> Finding:
        """One place: of the template, or of the page's own, about half are either."""
        known = self._known.get((rule.id, url, outcome))
        if known is None:
            if url and url.split("/")[2:3] != self._host:  # of two editions of one site only
                self._known.clear()
                self._host[:] = url.split("/")[2:3]
            known = self._known[rule.id, url, outcome] = self._made(rule, url, outcome)
        return known

    def _made(self, rule: Rule, url: str, outcome: Outcome) -> Finding:
        found = super()._finding(rule, url, outcome)
        if not found.spots:
            return marked(found)
        template, own = found.spots
        if len(url) % 2:
            return marked(replace(found, spots=(template,)))
        word = hashlib.sha256(url.encode()).hexdigest()[:12].translate(LETTERS)
        own = replace(own, snippet=own.snippet.replace("/apply/1", f"/apply/{word}"))
        return marked(replace(found, spots=(own,)))

    def each_site(self) -> Iterator[SiteResult]:
        for number, result in enumerate(super().each_site()):
            yield replace(result, suppliers=_suppliers(number, result))


def _suppliers(number: int, result: SiteResult) -> tuple[SupplierUse, ...]:
    """One of five products made the site's pages."""
    product = PRODUCTS[number % len(PRODUCTS)]
    return (
        SupplierUse(
            product.id,
            product.supplier,
            product.name,
            product.kind,
            "made",
            "certain",
            pages=tuple(sorted(page.url for page in result.pages)),
        ),
    )


def _fill(store: Store, councils: int, rules: list[Rule], bar: Bar) -> None:
    """Keep the synthetic run and the one before it."""
    for ago in (1, 0):
        sector = Synthetic(councils, rules, bar, ago)
        draws = draws_of(sector, 1 + ago)
        parts = (
            Part(result.site, result, draws.get(result.site.slug)) for result in sector.each_site()
        )
        store.keep_run(sector.run, sector.rules, sector.bar, parts, sector.ranks)


def _timed(where: str, folder: Path) -> None:
    """Write the report of the newest run as `lgaudit report` does, and say what it took."""
    started = time.perf_counter()
    with Store.open(where, create=False) as store:
        results = store.results()
        results.notice = NOTICE  # type: ignore[attr-defined]
        written = auditing.write_report(results, store, folder, quiet=True)
    seconds = time.perf_counter() - started
    own, beside_it = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    memory = (own.ru_maxrss + beside_it.ru_maxrss) / 1024
    here, other = (one.ru_utime + one.ru_stime for one in (own, beside_it))
    sizes = [path.stat().st_size for path in written.rglob("*.*")]
    print(f"{len(sizes)} files, {sum(sizes) / 1e6:.0f} MB")
    print(
        f"{seconds:.1f} s ({here:.1f} s of CPU here and {other:.1f} s beside), "
        f"{memory:.0f} MB of memory at most"
    )
    for name in ("index.html", "map.html"):
        body = (written / name).read_bytes()
        small = len(gzip.compress(body, 6)) / 1e3
        print(f"{name}: {len(body) / 1e3:.0f} KB, {small:.0f} KB compressed")


def main() -> None:
    """Make the store unless it is there, then write and measure in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--councils", type=int, default=382, help="sites at most")
    parser.add_argument("--rules", type=int, default=10_000, help="rules at most")
    parser.add_argument("--keep", type=Path, help="write the report here and leave it")
    parser.add_argument("--store", type=Path, help="keep the synthetic store here; used if there")
    parser.add_argument("--timed", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with ExitStack() as stack:
        spare = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if given.timed:
            _timed(given.timed, given.keep or spare)
            return
        path = given.store or spare / "synthetic.db"
        if not path.exists():
            book = rulebook.load()
            rules = sorted(book.rules, key=lambda rule: rule.id)[: given.rules]
            with Store.open(f"sqlite:///{path}") as store:
                _fill(store, given.councils, rules, book.bar)
                print(f"{len(rules)} rules, {len(store.results().sites)} sites")
        again = [sys.executable, __file__, "--timed", f"sqlite:///{path}"]
        again += ["--keep", str(given.keep)] if given.keep else []
        subprocess.run(again, check=True)


if __name__ == "__main__":
    main()
