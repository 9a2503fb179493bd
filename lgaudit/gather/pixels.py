"""Pictures from strangers, read with care: whether two are alike, how a GIF moves, what flashes."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 20_000_000  # of one picture; Pillow is told the same
MOST_FRAMES = 150
MOST_BYTES = 8_000_000
GRID = 32  # cells a side that a frame is boiled down to
# WCAG's general flash: a pair of opposing changes of relative luminance of a tenth or more, where
# the darker is below 0.8. Three a second are too many over a quarter of any 10 degrees of sight,
# which is 21,824 CSS pixels of a usual screen.
CHANGE, DARK = 0.1, 0.8
FLASHES = 3
AREA = 21_824
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)

Grid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Film:
    """A moving picture: its frames as grids of relative luminance, and when each begins (s)."""

    frames: tuple[Grid, ...]
    starts: tuple[float, ...]
    seconds: float  # of one round
    rounds: int  # 0: for ever

    @property
    def plays(self) -> float:
        """Seconds until it stands still; infinity when it never does."""
        return self.seconds * self.rounds if self.rounds else float("inf")


def same_picture(one: bytes, other: bytes) -> bool:
    """Whether two PNGs show the same pixels; unreadable ones never do."""
    if one == other:
        return True
    try:
        with Image.open(io.BytesIO(one)) as a, Image.open(io.BytesIO(other)) as b:
            if a.size != b.size or a.width * a.height > MOST_PIXELS:
                return False
            return bool(np.array_equal(np.asarray(a.convert("RGB")), np.asarray(b.convert("RGB"))))
    except BROKEN:
        return False


def luminance(picture: Image.Image) -> Grid:
    """Relative luminance, 0 to 1, of a picture boiled down to a small grid."""
    small = picture.convert("RGB").resize((GRID, GRID), Image.Resampling.BOX)
    return from_bytes(small.tobytes())


def from_bytes(rgb_bytes: bytes) -> Grid:
    """Relative luminance of :data:`GRID` rows of so many pixels, three bytes each.

    Raises:
        ValueError: there are more bytes, or fewer.
    """
    rgb = np.frombuffer(rgb_bytes, dtype=np.uint8).reshape(GRID, GRID, 3).astype(np.float32) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    grid: Grid = (linear @ np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)).astype(np.float32)
    return grid


def gif(body: bytes) -> Film | None:
    """The frames of an animated GIF; None for one that stands still or cannot be read."""
    if len(body) > MOST_BYTES or not body.startswith((b"GIF87a", b"GIF89a")):
        return None
    frames, starts, at = [], [], 0.0
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(body)) as picture:
            warnings.simplefilter("ignore")
            count = int(getattr(picture, "n_frames", 1))
            if count < 2 or picture.width * picture.height * min(count, 40) > MOST_PIXELS * 4:
                return None
            # Without the block that says how often, a GIF plays once; 0 there means for ever.
            loop = picture.info.get("loop")
            rounds = 1 if loop is None else 0 if loop == 0 else int(loop) + 1
            for number in range(min(count, MOST_FRAMES)):
                picture.seek(number)
                shown = float(picture.info.get("duration") or 0) / 1000
                frames.append(luminance(picture))
                starts.append(at)
                at += shown if shown > 0.011 else 0.1  # browsers slow the hastiest down
    except BROKEN:
        return None
    if all(np.array_equal(frame, frames[0]) for frame in frames):
        return None
    return Film(tuple(frames), tuple(starts), at, rounds)


def flashing(film: Film, width: float, height: float) -> bool:
    """Whether a film of this size in CSS pixels breaks WCAG's general flash threshold."""
    cell = width * height / (GRID * GRID)
    return most_flashes(film, cell) > FLASHES


def most_flashes(film: Film, cell: float) -> float:
    """Most flashes within any second that show over :data:`AREA`; ``cell`` is in CSS pixels."""
    if cell * GRID * GRID < AREA or len(film.frames) < 2 or film.seconds <= 0:
        return 0
    grids, times = list(film.frames), list(film.starts)
    lap = 1
    while film.rounds != 1 and times[-1] < film.seconds + 1.0 and len(grids) < 4 * MOST_FRAMES:
        grids += film.frames
        times += [film.seconds * lap + start for start in film.starts]
        lap += 1
    changes = _changes(grids)
    worst = 0.0
    for first, begin in enumerate(times):
        last = first
        while last + 1 < len(times) and times[last + 1] < begin + 1.0:
            last += 1
        per_cell = changes[first : last + 1].sum(axis=0)
        for flashes in range(int(per_cell.max()) // 2, FLASHES, -1):
            if float((per_cell >= 2 * flashes).sum()) * cell >= AREA:
                worst = max(worst, flashes)
                break
    return worst


def _changes(grids: Sequence[Grid]) -> npt.NDArray[np.int32]:
    """For each frame and cell, 1 where luminance turned the other way by enough."""
    extreme = grids[0].copy()
    way = np.zeros_like(extreme, dtype=np.int8)
    found = np.zeros((len(grids), *extreme.shape), dtype=np.int32)
    for number, grid in enumerate(grids[1:], 1):
        delta = grid - extreme
        big = (np.abs(delta) >= CHANGE) & (np.minimum(grid, extreme) < DARK)
        sign = np.sign(delta).astype(np.int8)
        turned = big & (sign != way)
        found[number][turned] = 1
        way[turned] = sign[turned]
        onwards = (sign == way) | turned  # the extreme of the present swing moves with it
        extreme[onwards] = grid[onwards]
    return found
