"""A made-up region: facilities, persons, claim files, result files, and the truth about them.

Everything follows from one seed. The truth is stated by each story as it is told, by the
specification; nothing of the product is imported here, so that the two cannot share a mistake.
"""
