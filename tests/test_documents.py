"""Reading PDFs from strangers: what is found, and that nothing they hold can break a visit."""

from __future__ import annotations

import datetime as dt
import io
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Stream, String

from lgaudit.evidence import PdfFacts
from lgaudit.gather import documents
from lgaudit.gather.documents import read_pdf

TEXT = b"BT /F1 12 Tf 72 700 Td (We collect household waste every week.) Tj ET"
IMAGE = b"q 600 0 0 800 0 0 cm /Im0 Do Q"


def made(build: Callable[[pikepdf.Pdf], None], **save: object) -> bytes:
    """The bytes of a new PDF."""
    pdf = pikepdf.new()
    build(pdf)
    out = io.BytesIO()
    pdf.save(out, **save)
    return out.getvalue()


def add_page(pdf: pikepdf.Pdf, commands: bytes, **objects: pikepdf.Object) -> None:
    page = pdf.add_blank_page()
    page.obj.Contents = Stream(pdf, commands)
    page.obj.Resources = Dictionary(XObject=Dictionary(**objects))


def image(pdf: pikepdf.Pdf) -> pikepdf.Object:
    picture = Stream(pdf, b"\0" * 64)
    picture.update(
        Dictionary(
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=8,
            Height=8,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )
    )
    return pdf.make_indirect(picture)


def form(pdf: pikepdf.Pdf, commands: bytes, **objects: pikepdf.Object) -> pikepdf.Object:
    made_form = Stream(pdf, commands)
    made_form.update(Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]))
    made_form.Resources = Dictionary(XObject=Dictionary(**objects))
    return pdf.make_indirect(made_form)


def good(pdf: pikepdf.Pdf) -> None:
    add_page(pdf, TEXT)
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot)
    pdf.Root.Lang = String("en-GB")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = String("Council plan\n2026")
    pdf.docinfo["/CreationDate"] = String("D:20180923090000+01'00'")
    pdf.docinfo["/ModDate"] = String("D:2026")


def test_facts_of_a_good_pdf() -> None:
    assert read_pdf(made(good)) == PdfFacts(
        pages=1,
        tagged=True,
        title="Council plan 2026",
        display_title=True,
        lang="en-GB",
        created=dt.date(2018, 9, 23),
        modified=dt.date(2026, 1, 1),
        pages_read=1,
    )


def test_facts_from_xmp_when_info_is_silent() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        add_page(pdf, TEXT)
        with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["dc:title"] = "Local plan"
            metadata["xmp:CreateDate"] = "2024-02-29T10:00:00Z"

    facts = read_pdf(made(build))
    assert (facts.title, facts.created) == ("Local plan", dt.date(2024, 2, 29))


@pytest.mark.parametrize("mark", [None, Dictionary(), Dictionary(Marked=False), Array([1])])
def test_structure_without_the_mark_is_not_tagged(mark: pikepdf.Object | None) -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        good(pdf)
        del pdf.Root["/MarkInfo"]
        if mark is not None:
            pdf.Root.MarkInfo = mark

    assert not read_pdf(made(build)).tagged


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([Dictionary(FT=Name.Tx, T=String("name"))], True),
        ([Dictionary(T=String("group"), Kids=[])], True),
        ([Dictionary(FT=Name.Sig, T=String("signature"))], False),
        ([], False),
    ],
)
def test_a_form_is_something_to_fill_in(fields: list[pikepdf.Object], expected: bool) -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        add_page(pdf, TEXT)
        pdf.Root.AcroForm = Dictionary(Fields=Array(fields))

    assert read_pdf(made(build)).has_form is expected


@pytest.mark.parametrize(
    ("build", "sparse", "images"),
    [
        (lambda pdf: add_page(pdf, IMAGE, Im0=image(pdf)), 1, 1),
        (lambda pdf: add_page(pdf, IMAGE + b" " + TEXT, Im0=image(pdf)), 0, 1),
        (lambda pdf: add_page(pdf, b"BT (Page 1 of 20) Tj ET " + IMAGE, Im0=image(pdf)), 1, 1),
        (lambda pdf: add_page(pdf, b"0 0 m 9 9 l S"), 1, 0),
        (lambda pdf: add_page(pdf, b"/Fm0 Do", Fm0=form(pdf, TEXT)), 0, 0),
        (lambda pdf: add_page(pdf, b"/Fm0 Do", Fm0=form(pdf, IMAGE, Im0=image(pdf))), 1, 1),
        (lambda pdf: add_page(pdf, b"q BI /W 1 /H 1 ID x EI Q"), 1, 1),
        (lambda pdf: add_page(pdf, b"BT [<" + b"0041" * 30 + b">] TJ ET"), 0, 0),
        (lambda pdf: add_page(pdf, b"BT [<" + b"0041" * 10 + b">] TJ ET"), 1, 0),
        (lambda pdf: add_page(pdf, b"(not shown: this stands outside of any text)"), 1, 0),
    ],
)
def test_text_and_images_of_pages(
    build: Callable[[pikepdf.Pdf], None], sparse: int, images: int
) -> None:
    facts = read_pdf(made(build))
    assert (facts.pages_read, facts.sparse_pages, facts.image_pages) == (1, sparse, images)


