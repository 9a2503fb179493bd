"""Read what is planted where, and say in the truth file on which pages it ended up."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from lgaudit.demo.library import Data, Entry
from lgaudit.demo.site import DemoSite, Resource
from lgaudit.demo.truth import Expectation, NearMiss, Plant, Truth

TIERS = ("excellent", "good", "middling", "poor")
MARK = re.compile(r'data-plant="([^"]+)"')


def edits(data: Data, host: str) -> Mapping[str, Sequence[Entry]]:
    """Path to the edits of that page of a site, in file order."""
    found: dict[str, list[Entry]] = defaultdict(list)
    for edit in data.of("edit"):
        if edit["site"] == host:
            for path in edit["pages"]:
                found[path].append(edit)
    return found


def extra_pages(data: Data, host: str) -> list[Entry]:
    """Articles that only one site has, because something is planted there."""
    return [page for page in data.of("page") if page["site"] == host]


def extra_resources(data: Data, host: str) -> dict[str, Resource]:
    """Redirects of one site."""
    return {
        entry["path"]: Resource(b"", "text/html", 301, (("location", entry["to"]),))
        for entry in data.of("redirect")
        if entry["site"] == host
    }


def document_faults(data: Data, host: str) -> Mapping[str, Mapping[str, Any]]:
    """Name of a PDF to the fields of its specification that one site has otherwise."""
    faults: dict[str, dict[str, Any]] = {}
    for entry in data.of("document"):
        if entry["site"] != host:
            continue
        fault = dict(entry.get("fault", {}))
        if "created" in fault:
            fault["created"] = dt.date.fromisoformat(str(fault["created"]))
        faults[entry["name"]] = fault | {"plant": f"doc-{entry['name']}"}
    return faults


def truth(data: Data, sites: Mapping[str, DemoSite]) -> Truth:
    """Everything planted, with the pages it shows on taken from the pages as built."""
    plants: list[Plant] = []
    misses: list[NearMiss] = []
    for fact in data.facts:
        if fact.get("wall") or fact.get("silent"):
            continue
        found = _Finder(sites[fact["host"]], tuple(fact.get("allowed", ())))
        for entry, where, template in _planned(data, fact):
            plants += found.plants(entry, where, template)
            misses += found.misses(entry, where)
    ranked = [f for f in data.facts if f.get("tier")]
    tiers = ((tier, tuple(f["host"] for f in ranked if f["tier"] == tier)) for tier in TIERS)
    return Truth(
        tuple(sorted(plants, key=lambda p: (p.site, p.rule, p.id))),
        tuple(sorted(misses, key=lambda m: (m.site, m.rule, m.id))),
        tuple(_expectation(fact) for fact in data.facts),
        tuple(tiers),
    )


def _planned(data: Data, fact: Entry) -> list[tuple[Entry, Sequence[str], bool]]:
    host = fact["host"]
    planned: list[tuple[Entry, Sequence[str], bool]] = [
        (entry, (), True)
        for entry in (*data.of("template"), *data.of("furniture"))
        if entry["supplier"] == fact["supplier"]
    ]
    planned += [(edit, edit["pages"], False) for edit in data.of("edit") if edit["site"] == host]
    for table in ("page", "redirect", "document"):
        planned += [
            (entry, entry.get("pages", [entry.get("path", "/")]), False)
            for entry in data.of(table)
            if entry["site"] == host
        ]
    return planned


class _Finder:
    def __init__(self, site: DemoSite, allowed: tuple[str, ...]) -> None:
        self._site = site
        paths = [p for p in site.html_pages if not allowed or _allowed(p, allowed)]
        self._paths = paths
        self._marks: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            for mark in MARK.findall(_html(site, path)):
                self._marks[mark].append(path)

    def plants(self, entry: Entry, where: Sequence[str], template: bool) -> list[Plant]:
        made = []
        for item in entry.get("plants", ()):
            mark, pages = self._place(item, where, template)
            if not pages:
                continue
            made.append(
                Plant(
                    id=item["id"],
                    rule=item["rule"],
                    site=self._site.host,
                    pages=pages,
                    selector=f'[data-plant="{mark}"]' if mark else "",
                    scope=item.get("scope", "page"),
                    outcome=item.get("outcome", "failed"),
                    template=template,
                    document=self._document(entry),
                    needs=item.get("needs", ""),
                    note=item.get("note", ""),
                )
            )
        return made

    def misses(self, entry: Entry, where: Sequence[str]) -> list[NearMiss]:
        made = []
        for item in entry.get("misses", ()):
            mark, pages = self._place(item, where, False)
            if pages:
                made.append(
                    NearMiss(
                        id=item["id"],
                        rule=item["rule"],
                        site=self._site.host,
                        pages=pages,
                        selector=f'[data-plant="{mark}"]' if mark else "",
                        document=self._document(entry),
                        scope=item.get("scope", "page"),
                        note=item.get("note", ""),
                    )
                )
        return made

    def _place(
        self, item: Entry, where: Sequence[str], template: bool
    ) -> tuple[str, tuple[str, ...]]:
        mark = item.get("on", item["id"])
        if mark in self._marks:
            paths = [p for p in self._marks[mark] if template or not where or p in where]
        else:
            mark = ""
            wanted = self._paths if template else item.get("pages", where)
            skip = item.get("not_pages", ())
            paths = [p for p in wanted if p in self._paths and p not in skip]
        return mark, tuple(f"https://{self._site.host}{path}" for path in paths)

    def _document(self, entry: Entry) -> str:
        if "name" not in entry:
            return ""
        file = entry.get("fault", {}).get("file", entry["name"])
        return f"https://{self._site.host}/files/{file}.pdf"


def _html(site: DemoSite, path: str) -> str:
    data = site.pages.get(f"/app/data{'/index' if path == '/' else path}.json")
    if data is not None:
        return str(json.loads(data.body)["html"])
    return site.pages[path].body.decode()


def _allowed(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == rule.rstrip("$") or path.startswith(f"{rule}/") for rule in allowed)


def _expectation(fact: Entry) -> Expectation:
    verdict = fact.get("verdict", fact.get("wall", "ok"))
    return Expectation(
        site=fact["host"],
        councils=tuple(council["slug"] for council in fact["council"]),
        supplier=fact["supplier"],
        tier=fact.get("tier", ""),
        ranked=bool(fact.get("tier")),
        verdict=verdict,
        verdict_without_browser=fact.get("verdict_without_browser", verdict),
        reason=fact.get("reason", ""),
    )
