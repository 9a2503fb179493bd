"""A store of ten years: 382 made-up councils, 40 quarterly runs, 30 pages each; its size and speed.

    python -m benchmarks.store_years /tmp/years.db [--councils N] [--runs N] [--pages N] [--seed N]
    python -m benchmarks.store_years /tmp/years.db --keep      # time a store made before

The same arguments make the same store. Every name in it is plainly made up (Testshire 001), no
council is meant, and scores are drawn without the bootstrap, which would take hours. What is real
is the shape: the rules of the bar, some 200 findings a site, a panel of pages of which one in
thirty changes each quarter, defects of templates and of single pages that come and go, a changed
bar half-way and a changed axe-core after that.

Then each command a reader waits for is run in a process of its own; the bars: 2 s and 500 MB each.
"""

from __future__ import annotations

import argparse
import datetime as dt
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lgaudit.evaluate import rulebook
from lgaudit.evaluate.ranks import rank
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Council,
    Engines,
    Finding,
    Interval,
    Kind,
    Outcome,
    Rule,
    RuleScore,
    Run,
    Scope,
    Site,
    SiteScore,
    Spot,
    Status,
)
from lgaudit.results import Bar, Outcomes, PageResult, SiteResult
from lgaudit.store import Part, Store

FIRST = dt.datetime(2016, 1, 5, 6, tzinfo=dt.UTC)
QUARTER = dt.timedelta(days=91)
NATIONS = ("England",) * 8 + ("Scotland", "Wales", "Northern Ireland")
SUPPLIERS = ("alpha", "beta", "gamma", "delta", "epsilon")
NONE, PASSED, FAILED, UNSURE = range(4)
SAID = {PASSED: Outcome.PASSED, FAILED: Outcome.FAILED, UNSURE: Outcome.CANT_TELL}
TEMPLATES = 5
DRAWS = 2000
LIMIT_SECONDS, LIMIT_BYTES = 2.0, 500_000_000
Table = npt.NDArray[np.int8]


@dataclass
class Life:
    """One made-up website through the years: rules x pages, what is broken, and what was added."""

    site: Site
    generator: np.random.Generator
    table: Table  # NONE, PASSED, FAILED, UNSURE of each rule (rows) on each page
    shared: npt.NDArray[np.bool_]  # rules x templates: broken by the template
    own: npt.NDArray[np.bool_]  # rules x pages: broken by the page
    applies: npt.NDArray[np.bool_]
    urls: list[str]
    rate: float  # how often things are broken, a share
    before: dict[str, Outcomes] = field(default_factory=dict)
    made: int = 0  # pages made so far


def lives(rules: Sequence[Rule], councils: int, pages: int, seed: int) -> Iterator[Life]:
    """Every website as it is before the first run."""
    scopes = np.array([rule.scope is Scope.SITE for rule in rules])
    for number in range(councils):
        generator = np.random.default_rng([seed, number])
        slug = f"testshire-{number:03}"
        home = f"https://www.{slug}.example/"
        council = Council(
            slug=slug,
            name=f"Testshire {number:03} Council",
            nation=NATIONS[number % len(NATIONS)],
            region=f"Region {number % 9}",
            type=("unitary authority", "county", "non-metropolitan district")[number % 3],
            homepage=home,
            population=20_000 + 1_000 * number,
        )
        rate = float(generator.beta(2, 5)) * 0.1
        shape = len(rules), pages
        applies = generator.random(shape) < generator.beta(1, 1, (len(rules), 1))
        applies[scopes, :] = False
        shared = generator.random((len(rules), TEMPLATES)) < rate
        own = generator.random(shape) < rate / 4
        life = Life(
            Site(slug, home, (council,)),
            generator,
            np.zeros(shape, np.int8),
            shared,
            own,
            applies,
            [],
            rate,
        )
        life.urls = [home, *(_url(life) for _ in range(pages - 1))]
        yield life


def _url(life: Life) -> str:
    life.made += 1
    return f"{life.site.homepage}services/a-service-of-the-council-{life.made:04}"


def quarter(life: Life) -> None:
    """Three months: some defects are mended, others come, and a page of thirty is another one."""
    generator, rate = life.generator, life.rate
    for broken, share in ((life.shared, rate), (life.own, rate / 4)):
        chance = generator.random(broken.shape)
        comes = 0.06 * share / (1 - share)  # as many come as go
        np.copyto(broken, np.where(broken, chance >= 0.06, chance < comes))
    for page in 1 + np.flatnonzero(generator.random(len(life.urls) - 1) < 1 / 30):
        life.urls[page] = _url(life)
        life.own[:, page] = generator.random(len(life.own)) < rate / 4


