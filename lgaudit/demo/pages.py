"""Turn articles into the pages of one made-up site, in its supplier's template."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from markupsafe import Markup

from lgaudit.demo import library
from lgaudit.demo.library import Article
from lgaudit.demo.papers import COUNCILLORS, Paper
from lgaudit.demo.site import HTML, Resource

NOT_SERVICES = ("/news", "/contact", "/jobs", "/councillors-and-meetings")
WELSH_NOT_SERVICES = ("/cy/newyddion", "/cy/cysylltu", "/cy/cynghorwyr-a-chyfarfodydd")
ADDED_TO = {"head", "before", "after"}  # what several edits of a page set stands one after another
STYLE = {
    "bespoke": "/assets/style.css",
    "lanternworks": "/assets/lanternworks/civic.css",
    "hollowell": "/hmc/theme.css",
    "townhall": "/skins/the/main.css",
    "shell": "/app/app.css",
}


@dataclass(frozen=True)
class Council:
    """What templates and articles may say of a council."""

    name: str
    welsh_name: str
    host: str
    nation: str
    town: str
    villages: Sequence[str]
    phone: str
    street: str
    postcode: str
    days: Sequence[str]
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The host without www."""
        return self.host.removeprefix("www.")

    @property
    def email(self) -> str:
        """The council's main address."""
        return f"hello@{self.domain}"

    @property
    def night(self) -> str:
        """The number for emergencies: the next after the main one."""
        return self.phone[:-1] + str((int(self.phone[-1]) + 1) % 10)


