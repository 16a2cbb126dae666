"""Plots as SVG, drawn by hand: markers of different shapes, names beside them, words for who cannot see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import atan2, ceil, degrees, floor, log10

from nnconform.reports.words import one_line

WIDTH, HEIGHT = 526, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 158, 12, 44
_GAP = 14
"""Names stand so far apart."""
_LONGEST = 20
MOST = 18
"""So many groups have a name beside the plot."""
SHAPES = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "M-3.6 -3.6h7.2v7.2h-7.2z",
    "M0 -4.8L4.6 3.4H-4.6z",
    "M0 -5.2L5.2 0L0 5.2L-5.2 0z",
    "M0 4.8L4.6 -3.4H-4.6z",
    "M-1.4 -4.6h2.8v3.2h3.2v2.8h-3.2v3.2h-2.8v-3.2h-3.2v-2.8h3.2z",
    "M-4 -2.4L-2.4 -4L0 -1.6L2.4 -4L4 -2.4L1.6 0L4 2.4L2.4 4L0 1.6L-2.4 4L-4 2.4L-1.6 0z",
    "M-4.6 -2.2h9.2v4.4h-9.2z",
)
"""Outlines around a point, one a group: a colour never stands alone."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What one direction means, and how its ticks read."""

    label: str
    tick: Callable[[float], str]
    log: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """One point, with its interval upwards and downwards where it has one."""

    x: float
    y: float
    told: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Points of one name, joined by a line or not."""

    name: str
    style: int
    points: tuple[Point, ...]
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Roof:
    """The two ceilings over a plot of rates by intensity: y = slope * x up to a level."""

    slope: float
    level: float
    slope_label: str
    level_label: str

    @property
    def ridge(self) -> float:
        """Where the one meets the other."""
        return self.level / self.slope


class Scale:
    """Values of one axis to places in the picture."""

    def __init__(self, values: Iterable[float], axis: Axis, start: float, end: float) -> None:
        self.log, self.start, self.end, self.tick = axis.log, start, end, axis.tick
        found = [log10(value) if self.log else value for value in values]
        low, high = min(found), max(found)
        if self.log:
            wanting = max(0.0, 0.6 - (high - low)) / 2  # at least two ticks, whatever the values
            pad = 0.06 * (high - low) + 0.04
            self.low, self.high = low - pad - wanting, high + pad + wanting
        else:
            self.high = max(high * 1.12, 1.0)
            self.low = min(0.0, low) - 0.04 * self.high  # a point at nought stands clear of the axis

    def __call__(self, value: float) -> float:
        """Where a value stands."""
        place = log10(value) if self.log else value
        return self.start + (place - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values, about five of them."""
        return [value for value in (_decades if self.log else _steps)(self.low, self.high) if self._inside(value)]

    def _inside(self, value: float) -> bool:
        return self.low <= (log10(value) if self.log else value) <= self.high

    @property
    def ends(self) -> tuple[float, float]:
        """The values at both ends."""
        return (10**self.low, 10**self.high) if self.log else (self.low, self.high)


def _decades(low: float, high: float) -> Iterator[float]:
    span = high - low
    digits = (1, 2, 3, 5, 7) if span < 0.9 else (1, 2, 5) if span < 1.7 else (1, 3) if span < 2.6 else (1,)
    step = ceil(span / 7)
    for power in range(floor(low), ceil(high) + 1):
        if power % step == 0:
            yield from (digit * 10.0**power for digit in digits)


def _steps(low: float, high: float) -> Iterator[float]:
    rough = (high - low) / 5
    size = 10.0 ** floor(log10(rough))
    step = next(size * digit for digit in (1, 2, 5, 10) if size * digit >= rough)
    yield from (number * step for number in range(ceil(low / step), floor(high / step) + 1))


def draw(name: str, title: str, told: str, x: Axis, y: Axis, groups: Sequence[Group], roof: Roof | None = None) -> str:
    """The plot as an SVG element; `name` begins its ids."""
    parts = [
        f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{safe(title)}</title><desc id="{name}-d">{safe(told)}</desc>',
        *drawing(x, y, groups, roof),
    ]
    return "\n".join([*parts, "</svg>"])


def drawing(x: Axis, y: Axis, groups: Sequence[Group], roof: Roof | None = None) -> list[str]:
    """What stands in such an element."""
    points = [point for group in groups for point in group.points]
    over = [] if roof is None else [roof.ridge / 1.6, roof.ridge * 2.5]
    across = Scale([*(point.x for point in points), *over], x, _LEFT, WIDTH - _RIGHT)
    heights = [value for point in points for value in (point.y, point.low, point.high) if value is not None]
    if roof is not None:
        heights += [roof.level, min(roof.level, roof.slope * across.ends[0])]
    up = Scale(heights, y, HEIGHT - _BOTTOM, _TOP)
    return [
        *_axes(x, y, across, up),
        *([] if roof is None else _roof(roof, across, up)),
        *(part for group in groups for part in _group(group, across, up)),
        *_names(groups[:MOST], across, up),
    ]


