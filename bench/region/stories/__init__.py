"""Every scenario, by subject. Importing this fills the register, in this order."""

from bench.region.stories import (
    adult,
    adult_bc,
    adult_stage2,
    child,
    claim_files,
    corrections,
    near_misses,
    oral,
    refused,
)

__all__ = [
    "adult",
    "adult_bc",
    "adult_stage2",
    "child",
    "claim_files",
    "corrections",
    "near_misses",
    "oral",
    "refused",
]
