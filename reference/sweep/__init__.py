"""The truth of whole sweeps: a fast float64 path with a proven margin, and ball arithmetic where that cannot decide."""
