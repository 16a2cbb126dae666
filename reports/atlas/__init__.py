"""How wrong each function gets over a dtype's values, and where: sweeps read from records, typed, and shown."""
