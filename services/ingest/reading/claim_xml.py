"""XML of one case, and of the frame around the cases, to texts by tag in lower case.

Entities are never resolved and nothing is fetched; DTDs were refused before anything gets here.
Tags are case-insensitive (R-18). A tag that stands twice keeps its first text.
"""

import re
from typing import NamedTuple
from xml.parsers import expat

from lxml import etree

from services.ingest.reading.decoding import Decoding
from services.ingest.reading.findings import FileRefused

ROOT, TOTALS = "outpatient", "tdata"
GROUPS = ("dhead", "dbody")
ORDER = "pdata"

_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    encoding="utf-8",
)
# A leaf up to its end tag; a begin or end of an order line; a leaf without content.
_LEAF = re.compile(r"<(?:(\w+)>([^<]*)</|(/?pdata)>|\w+\s*/>)", re.ASCII)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# Comments and instructions may stand before the root, and name tags.
_BEFORE_ROOT = re.compile(r"(?:\s|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)")
_TOTALS = re.compile(rf"<{TOTALS}[\s>].*?</{TOTALS}\s*>", re.IGNORECASE | re.DOTALL)


class NotXml(Exception):
    """A piece that is not well formed. The text names the kind of damage, never the content."""


class Skeleton(NamedTuple):
    """``sound``: the frame around the cases is well formed."""

    tdata: dict[str, str]
    sound: bool


def parse_case(data: bytes, decoding: Decoding) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Texts of a case by tag, and of each of its order lines. Raises NotXml."""
    text = data.decode("ascii") if data.isascii() else decoding.text(data)
    return _plain_case(text) or _any_case(text.encode("utf-8", "replace"))


def _plain_case(text: str) -> tuple[dict[str, str], list[dict[str, str]]] | None:
    """The same for a case as nearly all files write it: leaves without attributes, nothing to
    resolve. None for any other, also for one that is not well formed. Three times as fast.

    Every ``<`` must be accounted for by the leaves found and the known parents, so a case with
    anything else in it is left to the parser.
    """
    if "&" in text or "<!" in text or "<?" in text or not text.startswith("<ddata>"):
        return None
    if text.count("<dhead>") != 1 or text.count("<dbody>") != 1:
        return None
    # dbody follows dhead: neither lies inside the other.
    if text.rpartition("<dbody>")[0].rstrip()[-8:] != "</dhead>":
        return None
    tags: dict[str, str] = {}
    orders: list[dict[str, str]] = []
    into, accounted = tags, 2 * len(("ddata", "dhead", "dbody"))
    for tag, content, mark in _LEAF.findall(text):
        if tag:
            into.setdefault(tag.lower(), content)
            accounted += 2
            continue
        accounted += 1
        if mark == ORDER:
            if into is not tags:
                return None
            into = {}
            orders.append(into)
        elif mark:
            into = tags
    if accounted != text.count("<") or not tags.keys().isdisjoint((*GROUPS, ORDER)):
        return None
    return (tags, orders) if _well_formed(text) else None


def _well_formed(text: str) -> bool:
    parser = expat.ParserCreate("utf-8")
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return False
    return True


def _any_case(data: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    root = _parsed(data)
    tags: dict[str, str] = {}
    orders: list[dict[str, str]] = []
    for group in root:
        name = _name(group)
        if name in GROUPS:
            for element in group:
                if _name(element) == ORDER:
                    orders.append(_texts(element))
                else:
                    _put(tags, element)
        elif name == ORDER:
            orders.append(_texts(group))
        else:
            _put(tags, group)
    return tags, orders


def parse_skeleton(text: str) -> Skeleton:
    """The file without its cases. Raises FileRefused: F_ROOT, F_HEADER when there is no tdata."""
    text = _DECLARATION.sub("", text, count=1)
    before = _BEFORE_ROOT.match(text)
    first = _FIRST_TAG.search(text, before.end() if before else 0)
    if first is None or first[1].lower() != ROOT:
        raise FileRefused("F_ROOT", first[1][:20] if first else "", ROOT)
    try:
        root = _parsed(text.encode("utf-8", "replace"))
    except NotXml:
        return Skeleton(_recovered_totals(text), False)
    for element in root.iter():
        if _name(element) == TOTALS:
            return Skeleton(_texts(element), True)
    raise FileRefused("F_HEADER", column=TOTALS)


def _recovered_totals(text: str) -> dict[str, str]:
    found = _TOTALS.search(text)
    if found is not None:
        try:
            return _texts(_parsed(found[0].encode("utf-8", "replace")))
        except NotXml:
            pass
    raise FileRefused("F_HEADER", column=TOTALS)


def _parsed(data: bytes) -> etree._Element:
    try:
        return etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as damage:
        raise NotXml(f"line {damage.lineno or 0}") from None


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.lower() if isinstance(tag, str) else ""


def _texts(parent: etree._Element) -> dict[str, str]:
    tags: dict[str, str] = {}
    for element in parent:
        _put(tags, element)
    return tags


def _put(tags: dict[str, str], element: etree._Element) -> None:
    tag = element.tag
    if isinstance(tag, str):
        tags.setdefault(
            tag.lower(), (element.text or "") if not len(element) else _all_text(element)
        )


def _all_text(element: etree._Element) -> str:
    return "".join(text for text in element.itertext() if isinstance(text, str))
