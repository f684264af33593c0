"""The statements of delivering."""

# The next that may be called for, urgent ones first. A row in ``calling`` whose time has passed
# was left by a process that died. While the planner has not read the journal for so many seconds
# ($2), what a digest says may be over: it waits. No row: there is no planner.
CLAIM = """
select * from notify.deliveries
where state in ('ready', 'calling') and not_before <= $1
    and (purpose <> 'digest' or not exists (
        select from notify.reading where until < clock_timestamp() - make_interval(secs => $2)
    ))
order by urgent desc, not_before
limit 1
for update skip locked
"""
LATER = "update notify.deliveries set not_before = $2 where delivery_id = $1"
# Committed before the call: whoever finds the row afterwards knows that there may have been one.
CALLING = """
update notify.deliveries set state = 'calling', attempts = attempts + 1, uncertain = $2,
    first_call_at = coalesce(first_call_at, $3), last_call_at = $3, not_before = $4
where delivery_id = $1
"""
# Other words under another key, which begins a life of its own.
ANEW = """
update notify.deliveries set body = $2, retry_key = $3, frozen_on = $4, first_call_at = null
where delivery_id = $1
"""
# Compared with the attempt that was made: who was taken for dead has no say any more, except that
# a message which had to be parked has arrived after all.
SETTLE = """
update notify.deliveries set state = $3, reason = $4, uncertain = $5, not_before = $6,
    request_id = case when $7 = '' then request_id else $7 end,
    accepted_request_id = case when $8 = '' then accepted_request_id else $8 end,
    finished_at = case when $3 = 'ready' then null else $9::timestamptz end
where delivery_id = $1 and attempts = $2
    and (state in ('ready', 'calling') or (state = 'parked' and $3 = 'sent'))
returning delivery_id
"""
# A message that waited for days says nothing that a later notice of the same kind ($2) says anew.
NOTICES = """
select n.*, said.count as said, n.kind = any ($2) and exists (
    select from notify.notices newer
    where newer.facility_id = n.facility_id and newer.kind = n.kind
        and newer.planned_on > n.planned_on and newer.audience = n.audience
        and newer.programme = n.programme and newer.subject = n.subject
        and newer.due_on is not distinct from n.due_on and newer.state <> 'cancelled'
) as is_superseded
from notify.delivery_notices said
join notify.notices n on n.notice_id = said.notice_id
where said.delivery_id = $1
order by n.notice_id
"""
UNSAID = "delete from notify.delivery_notices where delivery_id = $1 and notice_id = any ($2)"
ADDRESS = "select email_sealed from notify.contacts where contact_id = $1"
BOUNCED = """
update notify.contacts set bounced_at = coalesce(bounced_at, $2), bounce = $3 where contact_id = $1
"""
