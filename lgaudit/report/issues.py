"""A site's issues, each once: as rows, as JSON, and by the part of the site they are in."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from lgaudit.lives import FIRST_LOOK, IssueLife, State
from lgaudit.models import Rule, Status
from lgaudit.report import csvs
from lgaudit.report.league import Line

COLUMNS = (
    "issue slug site rule category severity status state first_seen last_seen pattern block"
    " template pages places message selector snippet fingerprint urls note"
).split()
OURS = frozenset(  # nothing of them comes from a website or from a rule
    "issue severity status state first_seen last_seen pattern block pages places".split()
)
OWNERS = "supplier product shared_issue".split()  # known once every site has been read
HEADINGS = ",".join([*COLUMNS, *OWNERS]) + "\n"
Owner = tuple[str, str, str]
NOBODY: Owner = ("", "", "")
URLS = 20  # named in one row; the rest are counted
BLOCKS = {
    "header": "Header",
    "nav": "Navigation",
    "footer": "Footer",
    "aside": "Side column",
    "dialog": "Dialogs and banners",
    "form": "Forms",
}
SHOWN = 8  # kinds of issue shown of one part; the rest are in the files
PARTS = 12  # parts of a site that are shown


@dataclass(frozen=True, slots=True)
class Kindred:
    """Issues of one rule and one build in one part of a site: one fix is likely to end them."""

    rule: Rule
    issues: tuple[IssueLife, ...]
    pages: tuple[str, ...]  # URLs, sorted

    @property
    def new(self) -> int:
        """How many of them are new, on a website that was looked at before."""
        return sum(i.state is State.NEW and i.note != FIRST_LOOK for i in self.issues)

    @property
    def returned(self) -> int:
        """How many of them have come back."""
        return sum(issue.state is State.RETURNED for issue in self.issues)


@dataclass(frozen=True, slots=True)
class Part:
    """A shared block, the pages of one template, or all else (``block`` and ``url`` are '')."""

    block: str  # "Header"
    url: str  # a page of the template
    kinds: tuple[Kindred, ...]  # worst first

    @property
    def count(self) -> int:
        """Issues in it."""
        return sum(len(kind.issues) for kind in self.kinds)

    @property
    def pages(self) -> int:
        """Pages with an issue in it."""
        return len({url for kind in self.kinds for url in kind.pages})

    @property
    def shown(self) -> tuple[Kindred, ...]:
        """The first few."""
        return self.kinds[:SHOWN]

    @property
    def unshown(self) -> int:
        """How many issues are not shown."""
        return sum(len(kind.issues) for kind in self.kinds[SHOWN:])


def parts(issues: Iterable[IssueLife], rules: Mapping[str, Rule]) -> list[Part]:
    """The issues a site has, by part: shared blocks, then templates, then all else."""
    held: dict[tuple[str, str], list[Kindred]] = {}
    for kind in _kinds((i for i in issues if i.here and i.rule in rules), rules):
        held.setdefault(_part_of(kind), []).append(kind)
    found = []
    for (block, template), kinds in held.items():
        url = min((u for kind in kinds for u in kind.pages), default="") if template else ""
        found.append(Part(BLOCKS.get(block, ""), url, tuple(kinds)))
    found.sort(key=lambda part: (not part.block, not part.url, -part.pages, part.url, part.block))
    return [*found[: PARTS - 1], *found[-1:]] if len(found) > PARTS else found


def _part_of(kind: Kindred) -> tuple[str, str]:
    """Block and template; issues of one kind that differ from page to page are one thing too."""
    block = kind.issues[0].block
    if len(kind.pages) < 2:
        return "", ""
    if block in BLOCKS:
        return block, ""
    templates = {issue.template for issue in kind.issues}
    return "", templates.pop() if len(templates) == 1 else ""


def _kinds(issues: Iterable[IssueLife], rules: Mapping[str, Rule]) -> list[Kindred]:
    alike: dict[str, list[IssueLife]] = {}
    for issue in issues:
        alike.setdefault(issue.pattern, []).append(issue)
    found = [
        Kindred(
            rules[own[0].rule],
            tuple(own),
            tuple(sorted({url for issue in own for url in issue.pages})),
        )
        for own in alike.values()
    ]
    return sorted(found, key=_worst)


def _worst(kind: Kindred) -> tuple[bool, int, int, str, str]:
    rule = kind.rule
    scored = rule.status is Status.SCORED
    return (not scored, -rule.severity.order, -len(kind.pages), rule.id, kind.issues[0].id)


def fixed(issues: Iterable[IssueLife], rules: Mapping[str, Rule], run: object) -> list[Kindred]:
    """What this run found fixed; ``run`` is its start."""
    return _kinds((i for i in issues if not i.here and i.since == run and i.rule in rules), rules)


def told(
    line: Line, issues: Iterable[IssueLife], rules: Mapping[str, Rule]
) -> Iterator[dict[str, object]]:
    """Each issue by the names of :data:`COLUMNS`, all its pages named."""
    for issue in issues:
        if issue.rule in rules:
            yield _told(line, issue, rules[issue.rule])


def as_csv(one: Mapping[str, object]) -> str:
    """What was told of an issue as a harmless row."""
    urls = one["urls"]
    assert isinstance(urls, tuple)
    shown = {**one, "urls": " ".join(urls[:URLS])}
    return ",".join(
        [str(shown[n]) if n in OURS else csvs.quoted(str(shown[n]), csvs.LONGEST) for n in COLUMNS]
    )


def as_json(one: Mapping[str, object]) -> str:
    """The same on one line of JSON."""
    with contextlib.suppress(UnicodeEncodeError):  # half of a character
        text = msgspec.json.encode(one)
        if text.isascii():
            return text.decode()
    return json.dumps(one, ensure_ascii=True, separators=(",", ":"))


def listed(texts: Iterable[str]) -> str:
    """Issues as one JSON document."""
    return '{"issues": [\n' + ",\n".join(texts) + "\n]}\n"


def _told(line: Line, issue: IssueLife, rule: Rule) -> dict[str, object]:
    spot = issue.spot
    return {
        "issue": issue.id,
        "slug": line.site.slug,
        "site": line.name,
        "rule": rule.id,
        "category": rule.category,
        "severity": rule.severity.value,
        "status": rule.status.value,
        "state": issue.state.value,
        "first_seen": issue.first_seen.date().isoformat(),
        "last_seen": issue.last_seen.date().isoformat(),
        "pattern": issue.pattern,
        "block": issue.block,
        "template": issue.template,
        "pages": len(issue.pages),
        "places": issue.places,
        "message": issue.message,
        "selector": spot.selector if spot else "",
        "snippet": spot.snippet if spot else "",
        "fingerprint": issue.fingerprint,
        "urls": issue.pages,
        "note": issue.note,
    }


def with_owner(text: str, owner: Owner | None) -> str:
    """A line of CSV with the supplier that could mend it; :data:`OWNERS` says what it holds."""
    return f"{text},{_owner_cells(owner or NOBODY)}"


def json_with_owner(text: str, owner: Owner | None) -> str:
    """A line of JSON with the supplier that could mend it."""
    return f"{text[:-1]},{_owner_json(owner or NOBODY)}"


@lru_cache(maxsize=1024)
def _owner_cells(owner: Owner) -> str:
    return csvs.joined(owner) + "\n"


@lru_cache(maxsize=1024)
def _owner_json(owner: Owner) -> str:
    return json.dumps(
        dict(zip(OWNERS, owner, strict=True)), ensure_ascii=True, separators=(",", ":")
    )[1:]
