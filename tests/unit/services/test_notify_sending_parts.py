"""The smaller parts of the sender: rates, the business clock, bounces, addresses, words."""

import msgspec
import pytest

from pipeline.clock import FixedClock
from pipeline.sealing import NotOpened, Sealer
from services.notify.agency_mail import addresses
from services.notify.bounces import Report, read_report
from services.notify.business_clock import CalendarClock, Moment, instant_of
from services.notify.mail_links import Links
from services.notify.rate_limits import Bucket
from services.notify.sifting import Kept
from services.notify.wording import Wording
from tests.support.sending import TEN, TODAY


async def test_a_bucket_lets_a_burst_through_and_then_keeps_the_rate() -> None:
    clock = FixedClock()
    bucket, began = Bucket(clock, rate=10, burst=5), clock.monotonic()

    times = []
    for _ in range(25):
        assert await bucket.take()
        times.append(round(clock.monotonic() - began, 3))

    assert times[:5] == [0] * 5
    assert times[5:] == [round(0.1 * number, 3) for number in range(1, 21)]


async def test_a_bucket_does_not_keep_anybody_for_long() -> None:
    clock = FixedClock()
    bucket = Bucket(clock, rate=1 / 120, burst=2)

    assert [await bucket.take() for _ in range(4)] == [True, True, False, False]
    clock.seconds += 118.5
    assert await bucket.take()
    assert not await bucket.take()


async def test_a_bucket_does_not_save_up_more_than_its_burst() -> None:
    clock = FixedClock()
    bucket = Bucket(clock, rate=10, burst=3)
    await bucket.take()
    clock.seconds += 3600

    began = clock.monotonic()
    for _ in range(4):
        await bucket.take()

    assert clock.monotonic() - began == pytest.approx(0.1)


async def test_the_calendar_is_that_of_taipei() -> None:
    clock = FixedClock(TEN.timestamp())
    moment = await CalendarClock(clock).now(None)  # type: ignore[arg-type]
    clock.seconds += 14 * 3600 + 60
    later = await CalendarClock(clock).now(None)  # type: ignore[arg-type]

    assert (moment.day, moment.minute, moment.month) == (TODAY, 600, 202506)
    assert (later.day, later.minute) == (TODAY + 1, 1)


def test_a_month_ends_with_its_last_business_day() -> None:
    at = instant_of(FixedClock(TEN.timestamp()))

    months = [Moment(at, day, 0).month for day in (TODAY + 28, TODAY + 29, None)]
    assert months == [202506, 202507, 202506]


DSN = """\
From: MAILER-DAEMON@mail.invalid
To: noreply@gouji.invalid
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.invalid

Final-Recipient: rfc822; gone@clinic.invalid
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: {kind}

From: noreply@gouji.invalid
Message-ID: <{name}@gouji.invalid>
Subject: x

--b--
"""
NAME = "d" + "0123456789ab" * 2


def dsn(action: str = "failed", status: str = "5.1.1", kind: str = "message/rfc822") -> bytes:
    text = DSN.format(action=action, status=status, kind=kind, name=NAME)
    return text.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("raw", "report"),
    [
        (dsn(), Report(NAME, "5.1.1", True)),
        (dsn(kind="text/rfc822-headers"), Report(NAME, "5.1.1", True)),
        (dsn("delayed", "4.4.1"), Report(NAME, "4.4.1", False)),
        (dsn("delivered", "2.0.0"), None),
        (dsn().replace(NAME.encode(), b"somebody-else"), None),
        (b"Subject: out of office\r\n\r\nIn reply to <" + NAME.encode() + b"@gouji.invalid>", None),
        (b"", None),
        (b"\xff\xfe" * 100, None),
    ],
)
def test_a_report_about_a_mail_of_ours_is_read(raw: bytes, report: Report | None) -> None:
    assert read_report(raw) == report


def test_addresses_are_separated_by_commas() -> None:
    assert addresses(" a@x.invalid, b@x.invalid ,") == ("a@x.invalid", "b@x.invalid")
    assert addresses("") == ()


def test_a_mail_is_frozen_under_a_seal_that_opens_for_its_delivery_only() -> None:
    sealer = Sealer(b"s" * 64, "k")
    wording = Wording(sealer, Links("https://gouji.invalid", b"k" * 32), "https://portal.invalid")
    notice = {
        "kind": "correction_due", "programme": "adult", "due_on": TODAY + 7, "subject": "R1",
        "facts": "{}", "notice_id": "n", "audience": "claiming",
    }  # fmt: skip
    kept = [Kept(notice, 3)]

    body = wording.freeze("d1", "email", "c1", "3501340006", kept, TODAY)
    again = wording.freeze("d1", "email", "c1", "3501340006", kept, TODAY)

    mail = wording.mail("d1", body)
    assert body == again and "3 件" in mail.text and "/mail/unsubscribe/c1." in mail.text
    assert b"\xe4\xbb\xb6" not in body and "3 件" not in repr(mail)
    with pytest.raises(NotOpened):
        wording.mail("d2", body)

    flex = msgspec.json.decode(wording.freeze("d1", "line", "U1", "3501340006", kept, TODAY))
    assert [message["type"] for message in flex] == ["flex"] and "U1" not in str(flex)
