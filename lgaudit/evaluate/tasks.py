"""What people come to a council's site to do, and in how many clicks they find it.

The tasks are those of ``rules/service/tasks.csv``: the local government service list's top tasks
in plain words, the words people use for them, and which kind of council does each.

A task is found where a link says it, or where a page's title or main heading does; the clicks are
those from the home page to that place. News and search results are no place to find a service.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lgaudit.evaluate import wayfinding
from lgaudit.evidence import Snapshot
from lgaudit.models import Council
from lgaudit.results import TaskResult

SHORT = 5  # words of a text in which a single word may stand for a task
NEAR = 2  # clicks; a task that should have been found there and was not is surely not there
_COLUMNS = {
    "county council": "county",
    "non-metropolitan district": "district",
    "unitary authority": "unitary",
    "metropolitan borough": "met",
    "London borough": "london_borough",
    "City of London Corporation": "london_borough",
    "sui generis unitary (Isles of Scilly)": "unitary",
    "Scottish council area": "scotland",
    "Welsh principal area": "wales",
    "NI district": "northern_ireland",
}


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One thing people come to do. ``words`` are phrases that links and titles use for it."""

    id: str  # number in the local government service list
    title: str
    words: tuple[str, ...]
    done_by: Mapping[str, str]  # kind of council -> yes, no or partial


@cache
def tasks() -> tuple[Task, ...]:
    """Every task, in the order of the file."""
    from lgaudit.evaluate.rulebook import builtin_folder  # reads rule files, which name checks

    path = builtin_folder() / "service" / "tasks.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Task(
                row["lgsl_id"],
                row["plain_task_phrase"],
                tuple(row["link_text_synonyms"].split("|")),
                {column: row[column] for column in set(_COLUMNS.values())},
            )
            for row in csv.DictReader(file)
        )


def provided(councils: Iterable[Council]) -> tuple[Task, ...]:
    """Tasks that one of the councils surely does; what only some of its kind do is left out."""
    kinds = {_COLUMNS.get(council.type, "") for council in councils}
    return tuple(t for t in tasks() if any(t.done_by.get(kind) == "yes" for kind in kinds))


def look(visit: Snapshot) -> tuple[TaskResult, ...]:
    """Every task of the site's councils and where it was found; kept with the visit."""
    store: dict[str, Any] = visit.__dict__
    if "_tasks" not in store:
        store["_tasks"] = tuple(_look(visit)) if visit.site.councils else ()
    kept: tuple[TaskResult, ...] = store["_tasks"]
    return kept


def _look(visit: Snapshot) -> Iterator[TaskResult]:
    wanted = provided(visit.site.councils)
    signs = wayfinding.signs(visit)
    best: dict[str, tuple[int, int, str, str]] = {}
    index = _index(wanted)
    for line, text, url, clicks in signs.said():
        for id in _meant(line, text, index):
            found = (clicks, len(text), url, text)
            if id not in best or found < best[id]:
                best[id] = found
    sure = signs.whole or not signs.unseen(NEAR - 1, visit)
    for task in wanted:
        if task.id in best and best[task.id][0] < wayfinding.NOT_LINKED:
            clicks, _, url, text = best[task.id]
            yield TaskResult(task.id, task.title, clicks, url, text, True)
        else:
            yield TaskResult(task.id, task.title, None, "", "", sure)


Index = Mapping[str, list[tuple[tuple[str, ...], str, str]]]


@cache
def _index(wanted: tuple[Task, ...]) -> Index:
    """First word of a phrase -> (its words, the phrase as written, task)."""
    found: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for task in wanted:
        for phrase in task.words:
            words = tuple(map(_stem, wayfinding.folded(phrase).split()))
            if words:
                found.setdefault(words[0], []).append((words, phrase, task.id))
    return found


def _meant(line: str, text: str, index: Index) -> Iterator[str]:
    words = [_stem(word) for word in line.split()]
    for at, word in enumerate(words):
        for phrase, written, id in index.get(word, ()):
            if tuple(words[at : at + len(phrase)]) != phrase:
                continue
            if written.isupper():  # an abbreviation: "TEN" is not ten
                if written in text:
                    yield id
            elif len(phrase) > 1 or len(words) <= SHORT:
                yield id


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
