"""The files that made-up councils publish: PDFs and CSVs, with their planted faults."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lgaudit.demo.files import PdfSpec, csv_file, pdf_file

PDFS = {
    "agenda": "Agenda of the cabinet meeting",
    "minutes": "Minutes of the cabinet meeting",
    "guide": "Guide to council services",
    "budget": "Budget in brief",
}
STREETS = ("Orchard Way", "Mill Lane", "Station Road", "Chapel Hill", "Willow Close", "Long Row")
FIRMS = ("Brightwater Paving", "Oddfellow Catering", "Larkrise Software", "Tench and Daughters")
COUNCILLORS = (
    ("Ada Brindle", "Castle"),
    ("Tomas Oakshott", "Harbour"),
    ("Priya Wendle", "Northgate"),
    ("Josh Larkfield", "Orchards"),
    ("Mabel Quaife", "Priory"),
    ("Idris Pennock", "Riverside"),
    ("Chioma Reedley", "St Osyn"),
    ("Walter Stint", "Southgate"),
    ("Farah Dunmore", "Station"),
    ("Ewan Thistleby", "Uplands"),
    ("Grace Mallory-Finch", "Waterside"),
    ("Bao Hartley", "Westgate"),
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file and how pages link to it."""

    path: str
    body: bytes
    content_type: str
    kind: str  # as people call it: PDF, CSV
    plant: str = ""  # data-plant of the link

    @property
    def size(self) -> str:
        """Size as pages show it, such as 2KB."""
        return f"{max(1, round(len(self.body) / 1000))}KB"


def papers(
    council: str, today: dt.date, seed: str, faults: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Paper]:
    """The files of one council by short name; ``faults`` overrides fields of a PDF by name."""
    made = {
        name: _pdf(name, council, today, dict(faults.get(name, {})))
        for name in (*PDFS, *(name for name in faults if name not in PDFS))
    }
    for name, rows in _tables(random.Random(seed), today).items():
        body = csv_file(rows)
        made[name] = Paper(f"/files/{name}.csv", body, "text/csv; charset=utf-8", "CSV")
    return made


def _pdf(name: str, council: str, today: dt.date, fault: dict[str, Any]) -> Paper:
    title = str(fault.pop("text", PDFS.get(name, "Map of the area")))
    file = str(fault.pop("file", name))
    plant = str(fault.pop("plant", ""))
    lines = (
        f"{title}, {council}",
        "",
        "This paper sums up what councillors talked about and what happens next.",
        "Ask at the main office for a copy in large print or in another language.",
        "Questions from the public are answered in writing within ten working days.",
    )
    spec = PdfSpec(lines, today - dt.timedelta(days=30), title=f"{title} - {council}")
    body = pdf_file(dataclasses.replace(spec, **fault))
    return Paper(f"/files/{file}.pdf", body, "application/pdf", "PDF", plant)


def _tables(chance: random.Random, today: dt.date) -> Mapping[str, list[tuple[object, ...]]]:
    spending: list[tuple[object, ...]] = [("Date", "Supplier", "Purpose", "Amount")]
    for _ in range(40):
        day = today - dt.timedelta(days=chance.randrange(20, 80))
        pounds = chance.randrange(50_100, 4_000_000) / 100
        spending.append((day.isoformat(), chance.choice(FIRMS), "Services", f"{pounds:.2f}"))
    trees: list[tuple[object, ...]] = [("Tree", "Species", "Street", "Height in metres")]
    for number in range(1, 61):
        species = chance.choice(("Lime", "Oak", "Rowan", "Silver birch", "Field maple"))
        trees.append((number, species, chance.choice(STREETS), chance.randrange(3, 22)))
    contracts = [("Contract", "Supplier", "Start", "Yearly value")]
    contracts += [(f"C{n:03}", firm, "2025-04-01", f"{n * 31000}") for n, firm in enumerate(FIRMS)]
    land = [("Place", "Use"), *((street, "Car park") for street in STREETS)]
    return {
        "spending": spending,
        "trees": trees,
        "contracts": list(contracts),
        "salaries": [("Post", "Salary"), ("Chief executive", 149000), ("Treasurer", 98000)],
        "allowances": [("Councillor", "Allowance"), *((name, 9800) for name, _ in COUNCILLORS)],
        "interests": [("Councillor", "Interest"), *((name, "None") for name, _ in COUNCILLORS)],
        "land": list(land),
    }
