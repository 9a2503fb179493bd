"""Roles, states and properties of WAI-ARIA, and which elements may carry them (aria.json)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Attribute(msgspec.Struct, frozen=True, rename="camel"):
    """One aria- attribute."""

    type: str
    values: frozenset[str] = frozenset()
    allow_empty: bool = False
    everywhere: bool = msgspec.field(default=False, name="global")
    case_insensitive: bool | None = None
    min_value: int | None = None


class Role(msgspec.Struct, frozen=True, rename="camel"):
    """One role. None of ``required_owned`` or ``required_context`` means that it asks for none."""

    type: str
    allowed_attrs: frozenset[str] = frozenset()
    required_attrs: frozenset[str] = frozenset()
    prohibited_attrs: frozenset[str] = frozenset()
    required_owned: tuple[str, ...] | None = None
    required_context: tuple[str, ...] | None = None
    accessible_name_required: bool = False
    name_from_content: bool = False
    children_presentational: bool = False
    deprecated: bool = False
    unsupported: bool = False


class Element(msgspec.Struct, frozen=True, rename="camel"):
    """What ARIA in HTML says of one element; what depends on its attributes is ``variant``."""

    allowed_roles: bool | list[str] = True
    allowed_aria_attrs: list[str] | None = None
    naming_prohibited: bool = False
    variant: dict[str, object] = {}


class Tables(msgspec.Struct, frozen=True):
    """Everything in aria.json."""

    source: str
    version: str
    attributes: dict[str, Attribute]
    roles: dict[str, Role]
    elements: dict[str, Element]


@cache
def tables() -> Tables:
    """The tables, read once."""
    text = (files("lgaudit.evaluate.markup") / "aria.json").read_bytes()
    return msgspec.json.decode(text, type=Tables)


@cache
def everywhere() -> frozenset[str]:
    """Attributes that every role may have."""
    return frozenset(name for name, found in tables().attributes.items() if found.everywhere)
