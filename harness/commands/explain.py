"""`nnconform explain`: what a case demands, what is true, and how its bounds come about, in numbers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnconform.harness.commands import BadInput, located, one_of
from nnconform.spec.catalogue import Operation, catalogue
from nnconform.spec.errors import nearest
from nnconform.spec.formats import FORMATS
from nnconform.spec.model import LAYOUTS

if TYPE_CHECKING:
    from nnconform.spec.model import Case

HELP = "tell what a case demands and how its bounds come about"
MOST = 24
"""Elements shown of an array."""
TABLE = "OpenCL C 3.0, 'Relative Error as ULPs', full profile"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("case", metavar="CASE", help="an id, file::id, or an item's id as pytest prints it")
    parser.add_argument("--dtype", metavar="DTYPE", help="the dtype to explain it in (default: the case's first)")


def run(arguments: argparse.Namespace) -> int:
    """Find the case and print what is known of it."""
    from nnconform.harness.plan import plan

    file, name, asked = _asked(arguments.case)
    path, case = _find(file, name)
    dtype = one_of("dtype", arguments.dtype or asked or case.dtypes[0], case.dtypes)
    frozen = plan(path).line(case.id, dtype)
    for line in _lines(case, frozen):
        print(line)
    return 0


def _asked(text: str) -> tuple[str, str, str]:
    """File, case and dtype of `case`, `file::case` or `file::case/adapter/device/dtype/mode`."""
    file, _, rest = text.rpartition("::")
    case, *places = rest.split("/")
    return file, case, places[2] if len(places) == 4 else ""


def _find(file: str, name: str) -> tuple[Path, Case]:
    from nnconform.spec.frozen import shipped, shown
    from nnconform.spec.loader import load

    cases = [(path, case) for path in ([located(file)] if file else shipped()) for case in load(path, shown(path))]
    found = [(path, case) for path, case in cases if case.id == name]
    if len(found) > 1:
        raise BadInput(f"{name!r} stands in several files: {', '.join(f'{case.path}::{name}' for _, case in found)}")
    if not found:
        hint = nearest(name, [case.id for _, case in cases])
        raise BadInput(f"no case {name!r}{hint}; nnconform list prints them all")
    return found[0]


def _lines(case: Case, frozen: dict[str, Any]) -> Iterator[str]:
    source = frozen["source"]
    yield f"{case.path}::{case.id} (line {case.line}), {case.kind}, {case.level}, in {frozen['dtype']}"
    yield f"requirement: {frozen['requirement']}"
    yield f"source:      {source['document']}, '{source['heading']}'"
    yield f"systems:     {', '.join(frozen['systems']) or 'none'}"
    if frozen.get("erratum"):
        yield f"erratum:     {frozen['erratum']}"
    if frozen.get("guards"):
        yield f"guards:      {', '.join(frozen['guards'])}"
    for left_out, why in (frozen.get("left_out") or {}).items():
        yield f"left out:    {left_out}: {why}"
    yield from _formulas(frozen["ask"]["steps"])
    yield from _arrays("inputs", frozen, frozen["ask"]["inputs"])
    yield from _arrays("must be refused", frozen, frozen["ask"].get("refused", {}))
    yield from _lengths(frozen["ask"].get("lengths"))
    yield from _layouts(frozen["ask"].get("layouts", []))
    yield from _work(frozen)
    yield from _truths(frozen)
    yield from _bounds(frozen)


def _formulas(steps: list[dict[str, Any]]) -> Iterator[str]:
    yield "formula:"
    for step in steps:
        entry = catalogue()[step["operation"]]
        given = ", ".join([*step["inputs"], *(f"{name}={value}" for name, value in step["attributes"].items())])
        yield f"  {step['name']} = {step['operation']}({given}): {entry.formula}"


def _arrays(title: str, frozen: dict[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    from nnconform.harness.given import materialize

    if inputs:
        yield f"{title}:"
    for name, data in inputs.items():
        if "generate" in data:  # never made here: it may fill the memory
            numbers = f"{data['period']} numbers over and over" if data["generate"] == "listed" else repr(data["name"])
            yield f"  {name} {list(data['shape'])}, generated: {data['generate']} {numbers}"
            continue
        array = materialize(data, frozen["dtype"]).astype("float64")
        values = f" = {array.tolist()}" if array.size <= MOST else ""
        yield f"  {name} {list(array.shape)}{values}"


def _lengths(lengths: Mapping[str, Any] | None) -> Iterator[str]:
    """What a trait case asks to tell whether results depend on where a value stands."""
    if not lengths:
        return
    along = ", ".join(f"axis {axis} of {name}" for name, axis in lengths["inputs"].items())
    asked = ", ".join(map(str, lengths["asked"]))
    if lengths["repeats"]:
        yield f"lengths:     {along} repeats its values up to {asked} and {lengths['among']:,}: equal values"
    else:
        yield f"lengths:     pieces of {asked} along {along}, and {lengths['among']:,} at once, held against the whole"
    yield f"             (--traits=full: every length up to {max(lengths['asked'])}); --strict fails what depends on it"


def _layouts(layouts: list[str]) -> Iterator[str]:
    """In which further layouts a case is asked."""
    for number, layout in enumerate(layouts):
        yield f"{'layouts:' if not number else '':12} {layout}: {LAYOUTS[layout]}"


def _work(frozen: dict[str, Any]) -> Iterator[str]:
    """What a timing case costs, and which of its outputs' elements are judged."""
    work = frozen.get("work")
    if not work:
        return
    yield f"timed as:    {work['family']}, {work['series']}, {work['x']} {work['x_name']}, {work['operands']} operands"
    yield f"operations:  {work['operations']} = {work['operations_formula']}"
    yield f"bytes:       {work['bytes']} = {work['bytes_formula']}"
    yield f"numbers:     {work['distribution']}"
    yield f"memory:      {work['memory']} bytes of inputs and outputs"
    if whole := work["estimate"]:
        yield f"stands for:  {whole['what']}: {whole['operations']} operations, {whole['bytes']} bytes (an estimate)"
    for name, places in frozen["ask"]["sample"].items():
        told = [f"{len(found)} {axis}" for axis, found in places.items() if found is not None]
        shape = frozen["expect"]["whole"][name]
        yield f"judged of {name} {shape}: {' by '.join(told) or 'every element'}, before and after it is timed"


