"""What a wrong answer looks like: held against what known defects would have answered.

Only failing cases come here.  Adapters know nothing of it, and it decides nothing: it is told beside a verdict.
"""

NONE = "no known defect fits"
"""What is told of every failure that nothing explains, whatever its kind."""
