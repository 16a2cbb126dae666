"""The textbook: each operation as the documents write it, formula beside gradient, loop beside vectorized.

NumPy, and from Python its erf; nothing else.  This is what a student compares with, and what the `numpy` adapter
runs; it is judged like any framework, so breaking it fails `--adapter=numpy` and nothing else.  Gradients take the
upstream gradient `g`.
"""
