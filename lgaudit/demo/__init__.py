"""The made-up sector that shows and tests the whole program without the internet."""

from lgaudit.demo.sector import Sector, build, write_councils_csv, write_truth
from lgaudit.demo.site import DemoSite, Resource
from lgaudit.demo.truth import Expectation, NearMiss, Plant, Truth

__all__ = [
    "DemoSite",
    "Expectation",
    "NearMiss",
    "Plant",
    "Resource",
    "Sector",
    "Truth",
    "build",
    "write_councils_csv",
    "write_truth",
]
