"""Claims that come twice, again, late, or not at all (R-11, R-12, R-14 to R-18)."""

from bench.region.dates import ENDED, roc
from bench.region.facts import Line, Sheet
from bench.region.life import gone, invalid, nothing, ok
from bench.region.people import (
    adult,
    aged,
    child,
    child_row,
    hepatitis,
    oral,
    oral_row,
    stage1_row,
)
from bench.region.scenarios import scenario
from bench.region.story import Story


@scenario("adult", 40, "DUPLICATE_CLAIM", "R-12")
def claimed_twice(story: Story) -> None:
    """One visit claimed in two cases of a file: the smaller number holds the result."""
    visit, month, code = story.visit(), story.month, adult(story)
    (one,), (two,) = story.case(visit, code), story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.claims, "DUPLICATE_CLAIM"), fix=["withdraw"])


@scenario("oral", 20, "DUPLICATE_CLAIM", "NOT_FOUND")
def claimed_twice_without_result(story: Story) -> None:
    """One visit claimed twice, no result: the first misses it, the second is the duplicate."""
    visit, month, code = story.visit(), story.month, oral(story)
    (one,), (two,) = story.case(visit, code), story.case(visit, code)
    story.lives(one, nothing(month.claims))
    story.lives(two, nothing(month.claims, "DUPLICATE_CLAIM"))


@scenario("child", 20, "DUPLICATE_CLAIM", "R-11")
def added_again(story: Story) -> None:
    """The month's claim and an addition (補報) for one visit: the later claim date loses."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (one,) = story.case(visit, code)
    (two,) = story.case(visit, code, sheet=story.sheet("added"))
    story.row("child", month.results, child_row(story, code, visit), "matched")
    story.lives(one, nothing(month.claims), ok(month.results))
    story.lives(two, nothing(month.resend, "DUPLICATE_CLAIM"), fix=["withdraw"])


@scenario("adult", 20, "24", "DUPLICATE_CLAIM", "R-12")
def smaller_claim_comes_later(story: Story) -> None:
    """A duplicate with an earlier claim date comes later: it takes the match over."""
    visit, month, code = story.visit(), story.month, adult(story)
    (one,) = story.case(visit, code)
    (two,) = story.case(visit, code, sheet=story.sheet("early-added"))
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    lost = nothing(month.resend, "DUPLICATE_CLAIM")
    story.lives(one, nothing(month.claims), ok(month.results), lost)
    story.lives(two, ok(month.resend, received=month.results))


@scenario("adult", 30, "3", "addition")
def added_claim(story: Story) -> None:
    """A claim in an addition of its own, answered later."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code, sheet=story.sheet("added"))
    story.row("adult", month.fix, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(month.resend), ok(month.fix))


def _forgotten(story: Story) -> Sheet:
    month = story.month
    return Sheet(story.facility.code, month.fee_month, "2", roc(month.forgotten), month.forgotten)


@scenario("adult", 20, "1", "late at once", months=ENDED)
def forgotten_claim(story: Story) -> None:
    """Claimed when the due day has passed, nothing uploaded: late at once."""
    (claim,) = story.case(story.visit(), adult(story), sheet=_forgotten(story))
    story.lives(claim, nothing(story.month.forgotten))


@scenario("adult", 20, "3", "RESULT_WITHOUT_CLAIM", months=ENDED)
def forgotten_claim_with_result(story: Story) -> None:
    """Claimed when the due day has passed, the row came in time: matched, not late."""
    visit, day = story.visit(), story.month.results
    (claim,) = story.case(visit, adult(story), sheet=_forgotten(story))
    story.row("adult", day, stage1_row(story, visit), "stored")
    story.lives(claim, ok(story.month.forgotten, received=day))


@scenario("child", 20, "3", "RESULT_WITHOUT_CLAIM", months=ENDED)
def forgotten_claim_with_late_result(story: Story) -> None:
    """Claim and row both after the due day: matched, marked late."""
    visit, day = story.visit(), story.month.late
    code = child(story, visit)
    (claim,) = story.case(visit, code, sheet=_forgotten(story))
    story.row("child", day, child_row(story, code, visit), "stored")
    story.lives(claim, ok(story.month.forgotten, received=day))


@scenario("child", 40, "27", "BIRTH_INVALID")
def birth_date_repaired(story: Story) -> None:
    """The claim has no birth date; the file sent again has it, and the waiting row answers."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code, tags={"d11": ""})
    story.row("child", month.results, child_row(story, code, visit), "stored")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit, code, sheet=story.sheet("newer"), seq=seq)
    unusable = invalid(month.claims, "BIRTH_INVALID")
    story.lives(claim, unusable, ok(month.resend, received=month.results))


@scenario("child", 20, "27", "BIRTH_INVALID", "NOT_FOUND", months=ENDED)
def birth_date_repaired_no_result(story: Story) -> None:
    """Repaired, but nothing is uploaded."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code, tags={"d11": "1141399"})
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit, code, sheet=story.sheet("newer"), seq=seq)
    story.lives(claim, invalid(month.claims, "BIRTH_INVALID"), nothing(month.resend))


@scenario("adult", 30, "23", "claim_revised", "DATE_MISMATCH")
def visit_date_repaired(story: Story) -> None:
    """The claim had a wrong visit date; its newer version agrees with the row."""
    visit, month, code = story.visit(28, 8), story.month, adult(story)
    (claim,) = story.case(visit.replace(day=visit.day - 5), code)
    story.row("adult", month.results, stage1_row(story, visit), "stored")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit, code, sheet=story.sheet("newer"), seq=seq)
    near = nothing(month.results, "DATE_MISMATCH")
    repaired = ok(month.resend, received=month.results)
    story.lives(claim, nothing(month.claims), near, repaired)


