"""Secrets of an embedded stack are made once and are nobody else's to read."""

import base64
from pathlib import Path

from deploy.local.keys import secrets_of


def test_secrets_stay_as_long_as_the_folder(tmp_path: Path) -> None:
    assert secrets_of(tmp_path) == secrets_of(tmp_path)


def test_two_stacks_have_different_secrets(tmp_path: Path) -> None:
    first, second = secrets_of(tmp_path / "a"), secrets_of(tmp_path / "b")
    assert first["GOUJI_SEAL_KEY"] != second["GOUJI_SEAL_KEY"]


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    secrets_of(tmp_path)
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_keys_have_the_sizes_their_ciphers_want(tmp_path: Path) -> None:
    made = secrets_of(tmp_path)
    sizes = {name: len(base64.b64decode(made[name])) for name in made if name.endswith("_KEY")}
    wanted = {"GOUJI_PUBLISH_KEY": 32, "GOUJI_SEAL_KEY": 64, "GOUJI_RECEIPT_KEY": 32}
    assert sizes == wanted | {"GOUJI_LINK_KEY": 32}


def test_a_folder_of_an_earlier_version_keeps_its_secrets_and_gets_the_new_ones(
    tmp_path: Path,
) -> None:
    (tmp_path / "secrets.env").write_text("GOUJI_SEAL_KEY=kept\n", encoding="ascii")
    made = secrets_of(tmp_path)
    assert made["GOUJI_SEAL_KEY"] == "kept" and made["GOUJI_LINK_KEY"]
    assert secrets_of(tmp_path) == made
