"""How every text is read before it is judged: full-width folded, blanks trimmed.

source: validation.md, head (normalisation before every validator); uploads.md section 1 (cells).
"""

from unicodedata import normalize


def trimmed(text: str) -> str:
    """``text`` in NFKC without blanks at its ends; the case is kept.

    U+3000 and the other Unicode blanks count as blanks. ``NULL``, ``-`` and ``無`` are texts like
    any other: nothing but an empty cell is blank.
    """
    if text.isascii():
        return text.strip()
    return normalize("NFKC", text).strip()


def normalised(text: str) -> str:
    """``trimmed`` in upper case: how codes and ID numbers are compared."""
    return trimmed(text).upper()
