"""Statements of accounts and their lines: one name for what companies title and arrange in ways of their own (§3.2).

A statement has one name, whether it is called condensed, consolidated or unaudited, a balance sheet or a statement of
financial position. A line of a statement whose words say all by themselves (`total current assets`) is the same
wherever it stands in it; one that has a meaning only under its group (`other`, `basic`) keeps the group, and so does
one that companies print with either sign (`interest expense`).
"""

import re
from functools import lru_cache

from warehouse.cells import Measure, Period

QUALIFIED = r"(?:(?:condensed|consolidated|combined|interim|unaudited|audited),? (?:and )?)*"
TITLE = re.compile(
    rf"{QUALIFIED}(?P<kind>balance sheet|income statement|cash flow statement|statement)s?"
    rf"(?P<of>$| of .*?)(?: \(?unaudited\)?)?"
)
"""Titles of statements, in small letters, which companies qualify in words of their own."""
BALANCE, INCOME, CASH = "balance sheet", "income statement", "statement of cash flows"
SAME = {
    "statement of financial position": BALANCE, "statement of financial condition": BALANCE,
    "statement of operations": INCOME, "statement of income": INCOME, "statement of earnings": INCOME,
    "statement of profit or loss": INCOME, "statement of profit and loss": INCOME, "cash flow statement": CASH,
}  # fmt: skip
"""Other names of a statement."""
LINES = {
    BALANCE: re.compile(
        r"total (?:(?:current|non-?current|long-term) )?(?:assets|liabilities)|goodwill|retained earnings|"
        r"total (?:(?:stock|share)holders[’'] )?equity|total liabilities and (?:(?:stock|share)holders[’'] )?equity|"
        r"cash and cash equivalents"
    ),
    INCOME: re.compile(
        r"(?:total )?(?:net )?(?:revenues?|sales)|gross (?:profit|margin)|operating (?:income|profit)|"
        r"income from operations|(?:income|earnings) before (?:provision for )?income taxes|net (?:income|earnings)"
    ),
    CASH: re.compile(
        r"net cash (?:flows? )?(?:provided|used|generated|from)\b.*\b(?:operating|investing|financing) activities"
    ),
}
"""Lines that mean the same wherever they stand in a statement, and whose sign is not a matter of style."""
OUTGOING = re.compile(
    r"\b(?:expenses?|costs?|tax(?:es)?|provision|depreciation|amortization|dividends|purchases?|repurchases?|payments?|"
    r"repayments?|accumulated|losses)\b"
)
"""Words of lines that some statements print in brackets because they are taken away, and others without."""
LENGTHS = {BALANCE: "instant", INCOME: "P1Y", CASH: "P1Y"}
"""What the figures of a yearly report's statements are of where nothing else is said."""
EITHER = re.compile(r"\s*/?\((?:loss(?:es)?|used in|deficit)\)/?\s*")
"""What a line says of the sign that its figures may have."""


@lru_cache(maxsize=1 << 12)
def statement_of(title: str) -> str:
    """Return the one name of a statement, empty for words in small letters that are no statement's title."""
    match = TITLE.fullmatch(title)
    if match is None:
        return ""
    name = re.sub(rf"^ of {QUALIFIED}", " of ", match["of"])
    return SAME.get(f"{match['kind']}{name}", f"{match['kind']}{name}")


def comparable(measure: Measure) -> Measure:
    """Return a measure as it is compared with those of other documents."""
    label, path = _compared(measure.label, measure.path)
    if (label, path) == (measure.label, measure.path):
        return measure
    return measure.model_copy(update={"label": label, "path": path})


@lru_cache(maxsize=1 << 12)
def _compared(label: str, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return label and path as those of other documents have them."""
    path = tuple([statement_of(part) or part for part in path])
    lines = LINES.get(path[0]) if path else None
    plain = EITHER.sub(" ", label).strip()
    return (plain, path[:1]) if lines and lines.fullmatch(plain) else (label, path)


def signed_by_style(measure: Measure) -> bool:
    """Say whether the sign of a statement's line is a matter of style: companies' figures may differ in it alone."""
    lines = LINES.get(measure.path[0]) if measure.path else None
    if not measure.path or not statement_of(measure.path[0]):
        return False
    return bool(OUTGOING.search(measure.label)) and not (lines and lines.fullmatch(measure.label))


def of_yearly_report(measure: Measure, period: Period) -> Period:
    """Return the period of a figure of a yearly report, with the length that its statement's figures have."""
    length = LENGTHS.get(measure.path[0], "") if measure.path and not period.length else ""
    return period.model_copy(update={"length": length}) if length else period
