"""Work for several processes at a time, which Ctrl-C ends at once and without a traceback of each."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children
from typing import Any, TypeVar

Given = TypeVar("Given")
Found = TypeVar("Found")


def side_by_side(
    work: Callable[[Given], Found],
    given: Iterable[Given],
    processes: int,
    start: Callable[..., object] | None = None,
    *told: Any,
) -> Iterator[Found]:
    """What `work` gives for each, in order; each process begins with `start(*told)`.

    Nothing is cancelled, as `Executor.map` would: an executor whose processes end takes that badly.
    """
    others = set(active_children())
    with ProcessPoolExecutor(processes, initializer=_begin, initargs=(start, told)) as pool:
        try:
            for future in [pool.submit(work, each) for each in given]:
                yield future.result()
        except BaseException:  # Ctrl-C, or whoever asked wants no more: nobody waits for what is left
            for process in set(active_children()) - others:
                process.terminate()
            raise


def _begin(start: Callable[..., object] | None, told: tuple[Any, ...]) -> None:
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if start:
        start(*told)
