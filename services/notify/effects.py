"""What an event changes: decided by the conversation, carried out in the event's transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Followed:
    """The user is a friend of the account since this event time, in ms."""

    at_ms: int


@dataclass(frozen=True)
class Unfollowed:
    """The user blocked the account: bindings are kept, nothing is sent."""

    at_ms: int


@dataclass(frozen=True)
class LinkGiven:
    """The link of this purpose (tokens.FORM, tokens.FILE) was put into an answer."""

    purpose: str


@dataclass(frozen=True)
class Withdrawn:
    """The application under review, by the user."""


@dataclass(frozen=True)
class Unbound:
    binding_id: str


@dataclass(frozen=True)
class AccountLinked:
    """The nonce came back from LINE: the user is bound."""

    link_id: str


@dataclass(frozen=True)
class ChatBegun:
    """Staff have the chat."""


@dataclass(frozen=True)
class ChatEnded:
    """By the user."""


@dataclass(frozen=True, repr=False)
class LineNoted:
    """A line of the living chat; what the user wrote, so its text is not printed."""

    message_id: str
    text: str


@dataclass(frozen=True)
class LineForgotten:
    """The user took a message back."""

    message_id: str


Effect = (
    Followed
    | Unfollowed
    | LinkGiven
    | Withdrawn
    | Unbound
    | AccountLinked
    | ChatBegun
    | ChatEnded
    | LineNoted
    | LineForgotten
)
