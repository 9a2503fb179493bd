"""The search of a site, asked a few questions; only when the user of the program wants that.

No form is filled in or sent. A search form that sends words with GET only ever makes an address,
and that address is asked for as a link would be: by robots.txt, at the host's pace, cut short when
the host is not well. Forms that want anything but words are left alone.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urlencode

from lgaudit import dom, urls
from lgaudit.evidence import Page, Question, SiteSearch
from lgaudit.gather.answer import page_of
from lgaudit.gather.budget import Budget
from lgaudit.gather.discover import base_of
from lgaudit.gather.fetch import Fetcher
from lgaudit.models import OK, Kind, Reason, Site
from lgaudit.settings import Settings
from lgaudit.tree import Node, Tree

MOST_FORMS = 100  # looked at
MOST_CONTROLS = 40  # of one form; a search box has few
MOST_GIVEN = 8  # hidden fields that go along
LONGEST = 200  # characters of the name or value of one
LARGEST = 3_000_000  # bytes of one answer
MOST_LOST = 2  # answers that did not come, then it is left in peace
_TEXT = frozenset({"", "text", "search"})
_IDLE = frozenset({"button", "reset"})
_SUBMIT = frozenset({"submit", "image"})
_TOKEN = re.compile(r"token|csrf|xsrf|nonce|viewstate|validation|captcha|session|password", re.I)
_WALLS = (Reason.BLOCKED, Reason.CAPTCHA, Reason.LOGIN, Reason.CIRCUIT_OPEN, Reason.ROBOTS)
_MARKED = '[role="search" i], search'


class _Unfit(Exception):
    """Why a form cannot be asked."""


@dataclass(frozen=True, slots=True)
class Form:
    """A search form that only makes addresses. ``before`` and ``after`` go along with the words."""

    action: str
    name: str
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()

    def address(self, words: str) -> str | None:
        """The address that asks for these words."""
        pairs = (*self.before, (self.name, words), *self.after)
        return urls.normalise(f"{self.action}?{urlencode(pairs, errors='replace')}")


def find(home: Page, site: Site, hosts: Collection[str]) -> Form | SiteSearch:
    """The search form of a home page, or what to say where none can be asked."""
    tree = home.dom
    why = ""
    for form in _candidates(tree):
        try:
            return _read(form, tree, home, site, hosts)
        except _Unfit as unfit:
            why = why or str(unfit)
    if why:
        return SiteSearch(refused=why)
    if tree.css_first(f'input[type="search" i], {_MARKED}') is not None:
        return SiteSearch(refused="its search box stands in no form, so only a script can ask it")
    return SiteSearch(missing=True)


async def ask(
    home: Page,
    questions: Sequence[Question],
    site: Site,
    hosts: Collection[str],
    fetcher: Fetcher,
    budget: Budget,
    *,
    classify: Callable[[Page], Page],
    progress: Callable[[str], None],
) -> SiteSearch:
    """Put questions to the search of a site, one after another.

    Args:
        home: the home page, where the form is looked for.
        questions: what to ask, the most wanted first.
        site: whose search it is.
        hosts: more host names that belong to the site.
        fetcher: asks, as politely as for any page.
        budget: ends the questions when its time is out.
        classify: gives the page that came its verdict.
        progress: told each address.
    """
    form = find(home, site, hosts)
    home.forget()  # its tree is read for this alone
    if isinstance(form, SiteSearch):
        return form
    settings: Settings = fetcher.settings
    plan = replace(
        fetcher.plan(site=site, hosts=hosts, stay=True, html_only=True, retries=0),
        limit=min(LARGEST, settings.page_bytes),
    )
    known: dict[str, Page] = {}
    asked: list[Question] = []
    refused, lost = "", 0
    for question in questions[: settings.search_questions]:
        url = form.address(question.words)
        if url is None or refused:
            asked.append(question)
            continue
        if url not in known:
            refused = _enough(form, fetcher, budget, lost)
            if refused:
                asked.append(question)
                continue
            if known and settings.search_pace:
                await asyncio.sleep(settings.search_pace)
            page = page_of(await fetcher.request(url, plan), kind=Kind.SEARCH, depth=1)
            page = classify(page)
            if page.verdict.reason is Reason.SOFT_404:  # "nothing found" is what we asked to know
                page = page.but(verdict=OK)
            page.forget()
            known[url] = page
            budget.spend(len(page.body))
            progress(url)
            lost += not page.verdict.ok
            if page.verdict.reason in _WALLS:
                refused = page.verdict.detail or page.verdict.reason.value
        asked.append(replace(question, url=url, page=known[url]))
    return SiteSearch(form.action, refused=refused, questions=tuple(asked))


def _enough(form: Form, fetcher: Fetcher, budget: Budget, lost: int) -> str:
    if lost >= MOST_LOST:
        return f"{lost} questions got no answer"
    if budget.out_of_time or budget.stopped:
        return "the time for this site was spent" if budget.out_of_time else "the visit had to end"
    return "the server asked to be left alone" if fetcher.gate.closed(form.action) else ""


def _candidates(tree: Tree) -> list[Node]:
    """Forms that look like a search, the surest first."""
    found: list[tuple[int, Node]] = []
    for form in tree.css("form")[:MOST_FORMS]:
        if _marked(form):
            found.append((0, form))
        elif form.css_first('input[type="search" i]') is not None:
            found.append((1, form))
        elif any(
            dom.attribute(node, "name").lower() in dom.SEARCH_NAMES
            for node in form.css("input[name]")[:10]
        ):
            found.append((2, form))
    return [form for _, form in sorted(found, key=lambda pair: pair[0])]


def _marked(form: Node) -> bool:
    around = (form, *islice(dom.ancestors(form), 40))
    return any(
        node.tag == "search" or dom.attribute(node, "role").strip().lower() == "search"
        for node in around
    )


def _read(form: Node, tree: Tree, home: Page, site: Site, hosts: Collection[str]) -> Form:
    method = dom.attribute(form, "method").strip().lower()
    if method in ("post", "dialog"):
        raise _Unfit(f"its search form sends with {method.upper()}, and only addresses are asked")
    action = _action(form, home)
    if not urls.same_site(site.homepage, action, hosts):
        raise _Unfit(f"its search is another organisation's ({urls.host_of(action)[:80]})")
    before: list[tuple[str, str]] = []
    after: list[tuple[str, str]] = []
    name, pressed = "", False
    for node in _controls(form, tree):
        kind = dom.attribute(node, "type").strip().lower()
        own = dom.attribute(node, "name")
        if node.tag == "button" or (node.tag == "input" and kind in _SUBMIT):
            if kind not in _IDLE and not pressed:
                pressed = True
                _refuse_overrides(node)
                if own and kind != "image":
                    (after if name else before).append((own, dom.attribute(node, "value")))
        elif node.tag == "input" and kind in _IDLE:
            continue
        elif node.tag == "input" and kind == "hidden":
            if own:
                (after if name else before).append((own, dom.attribute(node, "value")))
        elif node.tag == "input" and kind in _TEXT and own and not name:
            name = own
        else:
            raise _Unfit("its search form asks for more than words")
    if not name:
        raise _Unfit("its search box has no name, so only a script can ask it")
    given = (*before, *after, (name, ""))
    if len(given) > MOST_GIVEN or any(len(part) > LONGEST for pair in given for part in pair):
        raise _Unfit("its search form sends more along than words")
    if any(_TOKEN.search(own) for own, _ in given):
        raise _Unfit("its search form wants a token, so only a visitor's own form can ask it")
    return Form(action, name, tuple(before), tuple(after))


def _action(form: Node, home: Page) -> str:
    written = dom.attribute(form, "action").strip()
    action = urls.normalise(written, base_of(home)) if written else home.final_url
    if action is None:
        raise _Unfit("its search form leads to no web address")
    return action.partition("?")[0]  # what a browser does when such a form is sent


def _controls(form: Node, tree: Tree) -> Iterator[Node]:
    """What the form would send, wherever it stands in the page; a form of many fields is unfit."""
    wanted = "input, button, select, textarea"
    own = dom.attribute(form, "id")
    found = [
        node
        for node in form.css(wanted)[: MOST_CONTROLS + 1]
        if dom.attribute(node, "form") in ("", own)
    ]
    if own:
        inside = {node.mem_id for node in found}
        found += [
            node
            for node in tree.css("input[form], button[form], select[form], textarea[form]")[:200]
            if dom.attribute(node, "form") == own and node.mem_id not in inside
        ]
    if len(found) > MOST_CONTROLS:
        raise _Unfit("its search form has too many fields")
    return (node for node in found if "disabled" not in node.attributes)


def _refuse_overrides(button: Node) -> None:
    if {"formaction", "formmethod"} & set(button.attributes):
        raise _Unfit("the button of its search form sends it elsewhere")
