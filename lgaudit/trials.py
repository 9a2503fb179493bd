"""Run the examples of rules, those that only a browser can judge in a browser.

Their pages are served on this machine; nothing leaves it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lgaudit.errors import BrowserMissing
from lgaudit.evaluate.checks.vocabulary import VOCABULARY
from lgaudit.evaluate.examples import Trial, finding_of, run_example
from lgaudit.evaluate.made_up import page_of
from lgaudit.evidence import BrowserEvidence
from lgaudit.gather.browser import BrowserPool
from lgaudit.gather.looks import Looks, wanted
from lgaudit.models import Example, Outcome, Rule
from lgaudit.replay import Answer, Replay, StaticSite
from lgaudit.settings import Settings

HOST = "www.example.gov.uk"
ONE_AXE_RULE = ("document-title",)  # these rules do not ask axe-core, which takes its time
Key = tuple[str, int]  # rule, number of the example


@dataclass(frozen=True, slots=True)
class _Stage:
    """One page of an example that a browser must see."""

    key: Key
    number: int  # of the page
    path: str


def looks_of(rule: Rule, example: Example) -> tuple[str, ...]:
    """The close looks an example needs; none where it says what became of the page."""
    check = VOCABULARY.get(rule.check)
    if check is None or example.outcome is Outcome.UNTESTED:
        return ()
    return wanted(check.needs)


def run(rules: Sequence[Rule], *, browser: bool = True) -> Iterator[Trial]:
    """Run every example of every rule, in order; without a browser some are skipped."""
    seen: Mapping[Key, tuple[BrowserEvidence | None, ...]] = {}
    if browser:
        with suppress(BrowserMissing):
            seen = see(rules)
    for rule in rules:
        for number, example in enumerate(rule.examples, 1):
            key = (rule.id, number)
            if looks_of(rule, example) and key not in seen:
                yield Trial(rule, number, example, finding_of(rule, example), skipped=True)
            else:
                yield run_example(rule, number, example, seen.get(key, ()))


def see(
    rules: Sequence[Rule], settings: Settings | None = None
) -> Mapping[Key, tuple[BrowserEvidence | None, ...]]:
    """What a browser sees of the examples that need one.

    Raises:
        BrowserMissing: there is no usable browser; says what to install.
    """
    stages: dict[tuple[str, ...], list[_Stage]] = defaultdict(list)
    answers: dict[str, Answer] = {}
    for rule in rules:
        for number, example in enumerate(rule.examples, 1):
            names = looks_of(rule, example)
            for n, made in enumerate(example.pages if names else ()):
                path = f"/example-{len(answers)}"
                page = page_of(made)
                answers[path] = Answer(200, page.headers, page.body)
                stages[names].append(_Stage((rule.id, number), n, path))
    if not stages:
        return {}
    with Replay([StaticSite(HOST, answers)]) as replay:
        given = settings or Settings()
        chosen = Settings(
            name_map=replay.name_map,
            ca_file=replay.ca_file,
            only_mapped=True,
            browsers=given.browsers,
            chromium=given.chromium,
            chromedriver=given.chromedriver,
        )
        found = asyncio.run(_see(stages, chosen))
    evidence: dict[Key, list[BrowserEvidence | None]] = defaultdict(list)
    for stage, seen in sorted(found.items(), key=lambda item: (item[0].key, item[0].number)):
        evidence[stage.key].append(seen)
    return {key: tuple(pages) for key, pages in evidence.items()}


async def _see(
    stages: Mapping[tuple[str, ...], Sequence[_Stage]], settings: Settings
) -> dict[_Stage, BrowserEvidence | None]:
    found: dict[_Stage, BrowserEvidence | None] = {}
    # Examples of what moves are watched for seconds, in which another browser can work.
    async with BrowserPool(settings, ONE_AXE_RULE, spare=1) as pool:

        async def share(names: tuple[str, ...], number: int, own: Sequence[_Stage]) -> None:
            urls = [f"https://{HOST}{stage.path}" for stage in own]
            seen = await pool.visit(f"{names} {number}", urls, looks=Looks(names))
            for stage, one in zip(own, seen, strict=True):
                found[stage] = one if isinstance(one, BrowserEvidence) else None

        await asyncio.gather(
            *(
                share(names, number, own[number :: pool.size])
                for names, own in stages.items()
                for number in range(pool.size)
                if own[number :: pool.size]
            )
        )
    return found
