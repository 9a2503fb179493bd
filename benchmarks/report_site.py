"""Time, memory and size of the report of a made-up sector: 382 sites, 30 pages, 200 rules.

    python benchmarks/report_site.py [SITES] [RULES]

Every name and score is drawn from a seed. To reach: under 60 seconds, under 1 GB, and a league
page under 300 KB compressed.
"""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from report_sector import Sector

from lgaudit.report.write import write


def main() -> None:
    """Write the report once into a temporary folder and say what it took."""
    sites, rules = (int(given) for given in [*sys.argv[1:3], "382", "200"][:2])
    sector = Sector(sites, rule_count=rules)
    started, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        written = write(sector, Path(folder))
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        sizes = {name: (written.folder / name).stat().st_size for name in written.files}
        league = gzip.compress(written.index.read_bytes(), 6)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{sites} sites, {rules} rules: {len(sizes)} files, {sum(sizes.values()) / 1e6:.0f} MB")
    print(f"{seconds:.1f} s ({cpu:.1f} s of CPU), {memory:.0f} MB of memory at most")
    print(f"league page {sizes['index.html'] / 1e3:.0f} KB, {len(league) / 1e3:.0f} KB compressed")


if __name__ == "__main__":
    main()
