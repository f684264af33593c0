"""The conversation: an event, what is known, and what follows. No database, no network."""

from typing import Any

import pytest

from services.notify import effects, menu, tokens
from services.notify.account_links import Open
from services.notify.bot_words import counting
from services.notify.bot_words.counting import Count
from services.notify.bot_words.guiding import Content, Pickup
from services.notify.conversation import turn
from services.notify.webhook_events import Event, Said, Source
from tests.support.chatting import (
    OURS,
    THEIRS,
    actions_of,
    an_event,
    data_of,
    known,
    said,
    tapped,
    under_review,
    unsent,
    words_of,
)

DAY = 20_239  # 114-05-31


@pytest.mark.parametrize(
    "event, given, outcome, follows",
    [
        (an_event("follow", 5), {}, "followed", (effects.Followed(5),)),
        (an_event("follow", 5), {"last_follow_ms": 9}, "out of date", ()),
        (an_event("unfollow", 5), {}, "unfollowed", (effects.Unfollowed(5),)),
        (an_event("unfollow", 5), {"last_follow_ms": 9}, "out of date", ()),
        (unsent("m1"), {}, "unsent", (effects.LineForgotten("m1"),)),
        (unsent("m1"), {"chat_id": "h1"}, "unsent", (effects.LineForgotten("m1"),)),
        (an_event("accountLink"), {}, "link failed", ()),
        (
            an_event("accountLink"),
            {"linking": Open("k1", "3501340006")},
            "linked",
            (effects.AccountLinked("k1"),),
        ),
        (an_event("hologram"), {}, "ignored", ()),
        (tapped("apply"), {}, "form given", (effects.LinkGiven(tokens.FORM),)),
        (said("審核申請"), {}, "form given", (effects.LinkGiven(tokens.FORM),)),
        (tapped("apply"), {"review": under_review()}, "under review", ()),
        (tapped("withdraw"), {"review": under_review()}, "asked back", ()),
        (tapped("withdraw-yes"), {"review": under_review()}, "withdrawn", (effects.Withdrawn(),)),
        (tapped("withdraw-yes"), {}, "nothing to withdraw", ()),
        (tapped("count"), {}, "not bound", ()),
        (tapped("count"), {"bound": (OURS,)}, "counted", ()),
        (tapped("file"), {}, "not bound", ()),
        (tapped("file"), {"bound": (OURS,)}, "form given", (effects.LinkGiven(tokens.FILE),)),
        (tapped("link"), {}, "link given", (effects.LinkGiven(tokens.LINK),)),
        (tapped("unbind"), {}, "nothing bound", ()),
        (tapped("unbind"), {"bound": (OURS,)}, "asked back", ()),
        (tapped("unbind"), {"bound": (OURS, THEIRS)}, "asked which", ()),
        (tapped("unbind/b2"), {"bound": (OURS, THEIRS)}, "asked back", ()),
        (tapped("unbind-yes/b2"), {"bound": (OURS, THEIRS)}, "unbound", (effects.Unbound("b2"),)),
        (tapped("unbind-yes/b9"), {"bound": (OURS, THEIRS)}, "nothing bound", ()),
        (tapped("unbind-yes/"), {"bound": (OURS,)}, "nothing bound", ()),
        (tapped("staff"), {}, "handed over", (effects.ChatBegun(),)),
        (tapped("staff-end"), {"chat_id": "h1"}, "chat ended", (effects.ChatEnded(),)),
        (tapped("list"), {}, "guided", ()),
        (tapped("teach"), {}, "guided", ()),
        (tapped("links"), {}, "guided", ()),
        (tapped("drop table"), {}, "helped", ()),
        (said("你好"), {}, "helped", ()),
        (said(" 「待補件數」 "), {"bound": (OURS,)}, "counted", ()),
    ],
)
def test_an_event_has_its_outcome(
    event: Event, given: dict[str, Any], outcome: str, follows: tuple[effects.Effect, ...]
) -> None:
    took = turn(event, known(**given))
    assert (took.outcome, took.effects) == (outcome, follows)


def test_an_event_of_a_group_changes_nothing() -> None:
    event = Event("message", "01A", 1, Source("group", "U1"), message=Said("m", "text", "待補件數"))
    took = turn(event, known())
    assert (took.outcome, took.answers, took.effects) == ("not a user", (), ())


def test_every_answer_ends_with_buttons_for_everything() -> None:
    """A rich menu is not shown on LINE for PC: every action has a button in a message too."""
    everything = set(menu.LABELS)
    for verb in sorted(everything - {menu.STAFF}):
        took = turn(tapped(verb), known(bound=(OURS,)))
        quick = [item["action"]["data"] for item in took.answers[-1]["quickReply"]["items"]]
        assert everything - {verb} <= set(quick), verb


def test_the_menu_is_a_card_as_well_for_pc() -> None:
    (card,) = turn(said("選單"), known()).answers
    buttons = [one["action"]["data"] for one in card["contents"]["footer"]["contents"]]
    assert buttons == list(menu.LABELS)


