"""Cuts the places of issues out of pictures of their pages."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image, ImageDraw
from selectolax.lexbor import SelectolaxError

from lgaudit.evidence import Page, Snapshot
from lgaudit.models import Finding, Outcome, Rule, Status
from lgaudit.pictures import Picture, Sheet
from lgaudit.results import SiteResult
from lgaudit.tree import Node

MOST = 20  # pictures of one site, one a rule
MOST_BYTES = 400_000  # of one site's pictures
TRIED = 4  # places of a rule that are looked for
MARGIN = 56  # pixels around the element
SMALLEST, LARGEST = (400, 150), (720, 420)  # width and height of a picture
LEAST = 4  # pixels a side; a smaller element cannot be seen
WHOLE = 0.7  # share of the page: an element as large is the page itself
QUALITY = 60  # of the WebP
LINE = 3  # pixels of the outline
INK, HALO = (200, 0, 90), (255, 255, 255)

Box = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass
class _Paged:
    """A page's picture with its elements, read when first asked for."""

    sheet: Sheet
    page: Page
    _image: Image.Image | None = None
    _numbers: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def image(self) -> Image.Image:
        if self._image is None:
            self._image = Image.open(io.BytesIO(self.sheet.image)).convert("RGB")
        return self._image

    def box(self, selector: str) -> Box | None:
        """Where an element is painted; None where that is not known for sure."""
        try:
            node = self.page.dom.css_first(selector)
        except (
            SelectolaxError,
            ValueError,
        ):  # no selector that the parser knows, such as one into a frame
            return None
        if node is None or not node.tag:
            return None
        known, number = self.sheet.boxes.get(node.tag, ()), self._number(node)
        if number is None:
            return None
        x, y, width, height = known[4 * number : 4 * number + 4]
        whole = width * height >= WHOLE * self.sheet.width * self.sheet.height
        right, bottom = min(x + width, self.sheet.width), min(y + height, self.sheet.height)
        left, top = max(0, x), max(0, y)
        if whole or right - left < LEAST or bottom - top < LEAST:
            return None
        return left, top, right, bottom

    def _number(self, node: Node) -> int | None:
        """Its number among the elements of its name, if page and picture have as many of them."""
        tag = str(node.tag)
        if tag not in self._numbers:
            held = [one for one in self.page.dom.css(tag) if not _silent(one)]
            even = 4 * len(held) == len(self.sheet.boxes.get(tag, ()))
            self._numbers[tag] = {one.mem_id: n for n, one in enumerate(held)} if even else {}
        return self._numbers[tag].get(node.mem_id)


def _silent(node: Node) -> bool:
    """Whether a browser that runs scripts has no such element, only its source."""
    above = node.parent
    while above is not None:
        if above.tag in ("noscript", "template"):
            return True
        above = above.parent
    return False


def cut(
    result: SiteResult, visit: Snapshot, sheets: Sequence[Sheet], rules: Iterable[Rule]
) -> tuple[Picture, ...]:
    """One picture for each failed rule that can be seen, the most serious first."""
    pages = {page.url: page for page in visit.pages}
    painted = {s.url: _Paged(s, pages[s.url]) for s in sheets if s.url in pages}
    found: list[Picture] = []
    room = MOST_BYTES
    for findings in _worst_first(result.findings, painted, {rule.id: rule for rule in rules}):
        picture = _of_one(findings, painted)
        if picture is not None and len(picture.image) <= room:
            room -= len(picture.image)
            found.append(picture)
        if len(found) == MOST:
            break
    for page in painted.values():
        page.page.forget()
    return tuple(found)


def _worst_first(
    findings: Iterable[Finding], painted: Mapping[str, _Paged], rules: Mapping[str, Rule]
) -> list[list[Finding]]:
    held: dict[str, list[Finding]] = {}
    for finding in findings:
        failed = finding.outcome is Outcome.FAILED and finding.rule in rules
        if failed and finding.spots and finding.url in painted:
            held.setdefault(finding.rule, []).append(finding)

    def order(name: str) -> tuple[bool, int, str]:
        rule = rules[name]
        return rule.status is not Status.SCORED, -rule.severity.order, name

    return [sorted(held[name], key=lambda finding: finding.url) for name in sorted(held, key=order)]


def _of_one(findings: Sequence[Finding], painted: Mapping[str, _Paged]) -> Picture | None:
    spots = [(finding, spot) for finding in findings for spot in finding.spots]
    for finding, spot in spots[:TRIED]:
        page = painted[finding.url]
        box = page.box(spot.selector) if spot.selector else None
        if box is None:
            continue
        try:
            part = _part(page.image, box)
        except (OSError, ValueError, SyntaxError):  # a picture the browser did not finish
            return None
        packed = io.BytesIO()
        part.save(packed, "WEBP", quality=QUALITY, method=2)
        image = packed.getvalue()
        return Picture(finding.rule, finding.url, spot.selector, image, *part.size)
    return None


def _part(image: Image.Image, box: Box) -> Image.Image:
    """The element with its surroundings, outlined; of a large one, where it begins."""
    frame = _frame(box, image.size)
    part = image.crop(frame)
    inner = (box[0] - frame[0], box[1] - frame[1], box[2] - frame[0] - 1, box[3] - frame[1] - 1)
    draw = ImageDraw.Draw(part)
    draw.rectangle(_grown(inner, LINE + 2), outline=HALO, width=2)
    draw.rectangle(_grown(inner, LINE), outline=INK, width=LINE)
    return part


def _grown(box: Box, by: int) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _frame(box: Box, size: tuple[int, int]) -> Box:
    """What is cut out, inside the picture."""
    start, end = [0, 0], [0, 0]
    for side in (0, 1):
        low, high = box[side], box[side + 2]
        length = min(max(high - low + 2 * MARGIN, SMALLEST[side]), LARGEST[side], size[side])
        fits = high - low + 2 * MARGIN <= length
        first = (low + high - length) // 2 if fits else low - MARGIN
        start[side] = max(0, min(first, size[side] - length))
        end[side] = start[side] + length
    return start[0], start[1], end[0], end[1]
