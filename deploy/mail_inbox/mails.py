"""What came in, and what is to go wrong: the state of the inbox."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as POLICY

# What a fault does, in the order of a conversation.
REFUSE_LATER = "refuse_later"  # 451 to the address
REFUSE = "refuse"  # 550 to the address: there is no such mailbox
DENY = "deny"  # 550 5.7.1 to the address: not from you
DROP_AT_DATA = "drop_at_data"  # the connection ends before the content
DROP_IN_CONTENT = "drop_in_content"  # it ends within the content: nothing is kept
CONTENT_LATER = "content_later"  # 451 after the final dot
CONTENT_REFUSED = "content_refused"  # 554 after the final dot
DROP_AFTER_DOT = "drop_after_dot"  # kept, but nobody hears so
SLOW = "slow"  # kept, but the answer takes its time
KINDS = (
    REFUSE_LATER, REFUSE, DENY, DROP_AT_DATA, DROP_IN_CONTENT, CONTENT_LATER, CONTENT_REFUSED,
    DROP_AFTER_DOT, SLOW,
)  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """One mail for one address, as a mail program shows it."""

    number: int
    address: str
    sender: str
    subject: str
    message_id: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    at_ms: int = 0  # when it was taken, since 1970

    def header(self, name: str) -> str:
        """Empty when there is none."""
        found = (value for key, value in self.headers if key.lower() == name.lower())
        return next(found, "")

    def shown(self) -> dict[str, object]:
        """For /_control/mails."""
        plain = {key: value for key, value in self.__dict__.items() if key != "headers"}
        return plain | {"headers": dict(self.headers)}


@dataclass
class Fault:
    """``address`` empty: anybody's. ``times``: how often it still happens; None: always."""

    kind: str
    address: str = ""
    times: int | None = None
    probability: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")


@dataclass
class Mailbox:
    """All mailboxes of the sink in one. ``slow_s``: how long a slow answer takes; ``injected``:
    how often each kind of fault has struck."""

    slow_s: float
    mails: list[Mail] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    def take(self, addresses: Iterable[str], content: bytes) -> None:
        """One mail for each address."""
        message = message_from_bytes(content, _class=EmailMessage, policy=POLICY)
        assert isinstance(message, EmailMessage)
        for address in addresses:
            self.mails.append(
                Mail(
                    len(self.mails) + 1,
                    address,
                    str(message["From"] or ""),
                    str(message["Subject"] or ""),
                    str(message["Message-ID"] or ""),
                    _part(message, "plain"),
                    _part(message, "html"),
                    tuple((name, str(value)) for name, value in message.items()),
                    time.time_ns() // 1_000_000,
                )
            )

    def of(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.address == address]

    def strikes(self, kinds: Iterable[str], addresses: Iterable[str]) -> str | None:
        """The kind of the first fault that is due, counted down."""
        addresses, kinds = set(addresses), set(kinds)
        for fault in self.faults:
            is_due = fault.times is None or fault.times > 0
            if is_due and fault.kind in kinds and (not fault.address or fault.address in addresses):
                if fault.probability < 1.0 and self.dice.random() >= fault.probability:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                self.injected[fault.kind] += 1
                return fault.kind
        return None


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return "" if body is None else str(body.get_content())
