"""What ingest keeps of a file while it is cut: lines of the report, its parts, its cases."""

from services.ingest.database import Connection
from services.ingest.findings import CASE_GONE
from services.ingest.findings import said as words_of
from services.ingest.parts import FileLine, Part
from services.ingest.submissions import Submission

_LINE_COLUMNS = (
    "submission_id", "line_no", "row_no", "case_position", "byte_offset", "person_masked",
    "refused", "code", "level", "column_name", "found", "expected", "hint",
)  # fmt: skip
_PART_COLUMNS = (
    "submission_id", "part_no", "topic", "facility_id", "first_row", "last_row", "row_nos",
    "persons",
)  # fmt: skip


class FileReport:
    """Written in the transaction that settles the submission: after a crash none of it is there."""

    def __init__(self, connection: Connection, submission: Submission) -> None:
        self._connection, self._submission = connection, submission
        self._line_no = 0
        self.rows_by_facility: dict[str, int] = {}

    @property
    def rows(self) -> int:
        return sum(self.rows_by_facility.values())

    async def add_lines(self, lines: list[FileLine]) -> None:
        if not lines:
            return
        rows = []
        for line in lines:
            self._line_no += 1
            finding = line.finding
            place = (line.row_no, line.case_position, line.byte_offset)
            said = (finding.code, finding.level, finding.column, finding.found)
            words = map(_clean, (*said, finding.expected, finding.hint))
            rows.append(
                (
                    self._submission.submission_id,
                    self._line_no,
                    *place,
                    _clean(line.person_masked),
                    line.refused,
                    *words,
                )
            )
        await self._connection.copy_records_to_table(
            "file_lines", schema_name="ingest", columns=_LINE_COLUMNS, records=rows
        )

    async def add_part(self, part: Part) -> None:
        facility = part.event.facility_id
        rows = self.rows_by_facility
        rows[facility] = rows.get(facility, 0) + len(part.row_nos)
        record = (
            self._submission.submission_id,
            part.event.part_no,
            part.topic,
            facility,
            min(part.row_nos),
            max(part.row_nos),
            part.row_nos,
            [_clean(person) for person in part.persons],
        )
        await self._connection.copy_records_to_table(
            "parts", schema_name="ingest", columns=_PART_COLUMNS, records=[record]
        )

    async def compare_cases(self, fee_month: str, appl_date: int, keys: list[str]) -> None:
        """Name the cases of older 送核 files of the month that this one no longer holds."""
        file_key = f"{self._submission.facility_id}/{fee_month}"
        gone = await self._connection.fetch(
            "select case_key from ingest.claim_cases where file_key = $1"
            " and (appl_date, begun_no) < ($2::int, $3::bigint)"
            " and not exists (select from unnest($4::text[]) kept where kept = case_key)"
            " order by case_key",
            file_key,
            appl_date,
            self._submission.begun_no,
            keys,
        )
        await self.add_lines([FileLine(words_of(CASE_GONE, row["case_key"])) for row in gone])
        await self._connection.execute(
            """
            insert into ingest.claim_cases (file_key, case_key, appl_date, begun_no)
            select $1, key, $2, $3 from unnest($4::text[]) key
            on conflict (file_key, case_key) do update
                set appl_date = excluded.appl_date, begun_no = excluded.begun_no
                where (claim_cases.appl_date, claim_cases.begun_no)
                    < (excluded.appl_date, excluded.begun_no)
            """,
            file_key,
            appl_date,
            self._submission.begun_no,
            sorted(set(keys)),
        )


def _clean(text: str) -> str:
    """Postgres keeps no NUL in a text."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