def test_pages_read_are_bounded() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        for _ in range(95):
            add_page(pdf, TEXT)

    facts = read_pdf(made(build))
    assert facts.pages == 95
    assert 15 <= facts.pages_read <= 20


def test_a_password_is_said_to_be_needed() -> None:
    locked = made(good, encryption=pikepdf.Encryption(owner="o", user="u"))
    facts = read_pdf(locked)
    assert facts.encrypted
    assert facts.error == "needs a password"


def test_a_pdf_that_opens_without_password_is_read() -> None:
    facts = read_pdf(made(good, encryption=pikepdf.Encryption(owner="o", user="")))
    assert (facts.encrypted, facts.tagged, facts.error) == (True, True, "")


@pytest.mark.parametrize("body", [b"", b"<html>", b"%PDF-1.7", b"%PDF-1.7\n" + b"\0\xff" * 5000])
def test_what_is_no_pdf_gives_an_error(body: bytes) -> None:
    facts = read_pdf(body)
    assert facts.error
    assert facts.pages == 0


def test_damaged_files_never_raise() -> None:
    body = made(good)
    for cut in (20, len(body) // 3, len(body) // 2, len(body) - 30):
        assert isinstance(read_pdf(body[:cut]), PdfFacts)
    assert isinstance(read_pdf(body.replace(b"endobj", b"ENDOBJ")), PdfFacts)


def bomb(pdf: pikepdf.Pdf) -> None:
    good(pdf)
    packed = zlib.compress(b"\0" * 80_000_000, 1)
    stream = Stream(pdf, b"")
    stream.write(packed, filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = stream


def test_a_stream_that_unpacks_to_far_too_much_is_left() -> None:
    facts = read_pdf(made(bomb))
    assert facts.pages == 1
    assert facts.tagged
    assert facts.pages_read == 0


def test_metadata_that_unpacks_without_end_is_left() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        bomb(pdf)
        pdf.Root.Metadata = pdf.pages[0].obj.Contents

    facts = read_pdf(made(build))
    assert facts.title == "Council plan 2026"


def test_a_form_that_draws_itself_ends() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        inner = form(pdf, b"/Fm0 Do /Fm0 Do")
        inner.Resources.XObject.Fm0 = inner
        add_page(pdf, b"/Fm0 Do", Fm0=inner)

    assert read_pdf(made(build)).sparse_pages == 1


def test_wrong_types_everywhere_are_survived() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        good(pdf)
        pdf.pages[0].obj.Contents = Array([1, Name.X, Dictionary()])
        pdf.pages[0].obj.Resources = Name.Nothing
        pdf.Root.Lang = Array([])
        pdf.Root.ViewerPreferences = String("x")
        pdf.Root.AcroForm = Name.Broken
        pdf.docinfo["/Title"] = Dictionary()
        pdf.docinfo["/CreationDate"] = String("D:20189999")
        pdf.docinfo["/ModDate"] = 3

    facts = read_pdf(made(build))
    assert facts == PdfFacts(pages=1, tagged=True, pages_read=1, sparse_pages=1)


def test_nested_brackets_do_not_slow_the_reader() -> None:
    def build(pdf: pikepdf.Pdf) -> None:
        add_page(pdf, b"BT " + b"(a" * 300_000 + b"\\" * 100_000)

    start = time.monotonic()
    assert read_pdf(made(build)).pages_read == 1
    assert time.monotonic() - start < 8


def test_a_reader_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "reader.py"
    hanging.write_text(
        'print(\'{"pages": 7, "tagged": true}\', flush=True)\n'
        "print('{\"pages\":', end='', flush=True)\nimport time\ntime.sleep(60)\n"
    )
    monkeypatch.setattr(documents, "_READER", hanging)
    start = time.monotonic()
    facts = read_pdf(b"%PDF-1.7 anything", seconds=1.0)
    assert time.monotonic() - start < 5
    assert facts == PdfFacts(pages=7, tagged=True)


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("import os; os.abort()", "broke its reader"),
        ("print('[1, 2]')", "broke its reader"),
        ('print(\'{"pages": "many", "title": 3, "created": "soon"}\')', ""),
        ("import time; time.sleep(60)", "took too long to read"),
    ],
)
def test_answers_of_a_broken_reader_are_not_believed(
    program: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "reader.py"
    broken.write_text(program)
    monkeypatch.setattr(documents, "_READER", broken)
    assert read_pdf(b"%PDF-1.7", seconds=1.0) == PdfFacts(error=error)
