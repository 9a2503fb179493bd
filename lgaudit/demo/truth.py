"""What was planted in the made-up sector: defects to find, near misses to leave alone, ranks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Plant:
    """One planted defect. It shows on every URL of ``pages`` when its scope is ``page``."""

    id: str
    rule: str
    site: str  # host
    pages: tuple[str, ...]  # full URLs; for a site rule the pages that take part
    selector: str = ""  # CSS, finds the element once on each page; '' for a whole page or site
    scope: str = "page"  # page or site
    outcome: str = "failed"  # or cantTell, where a person has to look
    template: bool = False  # in the supplier's template, so on every page of its sites
    document: str = ""  # URL of the file that has the defect
    needs: str = ""  # "browser" where only a browser can see it, "quiet" for lab timings, "search"
    note: str = ""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Something that looks like a defect and is not: the rule must not fail there."""

    id: str
    rule: str
    site: str
    pages: tuple[str, ...]
    selector: str = ""
    document: str = ""
    scope: str = "page"  # site: the rule must not fail the site at all
    note: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a run should say of one site. Sites of a better tier score above those of a worse."""

    site: str
    councils: tuple[str, ...]  # slugs
    supplier: str
    tier: str  # excellent, good, middling, poor; '' when not ranked
    ranked: bool
    verdict: str = "ok"  # of the home page as a resident's browser would see it
    verdict_without_browser: str = "ok"
    reason: str = ""  # why it is not ranked, or what is odd about it


@dataclass(frozen=True)
class Truth:
    """Everything planted, sorted by site, rule and id."""

    plants: tuple[Plant, ...]
    near_misses: tuple[NearMiss, ...]
    expectations: tuple[Expectation, ...]
    tiers: tuple[tuple[str, tuple[str, ...]], ...]  # best first: tier, hosts

    def as_json(self) -> Mapping[str, Any]:
        """Plain data, ready for ``json.dumps``."""
        return {
            "plants": [asdict(plant) for plant in self.plants],
            "near_misses": [asdict(miss) for miss in self.near_misses],
            "expectations": [asdict(expectation) for expectation in self.expectations],
            "tiers": [{"tier": tier, "sites": list(sites)} for tier, sites in self.tiers],
        }
