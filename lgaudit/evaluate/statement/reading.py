"""Find a site's accessibility statement and read it: sections, sentences, what it claims.

The model statement is set by the Public Sector Bodies (Websites and Mobile Applications) (No. 2)
Accessibility Regulations 2018; the wording is that of GOV.UK's sample. Councils word it in their
own way, so meaning is matched and the words found are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin

from lgaudit import dom
from lgaudit.evaluate import page_language
from lgaudit.evaluate.kept import of_visit
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Kind

LONGEST = 60_000  # characters of a statement that are read; the longest in use have 30,000
QUOTE = 160  # characters quoted
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"'(])|\n+")
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "\xa0": " "}
)
_NAME = re.compile(
    r"accessibility statement|statement (?:of|on|for) (?:web ?site |digital )?accessibility", re.I
)
_WELSH_NAME = re.compile(r"datganiad hygyrchedd", re.I)
_MARKS = (  # wording that only an accessibility statement has
    re.compile(r"public sector bodies.{0,80}accessibility regulations", re.I),
    re.compile(r"\b(?:fully|partially|not) (?:compliant|conformant) with", re.I),
    re.compile(r"committed to (?:making|ensuring)\b.{0,120}\baccessible", re.I),
    re.compile(
        r"this (?:accessibility )?statement (?:applies|was (?:first )?prepared|covers)", re.I
    ),
    re.compile(r"equality (?:and human rights commission|advisory)", re.I),
    re.compile(r"web content accessibility guidelines|\bwcag\b", re.I),
)
NON_ACCESSIBLE = (
    "non-accessible",
    "not accessible",
    "non accessible",
    "non-compliance",
    "inaccessible",
)
MOST_HEADINGS = 500
MOST_CLAIMS = 10  # in one sentence
ENOUGH_MARKS = 2  # of those, on a page that does not bear the name
CRITERION = re.compile(r"(?<![\d.])([1-4]\.\d{1,2}\.\d{1,2})(?![\d])")
_STATUS = re.compile(
    r"\b(?:(?P<partially>partial(?:ly)?|partly|not (?:yet )?(?:fully|wholly|completely))"
    r"|(?P<fully>fully|wholly|completely)|(?P<not>not|non))[\s-]+(?:yet\s+)?"
    r"(?:compliant|conformant|compl(?:y|ies)|conforms?|(?<!not )(?<!non-)meets?"
    r"|(?<=partial )(?:compliance|conformance))\b",
    re.I,
)
_WISHED = re.compile(  # before a status: it is what somebody wants, not what is
    r"\b(?:aims?|aiming|will|would|should|must|plan(?:s|ned)?|planning to|strives?|striving"
    r"|hopes?|goal|working towards|to (?:be|become|make|ensure)|until|once|when|if|whether)\b"
    r"[^.;:]{0,60}$",
    re.I,
)
_OF_OTHERS = re.compile(
    r"\s*(?:with|to)\s+(?!(?:the (?:above|web|wcag|guidelines|standards?|requirements"
    r"|accessibility)|all|these|those|this|it|wcag|web|level)\b)",
    re.I,
)
_GUIDELINES = re.compile(r"web content accessibility guidelines|\bwcag\b", re.I)
NEAR = 160  # characters between a status and the guidelines it speaks of


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the text below it, up to the next heading of any level."""

    heading: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A compliance status the statement gives, with the sentence that gives it."""

    status: str  # fully, partially or not
    sentence: str


@dataclass(frozen=True)
class Statement:
    """One accessibility statement."""

    page: Page
    sections: tuple[Section, ...]

    @cached_property
    def text(self) -> str:
        """Everything it says, one line a block."""
        return "\n".join(f"{s.heading}\n{s.text}" for s in self.sections)

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Its sentences, white space folded; headings are sentences of their own."""
        return tuple(s for part in _END.split(self.text) if (s := " ".join(part.split())))

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Headings as written."""
        return tuple(s.heading for s in self.sections if s.heading)

    @cached_property
    def title(self) -> str:
        """The main heading, or the title when there is none."""
        return next((s.heading for s in self.sections if s.level == 1), "") or self.page.title

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Text and address of every link in the main content."""
        main = self.page.main
        nodes = main.css("a[href]") if main is not None else ()
        return tuple((dom.fold(n.text()), self._whole(dom.attribute(n, "href"))) for n in nodes)

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Each compliance status with the guidelines near it."""
        found, loose = [], []
        for number, sentence in enumerate(self.sentences):
            for match in islice(_STATUS.finditer(sentence), MOST_CLAIMS):
                before = sentence[max(0, match.start() - NEAR) : match.start()]
                if _WISHED.search(before) or CRITERION.search(sentence):
                    continue  # a criterion: one problem fails it, not the website
                claim = Claim(match.lastgroup or "", sentence)
                if _GUIDELINES.search(before + sentence[match.start() : match.end() + NEAR]):
                    found.append(claim)
                elif not _OF_OTHERS.match(sentence, match.end()):
                    around = self.sentences[max(0, number - 2) : number + 2]
                    loose += [claim] * any(_GUIDELINES.search(other) for other in around)
        return tuple(found or loose)  # a table names the status and the guidelines in two cells

    @property
    def status(self) -> str:
        """The one status it claims, '' when it claims none or several."""
        kinds = {claim.status for claim in self.claims}
        return kinds.pop() if len(kinds) == 1 else ""

    def section(self, *names: str) -> str:
        """Text of the sections under a heading that holds one of these words, '' when none does.

        Sections inside it, under lower headings, belong to it.
        """
        parts: list[str] = []
        inside = 0
        for section in self.sections:
            if inside and section.level > inside:
                parts += [section.heading, section.text]
                continue
            inside = 0
            if any(name in plain(section.heading) for name in names):
                inside = section.level
                parts.append(section.text)
        return "\n".join(parts)

    def saying(self, pattern: re.Pattern[str], among: Iterable[str] = ()) -> str:
        """The first sentence that the pattern matches, '' when none does."""
        return next((s for s in (among or self.sentences) if pattern.search(s)), "")

    def _whole(self, url: str) -> str:
        try:
            return urljoin(self.page.final_url, url.strip())
        except ValueError:
            return ""


def _as_read(text: str) -> str:
    """A heading as the text of the page has it."""
    return dom.fold(text[:1000].translate(_QUOTES))


def plain(text: str) -> str:
    """Small letters, straight quotes, single spaces, no mark at the end."""
    return " ".join(text.translate(_QUOTES).lower().split()).rstrip(":.")


def quoted(sentence: str) -> str:
    """A sentence as it is shown: cut, in quotation marks."""
    text = sentence if len(sentence) <= QUOTE else sentence[: QUOTE - 1].rstrip() + "…"
    return f"“{text}”"


def read(page: Page) -> Statement:
    """The page as a statement, whether or not it is one; its first 60,000 characters count."""
    main = page.main
    if main is None:
        return Statement(page, ())
    sections: list[Section] = []
    heading, level, lines = "", 0, []
    headings = {
        _as_read(n.text()): int((n.tag or "h9")[1])
        for n in main.css("h1, h2, h3, h4, h5, h6")[:MOST_HEADINGS]
    }
    h1 = next((_as_read(n.text()) for n in page.dom.css("h1")), "")
    if h1 and h1 not in headings:
        heading, level = h1, 1
    for line in dom.visible_text(main)[:LONGEST].translate(_QUOTES).split("\n"):
        folded = dom.fold(line)
        known = headings.get(folded)
        if known is None:
            lines.append(folded)
            continue
        sections.append(Section(heading, level, "\n".join(lines)))
        heading, level, lines = folded, known, []
    sections.append(Section(heading, level, "\n".join(lines)))
    return Statement(page, tuple(s for s in sections if s.heading or s.text))


def is_statement(page: Page) -> bool:
    """Whether a page is an accessibility statement: by its name, or by words only they have."""
    if page.kind is not Kind.STATEMENT and not _NAME.search(page.title):
        return False
    names = " ".join([page.title, *(dom.fold(n.text()) for n in page.dom.css("h1")[:3])])
    marks = sum(mark.search(page.text[:LONGEST].replace("\n", " ")) is not None for mark in _MARKS)
    if _NAME.search(names):
        return marks >= 1
    return marks >= ENOUGH_MARKS


def is_welsh(page: Page) -> bool:
    """Whether a page is, or is headed as, a statement in Welsh."""
    return bool(_WELSH_NAME.search(page.title)) or page_language.language_of(page) == "cy"


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a visit. ``main`` is the one that is judged; None when there is none."""

    main: Statement | None
    welsh: tuple[Page, ...]
    others: tuple[Page, ...]  # for other services or apps


