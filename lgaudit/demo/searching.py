"""The search behind a made-up site's search box: plain words, or one that knows news alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs

from markupsafe import Markup, escape

from lgaudit.demo.library import Article
from lgaudit.demo.pages import Maker
from lgaudit.demo.site import Resource

MOST = 10  # results
NEWS = ("/news/", "/cy/newyddion/")
_TAGS = re.compile(r"<[^>]*>|\{[{%].*?[%}]\}", re.S)
_LINKS = re.compile(r'<li><a href="(/[^"#]*)">([^<]+)</a></li>')
_WORDS = re.compile(r"[a-z0-9']+")
_SMALL = frozenset("a an and at for if in is of on or the to up your".split())


@dataclass(frozen=True)
class Searching:
    """Finds the pages of one site. ``kind``: "words" looks at all pages, "news" only at news."""

    maker: Maker
    kind: str

    def answer(self, path: str, query: str) -> Resource | None:
        """The page of results, or None when there is no such search or nothing was asked."""
        asked = parse_qs(query, max_num_fields=20).get("q", [""])[0][:200]
        article = self._pages.get(path)
        if article is None or article.kind != "search" or not asked.strip():
            return None
        page = self.maker.page(article)
        welsh = path.startswith("/cy/")
        body = Markup("{}{}").format(page["body"], self._results(asked, welsh))
        made = self.maker.render("page.html", page | {"body": body})
        return Resource(made.encode())

    def _results(self, asked: str, welsh: bool) -> Markup:
        found = self._found(asked, welsh)
        if not found:
            return Markup("<h2>0</h2><p>{}</p>").format(asked)
        items = Markup("").join(
            Markup('<li><a href="{}">{}</a><p>{}</p></li>').format(
                article.path, page["title"], page["lead"]
            )
            for article in found
            for page in (self.maker.page(article),)
        )
        return Markup("<h2>{}</h2><ol>{}</ol>").format(escape(asked), items)

    def _found(self, asked: str, welsh: bool) -> list[Article]:
        wanted = set(_words(asked))
        scored = []
        for path, article in self._pages.items():
            if path.startswith("/cy/") is not welsh or article.kind == "search" or path == "/":
                continue
            if self.kind == "news" and not path.startswith(NEWS):
                continue
            title, rest = self._texts[path]
            score = sum(4 * (word in title) + (word in rest) for word in wanted)
            score += 10 * any(wanted <= set(_words(name)) for name in self._names.get(path, ()))
            if score:
                scored.append((-score, path))
        return [self._pages[path] for _, path in sorted(scored)[:MOST]]

    @cached_property
    def _pages(self) -> dict[str, Article]:
        return {article.path: article for article in self.maker.articles}

    @cached_property
    def _texts(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        return {
            article.path: (
                frozenset(_words(article.title)),
                frozenset(_words(f"{article.summary} {_TAGS.sub(' ', article.body)}")),
            )
            for article in self.maker.articles
        }

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        """Other words for pages, where the site keeps a list of them."""
        found: dict[str, list[str]] = {}
        for edit in self.maker.edits.get("/a-to-z", ()):
            for path, name in _LINKS.findall(str(edit.get("html", ""))):
                found.setdefault(path, []).append(name)
        return found


def of(maker: Maker, kind: str) -> Callable[[str, str], Resource | None] | None:
    """What answers the search of a site; None where results are not on the page."""
    return Searching(maker, kind).answer if kind else None


def _words(text: str) -> Iterator[str]:
    for word in _WORDS.findall(text.lower()):
        if word not in _SMALL:
            yield word[:-1] if len(word) > 3 and word.endswith("s") else word
