"""What a wrong answer looks like: held against what known defects would have answered.

Only failing cases come here.  Adapters know nothing of it, and it decides nothing: it is told beside a verdict.
"""
