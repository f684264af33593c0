"""Tags of a claim file count in any case (R-18), also where a case is read the quick way."""

from pathlib import Path

from tests.support.files import a_case, a_claim_file, read


def test_one_tag_in_capitals_amid_small_ones_is_read(tmp_path: Path) -> None:
    text = a_claim_file(a_case())
    capital = text.replace("<d9>", "<D9>").replace("</d9>", "</D9>")
    capital = capital.replace("<p4>", "<P4>").replace("</p4>", "</P4>")
    assert capital != text
    (line,) = read(tmp_path, text).lines
    assert read(tmp_path, capital).lines == [line]