@scenario("adult", 20, "23", "24", "claim_revised", "DATE_MISMATCH")
def visit_date_spoilt(story: Story) -> None:
    """A newer version with another visit date loses the match."""
    visit, month, code = story.visit(28, 8), story.month, adult(story)
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit.replace(day=visit.day - 4), code, sheet=story.sheet("newer"), seq=seq)
    lost = nothing(month.resend, "DATE_MISMATCH")
    story.lives(claim, nothing(month.claims), ok(month.results), lost)


@scenario("adult", 30, "23", "claim_revised", "moves", "W_ID_CHECKSUM", "R-17")
def person_repaired(story: Story) -> None:
    """The claim's ID was mistyped; its newer version has the right one and finds the row."""
    visit, month, code = story.visit(), story.month, adult(story)
    wrong_number = story.region.numbers.mistyped(story.person)
    (claim,) = story.case(visit, code, person=wrong_number)
    story.row("adult", month.results, stage1_row(story, visit), "stored")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit, code, sheet=story.sheet("newer"), seq=seq)
    repaired = ok(month.resend, received=month.results)
    story.lives(claim, nothing(month.claims), repaired)


@scenario("adult", 60, "unchanged", "claim again")
def sent_again(story: Story) -> None:
    """A newer file with the same content changes nothing."""
    visit, month, code = story.visit(), story.month, adult(story)
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit, code, sheet=story.sheet("newer"), seq=seq)
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 20, "older version", "claim again")
def older_version_comes_later(story: Story) -> None:
    """A version with an older claim date comes later: ignored."""
    visit, month, code = story.visit(28, 8), story.month, adult(story)
    (claim,) = story.case(visit, code)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    seq = int(claim.claim_id.split("/")[-2])
    story.case(visit.replace(day=visit.day - 4), code, sheet=story.sheet("older"), seq=seq)
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 20, "23", "line gone")
def line_left_out(story: Story) -> None:
    """The newer version of the case has no hepatitis line: that claim is withdrawn."""
    aged(story, "21")
    visit, month = story.visit(), story.month
    check, bc = story.case(visit, "21", "L1001C")
    row = stage1_row(story, visit, **hepatitis(story))
    story.row("adult", month.results, row, "matched")
    seq = int(check.claim_id.split("/")[-2])
    story.case(visit, "21", sheet=story.sheet("newer"), seq=seq)
    story.lives(check, nothing(month.claims), ok(month.results))
    story.lives(bc, nothing(month.claims), ok(month.results), gone(month.resend))


@scenario("adult", 60, "none lines", "R-14")
def other_services(story: Story) -> None:
    """Codes out of scope, unknown, of other programmes or in another case type: no case."""
    visit = story.visit()
    aged(story, "21")
    story.case(visit, story.random.choice(("41", "58", "98", "85", "31", "91", "XX9", "38")))
    story.case(visit, "21", case_type="01")
    story.case(visit, "00101B", lines=[Line("00101B", "1", order_type="0")])


@scenario("adult", 60, "3", "consultation", "lab", "priced")
def with_other_lines(story: Story) -> None:
    """A consultation line beside the check, a lab partner, a line that is not priced."""
    visit, month, code = story.visit(), story.month, adult(story)
    lines = [
        Line("00101B", "1", order_type="0"),
        Line(code, "2", order_type="4", points="0", lab="JY0001"),
    ]
    _, claim = story.case(visit, "00101B", code, lines=lines)
    story.row("adult", month.results, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("oral", 30, "3", "W_SERIAL", "outreach")
def odd_serial(story: Story) -> None:
    """An odd card serial and another place of service are evidence only."""
    visit, month, code = story.visit(), story.month, oral(story)
    (claim,) = story.case(visit, code, tags={"d29": "0012", "d54": "3799010000"})
    story.row("oral", month.results, oral_row(story, code, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))


@scenario("adult", 60, "C_PERSON", "C_DATE", "C_XML", "L_CODE")
def case_refused(story: Story) -> None:
    """A case without person or date, masked, or broken XML is refused alone; the file goes on."""
    visit = story.visit()
    code = adult(story)
    kind = story.random.randrange(5)
    tags = ({"d3": ""}, {"d9": ""}, {"d9": "1140230"}, {"d3": story.person[:5] + "*****"}, {})[kind]
    story.case(visit, code, broken="<d19>A & B</d19>" if kind == 4 else "", tags=tags)
    story.person = story.region.numbers.person(story.sex)
    (claim,) = story.case(visit, code)
    story.row("adult", story.month.results, stage1_row(story, visit), "matched")
    story.lives(claim, nothing(story.month.claims), ok(story.month.results))


@scenario("child", 20, "C_DUP")
def case_number_twice(story: Story) -> None:
    """Two cases with one number in a file: the first is kept, the second refused."""
    visit, month = story.visit(), story.month
    code = child(story, visit)
    (claim,) = story.case(visit, code)
    story.case(visit, "79" if code != "79" else "71", seq=int(claim.claim_id.split("/")[-2]))
    story.row("child", month.results, child_row(story, code, visit), "matched")
    story.lives(claim, nothing(month.claims), ok(month.results))
