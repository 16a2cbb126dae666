"""When garbage is looked for: what lives as long as the run is not walked over again and again."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

_SELDOM = 20_000
"""Objects made before garbage is looked for."""


@contextmanager
def long_lived() -> Iterator[None]:
    """What is made meanwhile lives as long as the run: garbage collection need not walk over it, again and again.

    A case makes hundreds of objects and no cycles, so that collecting can wait longer afterwards, too.  It stays so
    until the process ends, which would otherwise walk over a framework twice more, or until another run begins in it.
    """
    if gc.get_freeze_count():  # what an earlier run left
        gc.unfreeze()
        gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_SELDOM, *gc.get_threshold()[1:])
        if enabled:
            gc.enable()


def as_now() -> Callable[[], None]:
    """What makes it look for garbage as often as it does now."""
    return partial(gc.set_threshold, *gc.get_threshold())
