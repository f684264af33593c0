"""What a clinic can ask for: the verbs behind the buttons, and the words that also work typed.

Postback data is a fixed verb, or a verb and an opaque id of ours: never anything personal.
"""

from typing import NamedTuple

from services.notify.replies import Action, tap

APPLY, WITHDRAW, WITHDRAW_YES = "apply", "withdraw", "withdraw-yes"
COUNT, LIST, TEACH, ANSWER = "count", "list", "teach", "answer"
LINKS, FILE, STAFF, STAFF_END = "links", "file", "staff", "staff-end"
UNBIND, UNBIND_YES, MENU = "unbind", "unbind-yes", "menu"
LINK = "link"

# In the order they are shown; the words are those of the leaflet where it has some.
LABELS = {
    COUNT: "待補件數",
    LIST: "補正清單下載",
    TEACH: "補正教學",
    LINKS: "相關連結",
    FILE: "電子檔申請",
    STAFF: "真人客服",
    APPLY: "審核申請",
    LINK: "帳號連結",
    UNBIND: "解除綁定",
}
END_LABEL, WITHDRAW_LABEL, MENU_LABEL = "結束客服", "撤回申請", "選單"
_TYPED = {
    **{label: verb for verb, label in LABELS.items()},
    END_LABEL: STAFF_END,
    WITHDRAW_LABEL: WITHDRAW,
    MENU_LABEL: MENU,
    "客服": STAFF,
    "教學": TEACH,
    "menu": MENU,
    "help": MENU,
    "?": MENU,
}
VERBS = {*LABELS, WITHDRAW, WITHDRAW_YES, ANSWER, STAFF_END, UNBIND_YES, MENU}


class Wish(NamedTuple):
    """A verb, and the id behind it if it has one."""

    verb: str
    about: str = ""


def wish_of_data(data: str) -> Wish | None:
    """What a button asks for; None for data that are not ours (an old menu, a guess)."""
    verb, _, about = data.partition("/")
    return Wish(verb, about) if verb in VERBS else None


def wish_of_text(words: str) -> Wish | None:
    """On LINE for PC there is no menu, and people type what they read on a button."""
    verb = _TYPED.get(words.strip().strip("「」『』").lower().replace("？", "?"))
    return None if verb is None else Wish(verb)


def everything(but: str = "") -> tuple[Action, ...]:
    """Every function as a button; ``but`` is the one just used."""
    return tuple(tap(label, verb) for verb, label in LABELS.items() if verb != but)
