"""The line in the source of each place that a finding names, and the template it came of.

What is said here is meant to be right: an element that a script made or changed beyond knowing, or
of which there are several that look the same, gets no line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from lgaudit import dom
from lgaudit.evaluate import paths
from lgaudit.evaluate.startags import StartTags
from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Finding, Spot
from lgaudit.results import SiteResult
from lgaudit.settings import TemplateMapping
from lgaudit.tree import Node, Tree

SINGLE = ("html", "head", "body")
_TAG = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Templates:
    """Which files pages are made of. ``read`` gives a file's text, or None where there is none."""

    mappings: Sequence[TemplateMapping] = ()
    root: str = ""  # folder that the names in comments start from
    read: Callable[[str], str | None] = field(default=lambda _: None)


def located(visit: Snapshot, result: SiteResult, templates: Templates) -> SiteResult:
    """The result with lines on the places whose element can be told in the page's source."""
    pages = {page.url: page for page in visit.pages if page.verdict.ok and page.body}
    lines: dict[str, _Lines] = {}
    found: list[Finding] = []
    for finding in sorted(result.findings, key=lambda f: f.url):
        page = pages.get(finding.url)
        if page is not None and finding.spots:
            if finding.url not in lines:
                lines = {finding.url: _Lines(page, templates)}  # one page's trees at a time
            spots = tuple(map(lines[finding.url].spot, finding.spots))
            finding = replace(finding, spots=spots)
        found.append(finding)
    return replace(result, findings=tuple(sorted(found, key=lambda f: (f.rule, f.url))))


class _Lines:
    """One page's source, held against what was judged."""

    def __init__(self, page: Page, templates: Templates) -> None:
        self._tags = StartTags(page.response_html)
        self._shown = dom.parse(page.html) if page.browser else None
        self._path = paths.path_of(page.url)
        self._templates = templates

    def spot(self, spot: Spot) -> Spot:
        """The place with its line, and its template where one is known."""
        node = self._find(spot)
        number = self._tags.number_of(node) if node is not None else None
        if node is None or number is None:
            return spot
        template, line = self._template(node, number)
        return replace(spot, line=self._tags.line_of(number), template=template, template_line=line)

    def _find(self, spot: Spot) -> Node | None:
        if not spot.selector or " >>> " in spot.selector:
            return None
        if self._shown is None:
            here = _all(self._tags.tree, spot.selector)
            return here[0] if len(here) == 1 else self._by_snippet(here, spot)
        shown = [n for n in _all(self._shown, spot.selector) if _fits(n, spot)]
        return self._sent(shown[0], spot) if len(shown) == 1 else None

    def _by_snippet(self, nodes: Sequence[Node], spot: Spot) -> Node | None:
        said = [n for n in nodes if _starts(dom.fold(self._tags.html_of(n)), spot.snippet)]
        return said[0] if len(said) == 1 else None

    def _sent(self, shown: Node, spot: Spot) -> Node | None:
        """The element of the source that the browser showed as this one."""
        tag = shown.tag or ""
        if not _TAG.fullmatch(tag) or self._shown is None:
            return None
        sent = self._tags.tree.css(tag)
        if tag in SINGLE:
            return sent[0] if len(sent) == 1 else None
        html, attributes = shown.html, dict(shown.attributes)
        twins = [n for n in self._shown.css(tag) if dict(n.attributes) == attributes]
        alike = [n for n in sent if self._tags.attributes_of(n) == attributes]
        same_shown = [n for n in twins if n.html == html]
        same_sent = [n for n in alike if self._tags.html_of(n) == html]
        if not same_sent:  # something inside it was changed: its start tag must say enough
            return alike[0] if len(alike) == len(twins) == 1 else None
        if len(same_sent) != len(same_shown):
            return None
        place = next(i for i, n in enumerate(same_shown) if n.mem_id == shown.mem_id)
        if len(same_sent) == 1:
            return same_sent[0]
        by_selector = _all(self._tags.tree, spot.selector)
        agreed = len(by_selector) == 1 and by_selector[0].mem_id == same_sent[place].mem_id
        return same_sent[place] if agreed else None

    def _template(self, node: Node, number: int) -> tuple[str, int]:
        """The template file and the line in it, 0 when that is not known; ('', 0) for none."""
        name, line = self._tags.template_of(number)
        root = self._templates.root.rstrip("/")
        candidates = [(f"{root}/{name}" if root else name, line)] if name else []
        candidates += [(file, 0) for file in self._mapped(node)]
        for file, at in candidates:
            text = self._templates.read(file)
            if text is not None:
                return file, self._line_in(text, number) or at
        return "", 0

    def _mapped(self, node: Node) -> Iterator[str]:
        """Files that the configuration names for an element, the last entry first."""
        for mapping in reversed(self._templates.mappings):
            file = matched(mapping, self._path)
            if file and (not mapping.selector or self._inside(node, mapping.selector)):
                yield file

    def _inside(self, node: Node, selector: str) -> bool:
        around = {node.mem_id, *(a.mem_id for a in dom.ancestors(node))}
        return any(n.mem_id in around for n in _all(self._tags.tree, selector))

    def _line_in(self, text: str, number: int) -> int:
        """The line of a start tag that a template holds once, word for word; else 0."""
        for written in self._tags.written(number):
            if text.count(written) == 1:
                return text.count("\n", 0, text.index(written)) + 1
        return 0


def matched(mapping: TemplateMapping, path: str) -> str:
    """The file a mapping names for a page's path, its stars filled in; '' when it names none."""
    if not mapping.paths:
        return mapping.file
    for pattern in mapping.paths:
        stars = paths.captured(pattern, path)
        if stars is not None:
            file = mapping.file
            for number, part in enumerate(stars, 1):
                file = file.replace(f"{{{number}}}", part.strip("/"))
            return file
    return ""


def _all(tree: Tree, selector: str) -> list[Node]:
    try:
        return tree.css(selector)
    except (ValueError, RuntimeError):  # what axe-core writes is not always what is understood
        return []


def _fits(node: Node, spot: Spot) -> bool:
    """Whether a snippet can be of this element at all."""
    return spot.snippet.lstrip().lower().startswith(f"<{node.tag}")


def _starts(html: str, snippet: str) -> bool:
    return html.startswith(snippet.removesuffix("…").rstrip()) if snippet else False
