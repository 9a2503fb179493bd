"""Turning views into HTML files: the Jinja environment, titles, descriptions and links."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lgaudit.report import cells, charts, manual, words
from lgaudit.report.prose import prose

TITLE = 64  # characters that fit a search result
DESCRIPTION = 158


class Renderer:
    """Writes pages of one report; every string a template prints is cleaned and escaped."""

    def __init__(self, folder: Path, shared: Mapping[str, Any]) -> None:
        self._folder = folder
        self._titles: set[str] = set()
        self._environment = Environment(
            loader=PackageLoader("lgaudit.report", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_printed,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            shared, charts=charts, words=words, cells=cells, by_hand=manual.checks()
        )
        self._environment.filters.update(
            points=_points,
            signed=_signed,
            cut=cells.cut,
            address=cells.address,
            web_url=cells.web_url,
            prose=prose,
        )

    def page(
        self, template: str, file: str, title: str, description: str, /, **values: object
    ) -> Path:
        """Render one page to ``file`` below the folder and return its path."""
        path = self._folder / file
        text = self._environment.get_template(template).render(
            page_title=self._title(title),
            description=cells.one_line(description, DESCRIPTION),
            root="../" * file.count("/"),
            here=file,
            **values,
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
        return path

    def _title(self, wanted: str) -> str:
        """The title, cut to fit, and told apart from one already used."""
        title, number = cells.one_line(wanted, TITLE), 1
        while title in self._titles:
            number += 1
            title = f"{cells.one_line(wanted, TITLE - len(str(number)) - 3)} ({number})"
        self._titles.add(title)
        return title


def _printed(value: object) -> object:
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return cells.clean(cells.cut(value))


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _signed(value: float) -> str:
    """'+1.2', '−0.4', '0.0'."""
    text = f"{abs(value):.1f}"
    return text if text == "0.0" else f"{'+' if value > 0 else '−'}{text}"
