"""What a claim is. Pure: reads nothing but its own tables, knows no clock and no broker.

The words, used alike in code, schemas and documents:

claim       申報紀錄: one preventive-care order line that a facility billed
result      上傳資料: one uploaded row of examination results (adult, child, oral)
requirement what a claim asks for: stage1, stage2, bc, visit, screen, or none
case        one claim with everything that became of it; its id is the claim's id
book        all claims and results of one person at one facility
finding     something to say about a row: a code, a column, what was found and what is expected
reason      why a case has no match; hint: worth saying, but no reason
round       補正期: the weeks in which a list of open cases may still be put right
day         days since 1970-01-01, an int; fee month: AD year * 100 + month
"""
