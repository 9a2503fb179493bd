"""One page, with what is read from it when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lgaudit import dom
from lgaudit.evidence.seen import BrowserEvidence
from lgaudit.evidence.wire import Headers, Redirect, header
from lgaudit.models import OK, Kind, Verdict
from lgaudit.tree import Tree

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from lgaudit.tree import Node


@dataclass(frozen=True)
class Page:
    """One page as it was seen. Text and trees are parsed when first asked for."""

    url: str
    final_url: str
    kind: Kind = Kind.OTHER
    verdict: Verdict = OK
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    encoding: str = "utf-8"
    redirects: tuple[Redirect, ...] = ()
    http_version: str = ""  # "HTTP/2", "HTTP/1.1"; '' when not fetched over HTTP
    elapsed_ms: float | None = None
    depth: int = 0  # clicks from the home page
    sampled: bool = True  # page rules are judged on sampled pages only
    stratum: str = ""  # "structured", "random" or ""
    source: str = ""  # path or URL as the user gave it
    browser: BrowserEvidence | None = None

    def header(self, name: str) -> str:
        """The first response header of that name, or ''."""
        return header(self.headers, name)

    @cached_property
    def response_html(self) -> str:
        """The response body, decoded; never raises."""
        return dom.decode(self.body, self.encoding)

    @property
    def html(self) -> str:
        """The rendered DOM where a browser saw the page, else the response."""
        return self.browser.html if self.browser else self.response_html

    @cached_property
    def lowered(self) -> str:
        """:attr:`html` in small letters, for a quick look whether a word stands in it at all."""
        return self.html.lower()

    @cached_property
    def dom(self) -> Tree:
        """The tree of :attr:`html`."""
        return dom.parse(self.html)

    @cached_property
    def response_dom(self) -> Tree:
        """The tree of the response as sent, before any script ran."""
        return dom.parse(self.response_html) if self.browser else self.dom

    @cached_property
    def main(self) -> Node | None:
        """The element that holds the page's own content."""
        return dom.main_content(self.dom)

    @cached_property
    def text(self) -> str:
        """Visible text of the main content only, blocks separated by new lines."""
        return dom.visible_text(self.main) if self.main is not None else ""

    @cached_property
    def lang(self) -> str:
        """Primary language subtag of the document ('en', 'cy'), or '' when not declared."""
        root = self.dom.css_first("html")
        value = (root.attributes.get("lang") or "") if root is not None else ""
        return value.strip().lower().replace("_", "-").split("-")[0]

    @cached_property
    def title(self) -> str:
        """Text of the title element, white space folded."""
        nodes = self.dom.glance("head title") or self.dom.glance("title")
        return " ".join(nodes[0].text().split()) if nodes else ""

    def but(self, **changes: Any) -> Page:
        """This page with another verdict, kind or place in the sample; what was read stays read.

        Not for changes of what it says: of body, encoding or browser.
        """
        page = replace(self, **changes)
        fields = self.__dataclass_fields__
        page.__dict__.update({k: v for k, v in self.__dict__.items() if k not in fields})
        return page

    def bare(self) -> Page:
        """A copy without parsed trees and what was read from them; this page keeps its own."""
        page = replace(self)
        page.__dict__.update({k: v for k, v in self.__dict__.items() if self._stays(k, v)})
        return page

    def __getstate__(self) -> dict[str, Any]:
        """What is sent to another process: not what was read from it here."""
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def forget(self) -> None:
        """Drop parsed trees and what was read from them; short strings stay.

        Trees are many times the size of the page, and they come back when they are asked for.
        What else was made of this page by :meth:`but` shares them: see :meth:`bare`.
        """
        for name, value in list(self.__dict__.items()):
            if isinstance(value, Tree):
                value.forget()
            elif name == "_kept":  # else what points at itself would wait to be collected
                for made in value.values():
                    if callable(forget := getattr(made, "forget", None)):
                        forget()
            if not self._stays(name, value):
                del self.__dict__[name]

    def _stays(self, name: str, value: object) -> bool:
        short = isinstance(value, str) and name not in ("response_html", "lowered")
        return name in self.__dataclass_fields__ or short or name == "_remembered"

    @cached_property
    def soup(self) -> BeautifulSoup:
        """BeautifulSoup tree, for packs from outside; slow, so built-in checks never use it."""
        from bs4 import BeautifulSoup

        return BeautifulSoup(self.html, "lxml")
