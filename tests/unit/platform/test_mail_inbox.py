"""The mail inbox's pages and its switchboard."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import httpx
import pytest

from deploy.mail_inbox.inbox import MailInbox
from tests.support.mail import a_mail_inbox

ADDRESS = "desk@clinic.invalid"


@pytest.fixture
async def inbox() -> AsyncIterator[MailInbox]:
    async with a_mail_inbox() as running:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@b.invalid", ADDRESS, "期限 <b>將至"
        message["List-Unsubscribe"] = "<https://gouji.invalid/leave>"
        message.set_content("看 https://gouji.invalid/cases 這裡")
        message.add_alternative("<p>內文<script>no</script></p>", subtype="html")
        running.mailbox.take([ADDRESS], message.as_bytes())
        yield running


async def test_the_pages_show_a_mail_and_its_links_work(inbox: MailInbox) -> None:
    async with httpx.AsyncClient(base_url=inbox.url) as http:
        listed, mail = (await http.get("/")).text, (await http.get("/mails/1")).text
        html = await http.get("/mails/1/html")
        other = (await http.get("/", params={"address": "nobody@clinic.invalid"})).text
        missing = await http.get("/mails/2")

    assert ADDRESS in listed and "期限 &lt;b&gt;將至" in listed and "尚無信件" in other
    assert 'href="https://gouji.invalid/cases"' in mail
    assert 'href="https://gouji.invalid/leave"' in mail
    assert '<base target="_blank">' in html.text
    # What a mail brings along does not run.
    policy = html.headers["content-security-policy"]
    assert "sandbox" in policy and "allow-scripts" not in policy and "script-src" not in policy
    assert missing.status_code == 404


async def test_other_processes_read_mails_and_switch_faults(inbox: MailInbox) -> None:
    async with httpx.AsyncClient(base_url=inbox.url) as http:
        (mail,) = (await http.get("/_control/mails")).json()
        odd = await http.post("/_control/faults", json={"kind": "gremlins"})
        fault = {"kind": "refuse", "address": ADDRESS, "times": 1}
        made = await http.post("/_control/faults", json=fault)

        assert (mail["address"], mail["subject"]) == (ADDRESS, "期限 <b>將至")
        assert (odd.status_code, made.status_code) == (400, 204)
        assert inbox.mailbox.strikes(("refuse",), ("other@clinic.invalid",)) is None
        assert inbox.mailbox.strikes(("refuse",), (ADDRESS,)) == "refuse"
        assert inbox.mailbox.strikes(("refuse",), (ADDRESS,)) is None

        await http.delete("/_control/faults")
        await http.delete("/_control/mails")
        assert (await http.get("/_control/mails")).json() == []
    assert inbox.mailbox.faults == []
