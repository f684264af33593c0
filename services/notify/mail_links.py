"""Addresses of the pages that a mail or a message leads to. Nothing personal is in them."""

from services.notify import tokens

_PAGES = {tokens.FORM: "apply", tokens.FILE: "file", tokens.LINK: "link"}


class Links:
    """``public_url`` is where clinics reach this service."""

    def __init__(self, public_url: str, link_key: bytes) -> None:
        self._base, self._key = public_url.rstrip("/"), link_key

    def form(self, purpose: str, token: str) -> str:
        """The application form (tokens.FORM), the one for a list as a file (tokens.FILE), or the
        login of 帳號連結 (tokens.LINK)."""
        return f"{self._base}/forms/{_PAGES[purpose]}/{token}"

    def confirm(self, token: str) -> str:
        return f"{self._base}/mail/confirm/{token}"

    def login(self, token: str) -> str:
        return f"{self._base}/mail/link/{token}"

    def unsubscribe(self, contact_id: str) -> str:
        """For the foot of a mail and its List-Unsubscribe header (GET: a page, POST: one click)."""
        return f"{self._base}/mail/unsubscribe/{tokens.unsubscribe_token(self._key, contact_id)}"
