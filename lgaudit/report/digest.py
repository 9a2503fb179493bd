"""What of a run may be published, and a short name for its inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from lgaudit.results import Results

# Where things are kept and how this machine is set up: private, or different on every machine.
_OF_THE_MACHINE = frozenset(
    "store out replies name_map ca_file chromium chromedriver browsers sites".split()
)

NOT_LIVE = (
    "A demonstration: these websites were served on one machine. None of them is a live council "
    "website."
)


def public_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that shape the result, in name order; paths, addresses and secrets left out.

    Of a folder of suppliers' signs the name alone: where it lies is the machine's affair.
    """
    shown = {key: settings[key] for key in sorted(settings) if key not in _OF_THE_MACHINE}
    if shown.get("suppliers"):
        shown["suppliers"] = PurePath(str(shown["suppliers"])).name
    return shown


def notice(results: Results) -> str:
    """A line for the top of every page: what the results say of themselves, '' for a live run."""
    given = str(getattr(results, "notice", ""))
    mapped = results.run.settings.get("only_mapped")
    return given or (NOT_LIVE if mapped else "")


def edition(results: Results, replies: str = "") -> str:
    """Twelve hexadecimal digits that stand for everything the run was told.

    Bar, packs, seed, versions, settings and sites: two runs told the same have the same edition,
    so tables that name it can be compared byte for byte. It says nothing of when they ran.
    ``replies`` stands for what councils replied.
    """
    run = results.run
    told = {
        "bar": results.bar.version,
        "engines": [run.engines.lgaudit, run.engines.axe_core, run.engines.browser],
        "packs": dict(sorted(run.packs.items())),
        "seed": run.seed,
        "settings": public_settings(run.settings),
        "sites": [[s.slug, s.homepage, [c.slug for c in s.councils]] for s in results.sites],
    }
    if replies:
        told["replies"] = replies
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
