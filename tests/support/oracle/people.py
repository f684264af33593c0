"""Lines and rows about three invented people at two invented facilities."""

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from claims.events import ClaimLine, ResultItem

FACILITIES = ("3501200000", "3701200018")
PEOPLE = ("A123456789", "F229876543", "K100555021")
"""Unlike each other: nobody is a typing error of anybody."""


def day_of(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - date(1970, 1, 1)).days


VISITS = (
    day_of(2025, 3, 10),
    day_of(2025, 3, 11),
    day_of(2025, 3, 31),
    day_of(2025, 4, 9),
    day_of(2025, 1, 15),
)
BORN = (day_of(1971, 5, 5), day_of(1971, 5, 6), None)
BABIES = (day_of(2025, 1, 2), day_of(2025, 1, 3))
START = day_of(2025, 4, 12)

PROGRAMMES = {
    **dict.fromkeys(("21", "22", "25"), ("adult", "stage1")),
    **dict.fromkeys(("23", "24"), ("adult", "stage2")),
    "L1001C": ("adult", "bc"),
    **dict.fromkeys(("71", "72"), ("child", "visit")),
    **dict.fromkeys(("95", "97"), ("oral", "screen")),
}
GROUPS = ("stage1", "stage2", "hbsag", "anti_hcv", "interp_hbv", "interp_hcv")


@dataclass(frozen=True)
class Service:
    """What was done for whom: both a claim line and the row that answers it say it."""

    person: str
    order: str
    visit: int | None
    born: int | None
    newborn: bool = False
    mark: str = ""


def a_line(case_key: str, number: int, service: Service, appl_date: int, kind: str) -> ClaimLine:
    """The claim line of a service; ``kind`` is 1 for 送核, 2 for 補報."""
    programme, requirement = PROGRAMMES[service.order]
    own_birth = None if service.newborn else service.born
    return ClaimLine(
        number,
        f"{case_key}/{number}",
        case_key,
        service.person,
        own_birth,
        service.born,
        service.newborn,
        service.mark,
        service.visit,
        202503,
        kind,
        appl_date,
        "A3",
        "IC21",
        service.order,
        programme,
        requirement,
        "",
        "300",
        True,
        "",
        "",
        (),
        {},
    )


def right_values(service: Service) -> dict[str, str]:
    programme = PROGRAMMES[service.order][0]
    if programme == "adult":
        return {"bc_history": "3" if service.order == "L1001C" else "0"}
    if programme == "child":
        return {}
    oral = {"payer": "1", "indigenous": "1", "betel": "2", "smoking": "0"}
    return oral | {"result_sign": "0", "residence_code": "6401"}


def an_item(
    service: Service,
    record_id: str,
    *,
    stage1: int | None = None,
    values: dict[str, str] | None = None,
    filled: tuple[str, ...] = GROUPS,
    missing: tuple[str, ...] = (),
) -> ResultItem:
    """The row that answers a service, but for what is said otherwise.

    stage1  date of the first stage when the service is the second
    """
    programme, requirement = PROGRAMMES[service.order]
    stage2 = service.visit if requirement == "stage2" else None
    said = right_values(service) | (values or {})
    child = programme == "child"
    content = (
        programme,
        service.person,
        service.born,
        stage1 if stage2 is not None else service.visit,
        stage2,
        service.order if child else "",
        service.mark if child else "",
        said,
        filled if programme == "adult" else (),
        missing,
    )
    digest = blake2b(repr(content).encode(), digest_size=16).hexdigest()
    row_no = int(record_id.rpartition(":")[2])
    head = (row_no, record_id, "row", "", "", 0)
    return ResultItem(*head, *content, digest, b"sealed", "seal-test", ())  # type: ignore[arg-type]
