"""How property tests draw: the same examples every time, unless more of them are asked for.

`NNCONFORM_EXAMPLES=10000 pytest tests/test_fuzz_*.py` draws that many, at random; a failure prints the line that
repeats it.
"""

from __future__ import annotations

import os
from tempfile import gettempdir

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(os.path.join(gettempdir(), "nnconform-hypothesis"))  # noqa: PTH118 - nothing in the checkout
_MORE = "NNCONFORM_EXAMPLES"

DRAWN = settings(
    max_examples=int(os.environ.get(_MORE, "400")),
    derandomize=_MORE not in os.environ,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "x", "float32", "S1", "<script>", "\x00", "\u202e", "../..", "{values.__class__}", "__import__('os')", "1e400", "0x1p-1"]
    ),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.sampled_from([0, 1, -1, 2**26, 2**63]), st.floats(width=64), st.booleans()
)
VALUES = st.recursive(
    st.one_of(st.none(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
