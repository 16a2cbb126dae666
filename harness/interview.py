"""Five questions, asked beside the framework.

1. `first`: fresh inputs.  They must come back unchanged.
2. `others`: other numbers of the same shapes; then the first answer is read again.
3. `mutated`: the first question's own array objects, changed in place to the second's numbers.
4. `again`: the first question once more, in fresh arrays.
5. `alone`: the first row only; `fortran` (column-major and read-only) and `strided`: the first question in other
   layouts, and in those that the case states.

Each answer is waited for and its bits are copied before any input changes.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from time import perf_counter_ns, process_time_ns
from typing import Any

import numpy as np

from nnconform.adapters.contract import Adapter, Unsupported
from nnconform.harness.buffers import BUFFERS
from nnconform.harness.given import (
    Arrays,
    Given,
    can_take,
    compare_inputs,
    first_row,
    materialize,
    no_array,
    of_numbers,
    plain,
)
from nnconform.harness.layouts import LAYOUTS, native_views
from nnconform.harness.lengths import Asking, Facts
from nnconform.harness.questions import ASKED_FIRST, origin
from nnconform.harness.raising import raised, told
from nnconform.harness.transcript import Answer, Transcript
from nnconform.spec.arrays import Array, same_bits
from nnconform.spec.generator import others
from nnconform.spec.views import View, views

Ask = Mapping[str, Any]
Call = Callable[[Mapping[str, Any]], Any]
Seen = Mapping[str, View] | None

_QUIET = dict.fromkeys(("divide", "over", "under", "invalid"), "ignore")


def interview(adapter: Adapter, ask: Ask) -> Transcript:
    """All questions of one case.  Never raises but for KeyboardInterrupt and its like."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        filters, count = warnings.filters[0], len(warnings.filters)
        found = _Interview(adapter, ask).transcript()
        BUFFERS.after_case()
        if len(warnings.filters) != count or warnings.filters[0] != filters:
            found.left.append("warning filters")
        if np.geterr() != _QUIET:
            found.left.append("NumPy's error state")
        return found


