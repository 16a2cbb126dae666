"""The atlas as a small picture for a page such as a README: each function's largest error, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path

from nnconform.reports.atlas.rows import Entry, Row, dtype_order
from nnconform.reports.atlas.view import Atlas, atlas
from nnconform.reports.merge import join
from nnconform.reports.picture import style
from nnconform.reports.plot import safe
from nnconform.reports.records import RecordError, read_records
from nnconform.reports.tally import size
from nnconform.reports.words import error, short_number

_CELL, _ROW, _PAD = 46, 22, 16
_LETTER = 7.3
"""Width of a letter of the label's font, on the wide side."""
_HEAD = 58
_SHADES = (0.505, 1.0, 4.0, 64.0)
"""Errors in ulps up to which a cell is no darker: the first is rounding's own, the others are for the eye alone."""
_SHORT = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}
_FONT = """text { font: 12px ui-monospace, Menlo, Consolas, monospace }
.title { font-weight: 700 }
.mid { text-anchor: middle }"""
_TITLE = "nnconform: the largest error of each function, in ulps"
_FRAMED, _SAMPLE = "framed: an answer beyond its bound", "\u2265 found in a sample"


def atlas_svg(records: Sequence[Path]) -> str:
    """The largest error of each function by subject and dtype, as SVG text.  Raises RecordError without sweeps."""
    found = atlas(join(read_records(records)))
    if found is None:
        raise RecordError("they hold no sweep")
    return _Picture(found).text()


class _Picture:
    def __init__(self, found: Atlas) -> None:
        self.found = found
        self.functions = list(dict.fromkeys(row.function for row in found.rows))
        self.rows: Mapping[tuple[str, str], Row] = {(row.function, row.dtype): row for row in found.rows}
        self.dtypes = sorted({row.dtype for row in found.rows}, key=dtype_order)
        self.left = round(_PAD + max(map(len, ["function", *self.functions])) * _LETTER + 12)
        self.spans = [max(_CELL * len(self.dtypes), round(len(name) * _LETTER)) + 10 for name in found.names]
        self.legend = "   ".join(self._legend())
        wide = max(self.left + sum(self.spans), *(_PAD + len(text) * _LETTER for text in (self.legend, _TITLE)))
        self.width = round(wide + _PAD)
        self.top = _PAD + _HEAD
        self.height = self.top + _ROW * len(self.functions) + _PAD + 26

    def _legend(self) -> Iterator[str]:
        yield "0.5: as good as rounding allows"
        entries = [entry for row in self.found.rows for entry in row.entries if entry and entry.sweep]
        if any(entry.wrong for entry in entries):
            yield _FRAMED
        if any(entry.sweep and not entry.sweep.proof for entry in entries):
            yield _SAMPLE

    def text(self) -> str:
        """The picture."""
        size_ = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size_} role="img" aria-labelledby="t d">',
            f'<title id="t">{_TITLE}</title><desc id="d">{safe(" ".join(self._told()))}</desc>',
            f"<style>{style(_FONT, _shades)}</style>",
            f'<rect class="card" x=".5" y=".5" width="{self.width - 1}" height="{self.height - 1}" rx="8"/>',
            f'<text class="title" x="{_PAD}" y="{_PAD + 12}">{_TITLE}</text>',
            *self._heads(),
            *(part for place, name in enumerate(self.functions) for part in self._row(place, name)),
            f'<text class="soft" x="{_PAD}" y="{self.height - _PAD}" xml:space="preserve">{self.legend}</text>',
        ]
        return "\n".join([*parts, "</svg>"]) + "\n"

    def _starts(self) -> Iterator[tuple[int, str, float]]:
        """Where each subject's columns begin."""
        left = float(self.left)
        for place, (name, span) in enumerate(zip(self.found.names, self.spans, strict=True)):
            yield place, name, left
            left += span

    def _heads(self) -> Iterator[str]:
        for _, name, left in self._starts():
            yield f'<text class="title" x="{left:g}" y="{_PAD + 36}">{safe(name)}</text>'
            for number, dtype in enumerate(self.dtypes):
                middle = left + (number + 0.5) * _CELL - 2
                short = safe(_SHORT.get(dtype, dtype))
                yield f'<text class="soft mid" x="{middle:g}" y="{self.top - 6}">{short}</text>'

    def _row(self, number: int, function: str) -> Iterator[str]:
        y = self.top + number * _ROW
        yield f'<path class="line" d="M{_PAD} {y}.5H{self.width - _PAD}"/>'
        yield f'<text x="{_PAD}" y="{y + 15}">{safe(function)}</text>'
        for place, name, left in self._starts():
            for column, dtype in enumerate(self.dtypes):
                row = self.rows.get((function, dtype))
                entry = row.entries[place] if row else None
                told = safe(f"{function} {dtype}, {name}: {_words(entry)}")
                yield f"<g><title>{told}</title>{_cell(entry, left + column * _CELL, y)}</g>"

    def _told(self) -> Iterator[str]:
        """The picture in words, row by row."""
        for row in self.found.rows:
            cells = zip(self.found.names, row.entries, strict=True)
            yield f"{row.function} {row.dtype}: {', '.join(f'{name} {_words(entry)}' for name, entry in cells)}."


def _cell(entry: Entry | None, left: float, y: float) -> str:
    middle = f'x="{left + _CELL / 2 - 2:g}" y="{y + 15}"'
    if entry is None or entry.sweep is None:
        return f'<text class="mid soft" {middle}>-</text>'
    shade = sum(size(entry.sweep.normal_ulps) > limit for limit in _SHADES)
    framed = " framed" if entry.wrong else ""
    box = f'class="e{shade}{framed}" x="{left + 0.5:g}" y="{y + 3.5}" width="{_CELL - 5}" height="{_ROW - 6}" rx="3"'
    bound = "" if entry.sweep.proof else "\u2265"
    return f'<rect {box}/><text class="mid" {middle}>{bound}{_number(entry.sweep.normal_ulps)}</text>'


def _number(value: float) -> str:
    """An error in at most four letters."""
    if not isfinite(value) or value < 10:
        return error(value) if value >= 0.005 or not value else "0"
    return f"{value:.1f}" if value < 100 else short_number(round(value)) if value < 1e15 else f"{value:.0e}"


def _words(entry: Entry | None) -> str:
    if entry is None:
        return "not asked"
    if entry.sweep is None:
        return entry.result.outcome
    wrong = f", wrong: {entry.mistakes}" if entry.mistakes else ""
    beyond = ", beyond its bound" if entry.wrong else ""
    return f"{error(entry.sweep.normal_ulps)} ulps ({entry.told}{wrong}{beyond})"


def _shades(named: Mapping[str, str]) -> Iterable[str]:
    yield f"rect {{ fill: {named['s2']} }} .card {{ fill: {named['paper']} }}"
    for number, share in enumerate((0, 0.08, 0.17, 0.28, 0.42)):
        yield f".e{number} {{ fill-opacity: {share} }}"
    yield f".framed {{ stroke: {named['ink']}; stroke-width: 1.2 }}"
