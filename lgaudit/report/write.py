"""Writing a report: every page and file of one run into its own folder, all or nothing."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from lgaudit import collector
from lgaudit.comparisons import Comparisons
from lgaudit.differences import Courses
from lgaudit.errors import ReportError
from lgaudit.lives import Lives
from lgaudit.pictures import Pictures
from lgaudit.replies import Heard
from lgaudit.report import cells, digest, filters, package
from lgaudit.report.pages import Site
from lgaudit.report.suppliers import Nothing
from lgaudit.results import Results, Sharing

ABANDONED = 3600.0  # seconds after which a report that was never whole is nobody's any more

Progress = Callable[[int, int], None]  # pages of councils written, and how many there will be


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where a report is. ``files`` are all its files, relative to ``folder``, sorted."""

    folder: Path
    files: tuple[str, ...]

    @property
    def index(self) -> Path:
        """The league page."""
        return self.folder / "index.html"


def write(
    results: Results,
    folder: Path,
    *,
    sharing: Sharing | None = None,
    comparisons: Comparisons | None = None,
    heard: Heard | None = None,
    lives: Lives | None = None,
    pictures: Pictures | None = None,
    years: Courses | None = None,
    progress: Progress | None = None,
) -> WrittenReport:
    """Write the run's report to ``<folder>/<run id>/``, replacing an older one of the same run.

    Nothing is seen at that place until the report is whole; when writing fails, an older report
    of the run is left as it was.

    Args:
        sharing: takes in each site on the way, and then says what suppliers could mend once;
            without it the pages on suppliers say that none is known.
        comparisons: like-for-like tables, movers and other weights; without it the report has
            its one table.
        heard: what councils replied to findings, and the scores with accepted replies.
        years: scores at every visit so far; without it no page shows them.
        lives: what became of each site's issues and score; without it the report has neither
            ``issues.csv`` nor feeds nor trends.
        pictures: of issues in place; without it no issue has one.

    Raises:
        ReportError: the folder cannot be written.
    """
    final = folder / cells.file_name(results.run.id)
    try:
        # Most of what a report makes lives to its end: looking for cycles took long.
        with collector.seldom(100_000, 50, 200), _beside(final) as temporary:
            site = Site(
                results,
                temporary,
                sharing or Nothing(),
                comparisons or Comparisons(),
                heard or Heard(),
                lives,
                pictures,
                years,
            )
            _write_into(results, temporary, site, heard or Heard(), progress)
            files = tuple(
                sorted(p.relative_to(temporary).as_posix() for p in temporary.rglob("*.*"))
            )
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {final}: {error.strerror or error}. "
            "Free some room there, or choose another folder with --out."
        ) from error
    return WrittenReport(final, files)


def _write_into(
    results: Results,
    folder: Path,
    site: Site,
    heard: Heard,
    progress: Progress | None,
) -> None:
    static = folder / "static"
    static.mkdir()
    for item in resources.files("lgaudit.report").joinpath("static").iterdir():
        (static / item.name).write_bytes(item.read_bytes())
    (static / "filters.css").write_text(filters.stylesheet(site.filters), encoding="utf-8")
    site.write(progress or _silent)
    _write_run(results, folder, heard)
    package.write(results, folder, digest.edition(results, heard.digest), site.categories)


def _silent(_done: int, _total: int) -> None:
    """Progress that nobody asked for."""


def _write_run(results: Results, folder: Path, heard: Heard) -> None:
    run = results.run
    told: dict[str, Any] = {
        "id": run.id,
        "edition": digest.edition(results, heard.digest),
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "engines": {
            "lgaudit": run.engines.lgaudit,
            "axe-core": run.engines.axe_core,
            "browser": run.engines.browser,
        },
        "licence": package.LICENCES[0],
        "bar": results.bar.version,
        "packs": dict(sorted(run.packs.items())),
        "seed": run.seed,
        "settings": digest.public_settings(run.settings),
        "sites": len(results.sites),
        "councils": sum(len(site.councils) for site in results.sites),
        "ranked": len(results.ranks),
        "rules": len(results.rules),
        "replies": len(heard.said),
        "replies_accepted": sum(said.counts for said in heard.said),
    }
    text = json.dumps(told, indent=2, default=str, ensure_ascii=True)
    (folder / "run.json").write_text(text + "\n", encoding="utf-8")


@contextlib.contextmanager
def _beside(final: Path) -> Iterator[Path]:
    """A temporary folder beside ``final`` that takes its place when the block ends well."""
    final.parent.mkdir(parents=True, exist_ok=True)
    _sweep(final)
    temporary = Path(tempfile.mkdtemp(prefix=f".{final.name}-", dir=final.parent))
    try:
        yield temporary
        temporary.chmod(0o777 & ~_umask())
        old = temporary.with_name(temporary.name + "-old")
        if final.exists():
            final.rename(old)
        try:
            temporary.rename(final)
        except OSError:
            if old.exists():
                old.rename(final)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _sweep(final: Path) -> None:
    """Remove what a writer that was killed left behind; a report is written in minutes."""
    for left in final.parent.glob(f".{glob.escape(final.name)}-*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED:
                shutil.rmtree(left, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
