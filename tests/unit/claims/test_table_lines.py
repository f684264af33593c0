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
eligibility = [
  { id = "oral-95", since = 2015-01-01 },
  # a comment
  { id = "oral-97", valid_from = 2016-01-01 },
]
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
        ("$.eligibility[0]", "", 11),
        ("$.eligibility[1].id", "", 13),
        ("$.eligibility[9]", "", 13),
        ("eligibility.oral-97", "", 13),
        ("eligibility.colour", "", 11),
        ("eligibility", "gap at 2016-01-01", 13),
        ("eligibility.colour", "gap at 2015-01-01", 11),
        ("deadlines", "gap at 2015-01-01", 3),
        ("orders.97", "", 8),
        ("$.nothing", "", None),
        ("nothing.at-all", "", None),
    ],
)
def test_a_key_is_found_on_its_line(key: str, reason: str, line: int | None) -> None:
    assert line_of(TABLE, key, reason) == line
