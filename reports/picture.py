"""The matrix as a small picture for a page such as a README: letters on a card of its own, in light and in dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from nnconform.reports.matrix import Column, Matrix, Row, operations_matrix
from nnconform.reports.merge import Asked, join, without_times
from nnconform.reports.outcomes import BY_LETTER
from nnconform.reports.records import read_records
from nnconform.reports.words import one_line

_CELL, _ROW, _PAD = 30, 22, 16
_LETTER = 7.3
"""Width of a letter of the label's font, on the wide side."""
_HEAD = 62
_SHORT = {"float16": "f16", "bfloat16": "bf16", "float32": "f32", "float64": "f64"}
_FONT = """text { font: 12px ui-monospace, Menlo, Consolas, monospace }
.title { font-weight: 700 }
.mid { text-anchor: middle }"""
_COLOURS = Path(__file__).parent / "templates" / "colours.css"


def matrix_svg(records: Sequence[Path]) -> str:
    """The matrix of some records, as SVG text; the same records give the same text.  Raises RecordError."""
    everything = join(read_records(records))
    asked = without_times(everything) or everything
    return _Picture(asked, operations_matrix(asked)).text()


class _Picture:
    def __init__(self, asked: Sequence[Asked], matrix: Matrix) -> None:
        self.asked, self.matrix = asked, matrix
        longest = max([len("operation"), *(len(row.name) for row in matrix.rows)])
        self.left = round(_PAD + longest * _LETTER + 12)
        self.spans = [self._span(one) for one in asked]
        letters = [letter for letter in BY_LETTER if any(letter in self._letters(row) for row in matrix.rows)]
        self.legend = "   ".join(f"{letter} {BY_LETTER[letter].name}" for letter in letters)
        right = max(self.left + sum(self.spans), _PAD + len(self.legend) * _LETTER, _PAD + len(self.title) * _LETTER)
        self.width = round(right + _PAD)
        self.top = _PAD + 20 + _HEAD
        self.height = self.top + _ROW * len(matrix.rows) + _PAD + 26

    @property
    def title(self) -> str:
        """What the picture shows."""
        return "nnconform: operations by adapter and dtype"

    def text(self) -> str:
        """The picture."""
        size = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">',
            f'<title id="t">{self.title}</title><desc id="d">{escape(self._told())}</desc>',
            f"<style>{style(_FONT, _letters)}</style>",
            f'<rect class="card" x=".5" y=".5" width="{self.width - 1}" height="{self.height - 1}" rx="8"/>',
            f'<text class="title" x="{_PAD}" y="{_PAD + 12}">{self.title}</text>',
            *self._heads(),
            *(part for number, row in enumerate(self.matrix.rows) for part in self._row(number, row)),
            f'<text class="soft" x="{_PAD}" y="{self.height - _PAD}" xml:space="preserve">{self.legend}</text>',
        ]
        return "\n".join([*parts, "</svg>"]) + "\n"

    def _span(self, one: Asked) -> int:
        """The width of a subject: its columns, or its name where that is wider."""
        name = max(len(one.name), len(_place(one)))
        return max(_CELL * (len(one.dtypes) or 1), round(name * _LETTER)) + 10

    def _left_of(self, column: Column) -> float:
        """Where a column begins."""
        before = 0
        for one, span in zip(self.asked, self.spans, strict=True):
            if one is column.asked:
                break
            before += span
        place = column.asked.dtypes.index(column.dtype) if column.dtype else 0
        return self.left + before + place * _CELL

    def _heads(self) -> list[str]:
        parts, x, y = [], self.left, _PAD + 40
        for one, span in zip(self.asked, self.spans, strict=True):
            parts.append(f'<text x="{x}" y="{y}" class="title">{_safe(one.name)}</text>')
            parts.append(f'<text x="{x}" y="{y + 14}" class="soft">{_safe(_place(one))}</text>')
            x += span
        for column in self.matrix.columns:
            middle, short = self._left_of(column) + _CELL / 2 - 2, _SHORT.get(column.dtype, column.dtype or "-")
            parts.append(f'<text x="{middle:g}" y="{self.top - 5}" class="soft mid">{_safe(short)}</text>')
        return parts

    def _row(self, number: int, row: Row) -> list[str]:
        y = self.top + number * _ROW
        parts = [
            f'<path class="line" d="M{_PAD} {y}.5H{self.width - _PAD}"/>',
            f'<text x="{_PAD}" y="{y + 15}">{_safe(row.name)}</text>',
        ]
        for cell, column in zip(row.cells, self.matrix.columns, strict=True):
            letter = cell.outcome.letter if cell.asked else "-"
            kind, x = letter if cell.asked else "none", self._left_of(column)
            parts.append(
                f"<g><title>{_safe(f'{row.name}, {column.name}: {cell.in_words}')}</title>"
                f'<rect class="{kind}" x="{x:g}" y="{y + 3}" width="{_CELL - 4}" height="{_ROW - 5}" rx="3"/>'
                f'<text class="mid t{kind}" x="{x + _CELL / 2 - 2:g}" y="{y + 15}">{letter}</text></g>'
            )
        return parts

    @staticmethod
    def _letters(row: Row) -> str:
        return "".join(cell.outcome.letter if cell.asked else "-" for cell in row.cells)

    def _told(self) -> str:
        """The picture in words, row by row."""
        told = []
        for row in self.matrix.rows:
            cells = zip(self.matrix.columns, row.cells, strict=True)
            told.append(f"{row.name}: {', '.join(f'{column.name} {cell.in_words}' for column, cell in cells)}.")
        return one_line(" ".join(told))


def style(font: str, more: Callable[[Mapping[str, str]], Iterable[str]]) -> str:
    """The page's colours, written out: not every renderer of SVG knows custom properties.  `more` adds rules."""
    light, _, dark = _COLOURS.read_text("utf-8").partition("@media")
    return f"\n{font}\n{_fills(light, more)}\n@media (prefers-color-scheme: dark) {{\n{_fills(dark, more)}\n}}\n"


def _fills(block: str, more: Callable[[Mapping[str, str]], Iterable[str]]) -> str:
    named = dict(re.findall(r"--([\w-]+): (#\w+)", block))
    rules = [
        f".card {{ fill: {named['paper']}; stroke: {named['line']} }}",
        f".line {{ stroke: {named['line']} }}",
        f"text {{ fill: {named['ink']} }}",
        f".soft, .tnone {{ fill: {named['soft']} }}",
    ]
    return "\n".join([*rules, *more(named)])


def _letters(named: Mapping[str, str]) -> Iterable[str]:
    yield ".none { fill: none }"
    for letter in filter(named.__contains__, BY_LETTER):  # nothing has no colour
        yield f".{letter} {{ fill: {named[letter]} }} .t{letter} {{ fill: {named[f'{letter}-ink']} }}"


def _place(one: Asked) -> str:
    """Device and mode, and what must not be overlooked."""
    state = " (not run)" if one.not_run else " (incomplete)" if one.unfinished else ""
    return f"{one.subject.device} {one.subject.mode}{state}"


def _safe(text: str) -> str:
    return escape(one_line(text))
