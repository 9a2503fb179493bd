"""The table of speed in README.md, made of `benchmarks/results.toml`."""

from __future__ import annotations

from typing import Any

from marked import Part


def met(bar: dict[str, Any]) -> str:
    """Whether the figure reaches its bar; none is never met."""
    if "measured" not in bar:
        return "**not shown**"
    value = float(bar["measured"])
    good = value >= bar["at_least"] if "at_least" in bar else value <= bar["at_most"]
    return "yes" if good else "**no**"


def row(bar: dict[str, Any]) -> str:
    """One line of the table.

    Raises:
        ValueError: a bar has no limit, or two.
    """
    if ("at_least" in bar) == ("at_most" in bar):
        raise ValueError(f"{bar['what']}: give at_least or at_most, and one of them only")
    words = "at least" if "at_least" in bar else "at most"
    limit = bar["at_least"] if "at_least" in bar else bar["at_most"]
    found = f"{bar['measured']:g} {bar['unit']}" if "measured" in bar else "no figure"
    found += f" ({bar['note']})" if bar["note"] else ""
    return (
        f"| {bar['what']} | {words} {limit:g} {bar['unit']} | {found} | {met(bar)} |"
        f" {bar['when']} | `{bar['by']}` |"
    )


def table(results: dict[str, Any]) -> str:
    """The whole part of README.md between its marks."""
    lines = [
        f"On {results['machine']}; each script is run as `python -m benchmarks.NAME`.",
        "",
        "| what | bar | measured | met | date | by |",
        "| --- | --- | --- | --- | --- | --- |",
        *map(row, results["bar"]),
    ]
    return "\n".join(lines)


PART = Part("README.md", "<!-- speed: made by `make docs` -->", "<!-- /speed -->", table)
