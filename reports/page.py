"""A page from records: one file that opens from disk and asks nothing of anywhere; same records, same bytes."""

from __future__ import annotations

import tomllib
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnconform.reports import words
from nnconform.reports.arithmetic import arithmetics
from nnconform.reports.atlas import view as atlas_view
from nnconform.reports.cases import failures, known_deviations, links_to
from nnconform.reports.files import write_whole
from nnconform.reports.matrix import operations_matrix, systems_rows
from nnconform.reports.merge import Asked, join, without_times
from nnconform.reports.model import Run
from nnconform.reports.outcomes import BY_NAME, OUTCOMES
from nnconform.reports.records import read_records
from nnconform.reports.repeated import MOST_REPEATED, repeats
from nnconform.reports.tally import Tally, tally
from nnconform.reports.timing.details import HEADS, plus_minus
from nnconform.reports.timing.view import MOST_ROWS, Timings, timings
from nnconform.reports.traits import MOST_MISSED, conventions, differing, missed, overview, shown
from nnconform.reports.words import many

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
MOST_RUNS = 8
"""Of more runs than these the list is closed at first."""
SYSTEMS = Path(__file__).with_name("systems.toml")


def write_page(records: Sequence[Path], target: Path) -> Path:
    """The page of one or more record files.  Raises RecordError where one of them is no record."""
    return write_whole(target, render(read_records(records)))


def render(runs: Sequence[Run]) -> str:
    """The page as text."""
    asked = join(runs)
    times = timings(asked)
    errors = atlas_view.atlas(asked)
    styles = ["colours.css", "style.css", *(["plot.css"] if times or errors else [])]
    styles += [*(["timing.css"] if times else []), *(["atlas.css"] if errors else [])]
    script = (TEMPLATES / "enhance.js").read_text("utf-8")
    return _environment().get_template("page.html").render(
        **_context(runs, asked, times),
        atlas=errors,
        atlas_heads=atlas_view.HEADS,
        style="".join((TEMPLATES / name).read_text("utf-8") for name in styles),
        script=script,
        script_hash="sha256-" + b64encode(sha256(script.encode()).digest()).decode(),
    )  # fmt: skip


def _context(runs: Sequence[Run], asked: Sequence[Asked], times: Timings | None) -> dict[str, Any]:
    """All that the templates show."""
    systems = tomllib.loads(SYSTEMS.read_text("utf-8"))
    judged = without_times(asked)
    matrix, failing, known = operations_matrix(judged), failures(asked), known_deviations(asked)
    showing = shown(judged)
    total = tally(answer for one in asked for answer in one.answers.values())
    return {
        "runs": runs,
        "most_runs": MOST_RUNS,
        "asked": asked,
        "judged": judged,
        "conformance": judged or not times,
        "timing": times,
        "most_rows": MOST_ROWS,
        "detail_heads": HEADS,
        "tallies": [tally(one.answers.values()) for one in asked],
        "total": total,
        "verdict": _verdict(total, asked),
        "matrix": matrix,
        "links": links_to([failing, *(cases for _, cases in known)], matrix),
        "systems": systems,
        "systems_rows": systems_rows(judged, systems),
        "failures": failing,
        "known": known,
        "traits": showing,
        "trait_overview": overview(judged, showing),
        "conventions": conventions(judged),
        "arithmetics": arithmetics(judged),
        "missed": missed(asked),
        "most_missed": MOST_MISSED,
        "differing": differing(asked),
        "repeats": repeats(asked),
        "most_repeated": MOST_REPEATED,
        "outcomes": OUTCOMES,
        "by_name": BY_NAME,
    }


def _verdict(total: Tally, asked: Sequence[Asked]) -> str:
    """The page in one sentence."""
    if not total.asked:
        return "Nothing was run."
    judged = total.asked - total.count("unsupported", "not asked")
    if total.failing:
        told = f"{total.failing:,} of {judged:,} results {'fails' if total.failing == 1 else 'fail'}."
    elif total.count("known deviation"):
        known = total.count("known deviation")
        told = f"{judged - known:,} of {judged:,} results pass; the other {known:,} are known deviations."
    elif judged:
        told = f"All {judged:,} results pass." if judged > 1 else "The one result passes."
    else:
        told = "Nothing that was asked is supported."
    altered = sum(answer.altered for answer in total.answers)
    if altered:
        told += f" {many(altered, 'case')} asked or expected something else in another run."
    missing = [one.full_name for one in asked if one.not_run]
    return told + (f" Not run: {', '.join(missing)}." if missing else "")


@cache
def _environment() -> Environment:
    """One for all pages of a process: compiling the templates takes as long as reading thousands of results."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return words.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "array": words.array_text,
        "breakable": words.breakable,
        "duration": words.duration,
        "error": words.error,
        "error_anchor": atlas_view.anchor,
        "exactly": words.exactly,
        "number": words.number,
        "plus_minus": plus_minus,
        "shortened": words.shortened,
        "significant": words.significant,
        "slug": words.slug,
        "in_ulps": words.in_ulps,
        "ulps": words.told_ulps,
        "when": words.when,
        "whole": "{:,}".format,
    }
    made.globals |= {"beyond": words.BEYOND, "markup": Markup}
    return made
