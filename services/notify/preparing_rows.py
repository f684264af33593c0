"""The statements of preparing."""

# Who has something to be told today ($1) and no digest of today yet.
WAITING = """
select n.facility_id, bool_or(n.urgent) as is_urgent
from notify.notices n
where n.state = 'planned' and n.planned_on <= $1
and not exists (
    select 1 from notify.digests d
    where d.facility_id = n.facility_id and d.day = $1
)
group by n.facility_id
having min(n.planned_at) <= $2 and ($3 or bool_or(n.urgent))
order by is_urgent desc, n.facility_id
limit $4
"""
# The planner may hold some of them: it is not waited for, so that it never loses to us.
TAKE = """
select * from notify.notices
where state = 'planned' and facility_id = $1 and planned_on <= $2
order by planned_on, notice_id
for update nowait
"""
DIGEST = """
insert into notify.digests (digest_id, facility_id, day, urgent, prepared_at)
values ($1, $2, $3, $4, $5)
on conflict do nothing
returning digest_id
"""
DROP = "update notify.notices set state = 'cancelled' where notice_id = any ($1)"
TAKEN = "update notify.notices set state = 'taken', digest_id = $2 where notice_id = any ($1)"
# A recipient that was chosen before, for the same day and channel, is not written to twice.
DELIVERY = """
insert into notify.deliveries (delivery_id, digest_id, facility_id, purpose, day, channel,
    recipient, urgent, cost, body, frozen_on, retry_key, not_before, created_at)
values ($1, $2, $3, 'digest', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict do nothing
returning delivery_id
"""
SAYS = """
insert into notify.delivery_notices (delivery_id, notice_id, count)
select $1, * from unnest($2::text[], $3::integer[])
on conflict (delivery_id, notice_id) do update set count = excluded.count
"""
