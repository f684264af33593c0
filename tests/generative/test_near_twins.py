"""Near twins never match: 20,000 pairs that differ in one key field; `make prove` tries a million.

Beside them whole pairs, which do match: a product that matches nothing would prove nothing.
"""

from collections import Counter

from tests.support.oracle.near_twins import twins_of

SEED, BATCHES, PAIRS = 20251101, 10, 2000


def test_a_pair_that_differs_in_one_key_field_never_matches() -> None:
    fields: Counter[str] = Counter()
    for batch in range(BATCHES):
        found = twins_of(SEED + batch, PAIRS)
        assert found.false == (), f"seed {found.seed}"
        assert found.missed == (), f"seed {found.seed}"
        fields += found.fields
    named = {"", "person", "facility", "date", "order_code", "birth_date", "newborn_mark"}
    assert fields.keys() == named
    assert min(fields.values()) > 100
