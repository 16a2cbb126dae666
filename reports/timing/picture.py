"""Throughput over batch size as a small picture for a page such as a README, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from nnconform.reports.merge import join
from nnconform.reports.picture import style
from nnconform.reports.plot import HEIGHT, SHAPES, WIDTH, Group, drawing
from nnconform.reports.records import RecordError, read_records
from nnconform.reports.timing.figures import THROUGHPUT, models, rows_a_second
from nnconform.reports.timing.rows import families, timed
from nnconform.reports.words import one_line, plain_number, short_number

MODEL = "784-16-16-10"
_PAD, _HEAD = 16, 28
_TITLE = f"nnconform: throughput of a {MODEL} network over batch size"
_FONT = """text { font: 11.5px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
.title { font-size: 13px; font-weight: 700 }
.mid { text-anchor: middle }
.end { text-anchor: end }"""


def throughput_svg(records: Sequence[Path]) -> str:
    """Rows a second of one model by subject, as SVG text.  Raises RecordError where no row of it is ranked."""
    columns = timed(join(read_records(records)))
    groups = rows_a_second(models(families(columns)).get(MODEL, []), columns)
    if not groups:
        raise RecordError(f"they hold no ranked time of the model {MODEL} at any batch size")
    width, height = WIDTH + 2 * _PAD, HEIGHT + _HEAD + 2 * _PAD
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
        f'<title id="t">{_TITLE}</title><desc id="d">{escape(_told(groups))}</desc>',
        f"<style>{style(_FONT, _lines)}</style>",
        f'<rect class="card" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="{_PAD}" y="{_PAD + 12}">{_TITLE}</text>',
        f'<g transform="translate({_PAD} {_PAD + _HEAD})">',
        *drawing(*THROUGHPUT, groups),
    ]
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def _told(groups: Sequence[Group]) -> str:
    """The picture in words, subject by subject."""
    told = (
        f"{group.name}: "
        + ", ".join(f"batch {plain_number(point.x)} {short_number(point.y)}" for point in group.points)
        for group in groups
    )
    return one_line(f"Rows a second. {'; '.join(told)}.")


def _lines(named: Mapping[str, str]) -> Iterable[str]:
    """What a plot's parts look like; a rule of a group outweighs one for all."""
    yield f".grid {{ stroke: {named['line']}; stroke-width: .7 }}"
    yield f".axis {{ stroke: {named['soft']}; fill: none }}"
    for number in range(len(SHAPES)):
        colour = named[f"s{number}"]
        yield f".s{number} path {{ fill: {colour} }}"
        yield f".s{number} .joined, .s{number} .bar {{ fill: none; stroke: {colour}; stroke-width: 1.6 }}"
    yield f"g .leader {{ stroke: {named['soft']}; stroke-width: .7; stroke-dasharray: 2 2 }}"
