"""Every kind of step in the words a clinic reads."""

import pytest

from claims.fix_words import columns_in_words, fix_in_words
from claims.fixes import FixStep
from tests.support.judge import a_claim

SENTENCES = [
    (FixStep("add"), "請以單筆新增或批次上傳補上 1140310 的檢查結果。"),
    (FixStep("edit", "R", 2, "payer", "1"), "請修改已上傳的資料：支付方式填「1」。"),
    (FixStep("edit", "R", 2, "payer,betel"), "請修改已上傳的資料：支付方式、嚼檳榔行為。"),
    (FixStep("replace", "R", 2, "betel"), "請刪除該筆後重新新增：嚼檳榔行為。"),
    (FixStep("note", "A", 0, "note"), "請填寫無法補登說明。"),
    (
        FixStep("form", "A", 0, "betel,smoking"),
        "請填寫大口資料修改申請表，連同篩檢表影本於期限前掛號郵寄。",
    ),
    (FixStep("alias", "R", 1, "person_id"), "請電洽國民健康署登錄新舊身分證號。"),
    (FixStep("withdraw", "A"), "請撤回其中一筆申報。"),
    (FixStep("resend", "A", 0, "birth_date"), "請更正出生年月日後重新送核申報資料。"),
    (FixStep("dance", "A"), ""),
]


@pytest.mark.parametrize(("step", "sentence"), SENTENCES)
def test_a_step_is_one_sentence(step: FixStep, sentence: str) -> None:
    assert fix_in_words(step, a_claim("A", order="95")) == sentence


def test_without_a_visit_date_no_date_is_named() -> None:
    claim = a_claim("A", order="95", visit=None, fee_month=202503)
    assert fix_in_words(FixStep("add"), claim) == "請以單筆新增或批次上傳補上  的檢查結果。"


def test_a_long_list_of_columns_is_counted() -> None:
    assert columns_in_words("oral", "payer,,nothing") == "支付方式、nothing"
    six = "name,sex,payer,indigenous,betel,smoking"
    assert columns_in_words("oral", six) == "姓名、性別、支付方式、原住民、嚼檳榔行為、吸菸行為"
    assert columns_in_words("oral", f"{six},result_sign").endswith("、吸菸行為等7個欄位")
