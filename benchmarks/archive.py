"""What evidence costs: bytes a page on disk, and the time that keeping and reading it take.

    .venv/bin/python -m benchmarks.archive            # made-up pages, with and without evidence
    .venv/bin/python -m benchmarks.archive FOLDER     # only what is in a run's evidence folder

Keeping is measured as a run does it: the same visit gathered over loopback and judged, with and
without a keeper, taking turns; CPU seconds of this process, its writing thread included.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.corpus import Corpus, sites
from lgaudit import run
from lgaudit.archive import Evidence, Keeper, read_snapshot
from lgaudit.archive.reader import Warc