@dataclass(frozen=True)
class Maker:
    """Everything needed to write the pages of one site."""

    supplier: str
    tier: str
    council: Council
    articles: tuple[Article, ...]
    papers: Mapping[str, Paper]
    edits: Mapping[str, Sequence[Mapping[str, Any]]]  # path -> edits, in order
    today: dt.date
    seed: int
    missing_title: str = "Page not found"  # heading of the page for wrong addresses
    dress: str = ""  # what the supplier's template calls its classes and ids instead, as in "old"
    strip: Sequence[str] = ()  # data-plant of what the supplier's template does not have yet
    furniture: Sequence[Mapping[str, Any]] = ()  # what the supplier adds to each page besides

    def resources(self) -> dict[str, Resource]:
        """Path to page, for every article."""
        made: dict[str, Resource] = {}
        for article in self.articles:
            page = self.page(article)
            made[article.path] = Resource(self.render("page.html", page).encode())
            if self.supplier == "shell":
                data = {"html": self.render("body.html", page)}
                name = "/index" if article.path == "/" else article.path
                made[f"/app/data{name}.json"] = Resource(
                    json.dumps(data).encode(), "application/json"
                )
        return made

    def missing(self, status: int) -> Resource:
        """The page for addresses that do not exist."""
        article = Article(
            path="/page-not-found",
            title=self.missing_title,
            summary="There is no page at this address.",
            body=(
                "<p>Check the address if you typed it. If you followed a link on this website,"
                " tell us so that we can mend it.</p>"
                "<p>You can {{ link('/search', 'search for the page') }} or"
                " {{ link('/contact', 'contact us') }}.</p>"
            ),
            kind="not-found",
        )
        page = self.page(article)
        if self.supplier == "shell":
            return Resource(self.render("body.html", page).encode(), HTML, status)
        return Resource(self.render("page.html", page).encode(), HTML, status)

    def page(self, article: Article) -> dict[str, Any]:
        """What a page template shows of one article, after the edits of its path."""
        lang = "cy" if article.path.startswith("/cy/") else "en"
        title = self.text(article.title, article)
        council = self.council.welsh_name if lang == "cy" else self.council.name
        summary = self.text(article.summary, article)
        page: dict[str, Any] = {
            "path": article.path,
            "kind": article.kind,
            "lang": lang,
            "title": title,
            "heading": self.text(article.heading, article) if article.heading else title,
            "description": "" if self.supplier == "townhall" else summary,
            "lead": summary,
            "canonical": article.canonical or article.path,
            "council_name": council,
            "crumbs": self.crumbs(article, lang),
            "children": [self.card(a) for a in self.articles if self.parent(a) == article.path],
            "twin": self.twin(article),
            "head": "",
            "before": "",
            "after": "",
            "body_attributes": "",
            "viewport": "width=device-width, initial-scale=1",
            "search": article.kind != "search",
        }
        body = self.text(article.body, article, lists=True)
        for edit in self.edits.get(article.path, ()):
            html = self.text(str(edit.get("html", "")), article)
            body = html + body if edit.get("where") == "start" else body + html
            for name in edit.get("remove", ()):
                body = body.replace(name, "", 1)
            facts = dict(edit.get("set", {}))
            for name in ADDED_TO & facts.keys():
                facts[name] = page[name] + facts[name]
            page |= facts
        for entry in self.furniture:
            page["after"] += str(entry["html"])
        page["full_title"] = page.get("full_title", f"{page['title']} - {council}")
        for name in ("head", "before", "after", "body_attributes"):
            page[name] = Markup(page[name])
        return page | {"body": Markup(body)}

    def render(self, name: str, page: Mapping[str, Any]) -> str:
        """One template of the supplier."""
        welsh = page["lang"] == "cy" and page["path"].startswith("/cy/")
        words = library.words()["cy" if welsh else "en"]
        template = library.environment().get_template(f"{self.supplier}/{name}")
        made = template.render(
            page=page,
            c=self.council,
            t=words,
            nav=self.nav(welsh),
            services=self.services(welsh),
            stories=self.stories(welsh),
            home="/cy/" if welsh else "/",
            foot={
                "statement": "/cy/datganiad-hygyrchedd" if welsh else "/accessibility-statement",
                "privacy": "/cy/preifatrwydd" if welsh else "/privacy",
                "cookies": "/cy/cwcis" if welsh else "/cookies",
                "contact": "/cy/cysylltu" if welsh else "/contact",
            },
            updated=self.day(-35),
        )
        for mark in self.strip:
            made = library.without_element(made, mark)
        return library.dressed(made, self.supplier, self.dress)

    def dressed_css(self, css: bytes) -> bytes:
        """The supplier's style sheet with the classes and ids of this site."""
        return library.dressed_css(css.decode(), self.supplier, self.dress).encode()

    def text(self, source: str, article: Article, lists: bool = False) -> str:
        """A Jinja source in the words of this council; ``lists`` gives it lists of pages too."""
        if "{" not in source:
            return source
        chance = random.Random(
            f"{self.seed} {self.council.host} {article.copy_of or article.twin or article.path}"
        )
        welsh = article.path.startswith("/cy/")
        return library.template(source).render(
            c=self.council,
            tier=self.tier,
            n=lambda low, high: f"{chance.randint(low, high):,}",
            day=self.day,
            fy=f"{self.today.year} to {self.today.year + 1}",
            link=self.link,
            doc=self.doc,
            field=library.field,
            radios=library.radios,
            picture=library.picture,
            councillors=COUNCILLORS,
            stories=self.stories(welsh) if lists else (),
            popular=self.services(welsh) if lists else (),
            everything=self.alphabet() if lists else (),
        )

    def day(self, offset: int) -> str:
        """A date some days from today, as pages write it: 4 June 2017."""
        date = self.today + dt.timedelta(days=offset)
        return f"{date.day} {date:%B} {date.year}"

    def link(self, path: str, text: str) -> Markup | str:
        """A link, or only its text when this site has no such page."""
        if any(article.path == path for article in self.articles):
            return Markup('<a href="{}">{}</a>').format(path, text)
        return text

    def doc(self, name: str, text: str) -> Markup:
        """A link to a file with its type and size."""
        paper = self.papers[name]
        mark = Markup(' data-plant="{}"').format(paper.plant) if paper.plant else ""
        return Markup('<a href="{}"{}>{} ({}, {})</a>').format(
            paper.path, mark, text, paper.kind, paper.size
        )

    @cached_property
    def _cards(self) -> dict[str, dict[str, str]]:
        return {
            article.path: {
                "path": article.path,
                "title": self.text(article.title, article),
                "summary": self.text(article.summary, article),
            }
            for article in self.articles
        }

    def card(self, article: Article) -> dict[str, str]:
        """An article as lists of links show it."""
        return self._cards[article.path]

    def parent(self, article: Article) -> str:
        """Path of the page above, or '' when the home page is."""
        above = article.parent or article.path.rsplit("/", 1)[0]
        known = any(a.path == above for a in self.articles)
        return above if known and above not in ("/", "/news", "/cy/newyddion") else ""

    def crumbs(self, article: Article, lang: str) -> list[dict[str, str]]:
        """Links from the home page down to the page above."""
        first = {"path": "/cy/" if lang == "cy" else "/", "title": "Hafan"}
        if lang != "cy":
            first["title"] = "Home"
        above = self.parent(article)
        if article.path.startswith("/news/"):
            above = "/news"
        elif article.path.startswith("/cy/newyddion/"):
            above = "/cy/newyddion"
        return [first, *(self.card(a) for a in self.articles if a.path == above)]

    def twin(self, article: Article) -> str:
        """The same page in the other language, or ''."""
        if article.twin:
            return article.twin
        return next((a.path for a in self.articles if a.twin == article.path), "")

    def services(self, welsh: bool) -> list[dict[str, str]]:
        """Service pages of the main menu."""
        return [a for a in self._menu(welsh) if a["path"] not in NOT_SERVICES + WELSH_NOT_SERVICES]

    def nav(self, welsh: bool) -> list[dict[str, str]]:
        """The main menu: some services, then news, councillors and contact, then the rest."""
        menu, services = self._menu(welsh), self.services(welsh)
        others = [item for item in menu if item not in services]
        return services[:4] + others + services[4:]

    def stories(self, welsh: bool) -> list[dict[str, str]]:
        """News stories, newest first."""
        start = "/cy/newyddion/" if welsh else "/news/"
        return [self.card(a) for a in self.articles if a.path.startswith(start)]

    def alphabet(self) -> list[dict[str, str]]:
        """Every page but the home page, by title."""
        cards: Iterable[dict[str, str]] = (
            self.card(a) for a in self.articles if a.path != "/" and not a.copy_of
        )
        return sorted(cards, key=lambda card: card["title"].lower())

    def _menu(self, welsh: bool) -> list[dict[str, str]]:
        return [self.card(a) for a in self.articles if a.nav and a.path.startswith("/cy/") == welsh]
