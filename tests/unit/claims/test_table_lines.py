"""Where a key of a table stands, for whoever mends it."""

import pytest

from claims.table_lines import line_of

TABLE = """programme = "oral"
[deadlines]
since = 2015-01-01
[[orders]]
code = "95"
pair = "97"
[[orders]]
code = "97"
pair = "95"
tooth = "16"
eligibility = [
  { id = "oral-95", since = 2015-01-01 },
  # a comment
  { id = "oral-97", valid_from = 2016-01-01 },
]
columns = [
  { name = "betel", aliases = "chewing" },
  { name = "smoking" },
]
mark = "law"
[aliases]
person_id = "entered by the agency"
[settings]
near_miss_days = 30
"""


@pytest.mark.parametrize(
    ("key", "reason", "line"),
    [
        ("$.programme", "", 1),
        ("$.deadlines", "", 2),
        ("$.orders[0]", "", 4),
        ("$.orders[0].pair", "", 6),
        ("$.orders[1].pair", "", 9),
        ("$.orders[1].colour", "", 7),
        ("$.orders[7].code", "", 8),
        ("$.orders", "", 4),
        ("$.eligibility[0]", "", 12),
        ("$.eligibility[1].id", "", 14),
        ("$.columns[9]", "", 18),
        ("eligibility.oral-97", "", 14),
        ("eligibility.colour", "", 12),
        ("eligibility", "gap at 2016-01-01", 14),
        ("eligibility.colour", "gap at 2015-01-01", 12),
        ("deadlines", "gap at 2015-01-01", 3),
        ("orders.97", "", 8),
        ("$.nothing", "", None),
        ("nothing.at-all", "", None),
        # not the key of the next block, nor one that stands after the list
        ("$.orders[0].tooth", "", 4),
        ("$.eligibility[0].mark", "", 12),
        ("$.mark", "", 20),
        # a section is not what is called so within a row
        ("$.aliases.person_id", "", 22),
        # columns by their name; the key of a section itself
        ("columns.smoking", "digits need a size", 18),
        ("columns.nobody", "", 17),
        ("settings.near_miss_days", "", 24),
        ("settings.colour", "", 23),
        # whichever part of the key is a row; of two days the first that a row begins on
        ("eligibility.colour.oral-97", "", 14),
        ("eligibility", "gap: no row from 2015-01-01 to 2016-01-01", 12),
        ("eligibility", "gap: no row from 2015-12-30 to 2016-01-01", 14),
    ],
)
def test_a_key_is_found_on_its_line(key: str, reason: str, line: int | None) -> None:
    assert line_of(TABLE, key, reason) == line
