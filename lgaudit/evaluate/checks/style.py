"""Checks of how text is set out: lists, bold and italics, e-mail addresses, acronyms, addresses."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from lgaudit import dom
from lgaudit.evaluate import patterns as timed
from lgaudit.evaluate.blocks import Block
from lgaudit.evaluate.checks.prose import about
from lgaudit.evaluate.checks.vocabulary import (
    Result,
    failed,
    inapplicable,
    judged,
    page_check,
    passed,
)
from lgaudit.evaluate.excerpts import MOST, hit_spots, quoted, spots
from lgaudit.evaluate.kept import kept
from lgaudit.evaluate.links import links_of
from lgaudit.evaluate.reading import Hit, read
from lgaudit.evidence import Page
from lgaudit.tree import Node

MOST_LISTS = 300  # of one page
_SHARE = re.compile(r"(?:^|[\s_-])(?:share|sharing|social)(?=$|[\s_-])", re.I)
_SHARES = re.compile(  # of what is around: a council has social care too
    r"(?:^|[\s_-])(?:share|sharing|addthis|addtoany|a2a|social-?(?:share|media|links|icons))(?=$|[\s_-])",
    re.I,
)
_CODE = ("code", "pre", "kbd", "samp", "var")
_ENDING = re.compile(r"(?:;|,|[;,]?\s(?:and|or))$", re.I)
_FULL_STOP = re.compile(r"[^.\s…]\.$")
_SHORTENED = re.compile(r"\b(?:Ltd|Co|Inc|etc|No|St|Rd|Jr|plc|[A-Za-z](?:\.[A-Za-z])*)\.$", re.I)
_MAIL = re.compile(r"(?<![\w.+/@-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{2,63}){1,5}")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\.?$")
# Not in a row of words in capitals: those shout and abbreviate nothing.
# What stands before is looked at after the first capital, because capitals are rare.
_ACRONYM = re.compile(r"[A-Z](?<![\w&/.-].)(?<![A-Z][A-Z]\s.)[A-Z]{2,5}(?![\w&/-]|\.\w|\s[A-Z]{2})")
_NOTE_MARK = re.compile(r"^[\[(]?(?:\d{1,3}|[*†‡])[\])]?$")
_TIGHT = ("b", "strong")


@page_check
def italics_absent(page: Page, *, words: int = 4) -> Result:
    """No ``em`` or ``i`` in the prose holds so many words or more."""
    if page.main is None:
        return inapplicable("The page has no text.")
    found = []
    for node in page.main.css("em, i")[:MOST_LISTS]:
        if len(node.text().split()) >= words and not _apart(node):
            found.append(node)
    return judged(spots(found), f"{len(found)} passages are in italics.")


@page_check
def bold_within(page: Page, *, share: float = 0.15, minimum_words: int = 100) -> Result:
    """At most ``share`` of the characters of the prose are bold."""
    stream = read(page).stream(("prose",))
    if stream.words < minimum_words:
        return inapplicable("There is too little text to judge.")
    bold: list[Node] = []
    count = 0
    for block in stream.blocks:
        for start, end, owner, _ in block.segments:
            if owner.tag in _TIGHT or (owner.parent is not None and owner.parent.tag in _TIGHT):
                count += end - start
                bold.append(owner)
    part = count / max(1, len(stream.text))
    if part <= share:
        return passed(metric=part)
    return failed(f"{part:.0%} of the text is bold.", spots(bold), metric=part)


@page_check
def link_text_short(page: Page, *, words: int = 20) -> Result:
    """No link's name has more than so many words; cards with a heading inside are left alone."""
    links = links_of(page)
    found = [
        link
        for link in links
        if link.name.count(" ") >= words
        and len(link.name.split()) > words
        and link.node.css_first("h1, h2, h3, h4, h5, h6, img, [role=heading]") is None
        and not any(a.tag in ("h1", "h2", "h3", "h4") for a in dom.ancestors(link.node))
    ]
    message = f"{len(found)} links are longer than {words} words."
    return judged(spots(link.node for link in found), message, applicable=bool(links))


