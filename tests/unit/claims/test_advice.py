"""A clinic reads what a code means and what to do about it."""

from claims.advice import ADVICE_ZH
from claims.reasons import BY_CODE, hint_zh


def test_every_advice_is_about_a_code_of_ours() -> None:
    assert set(ADVICE_ZH) <= set(BY_CODE)


def test_a_hint_says_what_it_means_and_what_to_do() -> None:
    assert hint_zh("STAGE2_MISSING") == (
        "結果檔不完整(缺2階)：請補填第二階段檢查日期及第二階段所有欄位。"
    )


def test_a_code_that_asks_nothing_of_the_clinic_has_its_meaning_only() -> None:
    assert hint_zh("LATE_UPLOAD") == BY_CODE["LATE_UPLOAD"].zh


def test_a_code_that_is_not_ours_has_no_hint() -> None:
    assert hint_zh("NO_SUCH_CODE") == ""
