"""Error over the input, every subject a line: its own dashes and markers, and its name below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from nnconform.reports.atlas.binades import Binades, shown
from nnconform.reports.atlas.model import Bin
from nnconform.reports.atlas.rows import Row, shortest
from nnconform.reports.plot import SHAPES, WIDTH, Axis, Scale, safe, shape
from nnconform.reports.words import error, one_line, short_number

_LEFT, _RIGHT, _TOP, _FOOT = 58, 14, 26, 226
_CROSSES = 13
"""Where answers stand that are no numbers."""
_NAMES = 274
_LINE = 18
_LONGEST = 40
_LETTER, _SAMPLE = 6.9, 42
"""The width of a letter, and of what stands beside a name."""
_LINEAR = 16.0
"""Errors up to here are drawn on a linear axis."""
_ROUNDED = 0.5
_CROSS = "M-3 -3L3 3M-3 3L3 -3"


@dataclass(frozen=True, slots=True)
class Curve:
    """One subject's errors."""

    name: str
    style: int
    bins: tuple[Bin, ...]


def curves(row: Row, names: Sequence[str]) -> list[Curve]:
    """A curve for each subject that is not correctly rounded everywhere; none where no error is worth a picture."""
    found = [Curve(names[place], place, sweep.bins) for place, _, sweep in row.swept if sweep.bins]
    mistaken = any(sweep.nan_wrong or sweep.inf_wrong for _, _, sweep in row.swept)
    return found if mistaken or any(_seen(each) for curve in found for each in curve.bins) else []


def _seen(each: Bin) -> bool:
    """Whether an error reads as more than rounding's own."""
    return round(each.ulps, 2) > _ROUNDED if isfinite(each.ulps) else True


