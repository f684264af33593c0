"""The words of a digest, frozen: what every attempt to deliver it sends."""

from collections.abc import Sequence
from typing import Any

import msgspec

from claims.discreet import Discreet
from claims.notice_words import Digest, Line, digest
from claims.notices import round_of
from pipeline.sealing import Sealer
from services.notify.delivering_rules import LINE
from services.notify.mail_links import Links
from services.notify.sifting import Kept


class Mail(Discreet, frozen=True, gc=False):
    """A mail before it has an address. It may hold a link that works once."""

    subject: str
    text: str
    html: str


_READ_MAIL = msgspec.json.Decoder(Mail)


class Wording:
    """``portal_url`` is the one place to go from a digest."""

    def __init__(self, sealer: Sealer, links: Links, portal_url: str) -> None:
        self.sealer, self._links, self._portal_url = sealer, links, portal_url

    def freeze(
        self,
        delivery_id: str,
        channel: str,
        recipient: str,
        facility_id: str,
        kept: Sequence[Kept],
        today: int,
    ) -> bytes:
        """The body of a delivery: LINE's messages as JSON, or a sealed mail."""
        leave = "" if channel == LINE else self._links.unsubscribe(recipient)
        parts: dict[str, list[Line]] = {}
        for one in kept:
            parts.setdefault(one.notice["audience"], []).append(_line(one, today))
        words = digest(parts, today, self._portal_url, facility_id, leave)
        if channel == LINE:
            return msgspec.json.encode(flex_of(words))
        mail = Mail(words.subject, words.mail_text, words.mail_html)
        return self.sealer.seal(msgspec.json.encode(mail), delivery_id)

    def mail(self, delivery_id: str, body: bytes) -> Mail:
        """Raises pipeline.sealing.NotOpened."""
        return _READ_MAIL.decode(self.sealer.open(body, delivery_id))


def flex_of(words: Digest) -> list[dict[str, Any]]:
    return [{"type": "flex", "altText": words.alt_text, "contents": words.flex}]


def _line(kept: Kept, today: int) -> Line:
    notice = kept.notice
    facts = notice["facts"]
    return Line(
        notice["kind"],
        notice["programme"],
        kept.cases,
        notice["due_on"],
        None if notice["due_on"] is None else notice["due_on"] - today,
        round_of(notice["kind"], notice["subject"]),
        msgspec.json.decode(facts) if isinstance(facts, str) else facts,
    )
