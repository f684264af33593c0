"""The fields of the form: what is asked, and what is wrong with what was written. Pure.

source: line-bot.md section 2, Default form (the five fields of adult Q11, consent, remark).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claims.codes import facility_code

CONSENT, REMARK = "consent", "remark"
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,63}")
_PHONE = re.compile(r"[0-9]{6,15}(?:#[0-9]{1,8})?(?:;[0-9]{6,15}(?:#[0-9]{1,8})?)*")
_EMAIL_MOST = 254


@dataclass(frozen=True)
class Field:
    """One input. ``check`` takes the cleaned text; it returns the value to keep, and what is wrong
    in words for the clinic (empty: nothing)."""

    name: str
    label: str
    hint: str
    kind: str  # of the input: text, email, tel, textarea
    autocomplete: str
    most: int
    is_mandatory: bool
    check: Callable[[str], tuple[str, str]] = lambda text: (text, "")


def _facility(text: str) -> tuple[str, str]:
    read = facility_code(text)
    return read.value, "" if read.ok else "醫事機構代碼為 10 碼，請確認。"


def _email(text: str) -> tuple[str, str]:
    right = len(text) <= _EMAIL_MOST and _EMAIL.fullmatch(text) and ".." not in text
    return text, "" if right else "e-mail 格式不正確。"


def _phone(text: str) -> tuple[str, str]:
    """Digits, ``#`` before an extension, ``;`` between several; what people put between goes."""
    text = unicodedata.normalize("NFKC", text).replace("分機", "#").replace("轉", "#")
    bare = re.sub(r"[\s()\-]", "", text)
    return bare, "" if _PHONE.fullmatch(bare) else "電話請填數字，分機用 #，多支以 ; 分隔。"


FIELDS = (
    Field("facility_name", "院所名稱", "", "text", "organization", 60, True),
    Field("facility_id", "醫事機構代碼", "10 碼", "text", "off", 10, True, _facility),
    Field("contact_name", "姓名", "聯絡人", "text", "name", 20, True),
    Field("email", "e-mail", "將寄送確認信到此信箱", "email", "email", _EMAIL_MOST, True, _email),
    Field("phone", "聯絡電話", "分機用 #，如 0222345678#12", "tel", "tel", 80, True, _phone),
    Field(REMARK, "備註", "可不填", "textarea", "off", 200, False),
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Answers:
    """What was written, cleaned, by field; ``errors`` by field in words. Never printed."""

    values: Mapping[str, str]
    errors: Mapping[str, str]


def read(sent: Mapping[str, str], fields: tuple[Field, ...] = FIELDS) -> Answers:
    """Every field looked at, so that a clinic sees all that is wrong at once."""
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    for field in fields:
        text = _cleaned(sent.get(field.name, ""), field.kind == "textarea")
        values[field.name] = text
        if not text:
            if field.is_mandatory:
                errors[field.name] = f"請填寫{field.label}。"
            continue
        values[field.name], wrong = field.check(text)
        if len(values[field.name]) > field.most:
            wrong = f"最多 {field.most} 個字。"
        if wrong:
            errors[field.name] = wrong
    if sent.get(CONSENT) != "yes":
        errors[CONSENT] = "請閱讀並勾選同意聲明。"
    else:
        values[CONSENT] = "yes"
    return Answers(values, errors)


def _cleaned(text: str, many_lines: bool) -> str:
    """Without control characters, which no keyboard makes; ends stripped."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    kept = (sign for sign in text if unicodedata.category(sign)[0] != "C" or sign == "\n")
    text = "".join(kept).strip()
    return text if many_lines else " ".join(text.split())
