"""The error tree, split by what the catcher (pipeline/stage.py) does with the message.

PipelineError           what the catcher does with the message
  Retryable             leaves the process with exit code 75; the supervisor starts it again
    BrokerUnavailable, StoreUnavailable
    NewerSchema         written by an image newer than this one, which is on its way
  Poison                sets it aside as address and reason, then goes on
    Undecodable, UnknownRecord
    BookFailed          one book is at fault: sets the book aside
  Fatal                 leaves the process without acknowledging; exit_code in the class
    BadSettings, TooMuchPoison, CommitFailed, PartitionsChanged, NewerState, SweepFailed
"""


class PipelineError(Exception):
    """Anything the engine itself raises. Texts never hold a payload."""

    exit_code = 70


class Retryable(PipelineError):
    exit_code = 75


class BrokerUnavailable(Retryable):
    """No broker answered within the time the settings allow."""


class StoreUnavailable(Retryable):
    """Postgres, or the local state folder, could not be had within the time the settings allow."""


class NewerSchema(Retryable):
    """The fingerprint is well formed and unknown: an image newer than this one wrote it."""


class Poison(PipelineError):
    """One message is at fault."""


class Undecodable(Poison):
    """The bytes are not a message in single-object encoding, or do not fit their schema."""


class UnknownRecord(Poison):
    """A readable record that has no business on this topic."""


class BookFailed(Poison):
    """One book could not be swept; raised ``from`` the domain exception."""

    def __init__(self, book: bytes) -> None:
        super().__init__("a book could not be swept")
        self.book = book


class Fatal(PipelineError):
    """Going on would break a promise."""


class BadSettings(Fatal):
    exit_code = 78


class TooMuchPoison(Fatal):
    """More was set aside than the limit allows: more likely we are at fault than the messages."""

    exit_code = 65


class CommitFailed(Fatal):
    """Fenced, broker gone, record too large: the next owner replays from the last commit."""


class PartitionsChanged(Fatal):
    """Source topics, or the state, have another number of partitions: rebuild by replay."""

    exit_code = 78


class NewerState(Fatal):
    """State bytes written by a newer image."""

    exit_code = 78


class SweepFailed(Fatal):
    """A sweep fails again and again, and the handler does not say which book is at fault."""
