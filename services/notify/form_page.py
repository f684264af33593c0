"""Pages for a phone: a form with its errors beside the fields, and short messages.

Without scripts. Nothing is stored on the way, and an address that holds a link is told to nobody.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from services.notify.form_fields import Field

_PAGES = Path(__file__).parent / "pages"
_STYLE = (_PAGES / "style.css").read_text(encoding="utf-8")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_ENVIRONMENT.globals["style"] = Markup(_STYLE)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'self';"
    f" frame-ancestors 'none'; style-src 'sha256-{_STYLE_HASH}'",
}


def form_page(
    title: str,
    intro: str,
    statement: str,
    fields: Sequence[Field],
    values: Mapping[str, str],
    errors: Mapping[str, str],
    choices: Sequence[str] = (),
) -> HTMLResponse:
    """``choices``: the facilities to choose from, where the user is bound to some. 422 with
    errors, else 200."""
    text = _ENVIRONMENT.get_template("form.html").render(
        title=title,
        intro=intro,
        statement=statement,
        fields=fields,
        values=values,
        errors=errors,
        choices=choices,
    )
    return HTMLResponse(text, 422 if errors else 200, HEADERS)


def told_page(
    title: str,
    lines: Sequence[str],
    status: int = 200,
    button: str = "",
    onward: tuple[str, str] | None = None,
) -> HTMLResponse:
    """A message; ``button``: it is done by a POST to the same address, for what follows a link by
    itself (a mail scanner) only gets. ``onward``: words and address of a link that leads on."""
    return page("told.html", status, title=title, lines=lines, button=button, onward=onward)


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A template of ``pages`` with its values."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status, HEADERS)
