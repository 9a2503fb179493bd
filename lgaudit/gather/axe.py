"""Run axe-core in a page and its frames, with an answer whatever happens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from axe_selenium_python import Axe

from lgaudit.bundled import builtin_folder
from lgaudit.errors import BrowserMissing
from lgaudit.evidence import AxeNode, AxeResult, AxeRun
from lgaudit.models import Outcome

MOST_NODES = 1_000  # places kept of one rule on one page
LEFT_OUT = ("deprecated", "wcag2aaa")  # tags of rules that no bar of ours holds


class Driver(Protocol):
    """What is needed of a Selenium driver."""

    def execute_script(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        ...

    def execute_async_script(self, script: str, *arguments: Any) -> Any:
        """Run a script that calls its last argument when done."""
        ...


class _Page:
    """A driver whose ``axe`` is the preloaded one, whatever the page itself calls by that name."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def execute_async_script(self, script: str) -> Any:
        return self._driver.execute_async_script(f"const axe = window.__lgaudit; {script}")


def axe_file() -> str:
    """Path of the axe-core that ships with the program.

    Raises:
        BrowserMissing: it is not there, so no page could be judged; says how to fetch it.
    """
    path = files("lgaudit") / "_vendor" / "axe-core" / "axe.min.js"
    if not path.is_file():
        raise BrowserMissing("axe-core is missing from this installation. Run `make setup`.")
    return str(path)


@cache
def script(name: str) -> str:
    """Source of one of our scripts for pages."""
    return (files("lgaudit.gather") / "scripts" / name).read_text(encoding="utf-8")


@cache
def preload() -> str:
    """What every document and frame runs first: axe-core, then what spares, hides and drives it."""
    with open(axe_file(), encoding="utf-8") as source:  # noqa: PTH123 - a plain path string
        return f"{source.read()}\n;{script('asked_less.js')}\n;{script('preload.js')}"


def described() -> tuple[str, tuple[str, ...]] | None:
    """The version and :func:`rules_to_run` of the shipped axe-core, as its description has them.

    A browser needs a third of a second to say the same. None when axe-core was replaced since.
    """
    try:
        said = json.loads((builtin_folder() / "axe-metadata.json").read_bytes())
        package = json.loads(Path(axe_file()).with_name("package.json").read_bytes())
        if said["version"] != package["version"]:
            return None
        return str(said["version"]), _kept((rule["id"], rule["tags"]) for rule in said["rules"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def rules_to_run(driver: Driver) -> tuple[str, ...]:
    """Every rule the preloaded axe-core has, but deprecated ones and those of level AAA."""
    known: Sequence[tuple[str, Sequence[str]]] = driver.execute_script(
        "return window.__lgaudit.rules()"
    )
    return _kept(known)


def _kept(rules: Iterable[tuple[str, Sequence[str]]]) -> tuple[str, ...]:
    return tuple(sorted(rule for rule, tags in rules if not set(tags) & set(LEFT_OUT)))


def version(driver: Driver) -> str:
    """The version axe-core itself reports."""
    return str(driver.execute_script("return window.__lgaudit.version"))


def run(
    driver: Driver, rules: Iterable[str], limit: float, whole: bool = False
) -> tuple[str, AxeRun]:
    """Judge the page in the window, its frames too, within ``limit`` seconds.

    ``whole`` asks axe-core of every place on its own, also where it must say the same.

    Returns:
        The mark of the document that was judged, and axe-core's answer or its error.
    """
    options = {
        "limit": round(limit * 1000),
        "nodes": MOST_NODES,
        "axe": {
            "runOnly": {"type": "rule", "values": list(rules)},
            "resultTypes": ["violations", "incomplete"],
            "preload": {"assets": ["cssom", "media"], "timeout": 5000},
            "frameWaitTime": 10_000,
            "whole": whole,
        },
    }
    axe = Axe(_Page(driver), script_url=axe_file())
    answer = axe.run(options=json.dumps(options))
    return read(answer if isinstance(answer, Mapping) else {})


def read(answer: Mapping[str, Any]) -> tuple[str, AxeRun]:
    """The compact answer of the page as evidence; sorted, and safe whatever the page made of it."""
    mark, said = str(answer.get("document", "")), str(answer.get("version", ""))
    if "error" in answer or "passes" not in answer:
        return mark, AxeRun(said, error=str(answer.get("error") or "axe-core gave no answer"))
    results = [
        AxeResult(rule, outcome)
        for key, outcome in (("passes", Outcome.PASSED), ("inapplicable", Outcome.INAPPLICABLE))
        for rule in map(str, answer.get(key) or ())
    ]
    for key, outcome in (("violations", Outcome.FAILED), ("incomplete", Outcome.CANT_TELL)):
        results += [_result(item, outcome) for item in answer.get(key) or ()]
    results.sort(key=lambda r: (r.rule, r.outcome.value))
    return mark, AxeRun(said, tuple(results))


def _result(item: Mapping[str, Any], outcome: Outcome) -> AxeResult:
    nodes = tuple(AxeNode(*(str(part) for part in node)) for node in item.get("nodes") or ())
    return AxeResult(str(item.get("id")), outcome, str(item.get("impact") or ""), nodes)
