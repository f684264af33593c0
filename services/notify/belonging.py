"""When a case still belongs to a notice: the one condition of planner and sender, as SQL.

``n`` is a row of notify.notices, ``c`` one of notify.cases. A case belongs while it is in one of
the notice's states, under its deadline, and with whom the notice speaks: rules may move a deadline,
and a facility may get another code.
"""

BELONGS = """(
    (n.while_states = '{}' or c.state = any (n.while_states))
    and (n.due_on is null or c.due_on is not distinct from n.due_on)
    and n.facility_id = case n.audience when 'lab' then c.lab_facility_id else c.facility_id end
)"""

COUNT = f"""
select n.notice_id, count(c.case_id)::integer as count
from notify.notices n
left join notify.notice_cases nc on nc.notice_id = n.notice_id
left join notify.cases c on c.case_id = nc.case_id and {BELONGS}
where n.notice_id = any ($1)
group by n.notice_id
"""
"""Cases that are left in each of some notices ($1); 0 for the kinds that count none."""
