"""A claim file (TOTFA XML): its header, then case by case.

Opening looks at the whole file once without parsing cases: it finds the encoding, the header, the
number of cases, and whatever refuses the file. Iterating cuts it again and parses each case alone,
so memory does not grow with the file and one bad case costs only itself.
source: claim-file.md sections 1, 3 and 9.
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from claims.events import Finding
from claims.masks import mask_person_id
from claims.periods import roc_text
from claims.texts import normalised, trimmed
from services.ingest.reading import blocks
from services.ingest.reading.blocks import Block, Scanner
from services.ingest.reading.claim_case import PREVENTIVE, CaseReader
from services.ingest.reading.claim_header import Header, file_header, short_dates
from services.ingest.reading.claim_tags import MAX_TEXT
from services.ingest.reading.claim_xml import NotXml, parse_case, parse_skeleton
from services.ingest.reading.container import Container
from services.ingest.reading.decoding import Decoding, chunks, claim_decoding
from services.ingest.reading.findings import (
    FileRefused,
    case_refusal,
    case_warning,
    file_warning,
)
from services.ingest.reading.outcomes import CaseRead, Counts, Uploader
from services.ingest.reading.source import Opened

MAX_CASES = 2_000_000
_BLOCK_CODES = {blocks.AT_END: "C_TRUNCATED", blocks.CUT_SHORT: "C_XML", blocks.TOO_LONG: "C_XML"}
_PERSON = re.compile(rb"<[dD]3>\s*([A-Za-z0-9*#]{1,12})\s*<")
_EXTRA = re.compile(r"t[0-9]{1,2}|[a-z_][a-z0-9_.-]{0,39}")


def open_claim_file(container: Container, uploader: Uploader | None, received_on: int) -> Opened:
    """Raises FileRefused: F_CONTAINER, F_UNSAFE, F_ROOT, F_HEADER, F_OWNER, F_XML."""
    if container.content != "xml":
        raise FileRefused("F_CONTAINER")
    decoding = claim_decoding(container)
    scanner = _scanner(container, decoding)
    count, damaged, readable = 0, False, False
    for block in scanner:
        count += 1
        damaged = damaged or block.how != blocks.WHOLE
        readable = readable or _parses(block, decoding)
        if count > MAX_CASES:
            raise FileRefused("F_UNSAFE", f"> {MAX_CASES}", hint="案件數過多。")
    if scanner.unsafe:
        raise FileRefused("F_UNSAFE", hint="XML 含有 DTD 或實體宣告。")
    skeleton = parse_skeleton(decoding.text(bytes(scanner.skeleton)))
    header = file_header(skeleton.tdata, uploader)
    if count and not readable:
        raise FileRefused("F_XML")
    findings: list[Finding] = []
    if damaged or scanner.overgrown or not skeleton.sound:
        findings.append(file_warning("F_XML"))
    if decoding.first_bad is not None:
        findings.append(file_warning("W_BYTES", f"@{decoding.first_bad}"))
    for warning, tag in short_dates(skeleton.tdata["t3"], skeleton.tdata["t6"]):
        findings.append(file_warning(warning, trimmed(skeleton.tdata[tag]), column=tag))
    if not count:
        findings.append(file_warning("W_EMPTY"))
    counts = Counts()
    reader = ClaimFileReader(container, decoding, header, skeleton.tdata, received_on, findings)
    return Opened(
        "claim-xml",
        reader.items(counts),
        findings,
        counts,
        header=_about(header, skeleton.tdata),
    )


def _scanner(container: Container, decoding: Decoding) -> Scanner:
    return Scanner(chunks(container, decoding), decoding.skip, decoding.width)


def _parses(block: Block, decoding: Decoding) -> bool:
    if block.how != blocks.WHOLE:
        return False
    try:
        parse_case(block.data, decoding)
    except NotXml:
        return False
    return True


def _about(header: Header, tdata: dict[str, str]) -> dict[str, str]:
    """The header for the report: fields by name, the remaining tags as they stand."""
    about = {
        "facility_id": header.facility_id,
        "fee_month": str(header.fee_month),
        "appl_mode": header.appl_mode,
        "appl_type": header.appl_type,
        "appl_date": roc_text(header.appl_date),
    }
    for tag, text in list(tdata.items())[:100]:
        if tag not in ("t2", "t3", "t4", "t5", "t6") and _EXTRA.fullmatch(tag) and trimmed(text):
            about[tag] = trimmed(text)[:MAX_TEXT]
    return about


class ClaimFileReader:
    """Second pass: parses and judges the cases, and adds up what the header is compared with."""

    def __init__(
        self,
        container: Container,
        decoding: Decoding,
        header: Header,
        tdata: dict[str, str],
        received_on: int,
        findings: list[Finding],
    ) -> None:
        self._container = container
        self._decoding = decoding
        self._header = header
        self._tdata = tdata
        self._received_on = received_on
        self._findings = findings
        self._preventive = 0
        self._compare_points = bool(trimmed(tdata.get("t32", "")))
        # 合計點數 and 申請點數 of the preventive cases; either may be what t32 adds up.
        self._points = {"d39": Decimal(0), "d41": Decimal(0)}

    def items(self, counts: Counts) -> Iterator[CaseRead]:
        cases = CaseReader(self._received_on, counts)
        scanner = _scanner(self._container, self._decoding)
        for position, block in enumerate(scanner, start=1):
            item = self._case(cases, position, block)
            if item is not None:
                yield item
        self._compare_totals(counts)

    def _case(self, cases: CaseReader, position: int, block: Block) -> CaseRead | None:
        code = _BLOCK_CODES.get(block.how)
        why = block.how
        if code is None:
            try:
                tags, orders = parse_case(block.data, self._decoding)
            except NotXml as damage:
                code, why = "C_XML", str(damage)
        if code is not None:
            cases.counts.cases_read += 1
            # Opening looked into the cases only until one could be read.
            if all(finding.code != "F_XML" for finding in self._findings):
                self._findings.append(file_warning("F_XML"))
            if code == "C_TRUNCATED":
                self._findings.append(file_warning("W_TRUNCATED", f"#{position}"))
            error = case_refusal(code, found=why)
            shown = _person_in(block.data)
            return cases.refuse(
                position, block.offset, [error], self._header.facility_id, "", shown
            )
        self._add_up(tags)
        first_row = cases.counts.lines_emitted + 1
        item = cases.read(self._header, tags, orders, position, block.offset, first_row)
        if self._decoding.first_bad is not None and "\ufffd" in self._decoding.text(block.data):
            return _with_lost_bytes(item)
        return item

    def _add_up(self, tags: dict[str, str]) -> None:
        if normalised(tags.get("d1", "")[:10]) != PREVENTIVE:
            return
        self._preventive += 1
        if self._compare_points:
            for tag, total in self._points.items():
                self._points[tag] = total + (_decimal(tags.get(tag, "")) or 0)

    def _compare_totals(self, counts: Counts) -> None:
        """W_TOTAL: t37 against the cases, t31 and t32 against the preventive ones."""
        for tag, counted in (("t37", counts.cases_read), ("t31", self._preventive)):
            said = _decimal(self._tdata.get(tag, ""))
            if said is not None and said != counted:
                self._findings.append(file_warning("W_TOTAL", f"{said:f}", str(counted), tag))
        said = _decimal(self._tdata.get("t32", ""))
        # Cases without points cannot be compared; without cases the points are 0.
        sums = [total for total in self._points.values() if total or not self._preventive]
        if said is not None and sums and said not in sums:
            self._findings.append(file_warning("W_TOTAL", f"{said:f}", f"{sums[-1]:f}", "t32"))


def _person_in(data: bytes) -> str:
    """The person of a case that cannot be parsed, masked; empty when not found."""
    found = _PERSON.search(data)
    return mask_person_id(found[1].decode("ascii")) if found else ""


def _decimal(text: str) -> Decimal | None:
    text = trimmed(text[:30])
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < 10**15 else None


def _with_lost_bytes(item: CaseRead | None) -> CaseRead | None:
    if item is None or item.refused:
        return item
    return CaseRead(
        item.position,
        item.byte_offset,
        item.facility_id,
        item.case_key,
        item.person_masked,
        item.lines,
        (*item.findings, case_warning("W_BYTES")),
        False,
    )
