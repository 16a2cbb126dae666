"""How the spec is asked of an adapter, and how its answers are judged.  Only this room knows all the others."""
