"""Figures of an inline XBRL filing as the filer tagged them: a second reader of the same page.

Each `ix:nonFraction` names a context (a moment or a stretch of days), a unit, a scale and a sign. Nothing of the page's
tables is looked at, so that agreement with cells read from them is evidence for both.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, no stubs)

DIGITS = re.compile(r"[\d.]+")


@dataclass(frozen=True)
class Tagged:
    """One tagged figure."""

    name: str
    """Concept, `us-gaap:Revenues`."""
    text: str
    """Digits as printed, without sign and separators."""
    value: Decimal
    unit: str
    """ISO 4217 code, `shares`, `CODE/shares`, `pure`, or a unit's own name."""
    start: date | None
    """First day; None for a moment."""
    end: date
    in_table: bool


def read_tagged(data: bytes) -> list[Tagged]:
    """Return the tagged figures of a filing in order of the page; those that print words are left out."""
    root = etree.fromstring(
        data, etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False)
    )
    contexts = {item.get("id"): _period(item) for item in _all(root, "context")}
    units = {item.get("id"): _unit(item) for item in _all(root, "unit")}
    found: list[Tagged] = []
    for item in _all(root, "nonFraction"):
        printed = "".join(item.itertext()).replace(",", "").strip()
        period = contexts.get(item.get("contextRef"))
        if period is None or not DIGITS.fullmatch(printed):
            continue
        try:
            value = Decimal(printed).scaleb(int(item.get("scale") or 0))
        except InvalidOperation:
            continue
        signed = -value if item.get("sign") == "-" else value
        table = any(_local(parent) == "table" for parent in item.iterancestors())
        unit = units.get(item.get("unitRef"), "")
        found.append(Tagged(item.get("name"), printed, signed, unit, *period, in_table=table))
    return found


def _local(item: etree._Element) -> str:
    return etree.QName(item).localname if isinstance(item.tag, str) else ""


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return [item for item in root.iter() if _local(item) == name]


def _period(context: etree._Element) -> tuple[date | None, date] | None:
    days = {_local(item): (item.text or "").strip()[:10] for item in context.iter()}
    if "instant" in days:
        return None, date.fromisoformat(days["instant"])
    if "startDate" in days and "endDate" in days:
        return date.fromisoformat(days["startDate"]), date.fromisoformat(days["endDate"])
    return None


def _unit(unit: etree._Element) -> str:
    measures = [(item.text or "").strip().rpartition(":")[2] for item in _all(unit, "measure")]
    return "/".join(measures)
