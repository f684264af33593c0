"""The secrets of an embedded stack: made once, readable by their owner alone."""

import base64
import os
import secrets
from pathlib import Path


def secrets_of(folder: Path) -> dict[str, str]:
    """Environment names and values from `folder`/secrets.env, made when it is not there.

    They stay as long as the folder: what was sealed with them must be opened again.
    """
    file = folder / "secrets.env"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{name}={value}\n" for name, value in _made().items())
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(text)
    lines = file.read_text(encoding="ascii").splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def _made() -> dict[str, str]:
    return {
        "GOUJI_PUBLISH_KEY": _random(32),
        "GOUJI_PUBLISH_KEY_ID": "local-1",
        "GOUJI_SEAL_KEY": _random(64),
        "GOUJI_SEAL_KEY_ID": "local-1",
        "GOUJI_RECEIPT_KEY": _random(32),
    }


def _random(size: int) -> str:
    """Base64 of `size` random bytes."""
    return base64.b64encode(secrets.token_bytes(size)).decode("ascii")


if __name__ == "__main__":
    # For compose.yaml, whose services read the same file.
    secrets_of(Path(".run"))
