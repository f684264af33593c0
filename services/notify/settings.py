"""Settings of notify: what each of its three processes needs."""

from zoneinfo import ZoneInfo

from pipeline.sealing import base64_key, seal_key
from pipeline.settings import Settings, count, port, seconds, setting, whole
from pipeline.worker_settings import WorkerSettings

NAME = "notify"
READS = ("case-changed", "import-reported")
WRITES = ("reminders", "dead-letters")
# Rendered into deploy/k8s.
REPLICAS = 2
MEMORY_MB = 512
TAIPEI = ZoneInfo("Asia/Taipei")
AFTER_LAST_CLOSED = "after-last-closed"
GUIDE = "/guide"


def ladder(text: str) -> tuple[int, ...]:
    """Days before a deadline, largest first."""
    days = tuple(sorted({int(part) for part in text.split(",") if part.strip()}, reverse=True))
    if any(day < 0 for day in days):
        raise ValueError("must be days, separated by commas")
    return days


def time_of_day(text: str) -> int:
    """Minutes since midnight of HH:MM."""
    hours, _, minutes = text.partition(":")
    at = int(hours) * 60 + int(minutes)
    if not 0 <= at <= 24 * 60:
        raise ValueError("must be HH:MM")
    return at


def quiet_hours(text: str) -> tuple[int, int]:
    """Two times of day, HH:MM-HH:MM, as minutes; equal: none."""
    begin, _, end = text.partition("-")
    return time_of_day(begin), time_of_day(end)


def follows_days(text: str) -> bool:
    """True: today is the day after the last closed one (demo and tests)."""
    if text not in ("calendar", AFTER_LAST_CLOSED):
        raise ValueError(f"must be calendar or {AFTER_LAST_CLOSED}")
    return text == AFTER_LAST_CLOSED