def test_staff_have_the_chat_and_the_bot_is_silent() -> None:
    for event, line in (
        (said("為什麼勾稽不到"), "為什麼勾稽不到"),
        (said("待補件數"), "待補件數"),
        (tapped("count"), "（點選：待補件數）"),
        (an_event("message", message=Said("m1", "image")), "（傳送：image）"),
    ):
        took = turn(event, known(chat_id="h1", bound=(OURS,)))
        (noted,) = took.effects
        assert took.answers == () and isinstance(noted, effects.LineNoted)
        assert noted.text == line
        assert "勾稽不到" not in repr(noted)


def test_leaving_works_while_staff_have_the_chat() -> None:
    given = known(chat_id="h1", bound=(OURS,))
    assert turn(tapped("unbind"), given).outcome == "asked back"
    assert turn(tapped("unbind-yes/b1"), given).effects == (effects.Unbound("b1"),)
    assert turn(said("結束客服"), given).effects == (effects.ChatEnded(),)
    assert turn(an_event("unfollow"), given).outcome == "unfollowed"


@pytest.mark.parametrize("is_open, word", [(True, "已轉接真人客服"), (False, "現在不是服務時間")])
def test_handing_over_says_whether_somebody_is_there(is_open: bool, word: str) -> None:
    took = turn(tapped("staff"), known(is_open=is_open, office_hours=(510, 1050)))
    assert word in words_of(took.answers)
    assert is_open or "週一至週五 08:30–17:30" in words_of(took.answers)


def test_a_message_that_was_taken_back_is_not_noted() -> None:
    took = turn(said("A123456789"), known(chat_id="h1", was_unsent=True))
    assert (took.outcome, took.effects, took.answers) == ("was unsent", (), ())


def test_counts_are_told_by_facility_and_programme_with_the_nearest_deadline() -> None:
    counts = (
        Count(OURS.facility_id, "adult", 2, DAY, 3, DAY + 1),
        Count(OURS.facility_id, "child", 0, None, 1, None, overdue=4),
    )
    took = turn(tapped("count"), known(bound=(OURS, THEIRS), counts=counts))
    words = words_of(took.answers)
    assert "成人預防保健：待補正 3 件，最近期限 114年6月1日（日）" in words
    assert "成人預防保健：待上傳 2 件，最近期限 114年5月31日（六）" in words
    assert "兒童預防保健：待補正 1 件\n" in words
    assert "兒童預防保健：屆期仍未補正 4 件，補正期限已過" in words
    assert "共 6 件" in words
    assert f"待補件數 {THEIRS.facility_id}\n目前沒有待處理的個案。" in words


def test_of_more_facilities_than_line_shows_the_busy_ones_come_first_and_the_rest_is_said() -> None:
    codes = [f"35013400{number:02}" for number in range(13)]
    (message,) = counting.counts(
        codes, [Count(codes[-1], "adult", 2, 20_239, 0, None)], "https://x.test"
    )
    cards = message["contents"]["contents"]
    assert len(cards) == 12 and codes[-1] in str(cards[0])
    assert "另有 2 家院所未列出" in str(cards[-1])
    (whole,) = counting.counts(codes[:12], [], "https://x.test")
    assert len(whole["contents"]["contents"]) == 12 and "未列出" not in str(whole)


def test_the_list_help_tells_both_ways_dates_days_and_password() -> None:
    rounds = (Pickup("adult", DAY - 30, DAY, DAY),)
    words = words_of(turn(tapped("list"), known(rounds=rounds)).answers)
    for part in ("pportal.hpa.gov.tw", "medvpn.nhi.gov.tw", "1140501～1140531", "30 天"):
        assert part in words
    assert "身分證字號，首碼英文大寫" in words
    assert "目前沒有開放中的補正期" in words_of(turn(tapped("list"), known()).answers)


def test_an_answer_is_shown_by_its_id_and_one_taken_back_is_not() -> None:
    contents = (
        Content("adult-01", "answer", "adult", "Q1 如何補正", "第一行\n第二行", "https://a.test"),
        Content("v1", "video", "", "影片", "", "https://v.test"),
        Content("link-01", "link", "", "網站", "說明", "https://l.test"),
    )
    given = known(contents=contents)
    lessons = turn(tapped("teach"), given).answers
    assert "answer/adult-01" in data_of(lessons)
    assert "https://v.test" in [one.get("uri") for one in actions_of(lessons)]
    assert "第二行" in words_of(turn(tapped("answer/adult-01"), given).answers)
    assert "整理中" in words_of(turn(tapped("answer/link-01"), given).answers)
    assert "https://l.test" in words_of(turn(tapped("links"), given).answers)


def test_somebody_who_comes_back_is_told_that_the_binding_lives() -> None:
    assert "仍然有效" in words_of(turn(an_event("follow"), known(bound=(OURS,))).answers)
    assert "審核申請" in words_of(turn(an_event("follow"), known()).answers)


def test_a_turn_prints_nothing_of_what_was_said() -> None:
    took = turn(said("A123456789"), known(chat_id="h1"))
    assert "A123456789" not in repr(took) + repr(took.effects)
