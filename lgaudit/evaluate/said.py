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
from lgaudit.evaluate import sampling
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
        self._rows: dict[tuple[str, ...], npt.NDArray[np.intp]] = {}

    def rows(self, said: tuple[str, ...]) -> npt.NDArray[np.intp]:
        """Where each rule of the frame is among a visit's; one past the last when it is not."""
        found = self._rows.get(said)
        if found is None:
            place = {name: n for n, name in enumerate(said)}
            found = np.array([place.get(name, len(said)) for name in self.ids], dtype=np.intp)
            self._rows[said] = found
        return found


@dataclass(frozen=True, slots=True)
class Value:
    """A score of some rules over some pages."""

    value: float  # 0..100
    influence: Numbers  # points a page moves the score by, 0 on average
    judged: Flags  # the rules that said anything
    weight: Numbers  # points each rule is worth
    share: Numbers  # of each rule, 0..1


class Said:
    """One visit. Pages that do not count are not looked at."""

    def __init__(self, seen: Judged, frame: Frame) -> None:
        self._frame = frame
        many, rows = len(seen.keys), frame.rows(seen.rules)
        self.counts: Flags = np.array(seen.counts, dtype=bool)
        whole = np.frombuffer(f"{seen.whole}-".encode("ascii"), np.uint8)[rows]
        whole = np.where(frame.of_site, whole, _NONE)
        text = (seen.letters + "-" * many).encode("ascii")
        letters = np.frombuffer(text, np.uint8).reshape(len(seen.rules) + 1, many)[rows]
        use = (self.counts & ~frame.of_site[:, None]).astype(float)
        self._passed: Numbers = (letters == _PASSED) * use
        self._failed: Numbers = (letters == _FAILED) * use
        spoke: Flags = ((letters != _NONE) * use).any(axis=1)
        self._judged: Numbers = self._passed + self._failed
        self._whole_passed: Flags = whole == _PASSED
        self._whole_failed: Flags = whole == _FAILED
        self._silent: Flags = ~spoke & (whole == _NONE)

    def failing(self) -> Flags:
        """The rules that failed somewhere."""
        found: Flags = self._failed.any(axis=1) | self._whole_failed
        return found

    def sure(self) -> Flags:
        """The rules that passed somewhere, or applied nowhere: where unsure, nothing is known."""
        passed = self._passed.any(axis=1) | self._whole_passed
        found: Flags = passed | (self._silent & self.counts.any())
        return found

    def value(self, rules: Flags, pages: Flags | None = None) -> Value | None:
        """The score by some rules over some pages (all that count when None)."""
        frame = self._frame
        use = self.counts.astype(float) if pages is None else pages.astype(float)
        good = self._passed @ use + self._whole_passed
        many = self._judged @ use + self._whole_passed + self._whole_failed
        judged: Flags = (many > 0) & rules
        weight = frame.severity * judged
        sums = frame.members @ weight
        total = math.fsum(frame.weights[sums > 0])
        if total <= 0:
            return None
        sums[sums <= 0] = 1.0
        weight *= (100 * frame.weights / total / sums)[frame.category]
        many[many <= 0] = 1.0
        share = good / many
        pull = weight / many
        influence = (pull @ self._passed - (pull * share) @ self._judged) * use
        return Value(math.fsum(weight * share), influence, judged, weight, share)

    def differing(self, other: Said, rules: Flags, pairs: Sequence[tuple[int, int]]) -> int:
        """Pages, by their place here and there, of which any of the rules says otherwise there."""
        here, there = ([pair[n] for pair in pairs] for n in (0, 1))
        found = self._passed[:, here] != other._passed[:, there]
        found |= self._failed[:, here] != other._failed[:, there]
        return int(found[rules].any(axis=0).sum())

    def unheard(self, value: Value, rules: Flags, pages: Flags | None = None) -> float:
        """Variance of a score for what no page that was seen says of rules, in points squared.

        Where all pages agree on a rule, their influences are 0, yet others may say otherwise: see
        "One voice" in ``sampling.py``, whose mixture and posterior these are.
        """
        use = 1.0 if pages is None else pages
        good = ((self._passed * use).sum(axis=1) * value.judged).astype(int)
        bad = ((self._failed * use).sum(axis=1) * value.judged).astype(int)
        many, one = good + bad, rules & ((good == 0) != (bad == 0))
        if not one.any():
            return 0.0
        chance = sampling.varied(good, bad)
        mean = chance * 0.5 / (many + 1)
        square = chance * 0.75 / ((many + 1) * (many + 2))
        return math.fsum((value.weight**2 * (square - mean**2))[one])


def among(keys: Sequence[int], wanted: Collection[int]) -> Flags:
    """Which of the keys are wanted."""
    return np.array([key in wanted for key in keys], dtype=bool)
