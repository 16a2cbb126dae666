"""What must hold: the cases, the catalogue of operations, and how both are read.

Nothing here knows what is true or who is asked.  `model` types a case as its author wrote it, `loader` reads
TOML into it, `frozen` reads the frozen form that a run uses, `generator` makes the named inputs.
"""

SPEC_VERSION = "0.1"
