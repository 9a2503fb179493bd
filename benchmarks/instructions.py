"""Instructions that judging a page takes, which other work on the machine does not change.

`python -m benchmarks.instructions` judges pages of the corpus under callgrind (valgrind on Debian)
and prints millions of instructions a page. Seconds on a shared machine differ by half from one
minute to the next, and this number by a hundredth. It takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import corpus
from benchmarks.rule_profile import visit_of
from lgaudit import collector
from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge

PAGES = 6  # of one site; most of the time goes into starting under callgrind
WARM = 2  # pages judged before counting: patterns are compiled, word lists read
_COLLECTED = re.compile(r"Collected\s*:\s*(\d+)")


def main() -> None:
    """Count and print; with ``--inside``, do what is counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", choices=corpus.SITES, default=corpus.SITES[1])
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inside:
        inside(given.site)
    elif shutil.which("valgrind") is None:
        sys.exit("Install valgrind (on Debian: apt-get install valgrind) and run this again.")
    else:
        print(f"{counted(given.site) / PAGES / 1e6:.0f} million instructions a page to judge")


def counted(site: str) -> int:
    """Instructions of judging so many pages of a site."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                "valgrind", "--tool=callgrind", "--instr-atstart=no",
                f"--callgrind-out-file={Path(folder) / 'out'}",
                sys.executable, "-m", "benchmarks.instructions", "--inside", "--site", site,
            ],
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
    found = _COLLECTED.search(done.stderr)
    if found is None:
        sys.exit(f"callgrind counted nothing:\n{done.stderr[-2000:]}")
    return int(found[1])


def inside(site: str) -> None:
    """Judge, counted from the second visit on."""
    rules = rulebook.load(()).rules
    with collector.seldom(settled=True):
        judge(rules, visit_of(site, WARM))
        visit = visit_of(site, PAGES)
        _count("on")
        judge(rules, visit)
        _count("off")


def _count(state: str) -> None:
    subprocess.run(
        ["callgrind_control", "-i", state, str(os.getpid())], check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
