"""Time, memory and size of the report of a synthetic sector: 382 councils, 30 pages, every rule.

    python benchmarks/report_site.py [--councils N] [--rules N] [--keep FOLDER]

The councils are the real ones of the register, so that names, nations and types weigh what they
do; every score and finding is drawn from a seed, and a notice on every page says so. Places are
grouped by supplier as a real run's are. To reach: under 60 seconds, under 1 GB, and a league page
under 300 KB compressed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from report_sector import Sector, compared

from lgaudit import register
from lgaudit.evaluate import fingerprints, rulebook
from lgaudit.evaluate.shared import Sector as Sharing
from lgaudit.models import Finding, Outcome, Rule, Site
from lgaudit.report.write import write
from lgaudit.results import Bar, SiteResult, SupplierUse

ROOT = Path(__file__).resolve().parent.parent
NOTICE = (
    "SYNTHETIC: every score and finding here was drawn at random to measure the program. "
    "Nothing on these pages says anything about any council."
)
PRODUCTS = [product for product in fingerprints.load() if product.kind == "cms"][:5]

LETTERS = str.maketrans("0123456789", "ghijklmnop")  # numbers tell no two defects apart


class Synthetic(Sector):
    """The real councils with made-up results."""

    def __init__(self, count: int, rules: list[Rule], bar: Bar) -> None:
        self._own, self._bar = rules, bar
        super().__init__(count, notice=NOTICE)

    def _made_rules(self) -> list[Rule]:
        return self._own

    def _made_bar(self) -> Bar:
        return self._bar

    def _sites(self) -> list[Site]:
        listed = register.read(ROOT / "councils.csv")
        return sorted(register.sites(listed.councils)[: self.count], key=lambda site: site.slug)

    def _finding(self, rule: Rule, url: str, outcome: Outcome) -> Finding:
        """One place: of the template, or of the page's own, about half are either."""
        found = super()._finding(rule, url, outcome)
        if not found.spots:
            return found
        template, own = found.spots
        if len(url) % 2:
            return replace(found, spots=(template,))
        word = hashlib.sha256(url.encode()).hexdigest()[:12].translate(LETTERS)
        own = replace(own, snippet=own.snippet.replace("/apply/1", f"/apply/{word}"))
        return replace(found, spots=(own,))

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


def main() -> None:
    """Write the report once and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--councils", type=int, default=382, help="sites at most")
    parser.add_argument("--rules", type=int, default=10_000, help="rules at most")
    parser.add_argument("--keep", type=Path, help="write the report here and leave it")
    given = parser.parse_args()
    book = rulebook.load()
    rules = sorted(book.rules, key=lambda rule: rule.id)[: given.rules]
    sector = Synthetic(given.councils, rules, book.bar)
    started, cpu = time.perf_counter(), time.process_time()
    with ExitStack() as stack:
        folder = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sharing = Sharing(fingerprints.load())
        written = write(sector, folder, sharing=sharing, comparisons=compared(sector))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        sizes = {name: (written.folder / name).stat().st_size for name in written.files}
        pages = {name: (written.folder / name).read_bytes() for name in ("index.html", "map.html")}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(sector.sites)} sites, {len(sector.rules)} rules: {len(sizes)} files, "
        f"{sum(sizes.values()) / 1e6:.0f} MB"
    )
    print(f"{seconds:.1f} s ({cpu:.1f} s of CPU), {memory:.0f} MB of memory at most")
    for name, body in pages.items():
        print(
            f"{name}: {len(body) / 1e3:.0f} KB, {len(gzip.compress(body, 6)) / 1e3:.0f} KB "
            "compressed"
        )


if __name__ == "__main__":
    main()
