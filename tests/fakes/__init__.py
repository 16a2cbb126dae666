"""Tiny adapters, each odd in one way, on which the harness itself is tested.  `good` is the one that is not."""
