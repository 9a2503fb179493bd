"""Turning views into HTML files: the Jinja environment, titles, descriptions and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lgaudit.report import cells, charts, files, languages, manual, trend, words
from lgaudit.report.prose import prose

TITLE = 64  # characters that fit a search result
DESCRIPTION = 158
REMEMBERED = 4096  # links to pages; a site's pages are named by many of its rules


class Renderer:
    """Writes pages of one report; every string a template prints is cleaned and escaped."""

    def __init__(self, folder: Path, shared: Mapping[str, Any]) -> None:
        self.folder = folder
        self._shared = shared
        self._titles: dict[str, str] = {}  # file -> its title, no two alike
        self._taken: set[str] = set()
        self._environments: dict[str, Environment] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _with_titles, (self.folder, self._shared, self._titles)

    def _in(self, code: str) -> Environment:
        """The environment of a language, made when it is first asked for."""
        if code not in self._environments:
            self._environments[code] = (
                environment(self._shared)
                if code == languages.ENGLISH
                else _translated(self._shared, languages.language(code))
            )
        return self._environments[code]

    def page(
        self,
        template: str,
        file: str,
        title: str,
        description: str,
        /,
        language: str = languages.ENGLISH,
        editions: Mapping[str, str] | None = None,
        **values: object,
    ) -> Path:
        """Render one page to ``file`` below the folder and return its path.

        ``editions``: the page's file in every language there is one in, itself too.
        """
        path = self.folder / file
        text = (
            self._in(language)
            .get_template(template)
            .render(
                page_title=self._titles.get(file) or self._title(file, title),
                description=cells.one_line(description, DESCRIPTION),
                root="../" * file.count("/"),
                here=file,
                language=language,
                editions=_editions(editions or {}, language),
                **values,
            )
        )
        files.put(path, text)
        return path

    def claim(self, stem: str, title: str, tongues: Sequence[str], name: str) -> None:
        """Give the editions of a page their titles before other pages take theirs."""
        for code in tongues:
            self._title(_file(stem, code), _says(code)(title, name=name))

    def editions(
        self,
        template: str,
        stem: str,
        title: str,
        description: str,
        tongues: Sequence[str],
        name: str,
        values: Mapping[str, object],
    ) -> None:
        """Render one page in each of these languages; ``name`` fills {name} in its title."""
        files = {code: _file(stem, code) for code in tongues}
        for code, file in files.items():
            says = _says(code)
            self.page(
                template,
                file,
                says(title, name=name),
                says(description, name=name),
                language=code,
                editions=files if len(files) > 1 else None,
                **values,
            )

    def _title(self, file: str, wanted: str) -> str:
        """The title, cut to fit, and told apart from one already used."""
        title, number = cells.one_line(wanted, TITLE), 1
        while title in self._taken:
            number += 1
            title = f"{cells.one_line(wanted, TITLE - len(str(number)) - 3)} ({number})"
        self._titles[file] = title
        self._taken.add(title)
        return title


def _with_titles(folder: Path, shared: Mapping[str, Any], titles: dict[str, str]) -> Renderer:
    made = Renderer(folder, shared)
    made._titles, made._taken = titles, set(titles.values())
    return made


def _says(code: str) -> Callable[..., str]:
    """Fills a title or description, in a language."""
    return languages.filled if code == languages.ENGLISH else languages.language(code).said


def _file(stem: str, code: str) -> str:
    return f"{stem}.html" if code == languages.ENGLISH else f"{stem}.{code}.html"


def environment(
    shared: Mapping[str, Any], *, finalize: Callable[[object], object] | None = None, **more: Any
) -> Environment:
    """What templates are filled in with; ``shared`` is there for all of them."""
    made = Environment(
        loader=PackageLoader("lgaudit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize or _printed,
        trim_blocks=True,
        lstrip_blocks=True,
        **more,
    )
    made.globals.update(
        shared,
        remembered=_memory(),
        charts=charts,
        course=trend,
        words=words,
        cells=cells,
        by_hand=manual.checks(),
    )
    made.filters.update(
        points=_points,
        signed=_signed,
        cut=cells.cut,
        address=cells.address,
        web_url=cells.web_url,
        prose=prose,
    )
    return made


def _memory() -> Callable[[Any, str], Callable[..., Markup]]:
    """Lets a macro that says the same of the same strings or rules say it once.

    What it says may depend on ``root`` too, and on nothing else of the page.
    """
    known: dict[tuple[str, ...], Markup] = {}

    def remembered(macro: Any, root: str) -> Callable[..., Markup]:
        start = (macro.name, root)

        def said(*given: Any) -> Markup:
            key = (*start, *(one if isinstance(one, str) else one.id for one in given))
            found = known.get(key)
            if found is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                found = known[key] = macro(*given)
            return found

        return said

    return remembered


def _translated(shared: Mapping[str, Any], language: languages.Language) -> Environment:
    """The same environment, with the templates' text and what the program says in a language."""

    def printed(value: object) -> object:
        known = isinstance(value, str) and not isinstance(value, Markup)
        return _printed(language.value(value) if known else value)  # type: ignore[arg-type]

    made = environment(shared, finalize=printed, extensions=[languages.Translating])
    made.extend(translate=language.text)
    made.globals["words"] = language.words
    made.filters["address"] = lambda url, home="": language.value(cells.address(url, home))
    made.filters["prose"] = lambda text: languages.in_english(prose(text))
    return made


def _editions(files: Mapping[str, str], language: str) -> list[tuple[str, str, str]]:
    """Code, name and file (from the page itself) of the page's editions in other languages."""
    return [
        (code, languages.NAMES[code], file.rpartition("/")[2])
        for code, file in files.items()
        if code != language
    ]


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