@page_check
def link_text_ends_without_stop(page: Page) -> Result:
    """No link in running text ends in a full stop."""
    links = [link for link in links_of(page) if link.node.parent is not None]
    found = [
        link
        for link in links
        if (written := link.node.text().rstrip()).endswith(".")
        and _FULL_STOP.search(text := dom.fold(written))
        and not _SHORTENED.search(text)
        and link.node.parent is not None
        and len(dom.fold(link.node.parent.text())) > len(text)
    ]
    message = f"The full stop is part of the link: {quoted(k.name[-60:] for k in found)}."
    return judged(spots(link.node for link in found), message, applicable=bool(links))


@page_check
def email_links_show_address(page: Page) -> Result:
    """Each e-mail link's text is its address, in small letters; links to share a page aside."""
    if page.main is None or "mailto:" not in page.lowered:
        return inapplicable("There is no email link.")
    seen, found = 0, []
    for node in page.main.css('a[href^="mailto:" i]')[:MOST_LISTS]:
        address, _, asked = dom.attribute(node, "href")[7:].partition("?")
        text = dom.fold(dom.visible_text(node)) if "@" in address else ""
        if not text or dom.hidden(node) or _shares(node, asked):
            continue
        if dom.attribute(node, "aria-hidden") == "true":  # the picture beside a link
            continue
        seen += 1
        shown = text.replace("\u200b", "").replace("\xad", "")
        lower = not any(c.isupper() for m in _MAIL.findall(shown) for c in m)
        addresses = filter(None, map(str.strip, re.split("[;,]", unquote(address).casefold())))
        if not lower or not any(one in shown.casefold() for one in addresses):
            found.append(node)
    message = f"{len(found)} email links do not show the address in small letters."
    return judged(spots(found), message, applicable=bool(seen))


def _shares(node: Node, asked: str) -> bool:
    """True for a link that sends the page to a friend, whose address is an example."""
    if re.search(r"(?:^|&|;)body=[^&]*https?(?::|%3a)", asked, re.I):
        return True
    near = islice(dom.ancestors(node), 2)
    return _SHARE.search(_marks(node)) is not None or any(
        _SHARES.search(_marks(around)) for around in near
    )


def _marks(node: Node) -> str:
    return f"{dom.attribute(node, 'class')} {dom.attribute(node, 'id')}"[:500]


@page_check
def email_addresses_linked(page: Page) -> Result:
    """Each e-mail address in the text is a link."""
    hits, seen = [], 0
    for block in read(page).within(("prose", "address", "table")):
        if "@" not in block.text:
            continue
        for match in _MAIL.finditer(block.text[:20_000]):
            start, end = match.span()
            kinds = {kind for _, _, _, kind in block.between(start, end)}
            node = block.element(start, end)
            if not kinds & {"code", "quote"} and not dom.in_code(node):
                seen += 1
                if "link" not in kinds:
                    hits.append(Hit(node, match.group(), block, start, end))
    if not seen:
        return inapplicable("There is no email address.")
    message = f"Not a link: {quoted(h.text for h in hits)}."
    return judged(hit_spots(hits), message)


@page_check
def lists_have_items(page: Page, *, least: int = 2) -> Result:
    """No list of the content has fewer than so many items."""
    lists = [found for found in _lists(page) if found[1]]
    short = [node for node, items in lists if len(items) < least and not _listing(items)]
    message = f"{len(short)} lists have only one item."
    return judged(spots(short), message, applicable=bool(lists))


@page_check
def list_items_end_plainly(page: Page) -> Result:
    """No list item ends in a semicolon, a comma, 'and' or 'or'."""
    lists = _lists(page)
    found = [
        item
        for _, items in lists
        for item in items
        if _ENDING.search(_tail(item.text()))
        and item.css_first("ul, ol") is None
        and not _ends_in_code(item)
        and not _POSTCODE.search(_tail(items[-1].text()).upper())  # an address
        and _ENDING.search(dom.fold(dom.visible_text(item))[-12:])  # scripts end in semicolons
    ]
    message = f"{len(found)} items end like parts of a sentence."
    return judged(spots(found), message, applicable=bool(lists))


