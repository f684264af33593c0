"""Claim files as clinics send them: TOTFA XML in CP950 called Big5, CRLF, alone or in a ZIP.

source: claim-file.md sections 1 to 5.
"""

import io
import zipfile
from xml.sax.saxutils import escape

from bench.region.facts import Case, Line, Sheet

DECLARATION = '<?xml version="1.0" encoding="Big5"?>'
CASE_TAGS = ("d1", "d2", "d3", "d8", "d9", "d11", "d15", "d29", "d45", "d49", "d51", "d54")


def claim_file(sheet: Sheet, cases: list[Case], padded: bool) -> bytes:
    """The bytes of one sheet; its totals count what is in it."""
    lines = [DECLARATION, "<outpatient>", *_total(sheet, cases)]
    for case in cases:
        lines += _case(case, padded)
    return "\r\n".join([*lines, "</outpatient>", ""]).encode("cp950")


def zipped(data: bytes) -> bytes:
    """The same in a ZIP that depends on nothing but its content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("TOTFA.xml", (2025, 1, 1, 0, 0, 0)), data)
    return target.getvalue()


def _tag(name: str, text: str | int) -> str:
    return f"<{name}>{escape(str(text))}</{name}>"


def _points(case: Case) -> int:
    return sum(int(line.points) for line in case.lines)


def _total(sheet: Sheet, cases: list[Case]) -> list[str]:
    preventive = [case for case in cases if case.case_type == "A3"]
    visits = sorted(case.tags["d9"] for case in cases if len(case.tags["d9"]) == 7)
    body: dict[str, str | int] = {
        "t1": "10",
        "t2": sheet.facility,
        "t3": sheet.fee_month,
        "t4": "2",
        "t5": sheet.appl_type,
        "t6": sheet.appl_date,
        "t31": len(preventive),
        "t32": sum(map(_points, preventive)),
        "t37": len(cases),
        "t38": sum(map(_points, cases)),
        "t41": visits[0] if visits else "",
        "t42": visits[-1] if visits else "",
    }
    return ["<tdata>", *(_tag(name, text) for name, text in body.items()), "</tdata>"]


def _case(case: Case, padded: bool) -> list[str]:
    number = f"{case.seq:04d}" if padded else str(case.seq)
    tags = {"d1": case.case_type, "d2": number} | case.tags
    head = [_tag(name, tags[name]) for name in ("d1", "d2")]
    body = [_tag(name, tags[name]) for name in CASE_TAGS[2:] if tags.get(name)]
    if case.broken:
        body.append(case.broken)
    total = _points(case)
    body += [_tag("d39", total), _tag("d40", 0), _tag("d41", total)]
    orders = [text for line in case.lines for text in _order(line)]
    return ["<ddata><dhead>", *head, "</dhead><dbody>", *body, *orders, "</dbody></ddata>"]


def _order(line: Line) -> list[str]:
    tags = {
        "p3": line.order_type,
        "p4": line.code,
        "p10": "1.00",
        "p11": f"{line.points}.00",
        "p12": line.points,
        "p13": line.seq or "",
        "p24": line.lab,
    }
    return ["<pdata>", *(_tag(name, text) for name, text in tags.items() if text), "</pdata>"]
