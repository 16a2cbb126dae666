"""What is true, twice over and with no code shared between the two.

`textbook` is the readable NumPy implementation that students compare their own with, and that the `numpy` adapter
runs.  `truth` computes certified enclosures of the exact results and bounds on what an implementation may err;
`freeze` writes them down.  Judging rests on `truth` alone.
"""
