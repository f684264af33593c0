"""What is known when an event is answered: read once from the database, then only looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.notify.account_links import Open
from services.notify.bindings import Binding
from services.notify.bot_words.counting import Count
from services.notify.bot_words.guiding import Content, Pickup


@dataclass(frozen=True)
class Review:
    """The application of the user that is under review."""

    facility_id: str
    is_confirmed: bool


@dataclass(frozen=True)
class Known:
    """``counts``, ``rounds`` and ``contents`` only when the wish is about them.

    last_follow_ms   event time of the last follow or unfollow that counted
    linking          the link whose nonce the event brings; None: none of ours, or too late
    links            purpose to the address of a page, ready to be given
    was_unsent       the message of the event was taken back before we came to it
    is_open          staff are at their desks now
    """

    last_follow_ms: int = 0
    bound: tuple[Binding, ...] = ()
    review: Review | None = None
    linking: Open | None = None
    chat_id: str | None = None
    was_unsent: bool = False
    is_open: bool = False
    office_hours: tuple[int, int] = (0, 0)
    portal_url: str = ""
    links: Mapping[str, str] = field(default_factory=dict, repr=False)
    counts: tuple[Count, ...] = ()
    rounds: tuple[Pickup, ...] = ()
    contents: tuple[Content, ...] = ()
