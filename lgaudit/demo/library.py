"""Read the data files of the made-up sector: articles, sites, edits, documents and assets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

FOLDER = resources.files("lgaudit.demo")
TABLES = ("template", "edit", "page", "redirect", "document", "asset")
PREFIX = {"townhall": "the", "hollowell": "hmc", "lanternworks": "lw"}  # of classes and ids
_NAMED = re.compile(r'( (?:class|id|for|aria-describedby)="|="#)([^"]*)(")')
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Data:
    """What the sites of the sector are and what is planted on them: tables of the data files."""

    facts: tuple[Entry, ...]  # a table for each site
    tables: Mapping[str, tuple[Entry, ...]]  # those of the folder edits, by name

    def of(self, table: str) -> tuple[Entry, ...]:
        """The entries of one table, in file order."""
        return self.tables.get(table, ())


@dataclass(frozen=True, slots=True)
class Article:
    """One page of content; ``title``, ``summary`` and ``body`` are Jinja sources."""

    path: str
    title: str
    summary: str
    body: str
    groups: tuple[str, ...] = ()
    kind: str = "service"
    heading: str = ""  # '' repeats the title
    parent: str = ""  # '' is worked out from the path
    nav: bool = False
    twin: str = ""  # path of the same page in English
    canonical: str = ""  # '' is the page's own path
    copy_of: str = ""  # path of the article whose title, summary and body this page repeats


def read(name: str) -> Mapping[str, Any]:
    """One TOML file of this package."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def read_all(folder: str, table: str) -> tuple[Mapping[str, Any], ...]:
    """The entries of one array of tables, from every TOML file of a folder, in file order."""
    names = sorted(f.name for f in (FOLDER / folder).iterdir() if f.name.endswith(".toml"))
    return tuple(entry for name in names for entry in read(f"{folder}/{name}").get(table, ()))


def today() -> Data:
    """The sector as it is now."""
    facts = tuple(read("sites.toml")["site"])
    return Data(facts, {table: read_all("edits", table) for table in TABLES})


def article(entry: Mapping[str, Any]) -> Article:
    """An article from its TOML table."""
    known = {name: entry[name] for name in Article.__slots__ if name in entry}
    return Article(**{**known, "groups": tuple(entry.get("groups", ()))})


def extra(entry: Mapping[str, Any], others: list[Article]) -> Article:
    """An article that one site has; ``copy_of`` takes the words of another of its articles."""
    source = next((a for a in others if a.path == entry.get("copy_of")), None)
    if source is None:
        return article(entry)
    words = {"title": source.title, "summary": source.summary, "body": source.body}
    return article({**words, "kind": source.kind, **entry})


@cache
def articles() -> tuple[Article, ...]:
    """Every article of the content folder, in reading order."""
    return tuple(article(entry) for entry in read_all("content", "article"))


@cache
def environment() -> jinja2.Environment:
    """Jinja with this package's templates; HTML is escaped unless marked safe."""
    loader = jinja2.FunctionLoader(lambda name: (FOLDER / "templates" / name).read_text("utf-8"))
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )


@cache
def template(source: str) -> jinja2.Template:
    """A compiled Jinja source."""
    return environment().from_string(source)


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Words of the page furniture by language."""
    return read("content/words.toml")


def stylesheet(supplier: str, accent: str, light: str) -> bytes:
    """A supplier's style sheet in a council's two colours."""
    css = (FOLDER / "templates" / supplier / "style.css").read_text("utf-8")
    return css.replace("ACCENT", accent).replace("LIGHT", light).encode()


def without_element(html: str, mark: str) -> str:
    """A page without the element that has the data-plant; it may hold none of its own kind."""
    return re.sub(rf'<(\w+) data-plant="{re.escape(mark)}"[^>]*>.*?</\1>', "", html, flags=re.S)


def dressed(html: str, supplier: str, dress: str) -> str:
    """A page whose classes and ids are called otherwise: another design with the same contents."""
    if not dress:
        return html
    name = re.compile(rf"(?<![\w-]){PREFIX[supplier]}(?=-|$| )")
    html = html.replace("<main", f'<div class="{dress}-stage"><main', 1)
    html = html.replace("</main>", "</main></div>", 1)
    return _NAMED.sub(lambda m: f"{m[1]}{name.sub(dress, m[2])}{m[3]}", html)


def dressed_css(css: str, supplier: str, dress: str) -> str:
    """The style sheet to :func:`dressed`."""
    return re.sub(rf"([.#]){PREFIX[supplier]}(?![\w])", rf"\g<1>{dress}", css) if dress else css


def field(name: str, label: str, type: str = "text", autocomplete: str = "") -> Markup:
    """A labelled text input."""
    token = Markup(' autocomplete="{}"').format(autocomplete) if autocomplete else ""
    return Markup(
        '<div class="field"><label for="{0}">{1}</label>\n'
        '<input id="{0}" name="{0}" type="{2}"{3}></div>'
    ).format(name, label, type, token)


def radios(name: str, legend: str, options: list[str]) -> Markup:
    """A group of radio buttons with a legend."""
    rows = Markup("\n").join(
        Markup(
            '<div class="choice"><input type="radio" id="{0}-{1}" name="{0}" value="{2}">'
            '<label for="{0}-{1}">{2}</label></div>'
        ).format(name, number, option)
        for number, option in enumerate(options, 1)
    )
    return Markup("<fieldset><legend>{}</legend>\n{}\n</fieldset>").format(legend, rows)


def picture(name: str, alt: str) -> Markup:
    """A picture of the site, with its size."""
    return Markup('<p><img src="/assets/{}.png" alt="{}" width="480" height="210"></p>').format(
        name, alt
    )
