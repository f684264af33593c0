"""The secrets of an embedded stack: made once, readable by their owner alone."""

import base64
import os
import secrets
from pathlib import Path


def secrets_of(folder: Path) -> dict[str, str]:
    """Environment names and values from `folder`/secrets.env, made when they are not there.

    They stay as long as the folder: what was sealed with them must be opened again. A folder of an
    earlier version gets what is missing.
    """
    file = folder / "secrets.env"
    known = _read(file) if file.exists() else {}
    missing = {name: value for name, value in _made().items() if name not in known}
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{name}={value}\n" for name, value in missing.items())
        how = os.O_WRONLY | (os.O_APPEND if known else os.O_CREAT | os.O_EXCL)
        with os.fdopen(os.open(file, how, 0o600), "w", encoding="ascii") as out:
            out.write(text)
    return known | missing


def _read(file: Path) -> dict[str, str]:
    lines = file.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def _made() -> dict[str, str]:
    return {
        "GOUJI_PUBLISH_KEY": _random(32),
        "GOUJI_PUBLISH_KEY_ID": "local-1",
        "GOUJI_SEAL_KEY": _random(64),
        "GOUJI_SEAL_KEY_ID": "local-1",
        "GOUJI_RECEIPT_KEY": _random(32),
        "GOUJI_LINK_KEY": _random(32),
        # The simulator is given the same two: it signs with one and asks for the other.
        "GOUJI_LINE_CHANNEL_SECRET": secrets.token_hex(16),
        "GOUJI_LINE_CHANNEL_TOKEN": secrets.token_urlsafe(48),
    }


def _random(size: int) -> str:
    """Base64 of `size` random bytes."""
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


if __name__ == "__main__":
    # For compose.yaml, whose services read the same file.
    secrets_of(Path(".run"))
