"""How messages move. Has never heard of a claim.

The promise: a stage's state, its outputs and its positions commit together or not at all; the facts
of one key are taken in the order in which they were sent; what was committed is never said twice.
"""