@of_visit
def statements(visit: Snapshot) -> Statements:
    """The statements seen on a visit, read once and kept with it."""
    english: list[Page] = []
    welsh: list[Page] = []
    for page in visit.each_page():
        if not page.verdict.ok:
            continue
        if page.kind is Kind.STATEMENT and is_welsh(page):
            welsh.append(page)
        elif is_statement(page):
            english.append(page)
    english.sort(key=lambda p: _fitness(p, visit))
    main = read(english[0]) if english else None
    return Statements(main, tuple(welsh), tuple(english[1:]))


def _fitness(page: Page, visit: Snapshot) -> tuple[bool, bool, int, str]:
    """The statement of the website itself before those of apps and other services."""
    other = re.search(r"\b(?:app|application|intranet|moodle|portal)\b", page.title, re.I)
    host = visit.site.homepage.split("//", 1)[-1].split("/", 1)[0].removeprefix("www.")
    return (other is not None, host not in page.text, page.depth, page.url)


def criteria_in(text: str) -> frozenset[str]:
    """Numbers of WCAG success criteria in a text: '1.1.1'."""
    return frozenset(CRITERION.findall(text))


def phrases(words: Sequence[str]) -> tuple[str, ...]:
    """Words of a rule file as they are compared."""
    return tuple(plain(word) for word in words)
