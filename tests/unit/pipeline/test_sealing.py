"""Seals are deterministic, bound to an event, and open with the right key only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sealing import NotOpened, PersonKeys, Sealer, base64_key

SEALER = Sealer(bytes(range(64)), "seal-1")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_again(data: bytes, bound_to: str) -> None:
    assert SEALER.open(SEALER.seal(data, bound_to), bound_to) == data


def test_the_same_data_and_binding_give_the_same_bytes() -> None:
    assert SEALER.seal(b"row", "e/1") == SEALER.seal(b"row", "e/1")
    assert SEALER.seal(b"row", "e/1") != SEALER.seal(b"row", "e/2")
    assert SEALER.seal(b"row", "e/1") != Sealer(bytes(64), "seal-2").seal(b"row", "e/1")


def test_another_binding_key_or_byte_does_not_open() -> None:
    sealed = SEALER.seal(b"row", "e/1")
    damaged = sealed[:-1] + bytes((sealed[-1] ^ 1,))
    for sealer, data, bound_to in (
        (SEALER, sealed, "e/2"),
        (Sealer(bytes(64), "seal-2"), sealed, "e/1"),
        (SEALER, damaged, "e/1"),
        (SEALER, b"short", "e/1"),
    ):
        with pytest.raises(NotOpened):
            sealer.open(data, bound_to)


def test_nothing_stays_nothing() -> None:
    assert SEALER.seal(b"", "e/1") == b"" and SEALER.open(b"", "e/1") == b""


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        Sealer(bytes(32), "seal-1")
    with pytest.raises(ValueError, match="16 to 64"):
        PersonKeys(b"short", "publish-1")


def test_a_person_key_names_an_id_and_depends_on_the_key() -> None:
    keys = PersonKeys(bytes(32), "publish-1")
    assert keys.key("A123456789") == keys.key("A123456789")
    assert len(bytes.fromhex(keys.key("A123456789"))) == 16
    assert keys.key("A123456789") != keys.key("A123456798")
    assert keys.key("A123456789") != PersonKeys(bytes(31) + b"x", "publish-2").key("A123456789")


def test_keys_are_not_printed() -> None:
    assert repr(SEALER) == "Sealer(***, 'seal-1')"
    assert repr(PersonKeys(bytes(32), "publish-1")) == "PersonKeys(***, 'publish-1')"


def test_a_key_setting_that_is_no_base64_is_refused() -> None:
    assert base64_key("AAEC") == b"\x00\x01\x02"
    with pytest.raises(ValueError, match=r".+"):
        base64_key("not base64!")
