"""Where the start tags of an HTML source are, and which element each of them became.

Every start tag is given a mark before the source is parsed, so that the parser itself says which
element came of which tag, whatever it moved, copied or made up. A tag that the scan does not find
costs an answer, never a wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from lgaudit import dom
from lgaudit.tree import Node, Tree

MOST = 200_000  # start tags of one page
_START = re.compile(r"<(?:(!--)|([!?/])|([a-zA-Z][^\s/>]*))")
_ATTRIBUTE = re.compile(r"""[\s/]*[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")
_CLOSE = re.compile(r"[\s/]*>")
_RAW = frozenset(
    "script style textarea title xmp iframe noembed noframes noscript plaintext".split()
)
_BREAK = re.compile(r"\r\n?|\n")
# Twig's debug output (Drupal), Rails' annotated views, and our own plain spelling.
_BEGIN = re.compile(
    r"\s*(?:BEGIN OUTPUT from '([^']{1,300})'|BEGIN (\S{1,300})|source: (\S{1,300}))\s*"
)
_END = re.compile(r"\s*(?:END OUTPUT from '[^']{1,300}'|END \S{1,300}|/source)\s*")
_LINE = re.compile(r"(.+?):(\d{1,7})(?::\d{1,7})?")


class StartTags:
    """The start tags of one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tags: list[tuple[int, int, int]] = []  # where it starts, its name ends, it ends
        self._templates: list[tuple[int, str, int]] = [(0, "", 0)]  # from here on: file, line
        self._open: list[tuple[str, int]] = []
        self._scan()
        name = "data-lgaudit-tag"
        while name in source:
            name += "-x"
        self._name = name

    def _scan(self) -> None:
        source, at = self._source, 0
        while (found := _START.search(source, at)) and len(self._tags) < MOST:
            at = found.end()
            if found[1]:
                at = self._comment(at)
            elif found[2]:
                at = source.find(">", at) + 1 or len(source)
            else:
                at = self._tag(found)

    def _tag(self, found: re.Match[str]) -> int:
        source, name_end = self._source, found.end()
        at = name_end
        while not (close := _CLOSE.match(source, at)):
            attribute = _ATTRIBUTE.match(source, at)
            if attribute is None or attribute.end() == at:
                return len(source)  # the source ends inside the tag, so there is no element
            at = attribute.end()
        self._tags.append((found.start(), name_end, close.end()))
        name = found[3].lower()
        if name in _RAW:
            end = re.compile(rf"</{name}\b", re.I).search(source, close.end())
            return end.start() if end else len(source)
        return close.end()

    def _comment(self, at: int) -> int:
        end = self._source.find("-->", at)
        if end < 0:
            return len(self._source)
        said = self._source[at : min(end, at + 400)]
        if begin := _BEGIN.fullmatch(said):
            name = begin[1] or begin[2] or begin[3]
            numbered = _LINE.fullmatch(name)
            self._open.append((numbered[1], int(numbered[2])) if numbered else (name, 0))
        elif _END.fullmatch(said) and self._open:
            self._open.pop()
        else:
            return end + 3
        self._templates.append((end, *(self._open[-1] if self._open else ("", 0))))
        return end + 3

    @property
    def source(self) -> str:
        """The source as it was given."""
        return self._source

    @property
    def starts(self) -> list[tuple[str, int]]:
        """Each start tag in order, by number: its name and where it starts."""
        return [(self._source[at + 1 : end].lower(), at) for at, end, _ in self._tags]

    @property
    def templates(self) -> set[str]:
        """Every file that comments of the source name."""
        return {name for _, name, _ in self._templates if name}

    @cached_property
    def tree(self) -> Tree:
        """The source parsed, each element marked with its start tag."""
        parts, last = [], 0
        for number, (_, name_end, _) in enumerate(self._tags):
            parts += [self._source[last:name_end], f' {self._name}="{number}"']
            last = name_end
        return dom.parse("".join(parts) + self._source[last:])

    @cached_property
    def _mark(self) -> re.Pattern[str]:
        return re.compile(rf' {self._name}="\d+"')

    def html_of(self, node: Node) -> str:
        """An element's source as the parser writes it, without the marks."""
        return self._mark.sub("", node.html or "")

    def attributes_of(self, node: Node) -> dict[str, str | None]:
        """An element's attributes, without the mark."""
        return {k: v for k, v in node.attributes.items() if k != self._name}

    def number_of(self, node: Node) -> int | None:
        """The start tag an element came of; None for one that the parser made up."""
        mark = node.attributes.get(self._name)
        return int(mark) if mark else None

    def line_of(self, number: int) -> int:
        """The line of a start tag, from 1."""
        return bisect_right(self._breaks, self._tags[number][0]) + 1

    @cached_property
    def _breaks(self) -> list[int]:
        return [found.end() for found in _BREAK.finditer(self._source)]

    def template_of(self, number: int) -> tuple[str, int]:
        """The file, and its line or 0, that comments of the source name around a start tag."""
        at = bisect_right(self._templates, self._tags[number][0], key=lambda item: item[0])
        return self._templates[at - 1][1:]

    def written(self, number: int) -> tuple[str, str]:
        """A start tag as it is written, and the same with the text after it."""
        start, _, end = self._tags[number]
        text_end = self._source.find("<", end)
        return self._source[start:end], self._source[start : text_end if text_end > 0 else None]
