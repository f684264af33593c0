"""What a page loads."""

import re

_LOADED = re.compile(r"""<(?:script|link|img)\b[^>]*?\b(?:src|href)=["']([^"']+)["']""")


def loaded_by(page: str) -> list[str]:
    """Addresses of scripts, styles and pictures, as they are written."""
    return _LOADED.findall(page)
