"""Replies of councils to findings: the file they are kept in, and what became of each in a run.

``replies.toml`` is kept by whoever publishes the league. A reply stands beside the finding it is
about; only an accepted one changes a score, until it expires, and the score as measured is shown
as well. How to write one: docs/replies.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from lgaudit.errors import RepliesError
from lgaudit.models import Rank, SiteScore
from lgaudit.strict import Reader, did_you_mean

MOST = 2_000  # replies in one file
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]
Mark = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a council says of one issue, or of a whole rule, on its website."""

    council: Line  # slug of the council, or of the site
    text: Text
    who: Line  # a team or a role: the file is published
    date: dt.date
    expires: dt.date  # from this day on it no longer counts
    rule: Annotated[str, msgspec.Meta(max_length=200)] = ""  # "content/link-text-generic"
    issue: Mark | None = None  # the fingerprint of findings.csv
    accepted: bool | None = None  # None: not decided yet
    answer: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # why it was accepted, or not

    @property
    def target(self) -> str:
        """The issue or the rule it is about."""
        return self.issue or self.rule


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    replies: Annotated[list[Reply], msgspec.Meta(max_length=MOST)] = []


@dataclass(frozen=True, slots=True)
class Said:
    """One reply as a run sees it."""

    reply: Reply
    site: str = ""  # slug of the site it is about; '' when the run did not look at it
    rule: str = ""  # id of the rule it is about; '' for an issue that was not found
    expired: bool = False
    pages: int = 0  # pages (or 1, the site itself) that it takes out of the score

    @property
    def counts(self) -> bool:
        """Whether it changes a score."""
        return bool(self.reply.accepted) and not self.expired

    @property
    def state(self) -> str:
        """'Accepted', 'Not accepted', 'Not decided yet' or 'Expired', with what it was before."""
        decided = {True: "Accepted", False: "Not accepted", None: "Not decided yet"}
        state = decided[self.reply.accepted]
        return f"Expired (was: {state.lower()})" if self.expired else state


@dataclass(frozen=True)
class Heard:
    """All replies as a run sees them, and what the accepted ones make of scores and places."""

    said: tuple[Said, ...] = ()
    scores: Mapping[str, SiteScore] = field(default_factory=dict)  # sites with accepted replies
    ranks: Mapping[str, Rank] = field(default_factory=dict)  # every ranked site; {}: as measured

    def of_site(self, site: str) -> list[Said]:
        """The replies about one site."""
        return [said for said in self.said if said.site == site]

    def of_rule(self, rule: str, site: str = "") -> list[Said]:
        """The replies about one rule, on one site or on all."""
        return [s for s in self.said if s.rule == rule and s.site and site in ("", s.site)]

    def accepted(self, site: str) -> int:
        """How many accepted replies change something of a site."""
        return sum(said.counts and said.pages > 0 for said in self.of_site(site))

    @property
    def digest(self) -> str:
        """Stands for everything that was said; '' when nothing was."""
        if not self.said:
            return ""
        told = repr([said.reply for said in self.said]).encode("utf-8", "replace")
        return hashlib.sha256(told).hexdigest()


def read(path: Path) -> tuple[Reply, ...]:
    """Every reply of a file, in its order.

    Raises:
        RepliesError: the file cannot be read or used; every problem with its line.
    """
    reader = Reader(str(path))
    table = reader.table(path)
    file = reader.struct(_File, table) if table is not None else None
    replies = tuple(file.replies) if file is not None else ()
    seen: dict[tuple[str, str], int] = {}
    for number, reply in enumerate(replies):
        for problem in _problems(reply):
            reader.problem(f"reply number {number + 1}: {problem}", ("replies", number))
        first = seen.setdefault((reply.council, reply.target), number)
        if first != number:
            reader.problem(
                f"reply number {number + 1}: {reply.council} has replied to {reply.target} already,"
                f" in number {first + 1}. Keep the newer of the two.",
                ("replies", number),
            )
    if reader.problems:
        raise RepliesError("\n".join(reader.problems))
    return replies


def _problems(reply: Reply) -> Iterable[str]:
    if bool(reply.rule) == (reply.issue is not None):
        yield (
            'give either rule (as in "content/link-text-generic") or issue (the 16 letters and'
            " digits under fingerprint in findings.csv), and not both."
        )
    if not reply.text.strip() or not reply.who.strip():
        yield "text and who must say something."
    if reply.expires <= reply.date:
        yield f"expires ({reply.expires}) must be after date ({reply.date})."


def check(
    path: Path, replies: Iterable[Reply], councils: Collection[str], rules: Collection[str]
) -> None:
    """Refuse replies of councils or about rules that nobody knows.

    Raises:
        RepliesError: every one of them, with its line and the nearest known name.
    """
    reader = Reader(str(path))
    reader.table(path)
    reader.problems.clear()
    for number, reply in enumerate(replies):
        for kind, name, known in (
            ("council", reply.council, councils),
            ("rule", reply.rule, rules),
        ):
            if name and name not in known:
                reader.problem(
                    f"reply number {number + 1}: there is no {kind} {name!r}."
                    f"{did_you_mean(name, known)} `lgaudit {kind}s list` shows all.",
                    ("replies", number, kind),
                )
    if reader.problems:
        raise RepliesError("\n".join(reader.problems))
