"""A score over the years: how steep, and how sure.

The slope is the median of the slopes between all pairs of looks (Theil 1950; Sen 1968, JASA
63(324), 1379-1389), which one odd look cannot bend, with Sen's interval. Whether there is a trend
at all is Kendall's rank correlation of score and time (Mann 1945, Econometrica 13(3), 245-259).
Both assume that looks err independently; panels keep pages, so errors of neighbours are alike and
the interval is somewhat narrow. Looks under another bar are not of the same series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lgaudit.differences import Course, Stand, Trend, comparable, years_of
from lgaudit.evaluate import chances
from lgaudit.models import Interval

LEAST = 4  # with fewer looks no trend can be told from chance


def trend(stands: Sequence[Stand], confidence: float = 0.9) -> Trend | None:
    """The trend over the looks that the newest one's bar and axe-core judged."""
    own = comparable(stands)
    if len(own) < LEAST or own[0].started == own[-1].started:
        return None
    years = years_of(own)
    values = [stand.score.value for stand in own]
    if max(values) - min(values) < 1e-9:
        return Trend(Interval(0.0, 0.0, 0.0), 1.0, len(own))
    interval = Interval(*chances.slopes(values, years, confidence))
    return Trend(interval, chances.kendall(values, years), len(own))


def clear(courses: Mapping[str, Course], accepted: float = 0.05) -> frozenset[str]:
    """The councils whose trend is more than chance, all of them looked at together.

    By Benjamini and Hochberg's procedure: of those named, the share accepted may be wrong.
    """
    doubts = {
        slug: one.trend.doubt
        for slug, course in courses.items()
        for one in course.series
        if one.slug == slug and one.trend
    }
    fair = chances.allowing_for_many(list(doubts.values()))
    return frozenset(slug for slug, chance in zip(doubts, fair, strict=True) if chance <= accepted)
