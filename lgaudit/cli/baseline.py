"""`lgaudit check --baseline`: hold what was found against the known issues of a file."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import typer

from lgaudit.baselines import Baseline, Known, storable
from lgaudit.cli.console import note
from lgaudit.evaluate import baseline as matching
from lgaudit.evaluate.baseline import EXPIRED, KNOWN, NEW, UNLISTED, Comparison, Seen
from lgaudit.models import Finding, Outcome
from lgaudit.plurals import count
from lgaudit.results import Compared, SiteResult

if TYPE_CHECKING:
    from lgaudit.cli.targets import Group
    from lgaudit.evaluate.rulebook import Rulebook

Place = tuple[str, str, str, int]  # site slug, rule, URL, number of the spot
_CLEAN = re.compile(r"(?:(?<=/)index)?\.html?$|(?<=/)index$", re.I)


def check_choices(baseline: Path | None, *, update: bool, grow: bool) -> None:
    """Refuse options that mean nothing without a baseline."""
    if baseline is None and (update or grow):
        raise typer.BadParameter(
            "needs --baseline FILE, the file to write",
            param_hint="--grow-baseline" if grow else "--update-baseline",
        )


def read(path: Path | None, *, grow: bool) -> Baseline | None:
    """The baseline, an empty one if a first is to be made, or None when none is asked for.

    Raises:
        BaselineError: the file is missing, not a baseline, or its folder is.
    """
    from lgaudit import baselines

    if path is None:
        return None
    if grow and not path.exists():
        if not path.parent.is_dir():
            raise baselines.BaselineError(f"{path}: there is no folder {path.parent}. Make it.")
        return Baseline()
    return baselines.read(path)


class Names:
    """What a baseline calls pages: by their clean path, whatever the folder or host is called."""

    def __init__(
        self,
        groups: Sequence[Group],
        beside: Path,
        folder: str = "",
        root: Path | None = None,
        *,
        all_pages: bool = False,
    ) -> None:
        """``folder`` is the baseline's, seen from ``beside``, where the baseline lies."""
        self._names: dict[str, str] = {}
        self.slugs: dict[str, str] = {}  # site slug -> what a finding about that site is under
        self.folder = folder
        self._whole = all_pages
        self._complete = {group.site.slug for group in groups if group.whole}
        self._bases: list[tuple[str, Group, Path]] = []
        for group in groups:
            self._add(group, groups, beside, root)

    def _add(self, group: Group, groups: Sequence[Group], beside: Path, root: Path | None) -> None:
        prefix = ""
        if group.folder is None:
            if len(groups) > 1:
                prefix = urlsplit(group.site.homepage).netloc
            for target in group.targets:
                parts = urlsplit(target.url)
                query = "?" + parts.query if parts.query else ""
                self._names[target.url] = prefix + clean(parts.path) + query
            self.slugs[group.site.slug] = prefix
            return
        files = {t.url: group.folder.find(urlsplit(t.url).path) for t in group.targets}
        base = self._base(group, beside, root, [f for f in files.values() if f is not None])
        if len(groups) > 1:
            prefix = _relative(base, beside)
        elif not self.folder:
            self.folder = _relative(base, beside)
        for url, file in files.items():
            path = os.path.relpath(file, base) if file else unquote(urlsplit(url).path)
            self._names[url] = prefix + clean("/" + Path(path).as_posix().lstrip("/"))
        self.slugs[group.site.slug] = prefix
        self._bases.append((prefix, group, base))

    def _base(self, group: Group, beside: Path, root: Path | None, files: list[Path]) -> Path:
        """The folder that page names start from."""
        assert group.folder is not None
        if root is not None or group.whole:
            return group.folder.root.resolve()
        for folder in (beside / self.folder, beside):
            here = folder.resolve()
            if all(file.is_relative_to(here) for file in files):
                return here
        return group.folder.root.resolve()

    def of(self, url: str, slug: str) -> str:
        """The name of a page; of a finding about a whole site, the site's."""
        return self._names.get(url, storable(url)) if url else self.slugs.get(slug, "")

    def whole(self, slug: str) -> bool:
        """Whether all of a site was given, so that what is said of it can be compared."""
        return self._whole or slug in self._complete

    def gone(self, name: str) -> bool:
        """Whether a page that the baseline knows is there no more."""
        if name in self._here or name in self.slugs.values():
            return False
        if self._whole:
            return True
        if len(self._bases) != len(self.slugs):
            return False  # addresses: a page that was not asked for may well be there
        for prefix, group, base in self._bases:
            if not name.startswith(prefix + "/"):
                continue
            return group.whole or not _there(base, name.removeprefix(prefix))
        return False

    @property
    def _here(self) -> set[str]:
        return set(self._names.values())


def clean(path: str) -> str:
    """A path as a clean address: /pay for /pay.html, /pay/ and /pay/index.html."""
    return storable(_CLEAN.sub("", path).rstrip("/") or "/")


def _there(base: Path, path: str) -> bool:
    from lgaudit.replay import FolderSite

    return FolderSite(base).find(path) is not None


def _relative(folder: Path, beside: Path) -> str:
    return Path(os.path.relpath(folder.resolve(), beside.resolve())).as_posix()


