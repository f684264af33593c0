"""Headers of the three result layouts and a plausible filled row for each.

source: uploads.md sections 2 to 4 (default layouts A, C, O).
"""

from random import Random

ADVICE = {
    "戒菸": "smoking",
    "節酒": "drinking",
    "戒檳榔": "betel",
    "規律運動": "exercise",
    "維持正常體重": "weight",
    "健康飲食": "diet",
    "事故傷害預防": "injury",
    "口腔保健": "oral",
}
JUDGED = {
    "血壓": "bp",
    "血糖": "glucose",
    "血脂": "lipid",
    "腎功能": "kidney",
    "肝功能": "liver",
    "代謝症候群": "metabolic",
    "憂鬱": "depression",
}
HISTORY = {
    "hx_hypertension": "高血壓",
    "hx_diabetes": "糖尿病",
    "hx_hyperlipidemia": "高血脂",
    "hx_heart": "心臟病",
    "hx_stroke": "腦中風",
    "hx_kidney": "腎臟病",
}
STAGE1 = {
    **HISTORY,
    "smoking": "吸菸",
    "drinking": "喝酒",
    "betel": "嚼檳榔",
    "exercise": "運動",
    "depression_q1": "憂鬱檢測一",
    "depression_q2": "憂鬱檢測二",
    "urine_protein": "尿蛋白",
    "cholesterol": "總膽固醇",
    "triglyceride": "三酸甘油酯",
    "hdl": "高密度脂蛋白膽固醇",
    "ldl": "低密度脂蛋白膽固醇",
    "fasting_glucose": "飯前血糖",
    "creatinine": "肌酸酐",
    "egfr": "腎絲球過濾率",
    "got": "GOT",
    "gpt": "GPT",
    "uric_acid": "尿酸",
}
STAGE2 = {
    "height_cm": "身高",
    "weight_kg": "體重",
    "sbp": "收縮壓",
    "dbp": "舒張壓",
    "waist_cm": "腰圍",
    "bmi": "身體質量指數",
    **{f"adv_{name}": f"健康諮詢-{zh}" for zh, name in ADVICE.items()},
    **{f"interp_{name}": f"判讀-{zh}" for zh, name in JUDGED.items()},
}
ADULT = {
    "person_id": "身分證號",
    "name": "姓名",
    "birth_date": "出生日期",
    "sex": "性別",
    "phone": "聯絡電話",
    "residence_code": "戶籍地代碼",
    "facility_id": "醫事機構代碼",
    "lab_facility_id": "委託代檢醫事機構代碼",
    "chart_no": "病歷號",
    "stage1_date": "第一階段檢查日期",
    "stage2_date": "第二階段檢查日期",
    "bc_history": "曾於成人預防保健服務時接受過B、C型肝炎檢查",
    "indigenous": "原住民",
    **STAGE1,
    "hbsag": "B型肝炎表面抗原",
    "anti_hcv": "C型肝炎抗體",
    **STAGE2,
    "interp_hbv": "B型肝炎檢查結果與判讀",
    "interp_hcv": "C型肝炎檢查結果與判讀",
}
CHILD = {
    "person_id": "身分證字號",
    "name": "姓名",
    "birth_date": "出生年月日",
    "sex": "性別",
    "newborn_mark": "胞胎註記",
    "facility_id": "醫事機構代碼",
    "order_code": "醫令代碼",
    "visit_date": "就醫日期",
    "height_cm": "身高",
    "weight_kg": "體重",
    "head_cm": "頭圍",
    "physical_exam": "身體檢查結果",
    "physical_note": "身體檢查異常說明",
    "development": "發展評估結果",
    "education_given": "衛教指導",
    "practitioner_id": "醫師身分證號",
}
ORAL = {
    "person_id": "身分證號",
    "name": "姓名",
    "birth_date": "出生年月日",
    "sex": "性別",
    "visit_date": "門診日期",
    "facility_id": "檢查醫療院所代碼",
    "payer": "支付方式",
    "indigenous": "原住民",
    "betel": "嚼檳榔行為",
    "smoking": "吸菸行為",
    "residence_code": "現居代碼",
    "result_sign": "檢查結果",
    "result_code": "檢查結果代碼",
    "lesion_site": "病灶部位",
    "referral_facility_id": "轉介醫事機構代碼",
    "practitioner_id": "篩檢醫師身分證號",
}
HEADERS = {"adult": ADULT, "child": CHILD, "oral": ORAL}
Row = dict[str, str]


def stage1_content(random: Random) -> Row:
    """Every first-stage field filled with a plausible value."""
    row = {name: random.choice("01") for name in (*HISTORY, "depression_q1", "depression_q2")}
    row |= {name: random.choice("012") for name in ("drinking", "betel", "exercise")}
    row["smoking"] = random.choice("0123")
    row["urine_protein"] = random.choice("000012")
    row["cholesterol"] = str(random.randrange(120, 280))
    row["triglyceride"] = str(random.randrange(50, 300))
    row["hdl"] = str(random.randrange(30, 90))
    row["ldl"] = str(random.randrange(60, 190))
    row["fasting_glucose"] = str(random.randrange(70, 180))
    row["creatinine"] = f"{random.randrange(5, 20) / 10}"
    row["egfr"] = str(random.randrange(50, 120))
    row["got"] = str(random.randrange(10, 60))
    row["gpt"] = str(random.randrange(10, 60))
    row["uric_acid"] = f"{random.randrange(30, 90) / 10}"
    return row


def stage2_content(random: Random) -> Row:
    """Every second-stage field filled; hepatitis judgements are not among them (R-21)."""
    height, weight = random.randrange(1450, 1900) / 10, random.randrange(450, 1000) / 10
    row = {name: random.choice("01") for name in STAGE2 if name.startswith("adv_")}
    row |= {name: random.choice("0012") for name in STAGE2 if name.startswith("interp_")}
    row |= {"height_cm": f"{height}", "weight_kg": f"{weight}"}
    row["bmi"] = f"{weight / (height / 100) ** 2:.1f}"
    row["sbp"] = str(random.randrange(100, 160))
    row["dbp"] = str(random.randrange(55, 95))
    row["waist_cm"] = str(random.randrange(60, 110))
    return row


def child_content(random: Random) -> Row:
    """Every mandatory content field of a child's row."""
    return {
        "height_cm": f"{random.randrange(480, 1100) / 10}",
        "weight_kg": f"{random.randrange(30, 200) / 10}",
        "head_cm": f"{random.randrange(340, 500) / 10}",
        "physical_exam": "0",
        "development": random.choice("0001"),
        "education_given": "1",
    }
