"""The conversation: an event and what is known make answers and effects. Pure.

source: line-bot.md section 2 (joining, functions in chat) and section 3 (Webhook).
"""

from collections.abc import Callable
from dataclasses import dataclass

from services.notify import effects, menu, tokens
from services.notify.bot_words import counting, guiding, joining, linking, staff, unlinking
from services.notify.effects import Effect
from services.notify.known import Known
from services.notify.menu import Wish
from services.notify.replies import Message
from services.notify.webhook_events import Event

# What works while staff have the chat: leaving it, and leaving altogether.
_ALWAYS = {menu.STAFF_END, menu.UNBIND, menu.UNBIND_YES}


@dataclass(frozen=True, repr=False)
class Turn:
    """What becomes of an event.

    outcome    a fixed word for the inbox
    matters    worth a push when the reply token is no good any more
    """

    outcome: str
    answers: tuple[Message, ...] = ()
    effects: tuple[Effect, ...] = ()
    matters: bool = False


def wish_of(event: Event) -> Wish | None:
    """What the user asks for by a button or by typing its name; None for anything else."""
    if event.type == "postback":
        return menu.wish_of_data(event.postback.data)
    if event.type == "message" and event.message.type == "text":
        return menu.wish_of_text(event.message.text)
    return None


def turn(event: Event, known: Known) -> Turn:
    """Unknown events, and events of groups, change nothing and get no answer."""
    if not event.user_id:
        return Turn("not a user")
    took = {
        "follow": _followed,
        "unfollow": _unfollowed,
        "unsend": _unsent,
        "accountLink": _linked,
        "message": _spoken,
        "postback": _spoken,
    }.get(event.type)
    return Turn("ignored") if took is None else took(event, known)


def _followed(event: Event, known: Known) -> Turn:
    # Redelivery may turn the order round: what is older than what we know is history.
    if event.timestamp <= known.last_follow_ms:
        return Turn("out of date")
    words = joining.welcome(bool(known.bound))
    return Turn("followed", words, (effects.Followed(event.timestamp),), matters=True)


def _unfollowed(event: Event, known: Known) -> Turn:
    if event.timestamp <= known.last_follow_ms:
        return Turn("out of date")
    return Turn("unfollowed", (), (effects.Unfollowed(event.timestamp),))


def _unsent(event: Event, known: Known) -> Turn:
    return Turn("unsent", (), (effects.LineForgotten(event.unsend.message_id),))


def _linked(event: Event, known: Known) -> Turn:
    if known.linking is None:
        return Turn("link failed", linking.failed(), matters=True)
    words = linking.linked(known.linking.facility_id)
    linked = effects.AccountLinked(known.linking.link_id)
    return Turn("linked", words, (linked,), matters=True)


def _spoken(event: Event, known: Known) -> Turn:
    if known.was_unsent:
        return Turn("was unsent")
    wish = wish_of(event)
    if known.chat_id is not None and (wish is None or wish.verb not in _ALWAYS):
        return Turn("noted", (), (effects.LineNoted(event.message.id, _as_line(event, wish)),))
    if wish is None:
        return Turn("helped", guiding.short_help())
    return _ANSWERS[wish.verb](wish, known)


def _as_line(event: Event, wish: Wish | None) -> str:
    if event.type == "postback":
        return staff.tapped(menu.LABELS.get(wish.verb, wish.verb) if wish else "？")
    if event.message.type == "text":
        return event.message.text
    return staff.sent(event.message.type)


# ---- joining and leaving


def _apply(wish: Wish, known: Known) -> Turn:
    if known.review is not None:
        return Turn("under review", joining.under_review(*_of(known)))
    words = joining.form(known.links[tokens.FORM], tokens.FORM_MINUTES)
    return Turn("form given", words, (effects.LinkGiven(tokens.FORM),))


def _of(known: Known) -> tuple[str, bool]:
    assert known.review is not None
    return known.review.facility_id, known.review.is_confirmed


