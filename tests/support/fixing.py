"""Stories told up to a case that wants a fix, and the fix in one line."""

from claims.fix_words import fix_in_words
from claims.fixes import shortest_fix
from claims.settling import Change
from tests.support.judge import Story, day

ADULT = "114-04-05 claim A: 21 on 114-03-10"
STAGE1 = "114-04-05 claim A: 23 on 114-03-10 & B: 21 on 114-03-05"
BC = "114-04-05 claim A: L1001C on 114-03-10"
CHILD = "114-04-05 claim A: 71 on 114-03-10 born=114-02-01"
NEWBORN = (
    "114-04-05 claim A: 71 on 114-03-10 born=080-05-05 subject_birth_date=114-02-01"
    " is_newborn=yes newborn_mark=1"
)
ORAL = "114-04-05 claim A: 95 on 114-03-10"
DUE = "114-05-30 day closes"
LISTED = f"{DUE}; 114-06-30 round L: oral from=114-01-01 to=114-06-30 until=114-09-30"
ADULT_LIST = "114-06-30 round L: adult from=114-01-01 to=114-06-30 until=114-09-30"
ANSWERED = (
    f"114-04-05 claim B: 21 on 114-03-10 born=; {DUE}; {ADULT_LIST};"
    " 114-07-01 row R: adult on 114-03-10; 114-09-30 day closes"
)
CHILD_ROW = "child on 114-03-10 order=71 born=114-02-01"


def played(text: str) -> Story:
    story = Story()
    for step in text.split("; "):
        when, _, what = step.partition(" ")
        story.step(day(when), what)
    return story


def fix_of(story: Story) -> str:
    """``edit R@1 payer=1`` of the last event of case A: the row and its version, or the case, the
    columns, the value; several steps joined by ``+``."""
    change = last_of(story, "A")
    names = {result_id: name for name, result_id in story.results.items()}
    told = []
    for step in shortest_fix(change):
        assert fix_in_words(step, change.claim).endswith("。")
        target = names.get(step.target_id, step.target_id.rpartition("/")[2])
        if step.version:
            target += f"@{step.version}"
        value = f"={step.value}" if step.value != "" else ""
        told.append(" ".join(filter(None, (step.action, target, f"{step.field}{value}"))))
    return " + ".join(told)


def last_of(story: Story, name: str) -> Change:
    return [one for one in story.journal if one.claim.claim_id.endswith(f"/{name}")][-1]
