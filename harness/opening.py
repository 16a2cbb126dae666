"""Frameworks are loaded: an adapter made ready on its device, and everybody that a run asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from nnconform.harness.subject import LeftOut, Subject, SubjectError
from nnconform.harness.wording import NOTHING_TO_SET
from nnconform.spec.errors import nearest

if TYPE_CHECKING:
    from nnconform.adapters.contract import Adapter
    from nnconform.harness.interviewers import Opened

Ready = TypeVar("Ready", bound="Opened")


def open_all(
    subjects: Iterable[Subject],
    opened: dict[Subject, Ready],
    make: Callable[[Subject], Ready],
    *,
    named: bool = True,
) -> dict[Subject, LeftOut]:
    """Fill `opened`; gives those that are left out.  Raises SubjectError, for those where that is everybody.

    A framework that is missing is an error where its adapter was `named`.
    """
    left_out = {}
    for subject in subjects:
        try:
            opened[subject] = make(subject)  # those in processes of their own load at the same time
        except LeftOut as error:
            left_out[subject] = error
    for subject, interviewer in list(opened.items()):
        try:
            interviewer.wait()
        except LeftOut as error:
            del opened[subject]
            left_out[subject] = error
    missing = [error for error in left_out.values() if error.missing and named]
    if missing or not opened:
        raise SubjectError("; ".join(dict.fromkeys(map(str, missing or left_out.values()))))
    return left_out


def open_adapter(subject: Subject) -> tuple[Adapter, dict[str, Any]]:
    """An adapter ready on its device, and what it says of itself.  Raises SubjectError."""
    from nnconform.adapters.contract import Adapter, Unavailable, describe
    from nnconform.adapters.registry import AdapterError, MissingError, find
    from nnconform.harness.raising import line

    try:
        kind = find(subject.adapter)
    except MissingError as error:
        raise LeftOut(str(error), missing=True) from None
    except AdapterError as error:
        raise SubjectError(str(error)) from None
    try:
        if subject.device not in kind.devices():
            raise SubjectError(
                f"{subject.adapter} has no device {subject.device!r} here{_meant(subject.device, kind.devices())}; "
                f"it has {', '.join(kind.devices()) or 'none at all'}"
            )
        if subject.mode not in kind.modes:
            has = f"{subject.adapter} has no mode {subject.mode!r}; it has {', '.join(kind.modes)}"
            raise LeftOut(has, lacks_mode=True)
        if subject.mode != "eager" and (kind.compile, kind.function) == (Adapter.compile, Adapter.function):
            raise SubjectError(f"{subject.adapter} lists the mode {subject.mode!r} and has no compile()")
        made = _made(kind, subject)
        made.settings()  # read around every case
        return made, describe(made)
    except (KeyboardInterrupt, SubjectError):
        raise
    except Unavailable as error:
        raise LeftOut(f"{subject.adapter} cannot be asked in mode {subject.mode!r}: {error}") from None
    except BaseException as error:  # SystemExit, too: it would end the run without a word
        raise SubjectError(f"the adapter {subject.adapter!r} does not start: {line(error)}") from None


def _meant(device: str, known: Sequence[str]) -> str:
    """The device that was meant; `gpu` is nearest to `cpu` by its letters alone."""
    return " (an NVIDIA GPU is `cuda`)" if device == "gpu" else nearest(device, known)


def _made(kind: type[Adapter], subject: Subject) -> Adapter:
    made = kind(subject.device, subject.mode)
    if asked := subject.matmul_precision:
        made.settings_before = made.settings()
        made.matmul_precision = asked if made.set_matmul_precision(asked) else f"{asked} ({NOTHING_TO_SET})"
    return made