def _link(wish: Wish, known: Known) -> Turn:
    words = linking.offer(known.links[tokens.LINK], tokens.FORM_MINUTES)
    return Turn("link given", words, (effects.LinkGiven(tokens.LINK),))


def _withdraw(wish: Wish, known: Known) -> Turn:
    if known.review is None:
        return Turn("nothing to withdraw", joining.nothing_to_withdraw())
    return Turn("asked back", joining.sure_to_withdraw(known.review.facility_id))


def _withdraw_yes(wish: Wish, known: Known) -> Turn:
    if known.review is None:
        return Turn("nothing to withdraw", joining.nothing_to_withdraw())
    return Turn("withdrawn", joining.withdrawn(), (effects.Withdrawn(),))


def _unbind(wish: Wish, known: Known) -> Turn:
    if not known.bound:
        return Turn("nothing bound", unlinking.nothing_bound())
    chosen = [one for one in known.bound if one.binding_id == wish.about]
    if not chosen and len(known.bound) > 1:
        return Turn("asked which", unlinking.which(known.bound))
    return Turn("asked back", unlinking.sure(*(chosen or known.bound)[0]))


def _unbind_yes(wish: Wish, known: Known) -> Turn:
    for one in known.bound:
        if one.binding_id == wish.about:
            words = unlinking.done(one.facility_id)
            return Turn("unbound", words, (effects.Unbound(one.binding_id),), matters=True)
    return Turn("nothing bound", unlinking.nothing_bound())


# ---- what a clinic can ask for


def _count(wish: Wish, known: Known) -> Turn:
    if not known.bound:
        return Turn("not bound", counting.not_bound())
    bound = [one.facility_id for one in known.bound]
    return Turn("counted", counting.counts(bound, known.counts, known.portal_url))


def _list(wish: Wish, known: Known) -> Turn:
    return Turn("guided", guiding.list_help(known.rounds))


def _teach(wish: Wish, known: Known) -> Turn:
    return Turn("guided", guiding.lessons(known.contents))


def _answer(wish: Wish, known: Known) -> Turn:
    found = [one for one in known.contents if one.content_id == wish.about and one.kind == "answer"]
    return Turn("guided", guiding.answer(found[0] if found else None))


def _links(wish: Wish, known: Known) -> Turn:
    return Turn("guided", guiding.links(known.contents))


def _file(wish: Wish, known: Known) -> Turn:
    if not known.bound:
        return Turn("not bound", guiding.file_not_bound())
    words = guiding.file_form(known.links[tokens.FILE], tokens.FORM_MINUTES)
    return Turn("form given", words, (effects.LinkGiven(tokens.FILE),))


def _staff(wish: Wish, known: Known) -> Turn:
    words = staff.handed_over(known.is_open, known.office_hours)
    return Turn("handed over", words, (effects.ChatBegun(),), matters=True)


def _staff_end(wish: Wish, known: Known) -> Turn:
    if known.chat_id is None:
        return Turn("helped", guiding.short_help())
    return Turn("chat ended", staff.ended(), (effects.ChatEnded(),))


def _menu(wish: Wish, known: Known) -> Turn:
    return Turn("helped", guiding.short_help())


_ANSWERS: dict[str, Callable[[Wish, Known], Turn]] = {
    menu.APPLY: _apply,
    menu.LINK: _link,
    menu.WITHDRAW: _withdraw,
    menu.WITHDRAW_YES: _withdraw_yes,
    menu.COUNT: _count,
    menu.LIST: _list,
    menu.TEACH: _teach,
    menu.ANSWER: _answer,
    menu.LINKS: _links,
    menu.FILE: _file,
    menu.STAFF: _staff,
    menu.STAFF_END: _staff_end,
    menu.UNBIND: _unbind,
    menu.UNBIND_YES: _unbind_yes,
    menu.MENU: _menu,
}
