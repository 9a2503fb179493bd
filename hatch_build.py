"""Bundle axe-core, the bar and the register, so that an installed program needs nothing beside it.

axe-core is pinned in package.json; its file comes from node_modules, which `npm ci` fills.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("axe.min.js", "LICENSE", "package.json")


class BundleEngines(BuildHookInterface):
    """Runs before every sdist, wheel and editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put axe-core in place; in wheels, the rules and the register too."""
        root = Path(self.root)
        vendored = root / "lgaudit" / "_vendor" / "axe-core"
        wanted = json.loads((root / "package.json").read_text())["dependencies"]["axe-core"]
        if _version(vendored) != wanted:
            _vendor(root, vendored, wanted)
        build_data["artifacts"].append("lgaudit/_vendor/axe-core/*")
        if self.target_name == "wheel" and version == "standard":
            for name in ("rules", "councils.csv"):
                build_data["force_include"][str(root / name)] = f"lgaudit/_vendor/{name}"


def _version(folder: Path) -> str:
    package = folder / "package.json"
    return str(json.loads(package.read_text())["version"]) if package.is_file() else ""


def _vendor(root: Path, vendored: Path, wanted: str) -> None:
    source = root / "node_modules" / "axe-core"
    if _version(source) != wanted:
        npm = shutil.which("npm")
        if npm is None:
            raise SystemExit(
                f"axe-core {wanted} is not here and npm is not installed to fetch it."
                " Install Node.js with npm (on Debian: apt-get install npm) and try again,"
                " or run `make setup`, which does it for you."
            )
        if subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=root, check=False).returncode:
            raise SystemExit(
                f"npm could not fetch axe-core {wanted}; what it says is above."
                " It needs the internet or a mirror of the npm registry."
            )
    vendored.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(source / name, vendored / name)
