"""What may be shown of a person: the first five characters of an ID, the year of a birth date.

source: validation.md section 2 (seed 000 section 2.1(1): lists show the first five characters).
"""

from functools import lru_cache

from claims.periods import roc_text
from claims.texts import normalised

SHOWN_CHARACTERS = 5


@lru_cache(maxsize=4096)  # a file names the same persons again and again
def mask_person_id(text: str) -> str:
    """First five characters and a star for each further one; short texts become all stars."""
    text = normalised(text)
    if len(text) <= SHOWN_CHARACTERS:
        return "*" * len(text)
    return text[:SHOWN_CHARACTERS] + "*" * (len(text) - SHOWN_CHARACTERS)


def is_masked(text: str) -> bool:
    """Whether a text is an ID that some other system masked (``A100#*****``): never a key."""
    return "*" in text or "#" in text


def mask_birth_date(day: int | None) -> str:
    """``075****``: the ROC year alone; empty when there is no date."""
    return "" if day is None else roc_text(day)[:3] + "****"


def mask_start(text: str, shown: int) -> str:
    """The first ``shown`` characters, stars for the rest; all stars when there is no rest."""
    if len(text) <= shown:
        return "*" * len(text)
    return text[:shown] + "*" * (len(text) - shown)