def draw(name: str, row: Row, found: Sequence[Curve]) -> str:
    """A row's curves as an SVG element; `name` begins its ids."""
    height = _NAMES + _LINE * -(-len(found) // _columns(found))
    binades = shown(row.dtype, (each.lowest for curve in found for each in curve.bins), _LEFT, WIDTH - _RIGHT)
    up = _scale(found)
    parts = [
        f'<svg class="plot errors" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-t {name}-d">',
        f'<title id="{name}-t">{safe(f"{row.function}, {row.dtype}: error over the input")}</title>',
        f'<desc id="{name}-d">{safe(_told(row.dtype, found))}</desc>',
        *_axes(binades, up),
        *(part for curve in found for part in _curve(curve, row.dtype, binades, up)),
        *_names(found),
    ]
    return "\n".join([*parts, "</svg>"])


def _scale(found: Iterable[Curve]) -> Scale:
    finite = [each.ulps for curve in found for each in curve.bins if isfinite(each.ulps)]
    top = max(finite, default=1.0)
    axis = Axis("", short_number, log=top > _LINEAR)
    return Scale([_ROUNDED, max(top, 1.0)], axis, _FOOT, _TOP)


def _axes(binades: Binades, up: Scale) -> Iterator[str]:
    right = WIDTH - _RIGHT
    for value in up.ticks():
        yield f'<path class="grid" d="M{_LEFT} {up(value):.1f}H{right}"/>'
        yield f'<text class="soft end" x="{_LEFT - 6}" y="{up(value) + 4:.1f}">{safe(up.tick(value))}</text>'
    for place, told in binades.ticks():
        yield f'<path class="grid" d="M{place:.1f} {_TOP}V{_FOOT}"/>'
        yield f'<text class="soft mid" x="{place:.1f}" y="{_FOOT + 16}">{told}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{_FOOT}H{right}"/>'
    yield f'<path class="rounded" d="M{_LEFT} {up(_ROUNDED):.1f}H{right}"/>'
    yield f'<text class="mid" x="{(_LEFT + right) / 2:g}" y="{_FOOT + 34}">input</text>'
    yield f'<text class="mid" transform="translate(14 {(_TOP + _FOOT) / 2:g})rotate(-90)">largest error (ulps)</text>'


def _curve(curve: Curve, dtype: str, binades: Binades, up: Scale) -> Iterator[str]:
    yield f'<g class="s{curve.style % len(SHAPES)}">'
    measured = [each for each in curve.bins if 0 < each.ulps < inf]
    places = sorted((binades.centre(each.lowest), up(max(each.ulps, _ROUNDED))) for each in measured)
    if places:
        yield f'<path class="joined" d="{_path(places, up(_ROUNDED), binades.width)}"/>'
    for each in _worst(measured):
        told = f"{curve.name}: {error(each.ulps)} ulps in the binade from {shortest(each.lowest, dtype)}"
        where = f"{binades.centre(each.lowest):.1f} {up(max(each.ulps, _ROUNDED)):.1f}"
        yield f'<path d="{shape(curve.style)}" transform="translate({where})"><title>{safe(told)}</title></path>'
    crosses = sorted(binades.centre(each.lowest) for each in curve.bins if not 0 < each.ulps < inf)
    for place in dict.fromkeys(round(place) for place in crosses):
        yield f'<path class="cross" d="{_CROSS}" transform="translate({place} {_height(curve)})"/>'
    yield "</g>"


def _height(curve: Curve) -> float:
    """Crosses of one place stand beside each other."""
    return _CROSSES + (curve.style % 4 - 1.5) * 4


def _worst(bins: Iterable[Bin]) -> Iterator[Bin]:
    """The bins with the largest errors, one on each side of zero."""
    for side in (True, False):
        found = [each for each in bins if (each.lowest < 0) is side]
        if found:
            yield max(found, key=lambda each: each.ulps)


def _path(places: Sequence[tuple[float, float]], level: float, width: float) -> str:
    """A line through each run of neighbouring binades, from the level of correct rounding and down to it again."""
    runs: list[list[tuple[float, float]]] = []
    for place in places:
        if runs and place[0] - runs[-1][-1][0] <= 1.5 * width:
            runs[-1].append(place)
        else:
            runs.append([place])
    told = []
    for run in runs:
        ends = (run[0][0] - width / 2, level), (run[-1][0] + width / 2, level)
        told.append("M" + "L".join(f"{left:.1f} {high:.1f}" for left, high in _bends([ends[0], *run, ends[1]])))
    return "".join(told)


def _bends(places: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The places without those in the middle of a level stretch."""
    for number_, place in enumerate(places):
        around = places[max(number_ - 1, 0) : number_ + 2]
        if len(around) < 3 or len({round(high, 1) for _, high in around}) > 1:
            yield place


def _short(curve: Curve) -> str:
    name = one_line(curve.name)
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "\u2026"


def _columns(found: Iterable[Curve]) -> int:
    """How many names stand beside each other."""
    widest = max(len(_short(curve)) for curve in found) * _LETTER + _SAMPLE
    return max(1, int((WIDTH - _LEFT - _RIGHT) / widest))


def _names(found: Sequence[Curve]) -> Iterator[str]:
    columns = _columns(found)
    for place, curve in enumerate(found):
        left = _LEFT + place % columns * (WIDTH - _LEFT - _RIGHT) / columns
        high = _NAMES + place // columns * _LINE
        yield f'<g class="s{curve.style % len(SHAPES)}"><path class="joined" d="M{left:.1f} {high}h26"/>'
        yield f'<path d="{shape(curve.style)}" transform="translate({left + 13:.1f} {high})"/>'
        yield f'<text x="{left + 32:.1f}" y="{high + 4}">{safe(_short(curve))}</text></g>'


def _told(dtype: str, found: Iterable[Curve]) -> str:
    """The plot in words."""
    told = []
    for curve in found:
        finite = [each for each in curve.bins if 0 < each.ulps < inf]
        worst = max(finite, key=lambda each: each.ulps, default=None)
        at = f"at most {error(worst.ulps)} ulps, from {shortest(worst.lowest, dtype)}" if worst else "no error in ulps"
        told.append(f"{curve.name}: {at}, {len(curve.bins)} binades not all correctly rounded")
    return "; ".join(told) + "."
