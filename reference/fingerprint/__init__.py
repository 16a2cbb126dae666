"""Which arithmetic a product was computed in, told from its results alone.

Nothing here fails anything.  Each known arithmetic predicts what comes out of given inputs, up to the roundings of
its sums; the one named is the first whose prediction the results keep to.
"""
