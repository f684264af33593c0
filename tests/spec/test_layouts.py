"""The default layouts A, C and O of uploads.md sections 2 to 4, column by column."""

from datetime import date

import pytest

from claims.layouts import Column, layout, visit_column

# column | 中文 | kind and what may stand in it | mandatory (row; s2: with stage 2) | marks
# marks: key (refused without it), carried (rules read it), 40 (its official number),
#        lock:upload, lock:match, lock:positive (not editable from then on)
ADULT = """
person_id | 身分證號 | person | row | key lock:upload
name | 姓名 | name 20 | |
birth_date | 出生日期 | birth | row | lock:upload
sex | 性別 | choice 1 2 | row |
phone | 聯絡電話 | phone | |
residence_code | 戶籍地代碼 | digits 4 | |
facility_id | 醫事機構代碼 | facility | row | key lock:upload
lab_facility_id | 委託代檢醫事機構代碼 | partner | |
chart_no | 病歷號 | text | |
stage1_date | 第一階段檢查日期 | service | row | key lock:upload
stage2_date | 第二階段檢查日期 | service | s2 |
bc_history | 曾於成人預防保健服務時接受過B、C型肝炎檢查 | choice 0 1 2 3 | row | carried
indigenous | 原住民 | choice 0 1 | |
hx_hypertension | 高血壓 | choice 0 1 | row | stage1
hx_diabetes | 糖尿病 | choice 0 1 | row | stage1
hx_hyperlipidemia | 高血脂 | choice 0 1 | row | stage1
hx_heart | 心臟病 | choice 0 1 | row | stage1
hx_stroke | 腦中風 | choice 0 1 | row | stage1
hx_kidney | 腎臟病 | choice 0 1 | row | stage1
smoking | 吸菸 | choice 0 1 2 3 | row | stage1
drinking | 喝酒 | choice 0 1 2 | row | stage1
betel | 嚼檳榔 | choice 0 1 2 | row | stage1
exercise | 運動 | choice 0 1 2 | row | stage1
depression_q1 | 憂鬱檢測一 | choice 0 1 | row | stage1
depression_q2 | 憂鬱檢測二 | choice 0 1 | row | stage1
urine_protein | 尿蛋白 | choice 0 1 2 3 4 5 | row | stage1
cholesterol | 總膽固醇 | number 50 800 | row | stage1
triglyceride | 三酸甘油酯 | number 10 5000 | row | stage1
hdl | 高密度脂蛋白膽固醇 | number 5 200 | row | stage1
ldl | 低密度脂蛋白膽固醇 | number 5 600 | row | stage1
fasting_glucose | 飯前血糖 | number 30 900 | row | stage1
creatinine | 肌酸酐 | number 0.1 30 | row | stage1
egfr | 腎絲球過濾率 | number 0 250 | row | stage1
got | GOT | number 1 5000 | row | stage1
gpt | GPT | number 1 5000 | row | stage1
uric_acid | 尿酸 | number 0.5 30 | row | stage1 from:2025-01-01
hbsag | B型肝炎表面抗原 | choice 0 1 | | hepatitis 40
anti_hcv | C型肝炎抗體 | choice 0 1 | | hepatitis 41
height_cm | 身高 | number 80 250 .1 | s2 | stage2
weight_kg | 體重 | number 20 300 .1 | s2 | stage2
sbp | 收縮壓 | number 50 300 | s2 | stage2
dbp | 舒張壓 | number 20 200 | s2 | stage2
waist_cm | 腰圍 | number 40 200 | s2 | stage2
bmi | 身體質量指數 | number 8 80 | s2 | stage2
adv_smoking | 健康諮詢-戒菸 | choice 0 1 | s2 | stage2
adv_drinking | 健康諮詢-節酒 | choice 0 1 | s2 | stage2
adv_betel | 健康諮詢-戒檳榔 | choice 0 1 | s2 | stage2
adv_exercise | 健康諮詢-規律運動 | choice 0 1 | s2 | stage2
adv_weight | 健康諮詢-維持正常體重 | choice 0 1 | s2 | stage2
adv_diet | 健康諮詢-健康飲食 | choice 0 1 | s2 | stage2
adv_injury | 健康諮詢-事故傷害預防 | choice 0 1 | s2 | stage2
adv_oral | 健康諮詢-口腔保健 | choice 0 1 | s2 | stage2
interp_bp | 判讀-血壓 | choice 0 1 2 | s2 | stage2
interp_glucose | 判讀-血糖 | choice 0 1 2 | s2 | stage2
interp_lipid | 判讀-血脂 | choice 0 1 2 | s2 | stage2
interp_kidney | 判讀-腎功能 | choice 0 1 2 | s2 | stage2
interp_liver | 判讀-肝功能 | choice 0 1 2 | s2 | stage2
interp_metabolic | 判讀-代謝症候群 | choice 0 1 2 | s2 | stage2
interp_depression | 判讀-憂鬱 | choice 0 1 2 | s2 | stage2
interp_hbv | B型肝炎檢查結果與判讀 | choice 0 1 2 | | hepatitis 56
interp_hcv | C型肝炎檢查結果與判讀 | choice 0 1 2 | | hepatitis 57
"""
CHILD = """
person_id | 身分證字號 | person | row | key
name | 姓名 | name 20 | |
birth_date | 出生年月日 | birth | row | key
sex | 性別 | choice 1 2 | row |
newborn_mark | 胞胎註記 | choice 1 2 3 4 5 6 7 8 9 | |
facility_id | 醫事機構代碼 | facility | row | key
order_code | 醫令代碼 | order 71 72 73 75 76 77 79 | row | key
visit_date | 就醫日期 | service | row | key
height_cm | 身高 | number 30 140 | row |
weight_kg | 體重 | number 1 60 | row |
head_cm | 頭圍 | number 20 60 | row | for:71,72,73,75,76
physical_exam | 身體檢查結果 | choice 0 1 | row |
physical_note | 身體檢查異常說明 | text 100 | |
development | 發展評估結果 | choice 0 1 2 | row |
education_given | 衛教指導 | choice 0 1 | row |
practitioner_id | 醫師身分證號 | person | |
"""
ORAL = """
person_id | 身分證號 | person | row | key lock:match
name | 姓名 | name 20 | |
birth_date | 出生年月日 | birth | row |
sex | 性別 | choice 1 2 | row |
visit_date | 門診日期 | service | row | key lock:match
facility_id | 檢查醫療院所代碼 | facility | row | key lock:match
payer | 支付方式 | choice 1 2 3 4 | row | carried lock:match
indigenous | 原住民 | choice 0 1 | row | carried
betel | 嚼檳榔行為 | choice 0 1 2 3 4 5 | row | carried
smoking | 吸菸行為 | choice 0 1 2 3 4 5 | row | carried
residence_code | 現居代碼 | digits 4 | row | carried lock:positive
result_sign | 檢查結果 | choice 0 1 | row | carried
result_code | 檢查結果代碼 | text 4 | |
lesion_site | 病灶部位 | text 40 | |
referral_facility_id | 轉介醫事機構代碼 | partner | |
practitioner_id | 篩檢醫師身分證號 | person | |
"""
LAYOUTS = {"adult": ADULT, "child": CHILD, "oral": ORAL}


