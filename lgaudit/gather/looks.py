"""Which pages of a visit are looked at closely: one of each template, each shared block once.

A close look (by keyboard, at other sizes, for what moves) costs as much as several plain ones,
and pages of one template answer it alike. What stands in a shared block, such as the header, is
looked at where it shows first; what was seen there holds for every page that has the same block.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lgaudit.evidence import BrowserEvidence, Look, Page, Sighting
from lgaudit.pictures import Sheet
from lgaudit.templates import LEAST_ELEMENTS, template_of

NAMES = ("keyboard", "layout", "motion")


@dataclass
class Looks:
    """The close looks of one visit to one site.

    ``names`` are those to take, ``most`` how many pages may be looked at, ``pictures`` of how many
    of these a picture is taken for issues to be shown in place. ``leaders`` fixes beforehand which
    pages those are; without it the first of each template that shows up is taken.
    """

    names: Collection[str] = NAMES
    most: int = 6
    leaders: Mapping[str, str] | None = None  # page URL -> URL of the page looked at for it
    pictures: int = 0  # pages of which a picture is taken besides
    sheets: list[Sheet] = field(default_factory=list)  # those that were taken
    _seen: dict[str, str] = field(default_factory=dict)  # template -> URL
    _blocks: dict[str, dict[str, list[Sighting]]] = field(default_factory=dict)
    _taken: int = 0

    def instead(self, page: Page | None, evidence: BrowserEvidence) -> str | None:
        """None when this page is to be looked at, else the URL of the one that was, or ''."""
        if not self.names:
            return ""
        if page is None:
            return None
        if self.leaders is not None:
            leader = self.leaders.get(page.url, page.url)
            return None if leader == page.url else leader
        seen = self._seen.get(self._template(page, evidence))
        if seen is not None:
            return seen
        return None if self._taken < self.most else ""

    def sheet_of(self, page: Page | None) -> str:
        """URL of the page when a picture of it is wanted, else ''."""
        return page.url if page is not None and len(self.sheets) < self.pictures else ""

    @property
    def known(self) -> tuple[str, ...]:
        """Marks of the blocks that need no second look."""
        return tuple(sorted(self._blocks))

    def note(self, page: Page | None, evidence: BrowserEvidence) -> BrowserEvidence:
        """Remember what a look saw, and add what earlier ones saw in the blocks of this page."""
        whole = {name: self._with_blocks(name, look) for name, look in evidence.looks.items()}
        if page is not None and not any(look.error for look in whole.values()):
            self._taken += 1
            self._seen.setdefault(self._template(page, evidence), page.url)
            for name, look in evidence.looks.items():
                for block in look.facts.get("blocks", ()):
                    kept = self._blocks.setdefault(block, {})
                    if name not in kept:
                        kept[name] = [s for s in look.sightings if s.block == block]
        return replace(evidence, looks=whole)

    def _with_blocks(self, name: str, look: Look) -> Look:
        known = [block for block in look.facts.get("blocks", ()) if block in self._blocks]
        earlier = [s for block in known for s in self._blocks[block].get(name, ())]
        return replace(look, sightings=(*look.sightings, *earlier)) if earlier else look

    @staticmethod
    def _template(page: Page, evidence: BrowserEvidence) -> str:
        return template_of(replace(page, browser=evidence))


def leaders(pages: Sequence[Page]) -> dict[str, str]:
    """For each page the first of its template, from the responses alone, pages in order.

    Pages that only a script fills in each lead themselves, for their responses are all alike.
    """
    first: dict[str, str] = {}
    found = {}
    for page in pages:
        filled = len(page.response_dom.css("body *")) >= LEAST_ELEMENTS
        template = template_of(page) if filled else page.url
        found[page.url] = first.setdefault(template, page.url)
        page.forget()
    return found


def wanted(needs: Iterable[str]) -> tuple[str, ...]:
    """The looks among these kinds of evidence."""
    asked = set(needs)
    return tuple(name for name in NAMES if name in asked)
