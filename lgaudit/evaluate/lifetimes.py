"""What became of a site's issues: new, open, fixed or returned, from one run to the next.

An issue is fixed when every page it was known on has been seen again, its rule gave a clear answer
there, and it was not among what failed. A page that was not seen, or that the rule could not be
judged on, proves nothing. Nor does a rule that judges otherwise than before (another check, other
options, another axe-core): what shows for the first time under it is open, not new, and what no
longer shows is let go, not fixed.

An issue is known again by its exact identity wherever on the site it is; else, on a page it was
known on, by its build and by its words as a baseline knows it (:mod:`lgaudit.evaluate.identity`).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lgaudit.evaluate import identity as ids
from lgaudit.evaluate.dates import undated
from lgaudit.evaluate.identity import Identity
from lgaudit.evaluate.issues import fingerprint
from lgaudit.lives import FIRST_LOOK, Change, IssueLife, Look, SiteLife, State
from lgaudit.models import Finding, Outcome, Rule, Spot

FULL = 10  # places: a finding with as many may leave out others, so absence there is no proof
CROWD = 200  # issues of one rule; beyond it only exact identities are known again
NEW_PAGES = "on pages not looked at before"
OTHER_RULE = "the rule is new or judges otherwise than in the run before"
NOT_AGAIN = "could not be looked at again everywhere it was"
_SITE = ""  # stands for the site among pages
_CLEAR = (Outcome.PASSED, Outcome.FAILED, Outcome.INAPPLICABLE)


@dataclass
class _Seen:
    """One defect as one look shows it."""

    rule: str
    mark: str  # exact identity
    message: str
    spot: Spot | None
    pages: set[str]  # _SITE for the site
    places: int = 1

    @property
    def identity(self) -> Identity:
        if self.spot is None:
            return ids.identity(self.rule, "", "", self.message, self.mark)
        place = ids.place_of(self.spot.snippet, self.spot.selector)
        # "Last updated: 4 June 2026" is the same defect when it says another day.
        snippet, message = undated(self.spot.snippet), undated(self.message)
        return ids.identity(self.rule, snippet, place, message, self.mark)

    @property
    def block(self) -> str:
        """The outermost landmark it stands in, but for the main content."""
        return _block(self.spot.selector, bool(self.spot.snippet.strip())) if self.spot else ""


@functools.lru_cache(maxsize=4096)
def _block(selector: str, written: bool) -> str:
    place = ids.place_of("<" if written else "", selector).split(" > ")
    return next((step for step in place if step in ids.LANDMARKS and step != "main"), "")


@dataclass
class _Life:
    id: str
    seen: _Seen
    standing: set[str]  # pages it is still known to be on
    first: Look
    last: Look
    since: Look
    judged: Look  # the look whose rule says what it is now
    state: State
    note: str = ""
    let_go: bool = False  # its rule judges otherwise now, and no longer finds it


class _Sight:
    """One look, ready to be asked what is there and what surely is not."""

    def __init__(self, look: Look) -> None:
        self.look = look
        result = look.result
        self._pages = {p.url for p in result.pages if p.sampled and p.verdict.ok} | {_SITE}
        self._said = {told.rule: told.by_page for told in result.outcomes}
        self._full: set[tuple[str, str]] = set()
        self._doubted: set[tuple[str, str]] = set()
        self.found: dict[tuple[str, str], _Seen] = {}
        for finding in result.findings:
            rule = look.rules.get(finding.rule)
            if rule is not None and not rule.timing:
                self._take(finding)

    def _take(self, finding: Finding) -> None:
        if len(finding.spots) >= FULL:
            self._full.add((finding.rule, finding.url))
        for spot in finding.spots or (None,):
            kept = spot.fingerprint if spot else finding.fingerprint
            mark = kept or fingerprint(finding.rule, spot, finding.message)
            key = (finding.rule, mark)
            if finding.outcome is Outcome.CANT_TELL:
                self._doubted.add(key)
            elif finding.outcome is Outcome.FAILED:
                known = self.found.get(key)
                if known is None:
                    message = (spot.message if spot else "") or finding.message
                    self.found[key] = _Seen(finding.rule, mark, message, spot, {finding.url})
                else:
                    known.pages.add(finding.url)
                    known.places += 1

    def clear(self, rule: str, page: str) -> bool:
        """Whether the rule gave a clear and whole answer about the page."""
        if rule not in self.look.rules or page not in self._pages:
            return False
        said = self._said.get(rule, {}).get(page, Outcome.INAPPLICABLE)
        return said in _CLEAR and (rule, page) not in self._full

    def doubted(self, seen: _Seen) -> bool:
        """Whether the rule could not tell of this very element."""
        return (seen.rule, seen.mark) in self._doubted


def follow(looks: Sequence[Look]) -> SiteLife:
    """The issues of one site and their changes after these looks, given oldest first."""
    story = _Story(looks[-1].result.site.slug if looks else "")
    for look in looks:
        if look.result.verdict.ok:
            story.go_on(_Sight(look))
    return story.told(looks[-1]) if looks else SiteLife()


class _Story:
    def __init__(self, site: str) -> None:
        self._site = site
        self._lives: dict[str, _Life] = {}
        self._changes: list[tuple[Look, State, str]] = []
        self._before: list[_Sight] = []

    def go_on(self, sight: _Sight) -> None:
        """Take in the next look."""
        matched = _matched(list(self._lives.values()), sight.found.values())
        again = {id(seen) for seen in matched.values()}
        for life in list(self._lives.values()):
            seen = matched.get(life.id)
            if seen is not None:
                self._met(life, seen, sight)
            else:
                self._missed(life, sight)
        for seen in sight.found.values():
            if id(seen) not in again:
                self._begin(seen, sight)
        self._before.append(sight)

    def _met(self, life: _Life, seen: _Seen, sight: _Sight) -> None:
        alike = same_rule(life.judged, sight.look, seen.rule)
        if life.state is State.FIXED and alike:
            self._turn(life, State.RETURNED, sight.look)
            life.note = ""
        else:
            changed = life.state is State.FIXED or life.let_go
            if life.state is not State.OPEN:
                life.state, life.since = State.OPEN, sight.look
            life.note = OTHER_RULE if changed else ""
        life.let_go = False
        left = {p for p in life.standing if not sight.clear(seen.rule, p)}
        life.standing = left | seen.pages
        life.seen, life.last, life.judged = seen, sight.look, sight.look

    def _missed(self, life: _Life, sight: _Sight) -> None:
        if life.state is State.FIXED or life.let_go:
            return
        rule = life.seen.rule
        left = {p for p in life.standing if not sight.clear(rule, p)}
        if sight.doubted(life.seen):
            left = set(life.standing)
        if same_rule(life.judged, sight.look, rule):
            life.standing = left
            if not left:
                life.note = ""
                self._turn(life, State.FIXED, sight.look)
                return
        elif not left:
            life.let_go = True
            return
        if life.state is not State.OPEN:
            life.state, life.since = State.OPEN, sight.look
        life.note = NOT_AGAIN

    def _begin(self, seen: _Seen, sight: _Sight) -> None:
        state, note = State.NEW, FIRST_LOOK
        if self._before:
            judged = [s for s in self._before if seen.rule in s.look.rules]
            if not judged or not same_rule(judged[-1].look, sight.look, seen.rule):
                state, note = State.OPEN, OTHER_RULE
            elif any(s.clear(seen.rule, page) for s in judged for page in seen.pages):
                note = ""
            else:
                note = NEW_PAGES
        mark, number = _digest(self._site, seen.rule, seen.mark), 0
        while mark in self._lives:  # its element was written anew and goes on as another
            number += 1
            mark = _digest(self._site, seen.rule, seen.mark, str(number))
        look = sight.look
        life = _Life(mark, seen, set(seen.pages), look, look, look, look, state, note)
        self._lives[mark] = life
        if state is State.NEW:
            self._changes.append((look, state, mark))

    def _turn(self, life: _Life, state: State, look: Look) -> None:
        life.state, life.since = state, look
        self._changes.append((look, state, life.id))

    def told(self, now: Look) -> SiteLife:
        """The story so far; issues of rules the last look did not have are left out."""
        templates = {page.url: page.template for page in now.result.pages if page.template}
        for sight in reversed(self._before):
            for page in sight.look.result.pages:
                templates.setdefault(page.url, page.template)
        issues = {
            life.id: _issue(life, self._site, templates)
            for life in self._lives.values()
            if life.seen.rule in now.rules and not life.let_go
        }
        changes = [
            Change(look.run, look.started, state, issues[mark])
            for look, state, mark in self._changes
            if mark in issues
        ]
        changes.sort(key=lambda c: c.issue.id)
        changes.sort(key=lambda c: (c.when, c.run), reverse=True)
        ordered = sorted(issues.values(), key=lambda issue: (issue.rule, issue.id))
        return SiteLife(tuple(ordered), tuple(changes))


def _issue(life: _Life, site: str, templates: Mapping[str, str]) -> IssueLife:
    seen = life.seen
    pages = life.standing if life.state is not State.FIXED else seen.pages
    shared = {templates.get(url, "") for url in pages}
    block = seen.block
    return IssueLife(
        id=life.id,
        site=site,
        rule=seen.rule,
        pattern=_pattern(seen, block),
        fingerprint=seen.mark,
        state=life.state,
        first_seen=life.first.started,
        last_seen=life.last.started,
        since=life.since.started,
        note=life.note,
        message=seen.message,
        spot=seen.spot,
        pages=tuple(sorted(pages - {_SITE})),
        places=seen.places,
        block=block,
        template=shared.pop() if len(shared) == 1 else "",
    )


def _pattern(seen: _Seen, block: str) -> str:
    """Digest of what issues have in common that one line of a template is likely to write."""
    it = ids.build_of(undated(seen.spot.snippet) if seen.spot else "")
    build = (seen.rule, it.tag, *sorted(it.classes), "", *sorted(it.attributes), "", block)
    return _digest(*build)


def same_rule(one: Look, other: Look, rule: str) -> bool:
    """Whether the rule judges alike in two looks: same check, same options, same engines."""
    first, second = one.rules.get(rule), other.rules.get(rule)
    if first is None or second is None or one.engines.lgaudit != other.engines.lgaudit:
        return False
    if first.check.startswith("axe") and one.engines.axe_core != other.engines.axe_core:
        return False
    return _judging(first) == _judging(second)


def _judging(rule: Rule) -> tuple[object, ...]:
    return (rule.check, rule.scope, rule.applies_to, dict(rule.options))


def _matched(lives: Sequence[_Life], found: Iterable[_Seen]) -> dict[str, _Seen]:
    """Life id to what it looks like now, one to one: exact ones first, the open before others."""
    now = list(found)
    order = sorted(lives, key=lambda life: (life.state is State.FIXED, life.let_go, life.id))
    by_mark: dict[tuple[str, str], list[_Life]] = {}
    for life in order:
        by_mark.setdefault((life.seen.rule, life.seen.mark), []).append(life)
    matched: dict[str, _Seen] = {}
    left: dict[str, list[_Seen]] = {}
    for seen in now:
        known = by_mark.get((seen.rule, seen.mark))
        if known:
            matched[known[0].id] = seen
        else:
            left.setdefault(seen.rule, []).append(seen)
    by_rule: dict[str, list[_Life]] = {}
    for life in order:
        if life.id not in matched:
            by_rule.setdefault(life.seen.rule, []).append(life)
    for rule, waiting in left.items():
        old = by_rule.get(rule, [])
        if 0 < len(old) <= CROWD and len(waiting) <= CROWD:
            matched |= _written_anew(old, waiting)
    return matched


def _written_anew(old: Sequence[_Life], waiting: Sequence[_Seen]) -> dict[str, _Seen]:
    """The same by build, then by words, on a page it was known on; surest first."""
    before = [(life, life.seen.identity) for life in old if life.state is not State.FIXED]
    today = sorted(waiting, key=lambda seen: seen.mark)
    after = [(seen, seen.identity) for seen in today]
    made: dict[str, _Seen] = {}
    taken: set[str] = set()
    scores: Collection[Callable[[Identity, Identity], int]] = (ids.structural, ids.textual)
    for score in scores:
        pairs = [
            (-sure, life.id, seen.mark, seen)
            for life, then in before
            if life.id not in made
            for seen, today_ in after
            if seen.mark not in taken
            and life.standing & seen.pages
            and (sure := score(then, today_))
        ]
        for _, known, mark, seen in sorted(pairs, key=lambda pair: pair[:3]):
            if known not in made and mark not in taken:
                made[known] = seen
                taken.add(mark)
    return made


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]