def _ends_in_code(item: Node) -> bool:
    """True when the last thing in an item is code, which has semicolons of its own."""
    found = item.css(", ".join(_CODE))
    return bool(found) and dom.fold(item.text()).endswith(dom.fold(found[-1].text()) or "\n")


def _tail(text: str) -> str:
    """The last words of a text, folded, at least 12 characters where it has so many."""
    tail = dom.fold(text[-40:])
    return tail if len(tail) >= 12 or len(text) <= 40 else dom.fold(text)[-12:]


@page_check
def lists_led_in(page: Page) -> Result:
    """The paragraph just before a bulleted list of plain text ends in a colon."""
    seen, found = 0, []
    for node, items in _lists(page):
        if node.tag != "ul" or len(items) < 2 or any(i.css_first("a, img, h2, h3") for i in items):
            continue
        before = node.prev
        while before is not None and not before.is_element_node:
            if before.is_text_node and dom.fold(before.text_content or ""):
                break
            before = before.prev
        if before is None or before.tag != "p" or not dom.fold(before.text()):
            continue
        seen += 1
        if not dom.fold(before.text()).endswith((":", "：")):
            found.append(node)
    message = f"{len(found)} lists have no line that leads into them."
    return judged(spots(found), message, applicable=bool(seen))


@page_check
def acronyms_explained(
    page: Page, *, known: Sequence[str], uses: int = 2, skip_pages_pattern: str = ""
) -> Result:
    """No unknown acronym is used so often without being spelled out or marked up."""
    if skip_pages_pattern and timed.search(skip_pages_pattern, about(page)):
        return inapplicable("Pages of this sort are not judged.")
    stream = read(page).stream(("prose",))
    counts = Counter(_ACRONYM.findall(stream.text)) if stream.words else Counter[str]()
    if not counts or page.main is None:
        return inapplicable("There is no acronym.")
    usual = frozenset(known)
    often = [a for a, n in counts.items() if n >= uses and a not in usual]
    if not often:
        return passed()
    text = dom.fold(page.main.text()) + " " + page.title
    marked = {dom.fold(n.text()) for n in page.main.css("abbr[title]")[:MOST_LISTS]}
    unknown = [
        a
        for a in often
        if a not in marked
        and not re.search(rf"\({a}s?\b|\b{a}\s?\(|\b{a} (?:stands|means)", text)
        and not _spelled(a, text)
    ]
    hits = []
    for name in unknown[:MOST]:
        match = re.search(rf"(?<![\w&/.-]){name}\b", stream.text)
        if match:
            hits.append(stream.hit(*match.span()))
    return judged(hit_spots(hits), f"Not explained: {quoted(unknown)}.")


@page_check
def footnotes_absent(page: Page) -> Result:
    """No footnote: a raised number that links to a place on the page, or a heading that says so."""
    if page.main is None:
        return inapplicable("The page has no text.")
    found = [
        node
        for node in page.main.css('sup a[href^="#"], a[href^="#"] > sup')[:MOST_LISTS]
        if _NOTE_MARK.match(dom.fold(node.text())) and not _of_others(node)
    ]
    found += [h.node for h in read(page).headings if h.text.casefold() in ("footnotes", "footnote")]
    return judged(spots(found), f"{len(found)} signs of footnotes.")


def _of_others(node: Node) -> bool:
    """True within a quotation, which keeps its notes, and in navigation."""
    return any(a.tag in ("blockquote", "q", "nav") for a in dom.ancestors(node))


@page_check
def cells_not(page: Page, *, texts: Sequence[str], allowed: int = 1) -> Result:
    """At most ``allowed`` cells of tables say exactly one of these texts."""
    if page.main is None or "<td" not in page.lowered:
        return inapplicable("There is no table.")
    wanted = {text.casefold() for text in texts}
    cells = page.main.css("td")[:5_000]
    found = [node for node in cells if _folded(node.text()) in wanted]
    if len(found) <= allowed:
        return judged((), "", applicable=bool(cells))
    return judged(spots(found), f"{len(found)} cells say only {quoted(n.text() for n in found)}.")


