"""What stands in the way of a wish about news, as problems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipeline.http_problems import Problem
from services.notify import news

_STATES = {
    news.DRAFT: "草稿",
    news.SCHEDULED: "已預約",
    news.SENDING: "發送中",
    news.SENT: "已發送",
    news.CANCELLED: "已取消",
}


@asynccontextmanager
async def asked() -> AsyncIterator[None]:
    """Raises Problem 404 or 409; used within the transaction, which it undoes."""
    try:
        yield
    except LookupError:
        raise Problem(404, "NEWS_UNKNOWN", "沒有這則消息。") from None
    except news.NotNow as bad:
        words = f"這則消息目前為「{_STATES[bad.state]}」，不能這樣做。"
        raise Problem(409, "NEWS_STATE", words, state=bad.state) from None
    except news.CannotSend as bad:
        if bad.why == news.NOBODY:
            raise Problem(409, "NEWS_NOBODY", "沒有符合條件的收件人。") from None
        words = f"需要 {bad.cost:,} 則 LINE 訊息，本月可用於一般訊息的額度剩 {bad.left:,} 則。"
        raise Problem(409, "OVER_BUDGET", words, cost=bad.cost, left=bad.left) from None
