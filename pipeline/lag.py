"""How far behind a reader is, in seconds."""

from dataclasses import dataclass


@dataclass
class Lag:
    """Of one partition of one topic. Milliseconds since 1970 by the clocks of broker and reader.

    While there is something to read, the lag is the time since the last message taken was written,
    but not since before the reader was last seen to be up to date: after a quiet night the first
    message does not look like a night's lag.
    """

    up_to_date_ms: int = 0
    taken_ms: int = 0

    def took(self, written_ms: int) -> None:
        self.taken_ms = written_ms

    def seconds(self, behind: bool, now_ms: int) -> float:
        if not behind:
            self.up_to_date_ms = now_ms
            return 0.0
        since = max(self.up_to_date_ms, self.taken_ms)
        # Nothing taken, never up to date: the age of what waits is not known yet.
        return max(0.0, (now_ms - since) / 1000) if since else 0.0
