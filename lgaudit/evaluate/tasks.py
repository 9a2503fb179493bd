"""What people come to a council's site to do, and in how many clicks they find it.

The tasks are those of ``rules/service/tasks.csv``: the local government service list's top tasks
in plain words, the words people use for them, and which kind of council does each.

Where the user had the site's own search asked, a task is found through search when one of the first
results is about it, by the same words. A result that only speaks of it proves neither.

A task is found where a link says it, or where a page's title or main heading does; the clicks are
those from the home page to that place. News and search results are no place to find a service.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from lgaudit import urls
from lgaudit.evaluate import searched, wayfinding
from lgaudit.evaluate.kept import of_visit
from lgaudit.evaluate.phrasing import folded
from lgaudit.evaluate.searched import Answer, Hit
from lgaudit.evidence import Question, Snapshot
from lgaudit.models import Council, Kind, Reason
from lgaudit.results import TaskResult

SHORT = 5  # words of a text in which a single word may stand for a task
RESULTS = 10  # of a search; few people look at more
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
    order: int = 0  # place among what a search is asked for, from 1; 0: it is not


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
                int(row["search_order"] or 0),
            )
            for row in csv.DictReader(file)
        )


def provided(councils: Iterable[Council]) -> tuple[Task, ...]:
    """Tasks that one of the councils surely does; what only some of its kind do is left out."""
    kinds = {_COLUMNS.get(council.type, "") for council in councils}
    return tuple(t for t in tasks() if any(t.done_by.get(kind) == "yes" for kind in kinds))


def questions(councils: Iterable[Council], most: int) -> tuple[Question, ...]:
    """What to ask a site's search: the first words for what most people come for, one a task."""
    wanted = sorted((t for t in provided(councils) if t.order), key=lambda t: t.order)
    return tuple(Question(task.id, task.words[0]) for task in wanted[:most])


@dataclass(frozen=True, slots=True)
class Searched:
    """One question to the site's search. ``state`` is yes, no or unknown, '' when not asked."""

    question: Question
    title: str
    state: str
    place: str = ""  # the result that is about it, or where it is although no result leads there


@of_visit
def look(visit: Snapshot) -> tuple[TaskResult, ...]:
    """Every task of the site's councils and where it was found; kept with the visit."""
    return tuple(_look(visit)) if visit.site.councils else ()


def _look(visit: Snapshot) -> Iterator[TaskResult]:
    wanted = provided(visit.site.councils)
    signs = wayfinding.signs(visit)
    best = _best(visit)
    sure = signs.whole or not signs.unseen(NEAR - 1, visit)
    through = {told.question.task: told.state for told in through_search(visit, RESULTS)}
    walls = {url for url, verdict in visit.lost if verdict.reason is Reason.LOGIN}
    for task in wanted:
        state = through.get(task.id, "")
        if task.id in best and best[task.id].clicks < wayfinding.NOT_LINKED:
            near = best[task.id]
            end = _end(near.page or near.url, signs, visit, walls)
            yield TaskResult(
                task.id, task.title, near.clicks, near.url, near.text, True, state, end
            )
        else:
            yield TaskResult(task.id, task.title, None, "", "", sure, state)


@dataclass(frozen=True, slots=True)
class _Near:
    """Where a task is: the nearest place, and the nearest that is no file ('' for none)."""

    clicks: int
    url: str
    text: str
    page: str


@of_visit
def _best(visit: Snapshot) -> Mapping[str, _Near]:
    """The nearest place of each task found; of several the one that says least else."""
    best: dict[str, tuple[int, int, str, str]] = {}
    pages: dict[str, tuple[int, int, str, str]] = {}
    index = _index(provided(visit.site.councils))
    for line, text, url, clicks in wayfinding.signs(visit).said():
        for id in _meant(line, text, index):
            found = (clicks, len(text), url, text)
            if id not in best or found < best[id]:
                best[id] = found
            if (id not in pages or found < pages[id]) and not wayfinding.is_file(url):
                pages[id] = found
    return {
        id: _Near(clicks, url, text, pages[id][2] if id in pages else "")
        for id, (clicks, _, url, text) in best.items()
    }


def _end(url: str, signs: wayfinding.Signs, visit: Snapshot, walls: Collection[str]) -> str:
    """What people meet at the place of a task."""
    if wayfinding.is_file(url):
        return "file" if wayfinding.is_file(url, to_read=True) else ""
    if not urls.same_site(visit.site.homepage, url):
        return "elsewhere"
    page = signs.page_of(url)
    if url in walls or (page is not None and wayfinding.asks_to_sign_in(page)):
        return "account"
    if page is None:
        return ""
    return "form" if page.kind is Kind.FORM else "page"


@of_visit
def through_search(visit: Snapshot, most: int = RESULTS) -> tuple[Searched, ...]:
    """What the site's search had among its first results for each question; kept with the visit."""
    known = {task.id: task for task in tasks()}
    answers = [a for a in searched.answers(visit, most) if a.question.task in known]
    if not answers:
        return ()
    signs, best = wayfinding.signs(visit), _best(visit)
    return tuple(_judged(a, known[a.question.task], signs, best) for a in answers)


def _judged(
    answer: Answer,
    task: Task,
    signs: wayfinding.Signs,
    best: Mapping[str, _Near],
) -> Searched:
    question = answer.question
    if answer.hits is None:
        return Searched(question, task.title, "unknown" if question.url else "")
    index = _index((task,))
    for hit in answer.hits:
        if _is_about(hit, signs, index):
            return Searched(question, task.title, "yes", hit.url)
    if any(_speaks_of(hit, index) for hit in answer.hits) or any(
        _is_about(link, signs, index) for link in answer.beside
    ):
        return Searched(question, task.title, "unknown")
    place = best[task.id].url if task.id in best else ""
    return Searched(question, task.title, "no", place)


def _is_about(hit: Hit, signs: wayfinding.Signs, index: Index) -> bool:
    """True for a page, no file and no news, whose link, title, heading or address says the task."""
    if not wayfinding.is_place(hit.url):
        return False
    said = [(folded(text), text) for text in (hit.text, *_names(hit.url))]
    said += signs.texts_of(hit.url)
    return any(True for line, text in said for _ in _meant(line, text, index))


def _speaks_of(hit: Hit, index: Index) -> bool:
    said = [(folded(text, 0), text) for text in (hit.about, hit.text, *_names(hit.url))]
    return any(True for line, text in said for _ in _meant(line, text, index, short=False))


def _names(url: str) -> Iterator[str]:
    """The parts of an address as words, the last first."""
    for part in reversed(urls.path_of(url).split("/")[-3:]):
        yield wayfinding.address_words(part)


Index = Mapping[str, list[tuple[tuple[str, ...], str, str]]]


@cache
def _index(wanted: tuple[Task, ...]) -> Index:
    """First word of a phrase -> (its words, the phrase as written, task)."""
    found: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
    for task in wanted:
        for phrase in task.words:
            words = tuple(map(_stem, folded(phrase).split()))
            if words:
                found.setdefault(words[0], []).append((words, phrase, task.id))
    return found


def _meant(line: str, text: str, index: Index, *, short: bool = True) -> Iterator[str]:
    words = [_stem(word) for word in line.split()]
    for at, word in enumerate(words):
        for phrase, written, id in index.get(word, ()):
            if tuple(words[at : at + len(phrase)]) != phrase:
                continue
            if written.isupper():  # an abbreviation: "TEN" is not ten
                if written in text:
                    yield id
            elif len(phrase) > 1 or len(words) <= SHORT or not short:
                yield id


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
