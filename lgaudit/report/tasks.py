"""The task table: what people come to do, and in how many clicks each council's site lets them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lgaudit.report import cells
from lgaudit.report.league import Line, council_rows
from lgaudit.results import TaskResult

COLUMNS = "slug name task title state clicks url words search ends".split()
NEAR = 2  # clicks


@dataclass(frozen=True)
class Searched:
    """How often one search or another led to a task, did not, or could not be read."""

    yes: int = 0
    no: int = 0
    unknown: int = 0

    @property
    def judged(self) -> int:
        """Answers that could be read."""
        return self.yes + self.no


@dataclass(frozen=True)
class TaskLine:
    """One task over the sites that should offer it; ``states`` is in the order of the columns."""

    id: str
    title: str
    near: int
    far: int
    absent: int
    unknown: int
    states: tuple[str, ...]
    searched: Searched = Searched()

    @property
    def judged(self) -> int:
        """Sites where it could be told."""
        return self.near + self.far + self.absent

    @property
    def share(self) -> float | None:
        """Share of the judged sites where it is near, 0 to 1."""
        return self.near / self.judged if self.judged else None

    @property
    def bars(self) -> Markup:
        """The row as a picture: one column a site, taller for fewer clicks."""
        return picture(self.states)


def state_of(task: TaskResult) -> str:
    """near, far, absent or unknown."""
    if task.clicks is None:
        return "absent" if task.sure else "unknown"
    return "near" if task.clicks <= NEAR else "far"


def searched(tasks: Iterable[TaskResult]) -> Searched:
    """What was found through search."""
    count = Counter(task.search for task in tasks)
    return Searched(count["yes"], count["no"], count["unknown"])


def table(order: Sequence[Line], tasks: Mapping[str, Sequence[TaskResult]]) -> list[TaskLine]:
    """A line for each task, the hardest to find first; columns are the sites in ``order``."""
    titles: dict[str, str] = {}
    by_site: list[dict[str, str]] = []
    by_task: dict[str, list[TaskResult]] = {}
    for line in order:
        own = tasks.get(line.site.slug, ())
        titles |= {task.id: task.title for task in own}
        by_site.append({task.id: state_of(task) for task in own})
        for task in own:
            by_task.setdefault(task.id, []).append(task)
    found = []
    for id, title in titles.items():
        states = tuple(own.get(id, "") for own in by_site)
        count = {name: states.count(name) for name in ("near", "far", "absent", "unknown")}
        through = searched(by_task[id])
        found.append(TaskLine(id, title, **count, states=states, searched=through))
    return sorted(found, key=lambda t: (t.share is None, t.share or 0.0, t.title))


def rows(lines: Iterable[Line], tasks: Mapping[str, Sequence[TaskResult]]) -> Iterator[list[str]]:
    """A row for each council and task, every cell made harmless."""
    for line, council in council_rows(lines):
        for task in tasks.get(line.site.slug, ()):
            values = (
                council.slug if council else line.site.slug,
                council.name if council else line.name,
                task.id,
                task.title,
                state_of(task),
                "" if task.clicks is None else str(task.clicks),
                task.url,
                task.text,
                task.search or "not asked",
                task.ends or "not seen",
            )
            yield [str(cells.cell(value)) for value in values]


def picture(states: Sequence[str]) -> Markup:
    """One column a site: tall when near, half when far, a dot when absent, a gap otherwise."""
    paths = []
    for name, top, height in (("near", 0, 12), ("far", 5, 7), ("absent", 9, 3)):
        columns = [n for n, state in enumerate(states) if state == name]
        if columns:
            shape = "".join(f"M{n} {top}h.88v{height}h-.88z" for n in columns)
            paths.append(f'<path class="task-{name}" d="{shape}"/>')
    few = len(states) <= 30
    width = f"{len(states) * 20}" if few else "100%"
    return Markup(
        f'<svg class="task-row" viewBox="0 0 {max(1, len(states))} 12" width="{width}"'
        f' height="14" preserveAspectRatio="none" aria-hidden="true">{"".join(paths)}</svg>'
    )
