"""What the rules said of one visit, as arrays: scores of any of its rules over any of its pages.

Comparing two runs works out ten such scores a site, so none of it may go rule by rule.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lgaudit.differences import Judged
from lgaudit.models import Rule, Scope
from lgaudit.results import Bar

Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_PASSED, _FAILED, _NONE = ord("p"), ord("f"), ord("-")


class Frame:
    """The rules that count and their weights, the same for every site of a comparison."""

    def __init__(self, rules: Sequence[Rule], bar: Bar) -> None:
        self.ids = [rule.id for rule in rules]
        self.of_site: Flags = np.array([rule.scope is Scope.SITE for rule in rules], dtype=bool)
        self.severity: Numbers = np.array(
            [bar.severity_weights.get(rule.severity, 0.0) for rule in rules], dtype=float
        )
        names = sorted({rule.category for rule in rules})
        self.weights: Numbers = np.array([bar.category_weights.get(n, 0.0) for n in names])
        self.category = np.array([names.index(rule.category) for rule in rules], dtype=int)
        self.members: Numbers = np.zeros((len(names), len(rules)))
        self.members[self.category, np.arange(len(rules))] = 1.0


@dataclass(frozen=True, slots=True)
class Value:
    """A score of some rules over some pages."""

    value: float  # 0..100
    influence: Numbers  # points a page moves the score by, 0 on average
    judged: Flags  # the rules that said anything


class Said:
    """One visit. Pages that do not count are not looked at."""

    def __init__(self, seen: Judged, frame: Frame) -> None:
        self._frame = frame
        many = len(seen.keys)
        self.counts: Flags = np.array(seen.counts, dtype=bool)
        blank = "-" * many
        text = "".join([seen.letters.get(name, blank)[:many] for name in frame.ids])
        letters = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(frame.ids), many)
        letters = np.where(frame.of_site[:, None], _NONE, letters)
        own = "".join([seen.whole.get(name, "-") for name in frame.ids])
        whole = np.frombuffer(own.encode("ascii"), np.uint8)
        whole = np.where(frame.of_site, whole, _NONE)
        use = self.counts.astype(float)
        self._passed: Numbers = (letters == _PASSED) * use
        self._failed: Numbers = (letters == _FAILED) * use
        self._unsure: Numbers = (letters != _NONE) * use - self._passed - self._failed
        self._whole_passed: Flags = whole == _PASSED
        self._whole_failed: Flags = whole == _FAILED
        self._whole_unsure: Flags = (whole != _NONE) & ~self._whole_passed & ~self._whole_failed

    def failing(self) -> Flags:
        """The rules that failed somewhere."""
        found: Flags = self._failed.any(axis=1) | self._whole_failed
        return found

    def sure(self) -> Flags:
        """The rules that passed somewhere, or applied nowhere: where unsure, nothing is known."""
        passed = self._passed.any(axis=1) | self._whole_passed
        silent = ~(self._unsure.any(axis=1) | self._whole_unsure | self.failing())
        found: Flags = passed | (silent & self.counts.any())
        return found

    def value(self, rules: Flags, pages: Flags | None = None) -> Value | None:
        """The score by some rules over some pages (all that count when None)."""
        frame = self._frame
        passed = self._passed if pages is None else self._passed * pages
        failed = self._failed if pages is None else self._failed * pages
        good = passed.sum(axis=1) + self._whole_passed
        many = good + failed.sum(axis=1) + self._whole_failed
        judged: Flags = (many > 0) & rules
        weight = frame.severity * judged
        sums = frame.members @ weight
        total = math.fsum(frame.weights[sums > 0])
        if total <= 0:
            return None
        share_of = np.divide(100 * frame.weights / total, sums, out=np.zeros_like(sums),
                             where=sums > 0)  # fmt: skip
        weight = weight * share_of[frame.category]
        share = np.divide(good, many, out=np.zeros_like(weight), where=judged)
        pull = np.divide(weight, many, out=np.zeros_like(weight), where=judged)
        influence = pull @ passed - (pull * share) @ (passed + failed)
        return Value(math.fsum(weight * share), influence, judged)


def among(keys: Sequence[int], wanted: Collection[int]) -> Flags:
    """Which of the keys are wanted."""
    return np.array([key in wanted for key in keys], dtype=bool)
