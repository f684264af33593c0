"""One mail over SMTP with STARTTLS, against the mail inbox on loopback."""

from collections.abc import AsyncIterator

import pytest

from deploy.mail_inbox import mails
from deploy.mail_inbox.inbox import MailInbox
from services.notify import delivering_rules as rules
from services.notify.line_channel import Letter
from services.notify.mail_channel import MailChannel, server_of
from services.notify.mail_links import Links
from services.notify.wording import Mail
from tests.support.mail import a_mail_inbox

ADDRESS = "desk@clinic.invalid"
LETTER = Letter("d0123", "digest", "c0123", b"", "", created_ms=1_700_000_000_000)
MAIL = Mail("【通知】補正期限將至", "第一行\n.點開頭的一行\n" + "長" * 600, "<p>共 <b>3</b> 件</p>")
LINKS = Links("https://gouji.invalid", b"k" * 32)


@pytest.fixture
async def inbox() -> AsyncIterator[MailInbox]:
    async with a_mail_inbox(slow_s=0.6) as running:
        yield running


def channel(inbox: MailInbox, ca_file: str | None = None) -> MailChannel:
    sender = "noreply@gouji.invalid"
    server = server_of(inbox.smtp_url, inbox.ca_file if ca_file is None else ca_file, sender)
    return MailChannel(server, LINKS, before_s=5, answer_s=0.3)


async def send(inbox: MailInbox) -> str:
    return (await channel(inbox).send(LETTER, MAIL, ADDRESS)).answer


async def test_a_mail_arrives_as_it_was_written(inbox: MailInbox) -> None:
    assert await send(inbox) == rules.ACCEPTED

    (mail,) = inbox.of(ADDRESS)
    assert (mail.subject, mail.sender) == (MAIL.subject, "noreply@gouji.invalid")
    assert mail.text.replace("\r\n", "\n").strip() == MAIL.text
    assert mail.html.strip() == MAIL.html
    assert mail.message_id == "<d0123@gouji.invalid>"
    assert mail.header("List-Unsubscribe") == f"<{LINKS.unsubscribe('c0123')}>"
    assert mail.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("fault", "answer", "arrives"),
    [
        (mails.REFUSE_LATER, rules.TRY_LATER, 0),
        (mails.REFUSE, rules.BAD_ADDRESS, 0),
        (mails.DENY, rules.TRY_LATER, 0),
        (mails.DROP_AT_DATA, rules.TRY_LATER, 0),
        (mails.CONTENT_LATER, rules.TRY_LATER, 0),
        (mails.CONTENT_REFUSED, rules.REFUSED, 0),
        # From here on nobody can tell one side from the other: both are unknown.
        (mails.DROP_IN_CONTENT, rules.NO_ANSWER, 0),
        (mails.DROP_AFTER_DOT, rules.NO_ANSWER, 1),
        (mails.SLOW, rules.NO_ANSWER, 1),
    ],
)
async def test_a_fault_is_told_by_what_may_have_happened(
    inbox: MailInbox, fault: str, answer: str, arrives: int
) -> None:
    inbox.fail(fault, ADDRESS, times=1)

    assert await send(inbox) == answer
    assert len(inbox.of(ADDRESS)) == arrives


async def test_a_server_with_a_foreign_certificate_hears_nothing(inbox: MailInbox) -> None:
    stranger = channel(inbox, ca_file="")

    answer = await stranger.send(LETTER, MAIL, ADDRESS)

    assert answer.answer in (rules.NOT_REACHED, rules.TRY_LATER)
    assert inbox.mails == []


async def test_nobody_at_home_is_not_reached(inbox: MailInbox) -> None:
    nobody = MailChannel(
        server_of("smtp://127.0.0.1:1", inbox.ca_file, "noreply@gouji.invalid"), LINKS, 5, 1
    )

    assert (await nobody.send(LETTER, MAIL, ADDRESS)).answer == rules.NOT_REACHED


@pytest.mark.parametrize("url", ["mail.gouji.invalid", "https://mail.gouji.invalid", "smtp://"])
def test_an_address_of_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        server_of(url, "", "noreply@gouji.invalid")


def test_user_and_password_are_not_shown() -> None:
    server = server_of("smtp://us%40er:se%3Acret@mail.invalid:25", "", "noreply@gouji.invalid")

    assert (server.user, server.password, server.port) == ("us@er", "se:cret", 25)
    assert "cret" not in repr(server) and "us@er" not in repr(server)
