"""How header cells are compared: NFKC, without blanks, in lower case (uploads.md section 1)."""

from claims.texts import trimmed


def header_name(text: str) -> str:
    return "".join(trimmed(text).split()).lower()
