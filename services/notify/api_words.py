"""What people of the agency write: text that a message can show."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator


def one_line(text: str) -> str:
    """Blanks at the ends cut off; raises ValueError for a line break or a control character: a
    title becomes the subject of a mail, which is a header."""
    if any(unicodedata.category(char) in ("Cc", "Zl", "Zp") for char in text):
        raise ValueError("must be one line without control characters")
    return text.strip()


def prose(text: str) -> str:
    """The same with line breaks, which become plain ones."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in text):
        raise ValueError("must not hold control characters")
    return text.strip()


OneLine = Annotated[str, AfterValidator(one_line)]
Prose = Annotated[str, AfterValidator(prose)]
