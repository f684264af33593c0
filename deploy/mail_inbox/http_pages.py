"""The inbox for a person (list, one mail) and for other processes (/_control)."""

import json
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from deploy.mail_inbox.mails import KINDS, Fault, Mail, Mailbox

PAGES = Path(__file__).parent / "pages"
# The mail's HTML is somebody else's: no script, no form; its links open beside it, as usual pages.
_SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_OURS = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"


class Pages:
    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._templates = Environment(loader=FileSystemLoader(PAGES), autoescape=True)

    async def inbox(self, request: web.Request) -> web.Response:
        """Newest first; of one address when ``?address=`` names it."""
        address = request.query.get("address", "")
        mails = self._mailbox.of(address) if address else self._mailbox.mails
        addresses = sorted({mail.address for mail in self._mailbox.mails})
        return self._page("inbox.html", mails=mails[::-1], addresses=addresses, address=address)

    async def mail(self, request: web.Request) -> web.Response:
        mail = self._mail(request)
        leave = mail.header("List-Unsubscribe").strip("<>")
        return self._page("mail.html", mail=mail, leave=leave)

    async def html(self, request: web.Request) -> web.Response:
        """The HTML part alone, for the frame."""
        text = f'<base target="_blank">{self._mail(request).html}'
        headers = {"Content-Security-Policy": _SANDBOX}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def mails(self, request: web.Request) -> web.Response:
        return web.json_response([mail.shown() for mail in self._mailbox.mails])

    async def clear(self, request: web.Request) -> web.Response:
        self._mailbox.mails.clear()
        return web.Response(status=204)

    async def fail(self, request: web.Request) -> web.Response:
        """``{"kind", "address", "times", "probability"}``; 400 for an unknown kind."""
        try:
            fault = Fault(**await request.json())
        except (ValueError, TypeError, json.JSONDecodeError):
            return web.json_response({"kinds": KINDS}, status=400)
        self._mailbox.faults.append(fault)
        return web.Response(status=204)

    async def injected(self, request: web.Request) -> web.Response:
        """How often each kind has struck."""
        return web.json_response({"injected": dict(self._mailbox.injected)})

    async def heal(self, request: web.Request) -> web.Response:
        self._mailbox.faults.clear()
        return web.Response(status=204)

    def _mail(self, request: web.Request) -> Mail:
        number = int(request.match_info["number"])
        for mail in self._mailbox.mails:
            if mail.number == number:
                return mail
        raise web.HTTPNotFound

    def _page(self, name: str, **given: object) -> web.Response:
        text = self._templates.get_template(name).render(**given)
        headers = {"Content-Security-Policy": _OURS}
        return web.Response(text=text, content_type="text/html", headers=headers)


async def serve_pages(mailbox: Mailbox, host: str, port: int) -> tuple[web.AppRunner, int]:
    """The running pages and their port; 0 takes a free one."""
    pages, app = Pages(mailbox), web.Application()
    app.router.add_get("/", pages.inbox)
    app.router.add_get(r"/mails/{number:\d+}", pages.mail)
    app.router.add_get(r"/mails/{number:\d+}/html", pages.html)
    app.router.add_get("/_control/mails", pages.mails)
    app.router.add_delete("/_control/mails", pages.clear)
    app.router.add_get("/_control/faults", pages.injected)
    app.router.add_post("/_control/faults", pages.fail)
    app.router.add_delete("/_control/faults", pages.heal)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner, runner.addresses[0][1]
