"""datapackage.json: every table of a report described, so that programs can read it unaided.

Follows the Data Package standard, https://datapackage.org/standard/data-package/ (version 1, which
every reader knows).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from importlib import resources
from pathlib import Path
from typing import Any

from lgaudit.report import cells, columns, digest
from lgaudit.results import Results

LICENCE = "LICENCE-DATA.txt"
LICENCES = [
    {
        "name": "OGL-UK-3.0",
        "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "title": "Open Government Licence v3.0",
    }
]
ABOUT = (
    "A score says how much of what a machine can check is met, on the pages that could be seen. "
    "It is not proof of conformance."
)


def write(results: Results, folder: Path, edition: str, categories: Collection[str]) -> None:
    """Describe every CSV file below the folder, and put the licence beside them."""
    licence = resources.files("lgaudit.report").joinpath("licence", "OGL-3.0.txt")
    (folder / LICENCE).write_bytes(licence.read_bytes())
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.csv"))
    told: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": f"lgaudit-{edition}",
        "title": "Council websites: league table",
        "description": " ".join(filter(None, (cells.one_line(digest.notice(results)), ABOUT))),
        "version": edition,
        "created": results.run.started.isoformat(),
        "licenses": LICENCES,
        "resources": [_resource(folder, file, categories) for file in files],
    }
    text = json.dumps(told, indent=1, ensure_ascii=True)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")


def _resource(folder: Path, file: str, categories: Collection[str]) -> dict[str, Any]:
    names = columns.head(folder / file)
    return {
        "profile": "tabular-data-resource",
        "name": file.removesuffix(".csv").lower(),
        "path": file,
        "title": columns.about(file),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": one.name, "type": one.type, "description": one.meaning}
                for one in columns.columns(file, names, categories)
            ],
            "missingValues": [""],
        },
    }