def _axes(x: Axis, y: Axis, across: Scale, up: Scale) -> Iterator[str]:
    left, right, foot = _LEFT, WIDTH - _RIGHT, HEIGHT - _BOTTOM
    for value in up.ticks():
        yield f'<path class="grid" d="M{left} {up(value):.1f}H{right}"/>'
        yield f'<text class="soft end" x="{left - 6}" y="{up(value) + 4:.1f}">{safe(up.tick(value))}</text>'
    for value in across.ticks():
        yield f'<path class="grid" d="M{across(value):.1f} {_TOP}V{foot}"/>'
        yield f'<text class="soft mid" x="{across(value):.1f}" y="{foot + 16}">{safe(across.tick(value))}</text>'
    yield f'<path class="axis" d="M{left} {_TOP}V{foot}H{right}"/>'
    yield f'<text class="mid" x="{(left + right) / 2:g}" y="{HEIGHT - 8}">{safe(x.label)}</text>'
    middle = (_TOP + foot) / 2
    yield f'<text class="mid" transform="translate(12 {middle:g})rotate(-90)">{safe(y.label)}</text>'


def _group(group: Group, across: Scale, up: Scale) -> Iterator[str]:
    places = [(across(point.x), up(point.y)) for point in group.points]
    yield f'<g class="s{group.style % len(SHAPES)}">'
    if group.joined and len(places) > 1:
        yield '<path class="joined" d="M' + "L".join(f"{left:.1f} {high:.1f}" for left, high in places) + '"/>'
    for point, (left, high) in zip(group.points, places, strict=True):
        if point.low is not None and point.high is not None:
            yield f'<path class="bar" d="M{left:.1f} {up(point.low):.1f}V{up(point.high):.1f}"/>'
        told = f"<title>{safe(point.told)}</title>" if point.told else ""
        yield f'<path d="{shape(group.style)}" transform="translate({left:.1f} {high:.1f})">{told}</path>'
    yield "</g>"


def shape(style: int) -> str:
    """A group's outline.  Every eighth group begins the colours anew with the shapes moved on."""
    return SHAPES[(style + style // len(SHAPES)) % len(SHAPES)]


def _names(groups: Sequence[Group], across: Scale, up: Scale) -> Iterator[str]:
    """Names at the right, each as near to its group's last point as the others let it; of clouds of points a list."""
    clouds = any(len(group.points) > 1 and not group.joined for group in groups)
    ends = sorted(
        ((_TOP if clouds else up(group.points[-1].y), number, group) for number, group in enumerate(groups)),
        key=lambda end: end[:2],
    )
    left = WIDTH - _RIGHT + 16
    for place, (high, _, group) in zip(_apart([end[0] for end in ends]), ends, strict=True):
        name = one_line(group.name)
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "\u2026"
        yield f'<g class="s{group.style % len(SHAPES)}">'
        if group.joined:
            yield f'<path class="leader" d="M{across(group.points[-1].x) + 5:.1f} {high:.1f}L{left - 6} {place:.1f}"/>'
        yield f'<path d="{shape(group.style)}" transform="translate({left} {place:.1f})"/>'
        yield f'<text x="{left + 9}" y="{place + 4:.1f}">{escape(short)}</text></g>'


def _apart(wanted: Sequence[float]) -> list[float]:
    """Places in their order, each at least a line from the next, none outside the plot."""
    lowest, found = HEIGHT - _BOTTOM, [max(_TOP + 4.0, place) for place in wanted]
    for number, (before, after) in enumerate(pairwise(range(len(found))), 1):
        found[number] = max(found[after], found[before] + _GAP)
    for number in range(len(found) - 1, -1, -1):
        found[number] = min(found[number], lowest - _GAP * (len(found) - 1 - number))
    return found


def _roof(roof: Roof, across: Scale, up: Scale) -> Iterator[str]:
    (left, right), ridge = across.ends, roof.ridge
    foot = up(roof.slope * left), across(left)
    yield (
        f'<path class="roof" d="M{foot[1]:.1f} {foot[0]:.1f}L{across(ridge):.1f} {up(roof.level):.1f}'
        f'H{across(right):.1f}"/>'
    )
    yield f'<text class="end" x="{across(right):.1f}" y="{up(roof.level) - 5:.1f}">{safe(roof.level_label)}</text>'
    angle = degrees(atan2(up(roof.level) - foot[0], across(ridge) - foot[1]))
    middle = (foot[1] + across(ridge)) / 2, (foot[0] + up(roof.level)) / 2 - 6
    yield (
        f'<text class="mid" transform="translate({middle[0]:.1f} {middle[1]:.1f})rotate({angle:.1f})">'
        f"{safe(roof.slope_label)}</text>"
    )


def safe(text: str) -> str:
    """Foreign text on one line, as a part of SVG."""
    return escape(one_line(text))
