"""Read tables of a TOML file strictly: every problem is collected, with its line and a hint."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import tomli

T = TypeVar("T", bound=msgspec.Struct)
Place = tuple[str | int, ...]  # ("examples", 2, "html")

MAXIMUM_BYTES = 200_000


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean x?' for the nearest known word, else ''."""
    near = difflib.get_close_matches(str(word), sorted(known), 1, 0.6)
    return f" Did you mean {near[0]}?" if near else ""


@dataclass
class Reader:
    """One TOML file and the problems found in it so far."""

    file: str
    text: str = ""
    problems: list[str] = field(default_factory=list)

    def problem(self, message: str, place: Place = ()) -> None:
        """Note a problem, with the line of ``place`` where it can be found."""
        line = line_of(self.text, place)
        self.problems.append(f"{self.file}{f':{line}' if line else ''}: {message}")

    def table(self, path: Path) -> dict[str, Any] | None:
        """The file's top table, or None with the problem noted."""
        try:
            with path.open("rb") as file:  # a link may lead to a device, which has no size or end
                data = file.read(MAXIMUM_BYTES + 1)
            if len(data) > MAXIMUM_BYTES:
                self.problem(f"is over the limit of {MAXIMUM_BYTES:,} bytes. Shorten it.")
                return None
            self.text = data.decode("utf-8-sig").replace("\r\n", "\n")
            return tomli.loads(self.text)
        except UnicodeDecodeError:
            self.problem("is not UTF-8 text. Save it as UTF-8.")
        except OSError as error:
            self.problem(f"cannot be read: {error.strerror or error}.")
        except ValueError as error:  # not only TOMLDecodeError: a number may be too long to read
            found = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = f":{found[1]}" if found else ""
            self.problems.append(f"{self.file}{line}: is not valid TOML: {error}.")
        except RecursionError:
            self.problem("is nested too deeply. Flatten its tables.")
        return None

    def struct(self, kind: type[T], table: object, place: Place = ()) -> T | None:
        """A struct from a table; unknown, missing and mistyped keys are all noted at once."""
        if not isinstance(table, Mapping):
            self.problem(f"{_named(place)} must be a table.", place)
            return None
        if not place and kind.__struct_config__.forbid_unknown_fields:
            try:  # a sound file, as nearly all are, needs no one to look for its faults
                return msgspec.convert(table, kind)
            except (msgspec.ValidationError, RecursionError):
                pass
        fields = _fields(kind)
        before = len(self.problems)
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in fields:
                self.problem(
                    f"{_named((*place, key))} is not known here.{did_you_mean(key, fields)}"
                    f" Known: {', '.join(fields)}.",
                    (*place, key),
                )
                continue
            values[key] = self.value(fields[key].type, value, (*place, key))
        for key, known in fields.items():
            if known.required and key not in table:
                self.problem(f"{_named((*place, key))} is missing. Add it.", place)
        if len(self.problems) > before:
            return None
        return kind(**{fields[key].name: value for key, value in values.items()})

    def value(self, kind: Any, value: Any, place: Place) -> Any:
        """One value converted, or None with the problem noted."""
        single = _struct_of(kind)
        if single is not None:
            return self.struct(single, value, place)
        inner = _struct_of_list(kind)
        if inner is not None and isinstance(value, list):
            most = _most(kind)
            if most is not None and len(value) > most:
                self.problem(f"{_named(place)}: {len(value)} are too many; at most {most}.", place)
                return None
            return [self.struct(inner, item, (*place, n)) for n, item in enumerate(value)]
        try:
            return msgspec.convert(value, kind)
        except (msgspec.ValidationError, RecursionError) as error:
            hint = _choices(kind, value)
            self.problem(f"{_named(place)}: {_plain(str(error))}.{hint}", place)
        return None


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {known.encode_name: known for known in msgspec.structs.fields(kind)}


def _struct_of(kind: Any) -> type[msgspec.Struct] | None:
    for part in (kind, *getattr(kind, "__args__", ())):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part if part is kind or getattr(kind, "__origin__", None) is None else None
    return None


def _struct_of_list(kind: Any) -> type[msgspec.Struct] | None:
    for part in (kind, *getattr(kind, "__args__", ())):
        if getattr(part, "__origin__", None) is Annotated:
            part = part.__args__[0]
        arguments = getattr(part, "__args__", ())
        if getattr(part, "__origin__", None) is list and arguments:
            return _struct_of(arguments[0])
    return None


def _most(kind: Any) -> int | None:
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, msgspec.Meta):
            return note.max_length
    return None


def _plain(message: str) -> str:
    return message.split(" - at ")[0].replace("`", "'")


def _choices(kind: Any, value: Any) -> str:
    inner = getattr(kind, "__args__", (kind,))[0] if isinstance(value, list) else kind
    values = [str(m.value) for m in inner] if hasattr(inner, "__members__") else []
    if not values:
        values = [a for a in getattr(inner, "__args__", ()) if isinstance(a, str)]
    if not values:
        return ""
    wrong = [v for v in (value if isinstance(value, list) else [value]) if v not in values]
    near = did_you_mean(wrong[0], values) if wrong and isinstance(wrong[0], str) else ""
    return f"{near} Use one of: {', '.join(values)}."


def _named(place: Place) -> str:
    words = ""
    for step in place:
        if isinstance(step, int):
            words += f" number {step + 1}"
        else:
            words += (", " if words else "") + step
    return words or "the file"


def line_of(text: str, place: Place) -> int:
    """The 1-based line where a key or table of a TOML text starts; 0 when it cannot be told.

    Good enough for hand-written files: headers and keys are looked for by their usual spelling.
    """
    if not text or not place:
        return 0
    lines = text.split("\n")
    at, end = 0, len(lines)
    for position, step in enumerate(place):
        if isinstance(step, int):
            continue
        number = place[position + 1] if position + 1 < len(place) else 0
        nth = number if isinstance(number, int) else 0
        path = ".".join(str(p) for p in place[: position + 1] if not isinstance(p, int))
        header = re.compile(rf"\s*\[+\s*{re.escape(path)}\s*\]+\s*(#.*)?$")
        found = [n for n in range(at, end) if header.match(lines[n])]
        if len(found) > nth:
            at = found[nth]
            end = found[nth + 1] if len(found) > nth + 1 else len(lines)
            continue
        key = re.compile(rf"""\s*["']?{re.escape(step)}["']?\s*[.=]""")
        here = next((n for n in range(at, end) if key.match(lines[n])), None)
        return (here if here is not None else at) + 1 if (here is not None or at) else 0
    return at + 1