def _folded(text: str) -> str:
    return _folded_short(text) if len(text) <= 40 else dom.fold(text).casefold()


@lru_cache(maxsize=8192)
def _folded_short(text: str) -> str:
    """Many cells of tables say the same."""
    return dom.fold(text).casefold()


@page_check
def addresses_set_out(page: Page) -> Result:
    """Lines of a postal address end without commas, and the postcode has a line of its own."""
    seen, found = 0, []
    for block in read(page).within(("prose", "address")):
        lines = [line.strip() for line in block.text[:600].split("\n") if line.strip()]
        if len(lines) < 3 or not _POSTCODE.search(lines[-1]):
            continue
        seen += 1
        commas = sum(line.endswith(",") for line in lines)
        if commas >= 2 or _shares_line(lines[-1]):
            found.append(block)
    hits = [Hit(b.node, b.text[-60:], b, 0, len(b.text)) for b in found]
    message = "The address has commas at the ends of its lines, or no line for the postcode."
    return judged(hit_spots(hits), message, applicable=bool(seen))


def _shares_line(line: str) -> bool:
    rest = _POSTCODE.sub("", line).strip(" ,")
    return bool(rest) and rest.casefold() not in ("postcode", "postcode:", "post code:")


def _lists(page: Page) -> list[tuple[Node, list[Node]]]:
    """Lists of the content with their items; kept a page."""
    return kept(page, "lists", lambda seen: list(_each_list(seen)))


def _each_list(page: Page) -> Iterator[tuple[Node, list[Node]]]:
    if page.main is None:
        return
    lists = page.main.css("ul, ol")
    prose = _list_homes(lists, read(page).within(("prose",))) if lists else set()
    for node in lists[:MOST_LISTS]:
        if node.mem_id not in prose:
            continue
        items = [child for child in node.iter() if child.tag == "li"]
        yield node, items


def _list_homes(lists: Sequence[Node], blocks: Iterable[Block]) -> set[int]:
    """Lists with words of the page's own prose right in them; ``lists`` are all, in order."""
    numbers = [node.number for node in lists]
    outer: list[int] = []  # of each list the one around it, -1 for none
    around: list[int] = []
    for n, node in enumerate(lists):
        while around and lists[around[-1]].last < node.number:
            around.pop()
        outer.append(around[-1] if around else -1)
        around.append(n)
    homes: set[int] = set()
    for block in blocks:
        number = block.node.number
        home = bisect_right(numbers, number) - 1
        while home >= 0 and lists[home].last < number:
            home = outer[home]
        if home >= 0 and lists[home].mem_id not in homes and not _linked(block):
            homes.add(lists[home].mem_id)
    return homes


def _linked(block: Block) -> bool:
    """True when the block is nothing but a link: an entry of a menu and no sentence."""
    length = sum(end - start for start, end, _, kind in block.segments if kind == "link")
    return length >= 0.8 * len(block.text)


def _listing(items: Sequence[Node]) -> bool:
    """True for links and nothing else, as in a table of contents, and for cards and stories."""
    if any(item.css_first("h2, h3, h4, h5, article, img, time") is not None for item in items):
        return True
    linked = sum(len(dom.fold(a.text())) for item in items for a in item.css("a[href]"))
    return linked >= sum(len(dom.fold(item.text())) for item in items)


def _apart(node: Node) -> bool:
    return dom.hidden(node) or any(
        a.tag in ("blockquote", "q", "cite", "code", "pre", "table", "nav", "footer", "form")
        for a in dom.ancestors(node)
    )


def _spelled(acronym: str, text: str) -> bool:
    """True when words with these first letters stand in a row, small words between them aside."""
    between = r"(?:\s(?:of|and|the|for|in|on|to|with|&)){0,2}[\s-]"
    pattern = between.join(rf"\b{letter}[\w'’]*+" for letter in acronym)
    return timed.search(pattern, text[:60_000]) is not None