def share(text: str) -> float:
    """A part of one, 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("must lie between 0 and 1")
    return value


class StoreSettings(Settings):
    """For commands that only look at the database."""

    database_url: str = setting(
        None, str, "PostgreSQL, postgresql://user:password@host:port/name.", env="DATABASE_URL",
        secret=True,
    )  # fmt: skip
    database_connections: int = setting("8", count, "Connections of one process at most.")


class PlannerSettings(WorkerSettings):
    """For the worker that keeps what is open and plans notices."""

    database_url: str = setting(
        None, str, "PostgreSQL, postgresql://user:password@host:port/name.", env="DATABASE_URL",
        secret=True,
    )  # fmt: skip
    database_connections: int = setting("8", count, "Connections of one process at most.")
    partitions: int = setting("4", count, "Number of partitions of the co-partitioned topics.")
    notice_ladder: tuple[int, ...] = setting(
        "14,7,3,1", ladder, "Days before a deadline on which a reminder is planned."
    )
    news_days: int = setting(
        "14",
        count,
        "What happened so many days before the newest day that is over is no news any more when "
        "the planner starts late: decisions and the like are then not told.",
    )


class TalkSettings(StoreSettings):
    """For the processes that speak to LINE, to mail and to people."""

    seal_key: bytes = setting(
        None, seal_key, "AES-SIV key that seals contact data, 64 bytes in base64.", secret=True
    )
    seal_key_id: str = setting(None, str, "Name of that key, kept beside what it sealed.")
    link_key: bytes = setting(
        None, base64_key, "Key of links and address hashes, 32 bytes in base64.", secret=True
    )
    public_url: str = setting(
        "http://127.0.0.1:8081", str, "Where clinics reach this service, for links in messages."
    )
    portal_url: str = setting(
        "",
        str,
        "Where clinics see and correct their cases, for links; empty: links lead to /guide, the "
        "page of this service that tells how to correct.",
    )
    line_channel_token: str = setting(
        None, str, "Channel access token of the LINE account.", secret=True
    )
    line_base_url: str = setting(
        "https://api.line.me", str, "The Messaging API, or a simulator of it."
    )
    line_access_url: str = setting(
        "https://access.line.me", str, "LINE's pages for users (account link), or a simulator's."
    )
    line_timeout_s: float = setting("10", seconds, "A call to LINE may take so long, seconds.")
    line_budget: int = setting(
        "0", whole, "LINE messages a month at most; 0: what LINE itself allows."
    )
    line_reserve: float = setting("0.1", share, "Share of that kept for urgent notices.")
    business_day: bool = setting(
        "calendar",
        follows_days,
        f"Which day it is: calendar (Taipei), or {AFTER_LAST_CLOSED} (demo and tests).",
    )

    @property
    def correcting_url(self) -> str:
        """Where a message about open cases leads."""
        return self.portal_url or self.public_url.rstrip("/") + GUIDE


class SenderSettings(TalkSettings):
    """For the process that delivers."""

    brokers: str = setting(
        None, str, "Kafka brokers, host:port separated by commas.", env="KAFKA_BROKERS"
    )
    partitions: int = setting("4", count, "Number of partitions of the co-partitioned topics.")
    smtp_url: str = setting(
        None, str, "Mail server, smtp://user:password@host:port; STARTTLS is used.", secret=True
    )
    smtp_ca_file: str = setting("", str, "CA file for its certificate; empty: the system's.")
    mail_from: str = setting("noreply@gouji.invalid", str, "Sender address of mails.")
    digest_at: int = setting("09:00", time_of_day, "Digests go out from this time on, Taipei.")
    quiet_hours: tuple[int, int] = setting(
        "20:00-08:00", quiet_hours, "Nothing but urgent notices goes out then, Taipei."
    )
    gather_s: float = setting("600", seconds, "A digest waits so long for more notices, seconds.")
    journal_age_s: float = setting(
        "3", seconds, "Digests wait while the planner has not read the journal for so many seconds."
    )
    agency_mail: str = setting("", str, "Addresses of the daily summary, separated by commas.")
    sending_at_once: int = setting("16", count, "Deliveries that one process carries out at once.")
    retry_first_s: float = setting("5", seconds, "Pause before a second call, doubled each time.")
    retry_longest_s: float = setting("900", seconds, "Longest pause between calls.")
    retry_limited_s: float = setting("60", seconds, "Pause after a 429 of LINE, at least.")
    call_lease_s: float = setting(
        "30", seconds, "A delivery is taken over when its process has not settled it for so long."
    )
    mail_answer_s: float = setting(
        "60", seconds, "How long the mail server's answer to a whole mail is waited for."
    )
    quota_every_s: float = setting("600", seconds, "LINE is asked so often what was consumed.")
    quota_counted_s: float = setting(
        "3600",
        seconds,
        "What LINE took so long ago is in its count: a message whose fate is unknown, and which is "
        "not counted by then, costs nothing.",
    )
    keep_calls_days: int = setting("90", count, "Calls of LINE are kept so long, days.")
    keep_messages_days: int = setting(
        "400",
        count,
        "Notices, and messages that are through, are kept so long, days; what is parked stays.",
    )
    keep_people_days: int = setting(
        "400",
        count,
        "Chats that ended, requests done, applications refused, bindings and addresses that ended "
        "are kept so long, days.",
    )
    keep_left_days: int = setting(
        "180",
        count,
        "Users who blocked the account and are bound to no facility are kept so long, days; then "
        "everything about them goes.",
    )
    keep_unconfirmed_days: int = setting(
        "30", count, "Applications whose address nobody confirmed are kept so long, days."
    )
    metrics_host: str = setting("127.0.0.1", str, "Where /metrics, /healthz and /readyz listen.")
    metrics_port: int = setting("0", port, "Their port; 0 takes a free one.")


class ServeSettings(TalkSettings):
    """For the webhook, the form and the agency's API."""

    http_host: str = setting("127.0.0.1", str, "Where the HTTP service listens.")
    http_port: int = setting("8081", port, "Its port; 0 takes a free one.")
    keep_alive_s: int = setting(
        "75",
        count,
        "Seconds an idle connection is kept: longer than clients and proxies keep theirs.",
    )
    metrics_host: str = setting(
        "127.0.0.1",
        str,
        "Where /metrics, /docs and /openapi.json listen: for the house, never for the world.",
    )
    metrics_port: int = setting("0", port, "Their port; 0 takes a free one.")
    line_channel_secret: str = setting(
        None, str, "Secret that signs the webhook's requests.", secret=True
    )
    line_channel_secret_before: str = setting(
        "", str, "The secret before it, accepted while secrets are rotated.", secret=True
    )
    office_hours: tuple[int, int] = setting(
        "08:30-17:30", quiet_hours, "When staff answer in person, Monday to Friday, Taipei."
    )
