"""The mail inbox, in process."""

from contextlib import AbstractAsyncContextManager

from deploy.mail_inbox.inbox import MailInbox


def a_mail_inbox(slow_s: float = 30.0) -> AbstractAsyncContextManager[MailInbox]:
    """On free ports of loopback; ``smtp_url`` and ``ca_file`` are what a sender needs."""
    return MailInbox.running(slow_s=slow_s)
