"""HTML, escaped by construction: elements, styles, and what may stand in them."""

import html
import re
from collections.abc import Iterable, Mapping

_SAFE_STYLE = re.compile(r"[#%., \-()a-zA-Z0-9]+")


def text(value: object) -> str:
    """Line breaks stay line breaks: the style sheet keeps them."""
    return html.escape(str(value))


def element(
    tag: str,
    inner: str | Iterable[str] = "",
    classes: str = "",
    style: Mapping[str, str] | None = None,
    **attributes: str,
) -> str:
    """``inner`` is HTML already; everything else is escaped. data_x becomes data-x."""
    given = {**attributes}
    if classes:
        given["class"] = classes
    if style:
        given["style"] = styles(style)
    written = "".join(
        f' {name.replace("_", "-")}="{html.escape(value)}"' for name, value in given.items()
    )
    content = inner if isinstance(inner, str) else "".join(inner)
    return f"<{tag}{written}>{content}</{tag}>"


def styles(given: Mapping[str, str]) -> str:
    """Values that could end a declaration are left out."""
    return ";".join(
        f"{name}:{value}" for name, value in given.items() if _SAFE_STYLE.fullmatch(value)
    )
