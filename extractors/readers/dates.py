"""Dates as documents print them, to `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""

import re

NAMES = (
    ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",),
    ("june", "jun"), ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"),
    ("october", "oct"), ("november", "nov"), ("december", "dec"),
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(NAMES, start=1) for name in names}
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
"""Pattern of a month's name, long forms first."""
_YEAR = r"(?P<year>1\d{3}|20\d\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}[-/.](?P<month>1[0-2]|0?[1-9])[-/.]{_DAY}(?!\d)",
        rf"(?<!\d){_DAY}[ -](?:of )?(?P<name>{MONTH})\.?,?[ -]{_YEAR}(?!\d)",
        rf"(?<!\w)(?P<name>{MONTH})\.? {_DAY},? {_YEAR}(?!\d)",
        rf"(?<!\w)(?P<name>{MONTH})\.?,? {_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}-(?P<month>0[1-9]|1[0-2])(?![\d-])",
        rf"(?<!\d){_YEAR}(?!\d)",
    )
)
"""Forms of a date, the most exact first."""


def read_date(text: str) -> str:
    """Return a date in `text` as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`, or ''; one with a day wins."""
    text = text[:300]
    for pattern in DATES:
        if match := pattern.search(text):
            found = match.groupdict()
            month = (
                MONTHS[found["name"].casefold()]
                if found.get("name")
                else int(found.get("month") or 0)
            )
            parts = [
                found["year"],
                *(f"{int(n):02d}" for n in (month, found.get("day") or 0) if int(n)),
            ]
            return "-".join(parts)
    return ""
