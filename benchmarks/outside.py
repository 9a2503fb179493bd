"""How every page rule does on pages nobody here wrote: `python -m benchmarks.outside FOLDER`.

FOLDER holds a folder for each site, with its saved HTML pages below it. Every rule that needs no
browser is judged on every page, and for each rule that applied anywhere a row says on how many
pages it applied, failed and could not tell, on how many sites it failed, and how often its parts
did. `--show RULE` prints what it found instead, a few from each site, for a person to judge by eye.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.judge import judge_page
from lgaudit.evidence import Page
from lgaudit.models import Finding, Outcome, Scope

ENDINGS = (".html", ".htm", ".xhtml")
LARGEST = 2_000_000  # bytes; longer pages are left out


@dataclass
class Seen:
    """What one rule did: pages by outcome, and its failures by site."""

    pages: dict[Outcome, int] = field(default_factory=lambda: defaultdict(int))
    failures: dict[str, list[tuple[str, Finding]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @property
    def spots(self) -> int:
        """Places that failed; a page that fails as a whole is one."""
        return sum(max(1, len(f.spots)) for some in self.failures.values() for _, f in some)


def pages_of(folder: Path) -> list[tuple[str, Page]]:
    """Site and page of each file, in the order of their names."""
    made = []
    for file in sorted(folder.rglob("*")):
        site = file.relative_to(folder).parts[0]
        if file.suffix not in ENDINGS or not file.is_file() or file.stat().st_size > LARGEST:
            continue
        url = f"https://{site.lower()}.example/{file.relative_to(folder / site).as_posix()}"
        page = Page(
            url, url, status=200, headers=(("content-type", "text/html"),), body=file.read_bytes()
        )
        made.append((site, page))
    return made


def measure(pages: list[tuple[str, Page]]) -> dict[str, Seen]:
    """Every page rule on every page."""
    rules = [r for r in rulebook.load(entry_points=False).rules if r.scope is Scope.PAGE]
    seen: dict[str, Seen] = defaultdict(Seen)
    for site, page in pages:
        for finding in judge_page(rules, page):
            seen[finding.rule].pages[finding.outcome] += 1
            if finding.outcome is Outcome.FAILED:
                seen[finding.rule].failures[site].append((page.url, finding))
        page.forget()
    return seen


def show(seen: Seen, each: int) -> None:
    """What a rule found, ``each`` findings of a site."""
    for site, failures in sorted(seen.failures.items()):
        for url, finding in failures[:each]:
            print(f"{site} {url.rsplit('/', 1)[-1]}: {finding.message[:160]}")
            for spot in finding.spots[:each]:
                print(f"    {' '.join(spot.snippet.split())[:240]} | {spot.message[:160]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="append", default=[], metavar="RULE")
    parser.add_argument("--each", type=int, default=2, help="findings of each site to show")
    given = parser.parse_args()
    if not given.folder.is_dir():
        raise SystemExit(f"{given.folder} is no folder. Give one with a folder for each site.")
    pages = pages_of(given.folder)
    if not pages:
        raise SystemExit(f"No HTML page is in {given.folder}. Put a folder for each site there.")
    seen = measure(pages)
    for rule in given.show:
        print(f"== {rule}")
        show(seen[rule], given.each)
    if given.show:
        return
    status = {rule.id: rule.status for rule in rulebook.load(entry_points=False).rules}
    print(f"{len(pages)} pages of {len({site for site, _ in pages})} sites\n")
    print("| rule | status | applied | failed | sites | places | cannot tell |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for rule, found in sorted(seen.items()):
        failed, unsure = found.pages[Outcome.FAILED], found.pages[Outcome.CANT_TELL]
        applied = failed + unsure + found.pages[Outcome.PASSED]
        if applied:
            print(
                f"| `{rule}` | {status[rule]} | {applied} | {failed} | {len(found.failures)} "
                f"| {found.spots} | {unsure} |"
            )


if __name__ == "__main__":
    main()
