"""Small real files for the made-up sites: PNG, SVG, PDF and CSV, the same bytes every time."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

Colour = tuple[int, int, int]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, rows: bytes, level: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(rows, level)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")
    )


def landscape_png(seed: int, width: int = 640, height: int = 280) -> bytes:
    """A flat landscape of sky and three hills, a few kilobytes."""
    chance = random.Random(seed)
    hue = chance.randrange(40)
    sky, hills = (205 - hue, 226, 240), [(120, 160 - hue, 110), (84, 130, 90 + hue), (50, 96, 70)]
    heights = [[0] * width for _ in hills]
    for level, line in enumerate(heights):
        y, slope = height * (0.45 + 0.16 * level), 0.0
        for x in range(width):
            if x % 40 == 0:
                slope = chance.uniform(-0.5, 0.5)
            y = min(max(y + slope, height * (0.35 + 0.16 * level)), height * (0.6 + 0.16 * level))
            line[x] = int(y)
    # Two columns at a time: hills need no finer grain and the file stays small.
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(0, width, 2):
            colour = sky
            for level, line in enumerate(heights):
                if y >= line[x]:
                    colour = hills[level]
            rows += bytes(colour) * min(2, width - x)
    return _png(width, height, bytes(rows), 6)


def heavy_png(seed: int, size: int) -> bytes:
    """A picture of about ``size`` bytes: noise in muted colours, which does not compress."""
    width = 800
    height = size // (width * 3 + 1) + 1
    noise = random.Random(seed).randbytes(width * 3 * height)
    rows = b"".join(b"\x00" + noise[y * width * 3 : (y + 1) * width * 3] for y in range(height))
    return _png(width, height, rows, 0)


def crest_svg(letter: str, dark: str, light: str) -> bytes:
    """A council's badge: a shield with its first letter."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="56" viewBox="0 0 48 56">'
        f'<path d="M2 2h44v28c0 13-10 20-22 24C12 50 2 43 2 30z" fill="{dark}" '
        'stroke="#fff" stroke-width="2"/>'
        f'<path d="M6 6h36v10H6z" fill="{light}"/>'
        f'<text x="24" y="42" font-family="Georgia,serif" font-size="24" fill="#fff" '
        f'text-anchor="middle">{letter}</text></svg>\n'
    ).encode()


def icon_svg(path: str, colour: str = "#ffffff") -> bytes:
    """A 24 by 24 icon of one path."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24">'
        f'<path d="{path}" fill="{colour}"/></svg>\n'
    ).encode()


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """A UTF-8 CSV file; the first row is the heading row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


@dataclass(frozen=True, slots=True)
class PdfSpec:
    """What a PDF holds and what is wrong with it."""

    lines: tuple[str, ...]
    created: dt.date
    title: str = ""  # '' leaves the title out
    lang: str = "en-GB"
    tagged: bool = True
    scanned: bool = False  # pages are pictures, without text
    form: bool = False
    pages: int = 1


def pdf_file(spec: PdfSpec) -> bytes:
    """A small valid PDF, tagged or not, with text or only a picture of text."""
    pdf = Pdf.new()
    font = pdf.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )
    elements: list[pikepdf.Object] = []
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    for number in range(spec.pages):
        content, resources = _page_content(pdf, spec, number, font)
        page = Dictionary(
            Type=Name.Page,
            MediaBox=[0, 0, 595, 842],
            Resources=resources,
            Contents=Stream(pdf, content),
            StructParents=number,
        )
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
        kind = Name.Figure if spec.scanned else Name.P
        element = Dictionary(Type=Name.StructElem, S=kind, P=root, K=0, Pg=pdf.pages[number].obj)
        if spec.scanned:
            element.Alt = String("Scanned page")
        elements.append(pdf.make_indirect(element))
    if spec.tagged:
        root.K = Array(elements)
        numbers = Array([])
        for number, item in enumerate(elements):
            numbers.append(number)
            numbers.append(Array([item]))
        root.ParentTree = pdf.make_indirect(Dictionary(Nums=numbers))
        root.ParentTreeNextKey = len(elements)
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = Dictionary(Marked=True)
    return _finish(pdf, spec)


def _finish(pdf: Pdf, spec: PdfSpec) -> bytes:
    stamp = f"D:{spec.created:%Y%m%d}090000Z"
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(CreationDate=String(stamp), ModDate=String(stamp), Producer=String("lgaudit"))
    )
    if spec.title:
        pdf.trailer.Info.Title = String(spec.title)
        pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    if spec.lang:
        pdf.Root.Lang = String(spec.lang)
    if spec.form:
        field = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("full-name"),
            TU=String("Full name"),
            Rect=[72, 500, 320, 524],
            P=pdf.pages[0].obj,
        )
        widget = pdf.make_indirect(field)
        pdf.pages[0].obj.Annots = Array([widget])
        pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _page_content(
    pdf: Pdf, spec: PdfSpec, number: int, font: pikepdf.Object
) -> tuple[bytes, pikepdf.Object]:
    if spec.scanned:
        grey = random.Random(number).randbytes(60 * 84)
        picture = Stream(pdf, bytes(200 + value % 56 for value in grey))
        picture.Type, picture.Subtype = Name.XObject, Name.Image
        picture.Width, picture.Height, picture.BitsPerComponent = 60, 84, 8
        picture.ColorSpace = Name.DeviceGray
        mark = b"/Figure <</MCID 0>> BDC q 595 0 0 842 0 0 cm /Scan Do Q EMC"
        return mark, Dictionary(XObject=Dictionary(Scan=picture))
    text = [b"/P <</MCID 0>> BDC BT /F1 12 Tf 72 770 Td 18 TL"]
    for line in spec.lines:
        safe = line.encode("latin-1", "replace").replace(b"\\", b"\\\\")
        safe = safe.replace(b"(", b"\\(").replace(b")", b"\\)")
        text.append(b"(" + safe + b") Tj T*")
    text.append(b"ET EMC")
    return b"\n".join(text), Dictionary(Font=Dictionary(F1=font))
