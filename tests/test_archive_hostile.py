"""WARCs that are broken or made to hurt: bounded, told in a sentence, and what is whole is read."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lgaudit.archive import read_snapshot
from lgaudit.archive.reader import Warc
from lgaudit.archive.strangers import answers
from lgaudit.errors import EvidenceError
from lgaudit.models import Reason
from lgaudit.rejudge import of_stranger
from lgaudit.settings import Settings

PAGE = b"<!doctype html><html lang=en><title>A page</title><h1>A page</h1><p>Words of it.</html>"


def record(
    number: int = 0, body: bytes = PAGE, *, length: int | None = None, kind: bytes = b"text/html"
) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n" + body
    return (
        b"WARC/1.0\r\nWARC-Type: response\r\n"
        + b"WARC-Target-URI: https://www.a.example/%d\r\n" % number
        + b"WARC-Date: 2026-11-23T12:00:00Z\r\n"
        + b"Content-Type: application/http; msgtype=response\r\n"
        + b"Content-Length: %d\r\n\r\n" % (len(block) if length is None else length)
        + block
        + b"\r\n\r\n"
    )


def packed(*parts: bytes) -> bytes:
    return b"".join(gzip.compress(part, 1, mtime=0) for part in parts)


def put(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(data)
    return path


def read(path: Path) -> tuple[list[str], list[str]]:
    """Last part of each address that was answered, and what was wrong with the file."""
    warc = Warc(path)
    return [a.exchange.url.rsplit("/", 1)[1] for a in answers(warc, 1_000_000)], warc.damage


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda: packed(*(record(n) for n in range(3))), id="a member a record"),
        pytest.param(lambda: packed(b"".join(record(n) for n in range(3))), id="one member"),
        pytest.param(lambda: b"".join(record(n) for n in range(3)), id="not packed"),
        pytest.param(
            lambda: packed(*_cut(b"".join(record(n) for n in range(3)), 100)), id="any members"
        ),
        pytest.param(lambda: packed(*(record(n) for n in range(3))) + b"\0" * 700, id="padded"),
        pytest.param(
            lambda: b"".join(record(n).replace(b"\r\n", b"\n", 7) for n in range(3)), id="bare ends"
        ),
    ],
)
def test_every_packing_is_read(tmp_path: Path, made: Callable[[], bytes]) -> None:
    assert read(put(tmp_path, made())) == (["0", "1", "2"], [])


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("made", "found", "said"),
    [
        pytest.param(
            lambda: packed(*(record(n) for n in range(3)))[:-60], ["0", "1", "2"], "ends in the",
            id="truncated",
        ),
        pytest.param(
            lambda: packed(record(0), record(1, length=5_000), record(2)), ["0", "1", "2"],
            "another length", id="too long a length, packed",
        ),
        pytest.param(
            lambda: b"".join((record(0), record(1, length=60), record(2))), ["0", "1", "2"],
            "between its records", id="too short a length",
        ),
        pytest.param(
            lambda: packed(record(0)) + b"\x1f\x8b\x08\x00rubbish, not deflate" + packed(record(2)),
            ["0", "2"], "not readable", id="a broken member",
        ),
        pytest.param(
            lambda: packed(record(0), b"WARC/1.0\r\n" + b"x: y\r\n" * 2_000 + b"\r\n", record(2)),
            ["0", "2"], "between its records", id="a header without end",
        ),
        pytest.param(
            lambda: packed(record(0), record(1).replace(b"Content-Length: ", b"Content-Length: -")),
            ["0"], "another length", id="a negative length",
        ),
    ],
)  # fmt: skip
def test_what_is_broken_is_told_and_the_rest_is_read(
    tmp_path: Path, made: Callable[[], bytes], found: list[str], said: str
) -> None:
    urls, damage = read(put(tmp_path, made()))
    assert [url for url in found if url not in urls] == []
    assert said in "; ".join(damage)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"<html>not a WARC</html>", "is not a WARC"),
        (gzip.compress(b"hello\nworld", mtime=0), "is not a WARC"),
        (b"\x1f\x8b\x08rubbish", "is empty, or none"),
        (packed(record().replace(b"https:", b"dns:")), "holds no answer that is a page"),
    ],
)
def test_what_is_no_archive_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(EvidenceError, match=said):
        of_stranger(put(tmp_path, data), (), Settings())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot be read: No such file"):
        read_snapshot(tmp_path / "none.warc.gz")


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def bomb(start: bytes, size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * 1_000_000
    return b"".join(
        [packer.compress(start), *(packer.compress(zeros) for _ in range(size)), packer.flush()]
    )


def test_a_line_without_end_fills_no_memory(tmp_path: Path) -> None:
    path = put(tmp_path, bomb(b"WARC/1.0\r\nX: ", 40))

    def work() -> None:
        with pytest.raises(EvidenceError, match="is not a WARC file"):
            read(path)

    assert peak(work) < 5_000_000


def test_a_record_without_end_fills_no_memory(tmp_path: Path) -> None:
    head = record(1, b"", length=900_000_000_000)[:-4]
    path = put(tmp_path, packed(record(0)) + bomb(head, 200))
    said: list[str] = []

    def work() -> None:
        with pytest.raises(EvidenceError, match="unpacks to far more than its size"):
            said.extend(a.exchange.verdict.reason for a in answers(Warc(path), 1_000_000))

    assert peak(work) < 5_000_000
    assert said == [Reason.OK, Reason.TOO_LARGE]


def test_a_body_that_unpacks_without_end_is_too_large(tmp_path: Path) -> None:
    body = bomb(b"<html>", 30)
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n" + body
    data = record(0).partition(b"Content-Length")[0] + b"Content-Length: %d\r\n\r\n" % len(block)
    path = put(tmp_path, packed(data + block + b"\r\n\r\n"))
    visit = of_stranger(path, (), Settings())[0].visit
    assert visit.verdict.reason is Reason.TOO_LARGE


def test_a_front_page_that_comes_after_its_double_is_the_front_page(tmp_path: Path) -> None:
    text = PAGE.replace(b"Words of it", b"Words " * 60)
    front = record(0, text).replace(b"a.example/0", b"a.example/")
    visit = of_stranger(put(tmp_path, packed(record(1, text), front)), (), Settings())[0].visit
    assert visit.verdict.ok
    assert {page.url: page.verdict.reason for page in visit.pages if page.verdict.ok} == {
        "https://www.a.example/": Reason.OK
    }


def test_thousands_of_records_are_sampled(tmp_path: Path) -> None:
    out = io.BytesIO()
    for n in range(1_500):
        text = PAGE.replace(b"Words of it", b"Words %d " % n * 30)
        out.write(gzip.compress(record(n, text), 1))
    visit = of_stranger(put(tmp_path, out.getvalue()), (), Settings(pages=10, crawl_pages=20))[
        0
    ].visit
    assert visit.coverage.found == 1_500
    assert len(visit.pages) == 20
    assert visit.coverage.audited == 10


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (b"text/html; charset=windows-1252", "Café £5".encode("cp1252")),
        (b"text/html; charset=utf-16", "Café £5".encode("utf-16")),
        (b"text/html; charset=nonsense", "Café £5".encode()),
        (b"text/html", b"\xff\xfe\x00\xd8 broken \x00"),
    ],
)
def test_other_encodings_are_read(tmp_path: Path, type_: bytes, body: bytes) -> None:
    path = put(tmp_path, packed(record(0, body, kind=type_)))
    (answer,) = answers(Warc(path), 1_000_000)
    assert answer.exchange.body == body
    of_stranger(path, (), Settings())


WHOLE = packed(*(record(n) for n in range(3)))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    at=st.integers(0, len(WHOLE) - 1),
    noise=st.binary(min_size=1, max_size=20),
    plain=st.booleans(),
)
def test_noise_anywhere_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes, plain: bool
) -> None:
    data = b"".join(record(n) for n in range(3)) if plain else WHOLE
    path = put(tmp_path_factory.mktemp("n"), data[:at] + noise + data[at + len(noise) :])
    for work in (read_snapshot, lambda p: of_stranger(p, (), Settings())):
        try:
            work(path)
        except EvidenceError as error:
            assert "x.warc.gz" in str(error)  # noqa: PT017 - either end is right
