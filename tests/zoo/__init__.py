"""Implementations that the suite is tested with: wrong ones that it must catch, right ones that it must pass."""
