"""How fast: worker processes, interleaved rounds, ceilings.  Nothing is imported here: threads are pinned first."""
