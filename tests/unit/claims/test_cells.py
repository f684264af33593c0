"""Every kind of cell: what is kept of a text, and what is said about it."""

import pytest

from claims.cells import LONGEST_KNOWN, MOST_KNOWN, Notes, compiled
from claims.layouts import Column

AGE = Column(name="age", zh="年齡", kind="number", min=0, max=120, decimals=1)
OPEN_END = Column(name="dose", zh="劑量", kind="number", min=1)
SEX = Column(name="sex", zh="性別", kind="choice", values=("1", "2"))
ORDER = Column(name="order_code", zh="醫令", kind="order", values=("71", "72"))
CODE = Column(name="area", zh="地區", kind="digits", size=4)
WORD = Column(name="remark", zh="備註", kind="text", size=5)
NOTE = Column(name="free", zh="自由", kind="text")
DAY = Column(name="visit_date", zh="日期", kind="service")
WHO = Column(name="person_id", zh="身分證", kind="person")
SITE = Column(name="facility_id", zh="院所", kind="facility")
LAB = Column(name="lab", zh="代檢", kind="partner")

SAID = [
    # column  style  text  value  finding (code, expected) or warning
    (AGE, "", "", "", None),
    (AGE, "", " 7.50 ", "7.5", None),
    (AGE, "", "0", "0", None),
    (AGE, "", "-0", "0", None),
    (AGE, "", "-0.0", "0", None),
    (AGE, "", "+007", "7", None),
    (AGE, "", "100", "100", None),
    (AGE, "", "120", "120", None),
    (AGE, "", "120.1", "120.1", "VALUE_OUT_OF_RANGE:age"),
    (AGE, "", "-1", "-1", "VALUE_OUT_OF_RANGE:age"),
    (AGE, "", "7.25", "7.25", "VALUE_DECIMALS:age"),
    (AGE, "", "121.25", "121.25", "VALUE_OUT_OF_RANGE:age VALUE_DECIMALS:age"),
    (AGE, "", "seven", "", ("VALUE_NOT_ALLOWED", "0–120")),
    (OPEN_END, "", "seven", "", ("VALUE_NOT_ALLOWED", "數字")),
    (OPEN_END, "", "0", "0", None),
    (SEX, "", "1", "1", None),
    (SEX, "", "", "", None),
    (SEX, "", "3", "", ("VALUE_NOT_ALLOWED", "1、2")),
    (ORDER, "", "73", "", ("ORDER_CODE_NOT_ALLOWED", "71、72")),
    (CODE, "", "6401", "6401", None),
    (CODE, "", "", "", None),
    (CODE, "", "640", "", ("VALUE_NOT_ALLOWED", "4 碼數字")),
    (WORD, "", "12345", "12345", None),
    (WORD, "", "123456", "", ("FIELD_TOO_LONG", "至多 5 字")),
    (NOTE, "", "x" * 255, "x" * 255, None),
    (NOTE, "", "x" * 256, "", ("FIELD_TOO_LONG", "至多 255 字")),
    (WORD, "", "ab\ufffd", "ab\ufffd", "W_SPLIT_CHAR:remark"),
    (WORD, "", "\ufffdab", "\ufffdab", "W_SPLIT_CHAR:remark"),
    (WORD, "", "a\ufffdb", "a\ufffdb", "W_BYTES:remark"),
    (DAY, "", "1140310", "2025-03-10", None),
    (DAY, "iso", "2025-03-10", "2025-03-10", None),
    (DAY, "ad8", "20250310", "2025-03-10", None),
    (DAY, "", "", "", None),
    (DAY, "", "940310", "2005-03-10", "DATE_6_DIGITS:visit_date"),
    (DAY, "", "9991231", "", ("DATE_OPEN_END", "民國日期 yyyMMdd")),
    (DAY, "", "1140230", "", ("DATE_RANGE", "民國日期 yyyMMdd")),
    (DAY, "ad8", "20250230", "", ("DATE_RANGE", "西元日期 yyyyMMdd")),
    (DAY, "iso", "2025-02-30", "", ("DATE_RANGE", "西元日期 yyyy-MM-dd")),
    (WHO, "", "a123456789", "A123456789", None),
    (WHO, "", "", "", None),
    (WHO, "", "\u3000", "", None),
    (WHO, "", "A123456780", "", ("ID_CHECKSUM", "檢查碼正確之證號")),
    (WHO, "", "A1234#####", "", ("ID_MASKED", "未遮罩之完整證號")),
    (SITE, "", "", "", None),
    (SITE, "", "\u3000", "", None),
    (SITE, "", "3501200000", "3501200000", "FACILITY_CHECK:facility_id"),
    (SITE, "", "350120000", "0350120000", "FACILITY_PADDED:facility_id"),
    (SITE, "", "JY12", "", ("FACILITY_SHAPE", "10 碼醫事機構代碼")),
    (LAB, "", "3501340006", "3501340006", None),
    (LAB, "", "35012", "", ("FACILITY_SHAPE", "10 碼醫事機構代碼")),
    (LAB, "", " jy12", "JY12", None),
    (LAB, "", "JY12", "JY12", None),
    (LAB, "", "JY" + "1" * 11, "", ("FIELD_TOO_LONG", "至多 12 字")),
]


@pytest.mark.parametrize(("column", "style", "text", "value", "said"), SAID)
def test_a_cell_keeps_a_value_and_says_what_is_wrong(
    column: Column, style: str, text: str, value: str, said: tuple[str, str] | str | None
) -> None:
    notes = Notes()
    assert compiled(column, style).judge(text, notes) == value
    errors = [(one.code, one.column, one.expected) for one in notes.errors]
    assert errors == ([(said[0], column.name, said[1])] if isinstance(said, tuple) else [])
    assert notes.warnings == (said.split() if isinstance(said, str) else [])


def test_only_texts_without_a_finding_are_remembered() -> None:
    cell = compiled(AGE, "")
    for text in (" 7.50 ", "121", "7.25", "seven"):
        cell.judge(text, Notes())
    assert cell.known == {"": "", " 7.50 ": "7.5"}


def test_the_values_of_a_choice_are_known_from_the_start() -> None:
    assert compiled(SEX, "").known == {"": "", "1": "1", "2": "2"}


def test_a_long_text_and_a_person_are_not_remembered() -> None:
    padded, number = compiled(CODE, ""), "6401"
    for blanks in (LONGEST_KNOWN - 4, LONGEST_KNOWN - 3):
        assert padded.judge(number + " " * blanks, Notes()) == number
    assert {len(text) for text in padded.known} == {0, LONGEST_KNOWN}
    person = compiled(WHO, "")
    person.judge("A123456789", Notes())
    assert person.known == {"": ""}


def test_a_column_that_knows_too_much_begins_anew() -> None:
    cell = compiled(OPEN_END, "")
    for number in range(MOST_KNOWN):
        cell.judge(str(number), Notes())
    assert cell.known == {"": "", str(MOST_KNOWN - 1): str(MOST_KNOWN - 1)}