def look(life: Life) -> None:
    """Bring the table in line with what is broken."""
    pages = np.arange(len(life.urls)) % TEMPLATES
    broken = life.shared[:, pages] | life.own
    said = np.where(broken, FAILED, PASSED)
    life.table = np.where(life.applies, said, NONE).astype(np.int8)


def result(life: Life, rules: Sequence[Rule], bar: Bar, axe_core: str) -> Part:
    """What the run keeps of the site."""
    findings: list[Finding] = []
    outcomes: list[Outcomes] = []
    scores: list[RuleScore] = []
    slug = life.site.slug
    for number, rule in enumerate(rules):
        row = life.table[number].tolist()
        if rule.scope is Scope.SITE:
            state = FAILED if life.shared[number, 0] else PASSED
            said = {"": SAID[state]}
        else:
            said = {url: SAID[state] for url, state in zip(life.urls, row, strict=True) if state}
        known = life.before.get(rule.id)
        if known is None or known.by_page != said:
            known = life.before[rule.id] = Outcomes(rule.id, said)
        outcomes.append(known)
        states = list(said.values())
        failed, passed = states.count(Outcome.FAILED), states.count(Outcome.PASSED)
        share = passed / (passed + failed) if states else None
        met = None if share is None else share >= 0.95
        scores.append(RuleScore(rule.id, share, passed, failed, 0, 0, met))
        if failed:
            findings += _findings(life, rule, number, row, slug)
    return Part(life.site, *_kept(life, rules, bar, scores, findings, outcomes, axe_core))


