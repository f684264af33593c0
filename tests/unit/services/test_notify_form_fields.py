"""The form's fields: both sides of every limit, and what people really type."""

import pytest

from services.notify import form_fields
from services.notify.form_fields import FIELDS, REMARK

GOOD = {
    "facility_name": "測試診所",
    "facility_id": "3501340006",
    "contact_name": "測試人",
    "email": "someone@clinic.test",
    "phone": "0222345678",
    "consent": "yes",
}


def wrong(**changed: str) -> dict[str, str]:
    return dict(form_fields.read({**GOOD, **changed}).errors)


def kept(name: str, text: str) -> str:
    answers = form_fields.read({**GOOD, name: text})
    assert answers.errors == {}
    return answers.values[name]


def test_a_form_as_the_specification_has_it_is_right() -> None:
    assert wrong() == {}
    assert [field.name for field in FIELDS] == [
        "facility_name", "facility_id", "contact_name", "email", "phone", REMARK,
    ]  # fmt: skip


def test_everything_that_is_missing_is_said_at_once() -> None:
    errors = form_fields.read({}).errors
    assert set(errors) == set(GOOD)
    assert errors["facility_name"] == "請填寫院所名稱。"


@pytest.mark.parametrize(
    "name, text, is_right",
    [
        ("facility_name", "診" * 60, True),
        ("facility_name", "診" * 61, False),
        ("facility_name", " \u3000\u200b ", False),
        ("contact_name", "名" * 20, True),
        ("contact_name", "名" * 21, False),
        (REMARK, "備" * 200, True),
        (REMARK, "備" * 201, False),
        (REMARK, "", True),
        ("facility_id", "3501340006", True),
        ("facility_id", "35013400", False),
        ("facility_id", "35O1340006", False),
        ("facility_id", "3.50E+09", False),
        ("email", "a.b+c@x-y.clinic.tw", True),
        ("email", "a@b", False),
        ("email", "a b@c.tw", False),
        ("email", "a@b.tw\r\nBcc: c@d.tw", False),
        ("email", "a@b..tw", False),
        ("email", "診所@b.tw", False),
        ("email", "a" * 64 + "@" + "b" * 60 + ".tw", True),
        ("email", "a" * 65 + "@b.tw", False),
        ("phone", "12345", False),
        ("phone", "0222345678#12;0912345678", True),
        ("phone", "0222345678;", False),
        ("phone", "#12", False),
        ("consent", "", False),
        ("consent", "on", False),
    ],
)
def test_both_sides_of_a_limit(name: str, text: str, is_right: bool) -> None:
    assert (name not in wrong(**{name: text})) is is_right


@pytest.mark.parametrize(
    "name, text, value",
    [
        ("facility_id", " ３５０１３４０００６ ", "3501340006"),
        ("facility_id", "401180014", "0401180014"),  # validation.md section 3: a zero was lost
        ("phone", "（02）2234-5678 分機 12", "0222345678#12"),
        ("phone", "02-2234 5678轉12；0912-345-678", "0222345678#12;0912345678"),
        ("facility_name", "  測試\u0000  診所\t", "測試 診所"),
        (REMARK, "一\r\n二\u0007", "一\n二"),
    ],
)
def test_what_people_type_is_put_right(name: str, text: str, value: str) -> None:
    assert kept(name, text) == value


def test_the_answers_print_nothing() -> None:
    assert "someone" not in repr(form_fields.read(GOOD))
