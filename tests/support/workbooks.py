"""XLSX workbooks as Excel writes them: texts in a table of their own (sharedStrings)."""

import io
import re
import zipfile
from typing import Any

from openpyxl import Workbook

from tests.support.files import a_zip

SHEET, TEXTS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_INLINE = re.compile(r't="inlineStr"><is><t(?: xml:space="preserve")?>(.*?)</t></is>', re.DOTALL)
_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)
_RELATION = (
    '<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/sharedStrings"/></Relationships>'
)


def parts(*rows: list[Any]) -> dict[str, bytes]:
    """The parts of a workbook whose first sheet holds the rows; a second one holds noise."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.create_sheet("other").append(["noise"])
    out = io.BytesIO()
    book.save(out)
    archive = zipfile.ZipFile(io.BytesIO(out.getvalue()))
    files = {name: archive.read(name) for name in archive.namelist()}
    texts: list[str] = []

    def shared(match: re.Match[str]) -> str:
        texts.append(match[1])
        return f't="s"><v>{len(texts) - 1}</v>'

    files[SHEET] = _INLINE.sub(shared, files[SHEET].decode()).encode()
    # Every third text in two runs, as a word in bold makes it.
    items = "".join(
        f"<si><r><t>{text[:1]}</t></r><r><t>{text[1:]}</t></r></si>"
        if place % 3 == 0 and "&" not in text
        else f"<si><t>{text}</t></si>"
        for place, text in enumerate(texts)
    )
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    files[TEXTS] = f'<sst xmlns="{space}">{items}</sst>'.encode()
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    files[types] = files[types].replace(b"</Types>", _TYPE.encode())
    files[relations] = files[relations].replace(b"</Relationships>", _RELATION.encode())
    return files


def a_workbook(*rows: list[Any]) -> bytes:
    return a_zip(parts(*rows))
