"""POST /line/webhook: refuse what LINE did not sign, keep the rest, answer; the work comes after.

source: line-bot.md section 3: 2xx within two seconds, work later; no filter by address.
"""

from fastapi import APIRouter, Request, Response

from services.notify.house import house_of
from services.notify.signatures import HEADER, is_signed
from services.notify.webhook_events import NotABody, read_body
from services.notify.webhook_inbox import to_keep

PATH = "/line/webhook"
router = APIRouter(tags=["line"])


@router.post(PATH, summary="Events of the LINE account", include_in_schema=False)
async def webhook(request: Request) -> Response:
    """200 once every event is committed; 401 for a wrong signature, of which nothing is kept."""
    house = house_of(request)
    body = await request.body()
    if not is_signed(body, request.headers.get(HEADER, ""), house.channel_secrets):
        house.count_webhook("refused")
        return Response(status_code=401)
    try:
        events = read_body(body)
    except NotABody:
        house.count_webhook("unreadable")
        return Response(status_code=400)
    await house.inbox.keep([to_keep(event, raw, house.sealer) for event, raw in events])
    house.count_webhook("taken")
    return Response(status_code=200)
