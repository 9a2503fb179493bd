"""How much a run asks of each site, counted in the evidence it kept.

`python -m benchmarks.requests_a_site FOLDER` reads the WARCs of a run (the folder
`<store>.evidence/RUN`): requests, answers' bytes and judged pages of each site, and the medians.
`docs/scale.md` is made of such figures (`benchmarks/results.toml`, `[[rate]]`).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from warcio.archiveiterator import ArchiveIterator

from lgaudit.archive import read_snapshot


@dataclass(frozen=True)
class Asked:
    """What one site was asked, and what it sent (bytes of bodies as they came)."""

    name: str
    requests: int
    sent: int
    pages: int  # judged
    kept: int  # bytes of the WARC


def of(path: Path) -> Asked:
    """Count one WARC."""
    requests = sent = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            requests += record.rec_type == "request"
            if record.rec_type == "response":
                sent += len(record.raw_stream.read())
    kept = read_snapshot(path)
    pages = sum(p.sampled and p.verdict.ok for p in kept.visit.pages) if kept is not None else 0
    return Asked(path.name.partition(".")[0], requests, sent, pages, path.stat().st_size)


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    sites = [of(path) for path in sorted(folder.glob("*.warc.gz"))]
    sites = [site for site in sites if site.pages]
    if not sites:
        raise SystemExit(f"{folder} holds no evidence with a judged page; see `lgaudit runs show`.")
    for site in sites:
        print(
            f"{site.name}: {site.requests} requests, {site.sent / 1000:.0f} KB, {site.pages} pages"
            f" judged, {site.kept / 1000:.0f} KB kept"
        )
    print(
        f"{len(sites)} sites, medians: {median(s.requests for s in sites):.0f} requests,"
        f" {median(s.sent for s in sites) / 1000:.0f} KB sent,"
        f" {median(s.sent / s.pages for s in sites) / 1000:.1f} KB sent a judged page,"
        f" {median(s.kept / s.pages for s in sites) / 1000:.1f} KB kept a judged page;"
        f" {sum(s.requests for s in sites) / sum(s.pages for s in sites):.2f} requests for each"
    )


if __name__ == "__main__":
    main()
