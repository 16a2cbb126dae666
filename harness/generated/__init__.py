"""Generated cases: examples that nobody wrote, drawn by Hypothesis and judged like all others."""
