"""The runs of the made-up sector that docs/research.md and the notebook ask: examples/quarters/.

    python scripts/sample_runs.py DEMO.db

writes every run of a store that `lgaudit demo` left behind as Parquet, without what tells where on
a disk it was made. They are a sample of a day, by the bar of that day: make them anew when the
shape of exports changes, then run scripts/research.py.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lgaudit import exchange
from lgaudit.models import Rule, Run
from lgaudit.store import Store

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "quarters"


class _Portable:
    """A run's results, without paths."""

    def __init__(self, kept: Any) -> None:
        self._kept = kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kept, name)

    @property
    def run(self) -> Run:
        settings = self._kept.run.settings
        told = {n: v for n, v in settings.items() if not (isinstance(v, str) and "/" in v)}
        return replace(self._kept.run, settings=told)

    @property
    def rules(self) -> Iterator[Rule]:
        for rule in self._kept.rules:
            yield replace(rule, source=rule.source[rule.source.rfind("/rules/") + 1 :])


def main() -> None:
    """Write the runs of a store."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Store.open(sys.argv[1]) as store:
        for summary in store.runs():
            kept = store.results(summary.id)
            draws = store.draws(summary.id)
            unfinished = tuple(kept.unfinished)
            exchange.write(_Portable(kept), unfinished, draws, FOLDER / summary.id, "parquet")


if __name__ == "__main__":
    main()
