"""What a check found, flat: one place after another, gravest first, strings made harmless."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit, urlunsplit

from lgaudit import urls
from lgaudit.models import Finding, Outcome, Rule, Standard, Status
from lgaudit.report import cells, words
from lgaudit.results import PageResult, SiteResult

PARTS = (
    "Fails",
    "Fails, reported but not counted",
    "For a person to look at",
)
FIRST_LINE = 1  # for readers that insist on a line where none is known
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = "%/~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Where:
    """A page as its user knows it: a file or an address."""

    name: str
    is_file: bool

    @property
    def uri(self) -> str:
        """A valid URI: relative for files below the current folder, absolute otherwise."""
        if not self.is_file:
            return address_uri(self.name)
        path = quote(self.name, safe="/~!$&'()*+,;=@", errors="replace")
        return f"file://{path}" if path.startswith("/") else path


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a rule fails or a person must look; ``selector`` is '' for a whole page."""

    rule: Rule
    outcome: Outcome
    where: Where
    message: str
    selector: str = ""
    snippet: str = ""
    fingerprint: str = ""
    of_site: bool = False
    line: int = 0  # in the page's source, from 1; 0: not known
    template: str = ""  # file that the element was made from
    template_line: int = 0

    @property
    def at(self) -> tuple[Where, int]:
        """Where to put it right, and the line or 0: the template where it is known."""
        if self.template:
            return Where(self.template, True), self.template_line
        return self.where, self.line

    @property
    def name(self) -> str:
        """The page with its line, and the template it came of, for people to read."""
        said = with_line(self.where.name, self.line)
        if self.template:
            said += f" (made from {with_line(self.template, self.template_line)})"
        return said

    @property
    def part(self) -> int:
        """Index into ``PARTS``; 0 is what counts."""
        if self.outcome is not Outcome.FAILED:
            return 2
        return 0 if self.rule.status is Status.SCORED else 1

    @property
    def about(self) -> str:
        """The element's source, else its selector, else ''."""
        return self.snippet or self.selector


@dataclass(frozen=True, slots=True)
class Group:
    """Every place of one rule with one outcome."""

    rule: Rule
    part: int
    places: tuple[Place, ...]

    @property
    def pages(self) -> int:
        """How many pages it shows on."""
        return len({place.where for place in self.places})


@dataclass(frozen=True, slots=True)
class Unseen:
    """A page that could not be checked, and why in words."""

    where: Where
    why: str


def where(page: PageResult) -> Where:
    """The page as given on the command line."""
    if page.source and "://" not in page.source:
        return Where(cells.clean(page.source), True)
    return _address(page.source or page.url)


def _address(url: str) -> Where:
    """A web address, for others to read: a password in it is left out."""
    return Where(cells.clean(urls.without_credentials(url)), False)


def site_where(result: SiteResult) -> Where:
    """Where to show what concerns a whole site: its home page, or the first page looked at."""
    pages = sorted(result.pages, key=lambda page: (page.url != result.site.homepage, page.url))
    return where(pages[0]) if pages else _address(result.site.homepage)


def page_places(findings: Iterable[Finding], rule: Rule, at: Where) -> list[Place]:
    """The places of one rule's findings on one page, or on the site."""
    found = []
    for finding in findings:
        message = cells.cut(cells.clean(finding.message)) or rule.title
        of_site = not finding.url
        if not finding.spots:
            found.append(
                Place(
                    rule,
                    finding.outcome,
                    at,
                    message,
                    fingerprint=finding.fingerprint,
                    of_site=of_site,
                )
            )
        for spot in finding.spots:
            more = cells.clean(spot.message)
            said = f"{message} {more}" if more and more != message else message
            found.append(
                Place(
                    rule,
                    finding.outcome,
                    at,
                    cells.cut(said),
                    cells.one_line(spot.selector),
                    cells.one_line(spot.snippet, cells.SNIPPET),
                    spot.fingerprint,
                    of_site,
                    spot.line,
                    cells.one_line(spot.template),
                    spot.template_line,
                )
            )
    return found


def with_line(name: str, line: int) -> str:
    """As editors and terminals know it: file:12."""
    return f"{name}:{line}" if line else name


def by_id(rules: Iterable[Rule]) -> dict[str, Rule]:
    """Rules by id, their words made harmless: rule files may come from strangers too."""
    return {
        rule.id: replace(
            rule,
            title=cells.one_line(rule.title),
            category=cells.one_line(rule.category),
            why=cells.one_line(rule.why),
            fix=cells.one_line(rule.fix),
            standard=rule.standard
            and Standard(
                cells.one_line(rule.standard.name),
                cells.one_line(rule.standard.clause),
                rule.standard.url,
            ),
        )
        for rule in rules
    }


def places(results: Iterable[SiteResult], rules: Sequence[Rule]) -> list[Place]:
    """Every place: failures that count first, then advice, then what a person must see."""
    known_rules = by_id(rules)
    found: list[Place] = []
    for result in results:
        known = {page.url: where(page) for page in result.pages} | {"": site_where(result)}
        for finding in sorted(result.findings, key=lambda f: (f.url, f.rule)):
            at = known.get(finding.url) or _address(finding.url)
            found += page_places([finding], known_rules[finding.rule], at)
    return sorted(found, key=lambda p: (p.part, -p.rule.severity.order, p.rule.id))


def groups(found: Sequence[Place]) -> list[Group]:
    """The places by rule, in the order of ``places``."""
    return [
        Group(together[0].rule, part, tuple(together))
        for (part, _), same in itertools.groupby(found, lambda p: (p.part, p.rule.id))
        for together in [list(same)]
    ]


def unseen(results: Iterable[SiteResult]) -> list[Unseen]:
    """Pages that are not evidence, in the order given."""
    return [
        Unseen(where(page), why_unseen(page))
        for result in results
        for page in result.pages
        if not page.verdict.ok
    ]


def why_unseen(page: PageResult) -> str:
    """Why a page could not be checked, in a sentence without its full stop."""
    detail = cells.one_line(page.verdict.detail)
    sentence = words.REASONS[page.verdict.reason]
    return f"{sentence} ({detail})" if detail else sentence


def totals(results: Sequence[SiteResult], found: Sequence[Group]) -> str:
    """One sentence: how much was looked at, and how it went."""
    pages = [page for result in results for page in result.pages]
    seen = sum(page.verdict.ok for page in pages)
    lost = len(pages) - seen
    fails = len([group for group in found if group.part == 0])
    if not pages:
        return "There was no page to check."
    if not seen:
        return "No page could be checked."
    said = f"{words.count(seen, 'page')} checked; "
    said += f"{words.count(fails, 'rule')} fail{'s' if fails == 1 else ''}" if fails else ""
    said += "" if fails else "no scored rule fails"
    return f"{said}; {words.count(lost, 'page')} could not be checked." if lost else f"{said}."


def address_uri(url: str) -> str:
    """A web address with whatever a URI may not hold percent-encoded."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return quote(url, safe="", errors="replace")
    path, query, fragment = (
        quote(_LONE_PERCENT.sub("%25", part), safe=_SAFE + extra, errors="replace")
        for part, extra in ((parts.path, ""), (parts.query, "?"), (parts.fragment, "?"))
    )
    host = quote(_LONE_PERCENT.sub("%25", parts.netloc), safe="%:@[].-_~", errors="replace")
    return urlunsplit((parts.scheme, host, path, query, fragment))
