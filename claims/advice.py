"""What a clinic can do about a reason, in Chinese: the column "shortest fix" of correction.md
section 5 for the reasons that two records prove. A code that asks nothing of the clinic has none.
"""

ADVICE_ZH: dict[str, str] = {
    "NOT_FOUND": "請單筆新增或批次上傳檢查結果。",
    "DATE_MISMATCH": "請將檢查日期改為申報之就醫日期；成人第一階段請刪除後重新新增。",
    "BIRTH_MISMATCH": "兒童請直接修改出生日期；成人請刪除後重新新增。",
    "BIRTH_INVALID": "請更正出生年月日後重新送核申報資料。",
    "CODE_MISMATCH": "請修改醫令代碼。",
    "BC_RESULT_MISSING": "請補填B型肝炎表面抗原及C型肝炎抗體；有第二階段者並填檢查結果與判讀。",
    "HBSAG_MISSING": "請補填B型肝炎表面抗原。",
    "ANTI_HCV_MISSING": "請補填C型肝炎抗體。",
    "INTERP_HBV_MISSING": "請補填B型肝炎檢查結果與判讀。",
    "INTERP_HCV_MISSING": "請補填C型肝炎檢查結果與判讀。",
    "BC_FLAG_NOT_3": "單獨接受B、C型肝炎檢查者，該欄請填3。",
    "STAGE2_MISSING": "請補填第二階段檢查日期及第二階段所有欄位。",
    "STAGE2_INCOMPLETE": "請補填所列欄位。",
    "STAGE2_DATE_MISSING": "請補填第二階段檢查日期，或清除第二階段欄位。",
    "STAGE1_INCOMPLETE": "請補填所列欄位。",
    "PAYER_NOT_1": "陰性個案請將支付方式改為1；陽性個案請填無法補登說明。",
    "INDIGENOUS_MISMATCH": "陰性個案請更正原住民欄位；陽性個案請填無法補登說明。",
    "HABIT_MISMATCH": "陰性個案請更正菸檳行為；陽性個案請填無法補登說明並郵寄修改申請表。",
    "HABIT_NOT_ELIGIBLE": "不符補助標準，無法補登；請評估撤回申報。",
    "DUPLICATE_RESULT": "請保留正確的一筆，刪除另一筆。",
    "DUPLICATE_CLAIM": "請撤回其中一筆申報。",
    "RESULT_WITHOUT_CLAIM": "無須處理，待申報資料送達後自動勾稽。",
    "UPLOADED_BUT_WRONG": "請依其他原因逐項更正。",
    "LOCKED": "此欄位已鎖定，不可修改；成人請刪除後重新新增。",
    "DELETE_NOT_ALLOWED": "口腔黏膜檢查結果不可刪除。",
    "VERSION_CONFLICT": "資料已有新版本，請重新查詢後再修改。",
    "UNKNOWN_CASE": "查無此筆資料，請確認編號。",
}
