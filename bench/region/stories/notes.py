"""無法補登說明 and papers: oral positives that only a note can help (rows 13 to 17; R-8, R-34)."""

from datetime import timedelta

from bench.region.dates import ENDED, LISTED_AT_END
from bench.region.facts import Claim
from bench.region.layouts import Row
from bench.region.life import Moment, nothing, ok, wrong
from bench.region.people import adult, aged, oral, oral_row, stage1_row
from bench.region.scenarios import scenario
from bench.region.stories.oral import POSITIVE
from bench.region.story import Story

WORDS = "受檢者當日以健保身分就醫"
PAYER: Row = {"payer": "2"}
HABIT: Row = {"betel": "0", "smoking": "0"}


def _positive(story: Story, cells: Row) -> tuple[Claim, Row, tuple[Moment, Moment]]:
    """A claimed positive with errors in its row; the right row, and its life before the list."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    row = oral_row(story, "95", visit, betel="2", smoking="0", **POSITIVE)
    story.row("oral", month.results, row | cells, "stored")
    reason = "HABIT_MISMATCH" if cells == HABIT else "PAYER_NOT_1"
    return claim, row, (nothing(month.claims), wrong(month.results, reason))


@scenario("oral", 20, "13", "17", "NOTE_REQUIRED", months=ENDED)
def note_approved(story: Story) -> None:
    """A note is filed; after the round the agency approves it."""
    claim, _, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    approved = story.agency(claim, around.review, "review_approved")
    story.lives(claim, *before, note, approved, positive=True)


@scenario("oral", 20, "13", "17", "NOTE_REQUIRED", months=ENDED)
def note_refused(story: Story) -> None:
    """A note is filed; after the round the agency refuses it: overdue."""
    claim, _, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    refused = story.agency(claim, around.review, "review_refused", text="理由不足")
    story.lives(claim, *before, note, refused, positive=True)


@scenario("oral", 15, "13", "15", "17", "FORM_REQUIRED", "form", months=ENDED)
def note_emptied_and_filed_again(story: Story) -> None:
    """Filed, emptied, filed again; the form comes by mail; approved."""
    claim, _, before = _positive(story, HABIT)
    around = story.round("oral")
    deeds = [
        story.note(claim, around.fix, WORDS),
        story.note(claim, around.empty, ""),
        story.note(claim, around.again, f"{WORDS}，已寄申請表"),
        story.agency(claim, around.form, "form_received", on=around.form.isoformat()),
        story.agency(claim, around.review, "review_approved"),
    ]
    story.lives(claim, *before, *deeds, positive=True)


@scenario("oral", 15, "15", "16", "FORM_REQUIRED", "NOTE_REQUIRED", months=ENDED)
def note_withdrawn(story: Story) -> None:
    """Filed and emptied: overdue when the round is over."""
    claim, _, before = _positive(story, HABIT)
    around = story.round("oral")
    deeds = [story.note(claim, around.fix, WORDS), story.note(claim, around.empty, "")]
    story.lives(claim, *before, *deeds, positive=True)


@scenario("oral", 10, "13", "noted", "DECISION_NOT_ALLOWED", months=ENDED)
def note_waits_for_review(story: Story) -> None:
    """A review while the round is open is refused; afterwards nobody looks at the note."""
    claim, _, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    early = story.agency(claim, around.form, "review_approved", "DECISION_NOT_ALLOWED")
    decided = story.agency(claim, around.decide, "decide_recovered", "DECISION_NOT_ALLOWED")
    story.lives(claim, *before, note, early, decided, positive=True)


@scenario("oral", 15, "14", "noted", "R-8", months=ENDED)
def noted_then_uploaded_right(story: Story) -> None:
    """A noted positive is uploaded right while the round is open: it leaves the list."""
    claim, row, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    story.row("oral", around.again, row, "matched")
    story.lives(claim, *before, note, ok(around.again), positive=True)


@scenario("oral", 10, "EDIT_NOT_ALLOWED", "R-23", months=ENDED)
def listed_positive_edited_wrong(story: Story) -> None:
    """A listed positive takes no content that is still wrong; the right one matches."""
    claim, row, before = _positive(story, PAYER)
    around = story.round("oral")
    story.row("oral", around.add, row | {"payer": "3"}, "refused", "EDIT_NOT_ALLOWED")
    story.row("oral", around.fix, row, "matched")
    story.lives(claim, *before, ok(around.fix), positive=True)


@scenario("oral", 10, "NOTE_NOT_ALLOWED", "open_missing", months=ENDED)
def note_without_result(story: Story) -> None:
    """Status 1: no note; a deletion is no way either."""
    visit = story.visit()
    (claim,) = story.case(visit, oral(story))
    tried = story.note(claim, story.round("oral").fix, WORDS, "NOTE_NOT_ALLOWED")
    story.lives(claim, nothing(story.month.claims), tried)


@scenario("oral", 10, "NOTE_NOT_ALLOWED", "negative", months=ENDED)
def note_on_a_negative(story: Story) -> None:
    """A negative is corrected on line; a note is forbidden."""
    visit, month, around = story.visit(), story.month, story.round("oral")
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit)
    story.row("oral", month.results, row | {"payer": "2"}, "stored")
    tried = story.note(claim, around.fix, WORDS, "NOTE_NOT_ALLOWED")
    story.row("oral", around.again, row, "matched")
    payer = wrong(month.results, "PAYER_NOT_1")
    story.lives(claim, nothing(month.claims), payer, tried, ok(around.again))


@scenario("oral", 10, "25", "LOCKED", months=ENDED)
def note_on_a_matched_case(story: Story) -> None:
    """Matched on the list: neither note nor other content."""
    visit, around = story.visit(), story.round("oral")
    code = oral(story)
    (claim,) = story.case(visit, code)
    row = oral_row(story, code, visit, residence_code="9901")
    story.row("oral", around.add, row, "matched")
    tried = story.note(claim, around.fix, WORDS, "LOCKED")
    story.row("oral", around.again, row | {"residence_code": "9902"}, "refused", "LOCKED")
    story.lives(claim, nothing(story.month.claims), ok(around.add), tried)


@scenario("oral", 10, "ROUND_CLOSED", "13", months=ENDED)
def note_after_the_round(story: Story) -> None:
    """A note, or emptying one, when the round is over."""
    claim, _, before = _positive(story, PAYER)
    tried = story.note(claim, story.round("oral").after, WORDS, "ROUND_CLOSED")
    story.lives(claim, *before, tried, positive=True)


@scenario("oral", 10, "ROUND_CLOSED", "15", months=ENDED)
def note_emptied_after_the_round(story: Story) -> None:
    """A note is not emptied any more when the round is over; approved."""
    claim, _, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    tried = story.note(claim, around.after, "", "ROUND_CLOSED")
    approved = story.agency(claim, around.review, "review_approved")
    story.lives(claim, *before, note, tried, approved, positive=True)


@scenario("oral", 10, "20", "LATE_UPLOAD", "LATE_CORRECTION", "noted", months=ENDED)
def refused_note_then_a_right_row(story: Story) -> None:
    """The note was refused; the right row comes when all is over: only a hint."""
    claim, row, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    refused = story.agency(claim, around.review, "review_refused", text="理由不足")
    story.row("oral", around.finally_, row, "stored")
    late = ok(around.finally_)
    story.lives(claim, *before, note, refused, late, positive=True, hints=["LATE_CORRECTION"])


@scenario("oral", 10, "NOTE_NOT_ALLOWED", "late", months=ENDED)
def note_before_the_list(story: Story) -> None:
    """Late, not listed yet: no note (R-34); overdue in the end, with every reason."""
    claim, _, before = _positive(story, HABIT)
    tried = story.note(claim, story.month.late, WORDS, "NOTE_NOT_ALLOWED")
    story.lives(claim, *before, tried, positive=True)


@scenario("adult", 10, "NOTE_NOT_ALLOWED", "UNKNOWN_CASE", months=ENDED)
def note_on_an_adult_case(story: Story) -> None:
    """The adult programme knows no notes, and there is no note on a case that does not exist."""
    visit, around = story.visit(), story.round("adult")
    (claim,) = story.case(visit, adult(story))
    tried = story.note(claim, around.fix, WORDS, "NOTE_NOT_ALLOWED")
    nobody = story.command(around.fix, "note", "refused", "UNKNOWN_CASE")
    nobody.claim_id, nobody.text = claim.claim_id + "0", WORDS
    story.row("adult", around.again, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), tried, ok(around.again))


@scenario("oral", 10, "DATE_MISMATCH", "NOTE_NOT_ALLOWED", months=ENDED)
def positive_on_another_date(story: Story) -> None:
    """A positive dated off is no result of the case: status 1, no note."""
    visit, month = story.visit(), story.month
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    off = visit + timedelta(days=2)
    story.row("oral", month.results, oral_row(story, "95", off, **POSITIVE), "stored")
    tried = story.note(claim, story.round("oral").fix, WORDS, "NOTE_NOT_ALLOWED")
    story.lives(claim, nothing(month.claims), nothing(month.results, "DATE_MISMATCH"), tried)


@scenario("oral", 10, "13", "noted", "R-34", months=(LISTED_AT_END,))
def noted_at_the_end(story: Story) -> None:
    """The round is still open on the last day: noted."""
    claim, _, before = _positive(story, PAYER)
    note = story.note(claim, story.round("oral").fix, WORDS)
    story.lives(claim, *before, note, positive=True)


@scenario("oral", 10, "9", "NOTE_REQUIRED", "FORM_REQUIRED", "R-34", months=(LISTED_AT_END,))
def note_required_at_the_end(story: Story) -> None:
    """The round is still open on the last day, and nobody has written a note."""
    claim, _, before = _positive(story, HABIT)
    story.lives(claim, *before, positive=True, fix=("note", "form"))


@scenario("oral", 10, "14", "FORM_REQUIRED", "form_no", "P-4", months=ENDED)
def habits_changed_by_form(story: Story) -> None:
    """The form came by mail; the agency enters the approved change while the round is open."""
    visit, month, around = story.visit(), story.month, story.round("oral")
    aged(story, "95")
    (claim,) = story.case(visit, "95")
    cells = oral_row(story, "95", visit, betel="2", smoking="0", **POSITIVE)
    row = story.row("oral", month.results, cells | HABIT, "stored")
    note = story.note(claim, around.fix, WORDS)
    form = story.agency(claim, around.form, "form_received", on=around.again.isoformat())
    entered = story.command(around.last, "edit")
    entered.row, entered.cells, entered.form_no = row, cells, "114-0007"
    before = nothing(month.claims), wrong(month.results, "HABIT_MISMATCH")
    story.lives(claim, *before, note, form, ok(around.last), positive=True)


@scenario("oral", 10, "20", "LATE_CORRECTION", "noted", "17", "R-8", months=ENDED)
def right_row_while_the_note_waits(story: Story) -> None:
    """The round is over, the note waits; the right row comes now: only a hint. Approved."""
    claim, row, before = _positive(story, PAYER)
    around = story.round("oral")
    note = story.note(claim, around.fix, WORDS)
    story.row("oral", around.after, row, "stored")
    approved = story.agency(claim, around.review, "review_approved")
    life = (*before, note, ok(around.after), approved)
    story.lives(claim, *life, positive=True, hints=["LATE_CORRECTION"])
