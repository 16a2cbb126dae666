"""Exact results and certified error bounds, by ball arithmetic (Arb, through python-flint).

Each value on its way through a graph is a `Ball`: the exact mathematical value of the rounded inputs, and a radius
that holds whatever a conforming implementation may have computed instead.  Each operation widens the radius by the
running error of its one named formula.  Sources: N. J. Higham, Accuracy and Stability of Numerical Algorithms
(2nd ed., 2002), sections 3.1 (gamma) and 3.3 (running error analysis); F. Johansson, Arb (IEEE Trans. Computers
66, 2017).
"""