def said(column: Column) -> str:
    """A column as a line of the tables above."""
    what: list[object] = [column.kind, *column.values]
    what += [column.size] if column.size else []
    what += [f"{end:g}" for end in (column.min, column.max) if end is not None]
    what += [f".{column.decimals}"] if column.decimals is not None else []
    marks = ["key"] * column.key + ["carried"] * column.carried
    marks += [column.part] if column.part else []
    marks += [str(column.official_no)] if column.official_no else []
    marks += [f"from:{column.mandatory_from}"] if column.mandatory_from else []
    marks += [f"for:{','.join(column.mandatory_for)}"] if column.mandatory_for else []
    marks += [f"lock:{column.locked}"] if column.locked else []
    asked = {"row": "row", "stage2": "s2", "": ""}[column.mandatory]
    cells = [column.name, column.zh, " ".join(map(str, what)), asked, " ".join(marks)]
    return " | ".join(cells)


@pytest.mark.parametrize("programme", LAYOUTS)
def test_a_layout_has_the_columns_of_the_specification_in_its_order(programme: str) -> None:
    lines = [
        " | ".join(cell.strip() for cell in line.split("|"))
        for line in LAYOUTS[programme].strip().splitlines()
    ]
    assert [said(column) for column in layout(programme).columns] == lines


def test_what_a_layout_answers_about_its_columns() -> None:
    oral = layout("oral")
    assert oral.keys == ("person_id", "visit_date", "facility_id")
    assert oral.names[:3] == ("person_id", "name", "birth_date")
    assert oral.locked("match", "positive") == (
        *("person_id", "visit_date", "facility_id", "payer", "residence_code"),
    )
    assert oral.column("nobodys") is None
    found = oral.column("betel")
    assert found is not None and found.zh == "嚼檳榔行為"
    assert {column.name for column in oral.columns if column.is_date} == {
        *("birth_date", "visit_date"),
    }


def test_the_visit_of_an_adult_is_the_first_stage() -> None:
    named = {programme: visit_column(programme) for programme in LAYOUTS}
    assert named == {"adult": "stage1_date", "child": "visit_date", "oral": "visit_date"}


def test_a_column_that_says_nothing_asks_for_nothing() -> None:
    plain = Column(name="remark", zh="備註", kind="text")
    assert said(plain) == "remark | 備註 | text |  | "
    assert (plain.mark, plain.mandatory_from, plain.is_date) == ("assumption", None, False)
    dated = Column(name="day", zh="日", kind="service", mandatory_from=date(2025, 1, 1))
    assert dated.is_date
