"""Names that follow from content: submissions, commands, locks; and file names made harmless."""

import hashlib
import re
import unicodedata

AGENCY = "agency"  # stands for a facility where the agency itself submits: its monthly extract
LONGEST_NAME = 120

_ID_LIKE = re.compile(r"[A-Za-z][A-Da-d0-9][0-9]{5,}")
_LONG_NUMBER = re.compile(r"[0-9]{7,}")
_CLAIM_ZIP = re.compile(r"[0-9]{6}[0-9A-Z][0-9]{3}[0-9]{2}[0-9]{5}[0-9]{2}B", re.IGNORECASE)


def submission_id(facility_id: str, sha256: str) -> str:
    """``S`` and 24 hex digits; the same bytes of the same facility are the same submission."""
    text = f"{facility_id}|{sha256}".encode()
    return "S" + hashlib.blake2b(text, digest_size=12).hexdigest()


def command_id(submission: str, row_no: int) -> str:
    """Id of one command of a list; its outcome names it."""
    return f"{submission}/{row_no}"


def lock_number(*names: str) -> int:
    """Number of a Postgres advisory lock: signed 64 bits."""
    digest = hashlib.blake2b("/".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def facility_lock(facility_id: str) -> int:
    """Held while submissions of one facility are produced, so that they leave in order."""
    return lock_number("gouji", "ingest", "facility", facility_id)


def begin_lock(facility_id: str) -> int:
    """Held for the moment in which a submission of a facility gets its number."""
    return lock_number("gouji", "ingest", "begin", facility_id)


# Shared while a submission gets its day, exclusive while a day begins to close.
DAY_LOCK = lock_number("gouji", "ingest", "day")
# Held by the one close-day that runs.
CLOSING_LOCK = lock_number("gouji", "ingest", "closing")
# Held while the agency's actions are sent, so that they leave in order.
ACTIONS_LOCK = lock_number("gouji", "ingest", "actions")


def harmless_name(name: str) -> str:
    """A file name without folders and control characters, numbers of people masked.

    The official name of a claim ZIP (facility, fee month, ...) is kept as it is.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C").strip()
    stem = name.rsplit(".", 1)[0]
    if not _CLAIM_ZIP.fullmatch(stem):
        name = _ID_LIKE.sub(lambda hit: hit[0][:5] + "*" * (len(hit[0]) - 5), name)
        name = _LONG_NUMBER.sub(lambda hit: hit[0][:4] + "*" * (len(hit[0]) - 4), name)
    if len(name) > LONGEST_NAME:
        name = name[: LONGEST_NAME - 20] + "…" + name[-19:]
    return name or "unnamed"
