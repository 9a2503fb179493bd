"""A small store of three quarters, as each version of the tables held it: ``fixtures/years-N.sql``.

After a new migration, write what the store holds then, and keep it for good:

    .venv/bin/python tests/old_stores.py tests/fixtures/years-3.sql
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from lgaudit import across
from lgaudit.evaluate.scores import score_outcomes
from lgaudit.evidence import Coverage
from lgaudit.models import (
    OK,
    Council,
    Engines,
    Finding,
    Kind,
    Outcome,
    Rank,
    Reason,
    Rule,
    Run,
    Scope,
    Severity,
    Site,
    Spot,
    Status,
    Verdict,
)
from lgaudit.results import Bar, Outcomes, PageResult, SiteResult
from lgaudit.store import Store
from lgaudit.years import Years

FOLDER = Path(__file__).parent / "fixtures"
ANSWERS = FOLDER / "years-answers.json"  # as the program of the first tables gave them
BAR = Bar(
    "2026.1",
    {"accessibility": 0.6, "content": 0.4},
    {"critical": 10, "serious": 7, "moderate": 3, "minor": 1},
    draws=8,
)
RULES = tuple(
    Rule(name, name, Severity.SERIOUS, scope, Status.SCORED, name.split("/")[0], "made_up")
    for name, scope in {
        "accessibility/a": Scope.PAGE,
        "accessibility/b": Scope.PAGE,
        "content/c": Scope.PAGE,
        "content/site": Scope.SITE,
    }.items()
)
LETTERS = {"p": Outcome.PASSED, "f": Outcome.FAILED, "c": Outcome.CANT_TELL}
QUARTERS: tuple[dict[str, tuple[str, ...]], ...] = (  # slug -> what each rule said of its pages
    {
        "aston": ("ppppppffffff", "pppppppppppf", "ff--pppppppp", "p"),
        "barton": ("pppppppppppp", "ffffpppppppp", "pppppppppppp", "f"),
    },
    {
        "aston": ("pppppppppfff", "pppppppppppp", "ff--pppppppc", "p"),
        "barton": ("pppppppppppp", "ffffffpppppp", "pppppppppppp", "f"),
    },
    {
        "aston": ("pppppppppppp", "pppppppppppf", "pp--pppppppp", "f"),
        "barton": ("ffpppppppppp", "ffffffpppppp", "pppppppppppp", "p"),
    },
)


def results(number: int) -> Iterator[SiteResult]:
    """The sites of a quarter; one that was never seen too."""
    for slug, said in QUARTERS[number].items():
        yield _result(slug, said, number)
    home = "https://www.lost.gov.uk/"
    council = Council("lost", "Lost", "Wales", "Wales", "unitary authority", home)
    yield SiteResult(
        Site("lost", home, (council,)), Verdict(Reason.DNS, "no such host"), Coverage()
    )


def _result(slug: str, said: tuple[str, ...], number: int) -> SiteResult:
    home = f"https://www.{slug}.gov.uk/"
    urls = [home, *(f"{home}{n + (number if n > 9 else 0)}" for n in range(1, 12))]
    pages = tuple(
        PageResult(url, url, f"Page of {slug}", Kind.OTHER, OK, True, template=f"t{n % 3}")
        for n, url in enumerate(urls)
    )
    told, findings = [], []
    for rule, letters in zip(RULES, said, strict=True):
        where = [""] if len(letters) == 1 else urls
        by_page = {u: LETTERS[s] for u, s in zip(where, letters, strict=True) if s != "-"}
        told.append(Outcomes(rule.id, by_page))
        findings += [
            Finding(rule.id, url, Outcome.FAILED, "Not as asked",
                    (Spot("main > p", f"<p>{rule.id}</p>", "", "00ff"),) if url else ())
            for url, outcome in by_page.items() if outcome is Outcome.FAILED
        ]  # fmt: skip
    covered = Coverage(40, 40, 12, 12, stopped="pages")
    score = score_outcomes(RULES, BAR, told, pages, site=slug, seed=1, coverage=covered).score
    council = Council(slug, slug.title(), "England", "East", "district", home)
    return SiteResult(
        Site(slug, home, (council,)), OK, covered, pages, (), tuple(findings), tuple(told), score
    )


def write(store: Store) -> None:
    """Three quarters."""
    for number in range(len(QUARTERS)):
        started = dt.datetime(2026, 1, 5, tzinfo=dt.UTC) + dt.timedelta(days=91 * number)
        run = Run(f"quarter-{number}", started, None, Engines("0.1.0", BAR.version, "4.14.1"), {},
                  {}, 1)  # fmt: skip
        own = list(results(number))
        store.start_run(run, RULES, BAR, [one.site for one in own])
        ranks = {}
        for place, one in enumerate(own, 1):
            store.save_site(run.id, one, np.full(8, 50.0) if one.score else None)
            if one.score and one.score.overall:
                ranks[one.site.slug] = Rank(one.site.slug, place, 1, 2, 1)
        store.finish_run(run.id, ranks, started + dt.timedelta(hours=1))


def answers(store: Store) -> Any:
    """What the store says of its runs: plain data, numbers to six places."""
    told = {
        "compare": across.compare(store, "quarter-1", "quarter-2"),
        "history": Years(store).council("aston"),
        "sector": Years(store).sector(),
        "runs": store.runs(),
        "scores": dict(store.results("quarter-2").scores),
        "draws": {slug: own.tolist() for slug, own in store.draws("quarter-1").items()},
    }
    return _rounded(json.loads(msgspec.json.encode(told)))


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return round(value, 6) if isinstance(value, float) else value


def dumped(path: Path) -> str:
    """A store as SQL."""
    raw = sqlite3.connect(path)
    text = "\n".join(raw.iterdump()) + "\n"
    raw.close()
    return text


def restore(sql: Path, path: Path) -> None:
    """A store of its SQL."""
    raw = sqlite3.connect(path)
    raw.executescript(sql.read_text(encoding="utf-8"))
    raw.close()


def main() -> None:
    """Write the fixture, and the answers where there are none yet."""
    target = Path(sys.argv[1])
    if target.exists():
        sys.exit(f"{target} is there already: an old store is never written anew.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "years.db"
        with Store.open(str(path)) as store:
            write(store)
            if not ANSWERS.exists():
                ANSWERS.write_text(json.dumps(answers(store), indent=1) + "\n", encoding="utf-8")
        target.write_text(dumped(path), encoding="utf-8")


if __name__ == "__main__":
    main()
