"""Tables as Parquet, for research. pyarrow is an extra, loaded only where it is asked for.

A stranger's Parquet never meets pyarrow in this process: another one, held to an amount of memory
and disk, writes it out as JSON lines, and those are read and checked like any others.
"""

from __future__ import annotations

import importlib.util
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from lgaudit.errors import LgauditError
from lgaudit.exchange.tables import TableKind, tables

GROUP = 20_000  # rows held in memory and written together
BATCH = 256  # rows of a stranger's file held in memory
MEMORY = 4 << 30  # bytes that reading a stranger's files may ask for
DISK = 16 << 30  # bytes that one table may come to
MISSING = (
    "Parquet needs pyarrow, which is not installed. Install it with"
    " `pip install 'lgaudit[parquet]'`, or use --format csv or jsonl."
)


def needed() -> None:
    """Make sure that pyarrow is there.

    Raises:
        LgauditError: it is not; says how to install it.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise LgauditError(MISSING)


def _schema(kind: TableKind) -> Any:
    import pyarrow as pa

    types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return pa.schema(
        [
            pa.field(one.name, types.get(one.type, pa.string()), metadata={"about": one.meaning})
            for one in kind.columns
        ]
    )


def writer(stack: ExitStack, path: Path, kind: TableKind) -> Callable[[dict[str, Any]], None]:
    """A function that takes rows; the file is whole when the stack is closed.

    Objects and arrays are JSON in text columns, as in CSV.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(kind)
    file = stack.enter_context(pq.ParquetWriter(path, schema, compression="zstd"))
    waiting: list[tuple[Any, ...]] = []

    def flush() -> None:
        columns = zip(*waiting, strict=True) if waiting else [()] * len(schema)
        arrays = [pa.array(list(c), f.type) for c, f in zip(columns, schema, strict=True)]
        file.write_table(pa.Table.from_arrays(arrays, schema=schema))
        waiting.clear()

    stack.callback(flush)

    def take(row: dict[str, Any]) -> None:
        waiting.append(tuple(_cell(one.type, row[one.name]) for one in kind.columns))
        if len(waiting) == GROUP:
            flush()

    return take


def _cell(kind: str, value: Any) -> Any:
    if value is not None and kind in ("object", "array"):
        return msgspec.json.encode(value).decode()
    return value


@contextmanager
def as_lines(folder: Path) -> Iterator[Path]:
    """The tables of an export as JSON lines, in a folder that goes away.

    Raises:
        LgauditError: a file is damaged, no Parquet, or comes to more than is allowed.
    """
    needed()
    with tempfile.TemporaryDirectory(prefix="lgaudit-") as temporary:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(folder), temporary],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system", "OMP_NUM_THREADS": "1"},
            check=False,
        )
        if done.returncode == 1:  # said by main()
            raise LgauditError(done.stderr.decode("utf-8", "replace").strip()[-600:])
        if done.returncode:
            raise LgauditError(
                f"{folder}: its Parquet cannot be read: it is damaged, or needs more than"
                f" {MEMORY >> 30} GB of memory. Nothing was imported: ask for CSV or JSONL."
            )
        yield Path(temporary)


def _lines(path: Path, kind: TableKind, file: Any) -> None:
    import pyarrow.parquet as pq

    source = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
    asked = _schema(kind)
    if not source.schema_arrow.equals(asked):
        raise ValueError("its columns or their types are not those of an export")
    parsed = {one.name for one in kind.columns if one.type in ("object", "array")}
    numbers = [one.name for one in kind.columns if one.type == "number"]
    for batch in source.iter_batches(batch_size=BATCH, use_threads=False):
        for row in batch.to_pylist():
            for name in parsed:
                row[name] = None if row[name] is None else msgspec.Raw(row[name].encode())
            if not all(row[name] is None or math.isfinite(row[name]) for name in numbers):
                raise ValueError("holds a number that does not end")
            file.write(msgspec.json.encode(row) + b"\n")


def main(folder: Path, lines: Path) -> None:
    """Write an export's tables as JSON lines; in a process of its own."""
    with suppress(ImportError):  # a system without such limits
        import resource

        for which, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, DISK)):
            hard = resource.getrlimit(which)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(which, (most, hard))
    for name, kind in tables().items():
        path = folder / f"{name}.parquet"
        try:
            with (lines / f"{name}.jsonl").open("wb") as file:
                _lines(path, kind, file)
        except (OSError, ValueError) as error:  # pyarrow's own errors are among these
            said = " ".join(str(error).split())[:300]
            sys.exit(f"{path}: {said}. The export is damaged or not whole; nothing was imported.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
