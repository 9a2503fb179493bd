"""Rows of the rule pages, made without templates: there are as many as rules times sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup, escape

from lgaudit.models import RuleScore
from lgaudit.report import cells
from lgaudit.report.league import Line

_UP = "../../"  # from rules/<pack>/<name>.html to the report's folder


class SiteRows:
    """Makes table rows for sites; what is the same on every rule's page is made once."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._names = {line.site.slug: _name(line) for line in lines}
        self._pages: dict[tuple[str, str], Markup] = {}

    def plain(self, pairs: Iterable[tuple[Line, RuleScore]]) -> Markup:
        """Council, share of pages that pass, pages that pass."""
        return Markup("\n").join(
            Markup(f"<tr>{self._names[line.site.slug]}{_share(score)}</tr>")
            for line, score in pairs
        )

    def with_pages(
        self, pairs: Iterable[tuple[Line, RuleScore]], good: Mapping[str, str]
    ) -> Markup:
        """The same, and a page that passes for each site (``good``: site slug to URL)."""
        return Markup("\n").join(
            Markup(
                f"<tr>{self._names[line.site.slug]}{_share(score)}"
                f'<td class="path">{self._page(line, good.get(line.site.slug, ""))}</td></tr>'
            )
            for line, score in pairs
        )

    def _page(self, line: Line, url: str) -> Markup:
        key = (line.site.slug, url)
        if key not in self._pages:
            self._pages[key] = _page_link(line, url)
        return self._pages[key]


def _name(line: Line) -> Markup:
    file, name = escape(line.page), escape(cells.one_line(line.name, 160))
    return Markup(f'<th scope="row"><a href="{_UP}councils/{file}.html">{name}</a></th>')


def _share(score: RuleScore) -> str:
    percent = 100 * (score.share or 0.0)
    return (
        f'<td class="number">{percent:.0f}%</td>'
        f'<td class="number">{score.passed} of {score.passed + score.failed}</td>'
    )


def _page_link(line: Line, url: str) -> Markup:
    safe = cells.web_url(url)
    if not safe:
        return Markup("–")
    text = escape(cells.address(safe, line.site.homepage))
    name = escape(cells.one_line(line.name, 80))
    return Markup(
        f'<a href="{escape(safe)}" rel="nofollow noreferrer">{text}'
        f'<span class="hidden"> of {name}</span></a>'
    )
