"""Facts of PDFs, read in a process of their own because their makers are strangers."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from lgaudit.evidence import PdfFacts

SECONDS = 15.0  # one PDF, start of the reader included
LARGEST = 100_000_000  # bytes; a larger PDF is not read
_READER = Path(__file__).with_name("pdf_reader.py")
_NUMBERS = ("pages", "image_pages", "sparse_pages", "pages_read")
_FLAGS = ("tagged", "display_title", "has_form", "encrypted")
_TEXTS = ("title", "lang", "error")
_DATES = ("created", "modified")


def read_pdf(body: bytes, seconds: float = SECONDS) -> PdfFacts:
    """Facts of a PDF; never raises. What went wrong is in ``error``.

    Blocks for about 0.2 s, at most ``seconds``. When only the pages took too long, the facts
    that do not need them are there, with ``pages_read`` 0.
    """
    if b"%PDF-" not in body[:1024]:
        return PdfFacts(error="not a PDF")
    if len(body) > LARGEST:
        return PdfFacts(error=f"larger than {LARGEST // 1_000_000} MB")
    command = [sys.executable, "-I", str(_READER)]
    late = False
    try:
        done = subprocess.run(
            command, input=body, capture_output=True, timeout=seconds, check=False
        )
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        late, output = True, error.stdout or b""
    except OSError as error:
        return PdfFacts(error=f"the reader did not start ({type(error).__name__})")
    facts = _last_answer(output)
    if facts is None:
        return PdfFacts(error="took too long to read" if late else "broke its reader")
    return facts


def _last_answer(output: bytes) -> PdfFacts | None:
    """The facts of the last whole line, or None when there is none."""
    for line in reversed(output.split(b"\n")[:-1]):
        try:
            answer = json.loads(line)
        except ValueError:
            continue
        if isinstance(answer, dict):
            return _facts(answer)
    return None


def _facts(answer: dict[str, Any]) -> PdfFacts:
    values: dict[str, Any] = {}
    for name in _NUMBERS:
        value = answer.get(name)
        if type(value) is int and 0 <= value < 10_000_000:
            values[name] = value
    for name in _FLAGS:
        values[name] = answer.get(name) is True
    for name in _TEXTS:
        value = answer.get(name)
        values[name] = value[:500] if isinstance(value, str) else ""
    for name in _DATES:
        values[name] = _date(answer.get(name))
    return PdfFacts(**values)


def _date(value: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
