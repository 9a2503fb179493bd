"""The sums of docs/scale.md, made of the rates in `benchmarks/results.toml` and of the settings."""

from __future__ import annotations

from typing import Any

from marked import Part

from lgaudit.gather.links import INTERNAL_SHARE
from lgaudit.settings import Settings

COUNCILS, BODIES = 10_892, 30_000
DOORS = 15  # looks at a site's ways in, its files and its names
ANSWER = 0.3  # seconds of a usual answer: taken, not measured
NIGHT = 10  # hours


class Rates:
    """Measured figures by name, and what follows from the settings as they are."""

    def __init__(self, results: dict[str, Any]) -> None:
        self.settings = Settings()
        self._all = {rate["name"]: rate for rate in results["rate"]}
        bars = {bar["what"]: bar for bar in results["bar"]}
        for rate in self._all.values():
            if "bar" in rate:  # the same figure stands there already
                bar = bars[rate["bar"]]
                rate |= {key: bar[key] for key in ("measured", "by", "when", "note")}

    def __getitem__(self, name: str) -> float:
        return float(self._all[name]["measured"])

    @property
    def rows(self) -> list[str]:
        """A line of a table for each rate."""
        return [
            f"| {rate['what']} | {rate['measured']:g}{rate['unit'] and ' ' + rate['unit']} |"
            f" `{rate['by']}`, {rate['when']}{rate['note'] and '; ' + rate['note']} |"
            for rate in self._all.values()
        ]

    @property
    def most_requests(self) -> int:
        """To one site, when it has more pages and links than are looked at."""
        own = self.settings
        return own.crawl_pages + DOORS + int(own.links * INTERNAL_SHARE) + own.documents

    @property
    def usual_requests(self) -> float:
        """To a site of as many pages as are judged."""
        return self["requests"] * self.settings.pages

    def visit(self, requests: float) -> float:
        """Seconds that the pace makes a visit take.

        It is counted from start to start, and a host rests as long as its answer took.
        """
        pace = self.settings.pace
        return requests * max(pace, ANSWER + min(ANSWER, pace))


def hours(found: float) -> str:
    """Hours in words, days from three on."""
    return f"{found / 24:.0f} days" if found >= 72 else f"{found:.{found < 10:d}f} hours"


def gigabytes(found: float) -> str:
    """Kilobytes as gigabytes."""
    return f"{found / 1e6:.1f} GB"


def sums(rates: Rates, sites: int) -> list[str]:
    """The cells of one column."""
    own = rates.settings
    pages = sites * own.pages
    plain, seen = (pages * rates[name] / 3600 for name in ("cpu_plain", "cpu_browser"))
    told = []
    for machines in (1, 4):
        spans = []
        for requests in (rates.usual_requests, rates.most_requests):
            pace = sites * rates.visit(requests) / own.sites / 3600 / machines
            work = plain / 2 / machines
            bound = "the pace" if pace > work else "the processor"
            spans.append(f"{hours(max(pace, work))} ({bound})")
        told.append(" to ".join(dict.fromkeys(spans)))
    return [
        f"{pages:,}",
        f"{plain:.0f} core-hours",
        *told,
        f"{seen:.0f} core-hours",
        hours(seen / 2),
        f"{-(-seen // NIGHT):.0f} cores",
        gigabytes(sites * rates["store"]),
        ", ".join(gigabytes(pages * rates[f"evidence_{kind}"]) for kind in ("plain", "browser")),
        " to ".join(f"{sites * n / 1e6:.1f}" for n in (rates.usual_requests, rates.most_requests))
        + " million",
    ]


NAMES = (
    "pages judged",
    "**without browsers**: CPU",
    "one machine of 2 cores",
    "with `--cluster` and four such machines",
    "**with browsers**: CPU",
    "one machine of 2 cores",
    f"in one night ({NIGHT} hours)",
    "store, a run",
    "evidence, a run, without and with browsers",
    "requests, all together",
)


def table(results: dict[str, Any]) -> str:
    """Everything between the marks."""
    rates = Rates(results)
    own, usual, most = rates.settings, rates.usual_requests, rates.most_requests
    columns = [sums(rates, sites) for sites in (COUNCILS, BODIES)]
    return "\n".join(
        [
            "| rate | measured | by |",
            "|---|---|---|",
            *rates.rows,
            "",
            f"From the settings as they are ({own.pages} pages judged, {own.crawl_pages} crawled, a"
            f" pace of {own.pace:g} s, {own.sites} sites at a time at most) follow: {usual:.0f}"
            f" requests to a site of {own.pages} pages, {most} at most to a larger one"
            f" ({own.crawl_pages} pages, some {DOORS} looks at its doors and files,"
            f" {int(own.links * INTERNAL_SHARE)} of its own links, {own.documents} documents); and"
            f" {rates.visit(usual):.0f} to {rates.visit(most):.0f} s that the pace makes a visit"
            f" take, when each answer takes {ANSWER:g} s, which is taken and not measured.",
            "",
            f"| | {COUNCILS:,} sites | {BODIES:,} sites |",
            "|---|---|---|",
            *(f"| {n} | {a} | {b} |" for n, a, b in zip(NAMES, *columns, strict=True)),
        ]
    )


PART = Part("docs/scale.md", "<!-- sums: made by `make docs` -->", "<!-- /sums -->", table)