def _findings(life: Life, rule: Rule, number: int, row: list[int], slug: str) -> Iterator[Finding]:
    message = f"This is not as the rule asks: {rule.title}"
    if rule.scope is Scope.SITE:
        mark = _hash(rule.id, slug)
        yield Finding(rule.id, "", Outcome.FAILED, message, fingerprint=mark)
        return
    for page, state in enumerate(row):
        if state != FAILED:
            continue
        where = f"template-{page % TEMPLATES}" if life.shared[number, page % TEMPLATES] else ""
        where = where or life.urls[page].rsplit("/", 1)[1] or "home"
        spots = tuple(
            Spot(
                f"main > div.{where} > p:nth-of-type({n})",
                f'<p class="{where}"><a href="/{rule.pack}/{number}-{n}">An element that'
                " is not as it should be</a></p>",
                fingerprint=_hash(rule.id, slug, where, n),
            )
            for n in range(1 + (number + page) % 3 // 2)
        )
        yield Finding(rule.id, life.urls[page], Outcome.FAILED, message, spots)


def _hash(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=8).hexdigest()


def _kept(
    life: Life,
    rules: Sequence[Rule],
    bar: Bar,
    scores: list[RuleScore],
    findings: list[Finding],
    outcomes: list[Outcomes],
    axe_core: str,
) -> tuple[SiteResult, npt.NDArray[np.float32]]:
    categories: dict[str, list[float]] = {name: [] for name in bar.category_weights}
    met = applicable = 0
    for rule, score in zip(rules, scores, strict=True):
        if score.share is not None and rule.status is Status.SCORED:
            categories.setdefault(rule.category, []).append(score.share)
            applicable += 1
            met += bool(score.met)
    means = {name: 100 * float(np.mean(own)) for name, own in categories.items() if own}
    overall = float(np.mean(list(means.values())))
    draws = (overall + life.generator.normal(0, 1.2, DRAWS)).clip(0, 100).astype(np.float32)
    pages = tuple(
        PageResult(
            url=url,
            final_url=url,
            title=f"A service of the council - {life.site.slug}",
            kind=Kind.HOME if not number else Kind.SERVICE,
            verdict=OK,
            sampled=True,
            stratum="random",
            template=f"template-{number % TEMPLATES}",
            status=200,
            bytes=30_000 + int(life.generator.integers(20_000)),
            requests=20 + number,
        )
        for number, url in enumerate(life.urls)
    )
    whole = SiteScore(
        life.site.slug,
        Interval(overall, max(0.0, overall - 2), min(100.0, overall + 2)),
        {
            name: Interval(mean, max(0.0, mean - 3), min(100.0, mean + 3))
            for name, mean in means.items()
        },
        tuple(scores),
        met,
        applicable,
    )
    count = len(pages)
    kept = SiteResult(
        site=life.site,
        verdict=OK,
        coverage=Coverage(count * 8, count * 6, count, count, stopped="pages"),
        pages=pages,
        findings=tuple(findings),
        outcomes=tuple(outcomes),
        score=whole,
        seconds=90.0,
        browser="Chromium 156",
        axe_core=axe_core,
    )
    return kept, draws


def make(path: Path, councils: int, runs: int, pages: int, seed: int) -> None:
    """Write the store, a run at a time."""
    book = rulebook.load(entry_points=False)
    sector = list(lives(book.rules, councils, pages, seed))
    with Store.open(str(path)) as store:
        for number in range(runs):
            started = FIRST + number * QUARTER
            bar = book.bar if number >= runs // 2 else replace(book.bar, version="2016.1")
            axe = "4.14.1" if number >= runs * 3 // 4 else "4.10.0"
            run = Run(
                id=f"{started:%Y%m%d-%H%M%S}-made-up",
                started=started,
                finished=started + dt.timedelta(hours=9),
                engines=Engines("0.1.0", bar.version, axe, "Chromium 156"),
                packs={"made-up": f"{number // 10:064}"},
                settings={"pages": pages, "seed": seed, "browser": True},
                seed=seed,
            )
            scores: dict[str, SiteScore] = {}
            draws: dict[str, npt.NDArray[np.float32]] = {}
            parts: list[Part] = []
            for life in sector:
                if number:
                    quarter(life)
                look(life)
                part = result(life, book.rules, bar, axe)
                assert part.result is not None
                assert part.result.score is not None
                assert part.draws is not None
                parts.append(part)
                scores[life.site.slug] = part.result.score
                draws[life.site.slug] = part.draws.astype(np.float32)
            ranks = rank(scores, draws, confidence=bar.confidence)
            store.keep_run(run, book.rules, bar, parts, ranks)
            print(f"{number + 1} of {runs} runs written", file=sys.stderr, flush=True)


def sizes(path: Path) -> None:
    """Size on disk: of the store, of a run, and of each table where SQLite can say."""
    raw = sqlite3.connect(path)
    (runs,) = raw.execute("SELECT count(*) FROM run").fetchone()
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.stat().st_size
    print(f"{whole / 1e6:,.0f} MB on disk, {runs} runs: {whole / 1e6 / runs:,.1f} MB a run")
    try:
        found = raw.execute(
            "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s"
            " LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1 ORDER BY 2 DESC LIMIT 9"
        ).fetchall()
    except sqlite3.OperationalError:
        return  # this SQLite was built without
    for name, size in found:
        print(f"  {name:<12} {size / 1e6:>8,.1f} MB")


def waits(path: Path) -> bool:
    """Run each command a reader waits for; True when all keep the bars."""
    raw = sqlite3.connect(path)
    ids = [row[0] for row in raw.execute("SELECT id FROM run ORDER BY started")]
    (slug,) = raw.execute("SELECT min(slug) FROM visit").fetchone()
    raw.close()
    known = subprocess.run(
        [sys.executable, "-m", "lgaudit", "--help"], capture_output=True, text=True, check=True
    ).stdout
    good = True
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "history": ["history", slug],
            "sector page": ["history", "--format", "html"],
            "sector": ["history"],
            "compare": ["compare", ids[-min(5, len(ids))], ids[-1]],
            "runs": ["runs", "list"],
        }
        for name, words in commands.items():
            if f" {words[0]} " not in known:
                print(f"{name}: this program has no such command")
                continue
            command = [sys.executable, "-m", "lgaudit", *words, "--store", str(path)]
            good &= _wait(name, command, Path(folder))
    return good


def _wait(name: str, command: list[str], folder: Path) -> bool:
    started = time.perf_counter()
    done = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert done.stderr is not None
    said = done.stderr.read()
    _, status, used = _wait4(done.pid)
    done.returncode = status
    seconds, memory = time.perf_counter() - started, used.ru_maxrss * 1024
    kept = seconds <= LIMIT_SECONDS and memory <= LIMIT_BYTES and not status
    fault = f": {said.strip()[-200:]}" if status else ""
    print(
        f"{name}: {seconds:.2f} s, {memory / 1e6:.0f} MB, {'kept' if kept else 'NOT KEPT'}{fault}"
    )
    return kept


def _wait4(pid: int) -> tuple[int, int, resource.struct_rusage]:
    import os

    return os.wait4(pid, 0)


def main() -> int:
    """Make the store unless told to keep it, and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store", type=Path, help="file to write")
    parser.add_argument("--councils", type=int, default=382)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="measure the store that is there")
    given = parser.parse_args()
    if not given.keep:
        if given.store.exists():
            parser.error(f"{given.store} exists: give another name, or --keep to measure it")
        started = time.perf_counter()
        make(given.store, given.councils, given.runs, given.pages, given.seed)
        print(f"made in {time.perf_counter() - started:.0f} s")
    sizes(given.store)
    return 0 if waits(given.store) else 1


if __name__ == "__main__":
    sys.exit(main())
