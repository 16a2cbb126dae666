"""How fast: what records say of it, typed, and what a page shows of it."""
