"""Write lgaudit/evaluate/script_libraries.json: script libraries with known vulnerabilities.

The data are Retire.js's (https://github.com/RetireJS/retire.js, Apache License 2.0, copyright 2013
Erlend Oftedal and contributors), taken from the npm package that republishes them with each of its
releases. `python scripts/script_libraries.py TARBALL DATE` reads what `npm pack` wrote; DATE is
the day of that release. What we do not use is left out: hashes, syntax trees, low severities, and
patterns that would have to look further into a file than its first lines.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path

MEMBER = "package/vulnerabilities/RetireJsVulns.json"
TARGET = Path(__file__).resolve().parent.parent / "lgaudit/evaluate/script_libraries.json"
NOT_LIBRARIES = {"retire-example", "dont check"}
VERSION = "§§version§§"
FAR = re.compile(r"\.[*+]|\.\{|\[\^|\\[0-9]|\|\|")
WORTH = ("medium", "high", "critical")


def main() -> int:
    """Read the package, write the list."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    archive, date = sys.argv[1:]
    with tarfile.open(archive) as tar:
        package = json.load(tar.extractfile("package/package.json"))  # type: ignore[arg-type]
        source = json.load(tar.extractfile(MEMBER))  # type: ignore[arg-type]
    libraries = {
        name: entry
        for name, library in sorted(source.items())
        if name not in NOT_LIBRARIES and (entry := _entry(library))
    }
    told = {
        "source": "Retire.js, https://github.com/RetireJS/retire.js",
        "license": "Apache-2.0",
        "package": f"{package['name']} {package['version']}",
        "date": date,
        "libraries": libraries,
    }
    text = json.dumps(told, indent=1, ensure_ascii=False, sort_keys=False)
    TARGET.write_text(text + "\n", encoding="utf-8")
    return 0


def _entry(library: dict) -> dict:
    extractors = library.get("extractors", {})
    faults = [_fault(v) for v in library.get("vulnerabilities", []) if v.get("severity") in WORTH]
    found = {
        kind: [p for p in extractors.get(key, []) if VERSION in p and not FAR.search(p)]
        for kind, key in (("address", "uri"), ("file", "filename"), ("start", "filecontent"))
    }
    found = {kind: patterns for kind, patterns in found.items() if patterns}
    if not (found and faults):
        return {}
    npm = library.get("npmname", "")
    return {**({"npm": npm} if npm else {}), **found, "faults": faults}


def _fault(vulnerability: dict) -> dict:
    named = vulnerability.get("identifiers", {})
    ids = named.get("CVE") or [named[k] for k in ("githubID",) if named.get(k)]
    if not ids and named.get("retid"):
        ids = [f"Retire.js {named['retid']}"]
    told = {
        "from": vulnerability.get("atOrAbove", ""),
        "below": vulnerability.get("below", ""),
        "severity": vulnerability["severity"],
        "id": ", ".join(ids) or named.get("summary", "")[:80],
    }
    return {key: value for key, value in told.items() if value}


if __name__ == "__main__":
    sys.exit(main())