def _truths(frozen: dict[str, Any]) -> Iterator[str]:
    from nnconform.harness.comparison import Truth

    expect = frozen["expect"]
    if "sweep" in expect:
        yield from _swept(expect["sweep"], frozen["dtype"])
    if "trait" in expect:
        yield f"measured, never failed: the trait {expect['trait']!r}"
    for name, data in expect.get("outputs", {}).items():
        truth = Truth(data, frozen["dtype"])
        yield f"truth of {name} {list(truth.shape)}" + (": every bit is determined" if truth.exact else ":")
        yield from _elements(truth, frozen["ask"].get("sample", {}).get(name, {}))
    if "property" in expect:
        yield f"property: {', '.join(f'{name} {value}' for name, value in expect['property'].items())}"
    if "should_ulps" in expect:
        yield f"should:   within {expect['should_ulps']} ulps"


def _swept(kept: Mapping[str, Any] | None, dtype: str) -> Iterator[str]:
    """What a sweep asks, and what it is judged by."""
    yield f"asked of every value that {dtype} has: {2 ** FORMATS[dtype].bits:,}; nan and infinities are among them"
    if kept is None:
        yield "only with --sweep=exhaustive, or --sweep=sample for a part of them; bounds are certified while it runs"
    else:
        pieces = len(kept["bounds"])
        yield f"bounds frozen in {pieces} pieces a + b |y| + c |x|; verdicts are those of the certified bound"


def _elements(truth: Any, sample: Mapping[str, Any]) -> Iterator[str]:
    from numpy import ndindex

    for number, place in enumerate(ndindex(*truth.shape)):
        if number == MOST:
            yield f"  ... and {truth.high.size - MOST} more"
            return
        at = "".join(f"[{index}]" for index in _whole(place, sample))
        told = f"  {at} {float(truth.high[place])!r}".replace("  -", " -")
        if truth.error is not None:
            error = float(truth.error[place])
            ulps = error / float(truth.spacing()[place])
            told += f", may be off by {error:.3g} ({ulps:.3g} ulps)" if error else ", exactly"
        yield told


def _whole(place: tuple[int, ...], sample: Mapping[str, Any]) -> list[int]:
    """Where a sampled element stands in the whole output."""
    found = list(place)
    for number, axis in ((0, "rows"), (-1, "columns")):
        if sample.get(axis) is not None:
            found[number] = sample[axis][place[number]]
    return found


def _bounds(frozen: dict[str, Any]) -> Iterator[str]:
    terms = {term["step"]: term for term in frozen["expect"].get("terms", _sweep_terms(frozen))}
    if not terms:
        return
    yield "how the bounds come about (any order of a sum passes; errors of earlier steps are carried on):"
    for step in frozen["ask"]["steps"]:
        term, entry = terms[step["name"]], catalogue()[step["operation"]]
        unit = f"unit roundoff {_power(term['unit_roundoff'])}"
        if entry.exact:
            yield f"  {step['name']}: {entry.operation} rounds nothing"
            continue
        sums = f", sums in {term['accumulates_in']}" if "accumulates_in" in term else ""
        yield f"  {step['name']}: {entry.operation} computed in {term['computes_in']}, {unit}{sums}"
        for function, ulps in _grants(entry, step["attributes"], term["computes_in"]):
            half = ", for half precision" if "accumulates_in" in term else ""
            yield f"     {function} may err by {_decimal(ulps)} ulps ({TABLE}{half})"
        if term.get("largest_bound") == 0:
            yield "     but these numbers round nowhere, in whatever order"
        elif "largest_bound" in term:
            yield f"     largest bound {term['largest_bound']:.3g}, at the exact value {term['there']!r}"


def _sweep_terms(frozen: dict[str, Any]) -> list[dict[str, Any]]:
    """What a sweep's bounds are made of: its dtype's own arithmetic."""
    if "sweep" not in frozen["expect"]:
        return []
    form = FORMATS[frozen["dtype"]]
    sums = {"accumulates_in": form.accumulator} if form.accumulator != form.name else {}
    about = {"computes_in": form.name, "unit_roundoff": float(form.unit_roundoff), **sums}
    return [{"step": step["name"], **about} for step in frozen["ask"]["steps"]]


def _grants(entry: Operation, attributes: Mapping[str, Any], computes_in: str) -> Iterator[tuple[str, Fraction]]:
    """The published errors of the elementary functions that a step uses; a layer uses its activations'."""
    from nnconform.reference.truth.table import ULPS

    asked = attributes.get("activations") or ([attributes["activation"]] if "activation" in attributes else [])
    names = [name for each in asked for name in catalogue()[each].grants] if asked else entry.grants
    for name in dict.fromkeys(names):
        yield name, ULPS[computes_in][name]


def _power(unit: float) -> str:
    return f"2**{Fraction(unit).denominator.bit_length() * -1 + 1}" if unit else "0"


def _decimal(value: Fraction) -> str:
    return f"{float(value):g}"