class _Interview:
    def __init__(self, adapter: Adapter, ask: Ask) -> None:
        self.entered = process_time_ns()  # CPU of all threads: compilers use several
        self.ours_since, self.ours_ns = perf_counter_ns(), 0
        self.adapter, self.ask = adapter, ask
        self.functions: list[Callable[..., Any]] = []
        self.calls: list[tuple[str, Call]] = []
        """Each step's name, and its call with what it takes of the values so far."""
        self.result = Transcript(device=adapter.device)
        self.kept: dict[str, Any] = {}

    def transcript(self) -> Transcript:
        for step in self.ask["steps"]:
            try:
                function = self.adapter.function(step["operation"])
            except Exception as error:
                self.result.answers["first"] = Answer(raised=raised(error, "call", self.adapter, self.functions))
                return self.result
            if function is None:
                self.result.lacks = step["operation"]
                self.result.unsupported = f"{self.adapter.name} has no {self.result.lacks}"
                return self.result
            self.functions.append(function)
            self.calls.append((step["name"], _call(step, function)))
        given = Given(self._materialized("inputs"))
        if self.ask["kind"] in {"refusal", "trait"}:
            self._refusal(given)
        else:
            self._questions(given)
        ours = self.ours_ns + perf_counter_ns() - self.ours_since
        self.result.adapter_ns = max(0, process_time_ns() - self.entered - ours)
        return self.result

    def _materialized(self, which: str) -> Arrays:
        return {name: materialize(data, self.ask["dtype"], BUFFERS.empty) for name, data in self.ask[which].items()}

    def _refusal(self, given: Given) -> None:
        self._put("first", given.copies(), given)
        if "refused" in self.ask and not self.result.unsupported:
            both = Given({**given.arrays, **self._materialized("refused")})
            self._put("refused", both.copies(), both)
        if "lengths" in self.ask and self.result.answers["first"].values:
            self._lengths(given.arrays)

    def _lengths(self, given: Arrays) -> None:
        """Where a trait asks so: pieces of the inputs, and many times as much."""
        facts, first = Facts(), self.result.answers["first"]
        try:
            Asking(self.ask["lengths"], given, self._answered).measure(first.values, facts)
        except Unsupported as error:
            first.unsupported = str(error)
        except Exception as error:
            first.raised = raised(error, "call", self.adapter, self.functions)
        self.result.measured = facts.data()
        self.ours_since = perf_counter_ns()

    def _answered(self, arrays: Mapping[str, Array]) -> Arrays:
        """The outputs' values and nothing around them: to be looked at before the next call, and not kept."""
        adapter = self.adapter
        self.ours_ns += perf_counter_ns() - self.ours_since
        values = {name: adapter.to_native(array) for name, array in arrays.items()}
        for name, call in self.calls:
            values[name] = call(values)
        for name in self.ask["outputs"]:
            adapter.synchronize(values[name])
        found = {name: np.asarray(adapter.to_numpy(values[name])) for name in self.ask["outputs"]}
        self.ours_since = perf_counter_ns()
        return found

    def _questions(self, given: Given) -> None:
        arrays = given.copies()
        first = self._put("first", arrays, given, keep=True)
        if self.result.unsupported or first.raised:
            return
        second = Given({name: others(values, BUFFERS.empty) for name, values in given.arrays.items()})
        self._put("others", second.copies(), second, keep=True)
        self._read_again("first")
        compare_inputs(first, arrays, given)  # the second call may have written to the first one's
        first.changed += [name for name, values in arrays.items() if not values.flags.writeable]
        if all(can_take(arrays[name], second.arrays[name]) for name in arrays):
            for name in arrays:
                arrays[name][...] = second.arrays[name]
            self._put("mutated", arrays, second)
        del arrays, second  # large ones make room for the next
        self._put("again", given.copies(), given)
        self._layouts(given)
        self._read_again("others")  # two buffers in turn show only now

    def _layouts(self, given: Given) -> None:
        alone = self.ask.get("alone")
        if alone:
            rows = Given({name: first_row(values, alone.get(name)) for name, values in given.arrays.items()})
            self._put("alone", rows.copies(), rows)
        for question, relay in LAYOUTS.items():
            self._put(question, {name: relay(values) for name, values in given.arrays.items()}, given)
        for question in self.ask.get("layouts", ()):
            seen = views(question, given.arrays)
            self._put(question, {name: view.array for name, view in seen.items()}, given, seen=seen)

    def _put(self, question: str, arrays: Arrays, given: Given, *, keep: bool = False, seen: Seen = None) -> Answer:
        answer, adapter, stage = Answer(), self.adapter, "to native"
        self.ours_ns += perf_counter_ns() - self.ours_since
        try:
            if seen:
                values = natives = native_views(adapter, seen)
            else:
                values = natives = {name: adapter.to_native(array) for name, array in arrays.items()}
            if seen or question in LAYOUTS:
                answer.strides = {name: _listed(adapter.strides(value)) for name, value in values.items()}
            stage = "call"
            values = dict(natives)
            start = perf_counter_ns()
            for name, call in self.calls:
                values[name] = call(values)
            stage = "synchronize"
            for name in self.ask["outputs"]:
                adapter.synchronize(values[name])
            answer.elapsed_ns = perf_counter_ns() - start
            stage = "to numpy"
            before = self._before(question)
            for name in self.ask["outputs"]:
                self._read(name, values[name], arrays if keep else {}, before, answer)
            if keep:
                self.kept[question] = {name: values[name] for name in answer.values}
                self._look_at_natives(arrays, natives, given, answer)
        except Unsupported as error:
            answer.unsupported = told(error) or f"{adapter.name} does not support this"
            if question == "first":
                self.result.unsupported = answer.unsupported
        except Exception as error:
            since = perf_counter_ns()
            answer.raised = raised(error, stage, adapter, self.functions)
            self.ours_ns += perf_counter_ns() - since
        self.ours_since = perf_counter_ns()
        compare_inputs(answer, arrays, given)
        self.result.answers[question] = answer
        return answer

    def _before(self, question: str) -> Arrays:
        """What came for the same numbers: bits that come again are not kept twice."""
        if question in ASKED_FIRST:
            return {}
        earlier = self.result.answers.get(origin(question))
        return earlier.values if earlier else {}

    def _read(self, name: str, value: Any, arrays: Arrays, before: Arrays, answer: Answer) -> None:
        if value is None:
            answer.odd[name] = "None"
            return
        answer.places[name] = str(self.adapter.device_of(value))
        raw = self.adapter.to_numpy(value)
        if kind := no_array(raw):
            answer.odd[name] = kind
            return
        array = np.asarray(raw)
        if not of_numbers(array.dtype):
            answer.odd[name] = f"array of {array.dtype}"
            return
        if arrays and array.ndim and array.size:
            answer.aliased += [given for given, values in arrays.items() if np.may_share_memory(array, values)]
        kept = before.get(name)
        answer.values[name] = kept if kept is not None and same_bits(array, kept) else array.copy("C")

    def _look_at_natives(self, arrays: Arrays, natives: Mapping[str, Any], given: Given, answer: Answer) -> None:
        """Inputs that changed on the framework's side only, and what they hold now."""
        answer.changed += [
            name
            for name, native in natives.items()
            if native is not arrays[name]
            and given.intact(name, arrays[name])
            and not given.intact(name, np.asarray(self.adapter.to_numpy(native)))
        ]
        answer.left = plain({name: self.adapter.to_numpy(natives[name]) for name in answer.changed})

    def _read_again(self, question: str) -> None:
        answer = self.result.answers[question]
        for name, native in self.kept.get(question, {}).items():
            try:
                intact = same_bits(np.asarray(self.adapter.to_numpy(native)), answer.values[name])
            except Exception:
                intact = False
            if not intact:
                self.result.overwritten.append((question, name))


def _call(step: Mapping[str, Any], function: Callable[..., Any]) -> Call:
    """What a step does to the values by name: settled once, since every question asks it."""
    names, attributes = step["inputs"], step["attributes"]
    if "activations" not in attributes:
        return lambda values: function(*[values[name] for name in names], **attributes)
    kinds = attributes["activations"]
    lead = len(names) - 2 * len(kinds)

    def layered(values: Mapping[str, Any]) -> Any:
        inputs = [values[name] for name in names]
        return function(*inputs[:lead], list(zip(inputs[lead::2], inputs[lead + 1 :: 2], kinds, strict=True)))

    return layered


def _listed(strides: Any) -> list[int] | None:
    return None if strides is None else [int(step) for step in strides]