@dataclass(frozen=True)
class Against:
    """Results held against a baseline."""

    before: Baseline
    folder: str
    results: Sequence[SiteResult]
    seen: Sequence[Seen]
    said: Comparison
    compared: Compared

    def shown(self) -> list[SiteResult]:
        """The results without what is known."""
        return self._only({NEW, EXPIRED, UNLISTED})

    def failing(self, *, grown: bool) -> list[SiteResult]:
        """The results with only what decides the exit code; growing accepts what is new."""
        return self._only({EXPIRED} if grown else {NEW, EXPIRED})

    def _only(self, wanted: set[str]) -> list[SiteResult]:
        def of(finding: Finding, slug: str) -> Finding | None:
            marks = self.compared.marks
            if not finding.spots:
                mark = marks.get((slug, finding.rule, finding.url, 0))
                return finding if mark in wanted else None
            spots = tuple(
                spot
                for number, spot in enumerate(finding.spots)
                if marks.get((slug, finding.rule, finding.url, number)) in wanted
            )
            return replace(finding, spots=spots) if spots else None

        return [
            replace(r, findings=tuple(kept for f in r.findings if (kept := of(f, r.site.slug))))
            for r in self.results
        ]


def against(
    before: Baseline,
    results: Sequence[SiteResult],
    book: Rulebook,
    names: Names,
    today: dt.date,
) -> Against:
    """Match what was found with what is known, and tell of entries whose time is over."""
    places, seen = _seen(results, names)
    clear = _Clear(results, book, names)
    said = matching.compare(before.issues, seen, looked=clear.looked, gone=names.gone, today=today)
    counts = Counter(said.status)
    fixed: tuple[dict[str, str | int], ...] = tuple(
        {"rule": k.rule, "page": page, "snippet": k.element or k.message, "places": count}
        for (number, page), count in said.fixed.items()
        for k in (before.issues[number],)
    )
    compared = Compared(
        marks=dict(zip(places, said.status, strict=True)),
        counts={
            "new": counts[NEW],
            "known": counts[KNOWN],
            "expired": counts[EXPIRED],
            "fixed": sum(said.fixed.values()),
            "not_seen": sum(said.unseen.values()),
        },
        fixed=fixed,
    )
    _tell_expired(before.issues, said)
    return Against(before, names.folder, results, seen, said, compared)


def _seen(results: Sequence[SiteResult], names: Names) -> tuple[list[Place], list[Seen]]:
    places: list[Place] = []
    seen: list[Seen] = []
    for result in results:
        slug = result.site.slug
        for finding in result.findings:
            page, sure = names.of(finding.url, slug), finding.outcome is Outcome.FAILED
            for number, spot in enumerate(finding.spots or (None,)):
                places.append((slug, finding.rule, finding.url, number))
                if spot is None:
                    seen.append(Seen(page, finding.rule, message=finding.message, sure=sure))
                else:
                    seen.append(
                        Seen(page, finding.rule, spot.snippet, spot.selector, spot.message, sure)
                    )
    return places, seen


class _Clear:
    """Which rules gave a clear answer on which pages."""

    def __init__(self, results: Sequence[SiteResult], book: Rulebook, names: Names) -> None:
        from lgaudit.evaluate.judge import MAXIMUM_SPOTS

        self._rules = {rule.id for rule in book.rules}
        self._pages: set[str] = set()
        self._unclear: set[tuple[str, str]] = set()
        for result in results:
            slug = result.site.slug
            ok = {names.of(page.url, slug) for page in result.pages if page.verdict.ok}
            self._pages |= ok
            # Titles that were the same on two pages are not put right by looking at one of them.
            if names.whole(slug) and all(page.verdict.ok for page in result.pages):
                self._pages.add(names.of("", slug))
            for item in result.outcomes:
                for url, outcome in item.by_page.items():
                    if outcome in (Outcome.UNTESTED, Outcome.CANT_TELL):
                        self._unclear.add((item.rule, names.of(url, slug)))
            for finding in result.findings:
                if len(finding.spots) >= MAXIMUM_SPOTS:  # there may be more than are shown
                    self._unclear.add((finding.rule, names.of(finding.url, slug)))

    def looked(self, rule: str, page: str) -> bool:
        """Whether a known issue of that rule would have been seen on that page."""
        return rule in self._rules and page in self._pages and (rule, page) not in self._unclear


def _tell_expired(known: Sequence[Known], said: Comparison) -> None:
    over = sorted({m.known for m in said.matches if said.status[m.seen] == EXPIRED})
    for number in over:
        issue = known[number]
        why = f" (reason given: {issue.reason})" if issue.reason else ""
        what = issue.element or issue.message
        note(
            f"{issue.rule} was let pass until {issue.expires}{why} and counts as new again:"
            f" {''.join(c if c.isprintable() else ' ' for c in what)[:120]}"
        )


def update(path: Path, said: Against, *, grow: bool) -> None:
    """Write the baseline again without what is fixed; with what is new when it may grow.

    Raises:
        BaselineError: it cannot be written.
    """
    from lgaudit import baselines

    issues = matching.updated(said.before.issues, said.seen, said.said, grow=grow)
    after = Baseline(issues, said.before.folder or said.folder)
    baselines.write(path, after)
    counts = said.compared.counts
    added = counts["new"] if grow else 0
    note(f"{path}: {counts['fixed']} fixed removed, {added} new added; holds {after.places}.")
    if unseen := [p for r in said.results for p in r.pages if not p.verdict.ok]:
        note(f"nothing of {count(len(unseen), 'page')} that could not be checked is in it.")
