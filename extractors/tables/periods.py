"""Periods in headings, stubs, captions and lines: `Three Months Ended July 30, 2023`, `2005/06`, `2013 Q1`, `FY2023`.

A period is an end as stated (a year, month or day) and a length, which is empty where only the end is printed. A text
that could be two things, as `2005-06`, is no period.
"""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from warehouse.cells import Period

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {
    "sept": 9
}
NO_PERIOD = Period(length="", end="")
_MONTH = r"(?=[adfjmnos])(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = (
    rf"(?P<mdy>(?P<m1>{_MONTH}) ?(?P<d1>\d{{1,2}})\b(?:st|nd|rd|th)?,? ?(?P<y1>{_YEAR})\b)"
    rf"|(?P<dmy>(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?P<m2>{_MONTH}),? (?P<y2>{_YEAR})\b)"
    rf"|(?P<iso>(?P<y3>{_YEAR})-(?P<m3>\d\d)-(?P<d3>\d\d)(?:T[\d:.Z]+)?\b)"
)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "nine": 9, "twelve": 12, "thirteen": 13, "twenty-six": 26,
    "thirty-nine": 39, "fifty-two": 52, "fifty-three": 53, "eighteen": 18, "twenty-four": 24,
}  # fmt: skip
_LENGTH = (
    rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})[ -](?P<unit>months?|weeks?|quarters?|"
    rf"years?)(?: periods?)?(?: (?:ended|ending|to))?"
    r"|(?:(?:fiscal|financial|calendar|crop|marketing|full) )?(?P<word>years?|quarters?|months?|"
    r"half[- ]years?|twelve months) (?:ended|ending|to)"
)
_QUARTER = rf"(?P<qy1>{_YEAR})[ -]?[Qq](?P<q1>[1-4])\b|[Qq](?P<q2>[1-4])[ -](?P<qy2>{_YEAR})\b"
_FISCAL = rf"(?:fy|fiscal(?: year)?|financial year|fiscal years) ?(?P<fy>{_YEAR})\b|\bfy ?'?(?P<fyshort>\d\d)\b"
_SPLIT = rf"\b(?P<s1>{_YEAR})(?P<mark>[/–-])(?P<s2>(?:\d\d)?\d\d)\b(?![/\d-])"
_SPAN = rf"\b(?P<r1>{_YEAR})(?: ?[–—] ?| to |-| ?- )(?P<r2>{_YEAR})\b"
_MONTHLY = rf"(?P<mm>{_MONTH})[ ,-]{{1,2}}(?P<my>{_YEAR})\b|\b(?P<my2>{_YEAR}) (?P<mm2>{_MONTH})"
_PATTERNS = {
    "length": _LENGTH, "date": _DATE, "split": _SPLIT, "span": _SPAN, "quarter": _QUARTER, "fiscal": _FISCAL,
    "month": _MONTHLY, "iso_month": rf"\b(?P<im_y>{_YEAR})-(?P<im_m>0[1-9]|1[0-2])\b(?!-)",
    "year": rf"(?<![\w$€£.,-])(?P<year>{_YEAR})(?![\w%,.]\d|\w|%)",
}  # fmt: skip
FIND = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _PATTERNS.items()}
_RANGE_OF_MONTHS = re.compile(
    rf"(?P<m1>{_MONTH})(?: (?P<y1>{_YEAR}))? ?(?:–|—|-| to ) ?(?P<m2>{_MONTH}) (?P<y2>{_YEAR})\b",
    re.IGNORECASE,
)
_SHORT_DAYS = re.compile(
    rf"(?P<d1>\d{{1,2}}) (?P<m1>{_MONTH})? ?(?:–|—|-| to ) ?(?P<d2>\d{{1,2}}) (?P<m2>{_MONTH}) (?P<y>{_YEAR})\b",
    re.IGNORECASE,
)
_DAY = rf"(?:{_MONTH} \d{{1,2}}, {_YEAR}|\d{{1,2}} {_MONTH} {_YEAR}|{_YEAR}-\d\d-\d\d)"
_RANGE_OF_DAYS = re.compile(
    rf"(?P<first>{_DAY}) ?(?:–|—| - | to | through ) ?(?P<second>{_DAY})", re.IGNORECASE
)
_RANGE_OF_SPLITS = re.compile(
    rf"\b(?P<r1>{_YEAR})/\d\d ?(?:[–-]| to ) ?(?P<r2>{_YEAR})/\d\d(?:\d\d)?\b"
)
FIND |= {
    "short_days": _SHORT_DAYS,
    "months": _RANGE_OF_MONTHS,
    "days": _RANGE_OF_DAYS,
    "splits": _RANGE_OF_SPLITS,
}
INSTANT = re.compile(r"\b(?:as (?:of|at)|at)\b", re.IGNORECASE)
BALANCE = re.compile(
    r"\b(?:balance sheets?|financial position|financial condition|balances? (?:as of|at))\b",
    re.IGNORECASE,
)
YEAR = re.compile(_YEAR)
AT_MOMENT = re.compile(r"\b(?:as (?:of|at)|at) \x00", re.IGNORECASE)
TAKEN = re.compile(
    r"(?:\b(?:for|as of|as at|at|in|during|of|on|the|years?|months?|fiscal|and|to|through|"
    r"from)\b[ ,]*)*\x00(?:\s*(?:,|and|to|through|or|&|[–—-])?\s*(?:(?:the|as of|at|ended|for) )*\x00)*",
    re.IGNORECASE,
)
"""What has been read, with the words that lead to it and join it."""
EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
LASTING = re.compile(r"month|week|quarter|year|\bfy", re.IGNORECASE)
QUICK = re.compile(r"\d{2}|ended|ending", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Stated:
    """What a text says of time.

    One text has one such reading, so it is compared by identity: to hash what it holds would take longer than to find
    a figure's period.
    """

    lengths: tuple[str, ...]
    """Durations, in order of first mention."""
    ends: tuple[Period, ...]
    """Ends in order of first mention; a length stands with an end only where it follows from it (`2005/06`)."""
    rest: str
    """The text without them."""
    instant: bool = False


@lru_cache(maxsize=1 << 14)
def find_periods(text: str) -> Stated:
    """Return all that a text says of time, and the text without it."""
    if not QUICK.search(text):
        return Stated((), (), " ".join(text.split()))
    lengths: list[str] = []
    ends: list[Period] = []
    rest = text
    takers = TAKERS if YEAR.search(text) else YEARLESS if LASTING.search(text) else ()
    clues = clues_of(text) if takers else NO_CLUES
    for name, take in takers:
        if any(map(clues.isdisjoint, CLUES[name])):
            continue
        pattern = FIND[name]
        while match := pattern.search(rest):
            found = take(match)
            if found is None:
                return Stated((), (), " ".join(text.split()))
            if isinstance(found, str):
                lengths += [found] if found not in lengths else []
            else:
                ends += [found] if found not in ends else []
            rest = f"{rest[: match.start()]}\x00{rest[match.end() :]}"
    instant = bool(ends) and bool(AT_MOMENT.search(rest))
    return Stated(tuple(lengths), tuple(ends), _cleaned(rest), instant)


def read_period(text: str) -> Period | None:
    """Return the one period that a whole text states, None where it says more or less."""
    found = find_periods(text)
    if found.rest or len(found.ends) != 1 or len(found.lengths) > 1:
        return None
    return joined(
        found.ends[0], found.lengths[0] if found.lengths else "instant" if found.instant else ""
    )


def joined(end: Period, length: str) -> Period:
    """Return the end with a length, unless it has its own."""
    return end if end.length or not length else Period(length=length, end=end.end)


def is_year(text: str) -> bool:
    """Say whether a text is a year alone."""
    return bool(YEAR.fullmatch(text))


def clues_of(text: str) -> frozenset[str]:
    """Return the clues that a text has; a dotless i and a long s count as the letters that patterns take them for."""
    low = text.lower().replace("\u0131", "i").replace("\u017f", "s")
    found = [clue for clue in ALL_CLUES if clue in low]
    if any(map(low.__contains__, SHORT_MONTHS)) and MONTH.search(text):
        found.append(NAMED)
    return frozenset(found)


def _cleaned(rest: str) -> str:
    rest = EMPTY.sub(" ", TAKEN.sub(" ", rest) if "\x00" in rest else rest)
    return " ".join(rest.split()).strip(" ,;:–—-|/")


def _length(match: re.Match[str]) -> str:
    if match["word"]:
        word = match["word"].lower().replace("-", " ").rstrip("s")
        return {"year": "P1Y", "quarter": "P3M", "month": "P1M", "half year": "P6M"}.get(
            word, "P1Y"
        )
    text = match["count"].lower()
    count = _COUNTS.get(text) or int(text)
    unit = match["unit"].lower().rstrip("s")
    if unit == "month" and count == 12:
        return "P1Y"
    return {
        "month": f"P{count}M",
        "week": f"P{count}W",
        "quarter": f"P{3 * count}M",
        "year": f"P{count}Y",
    }[unit]


def _date(match: re.Match[str]) -> Period | None:
    found = match.groupdict()
    kind = next(n for n, name in enumerate(("mdy", "dmy", "iso"), 1) if found[name])
    year, day, month = int(found[f"y{kind}"]), int(found[f"d{kind}"]), found[f"m{kind}"]
    number = int(month) if month.isdigit() else MONTHS[month.lower().rstrip(".")]
    try:
        return Period(length="", end=date(year, number, day).isoformat())
    except ValueError:
        return None


def _split(match: re.Match[str]) -> Period | None:
    """`2005/06` is the year that ends in 2006; `2005-06` may be a month and is nothing."""
    first, second = match["s1"], match["s2"]
    end = int(second) if len(second) == 4 else int(first[:2] + second)
    if len(second) == 2 and end < int(first):
        end += 100
    if match["mark"] == "-" and len(second) == 2 and int(second) <= 12:
        return None if end == int(first) + 1 else Period(length="", end=f"{first}-{second}")
    if match["mark"] == "/" and end == int(first) + 1:
        return Period(length="P1Y", end=str(end))
    if len(second) == 4 or (match["mark"] == "–" and end != int(first) + 1):
        years = end - int(first) + 1
        return Period(length=f"P{years}Y", end=str(end)) if years > 0 else None
    return Period(length="P1Y", end=str(end)) if end == int(first) + 1 else None


def _span(match: re.Match[str]) -> Period | None:
    years = int(match["r2"]) - int(match["r1"]) + 1
    return Period(length=f"P{years}Y", end=match["r2"]) if years > 1 else None


def _splits(match: re.Match[str]) -> Period | None:
    years = int(match["r2"]) - int(match["r1"]) + 1
    return Period(length=f"P{years}Y", end=str(int(match["r2"]) + 1)) if years > 1 else None


def _days(match: re.Match[str]) -> Period | None:
    first, last = (find_periods(match[name]).ends for name in ("first", "second"))
    if len(first) != 1 or len(last) != 1:
        return None
    count = (date.fromisoformat(last[0].end) - date.fromisoformat(first[0].end)).days + 1
    return Period(length=f"P{count}D", end=last[0].end) if count > 0 else None


def _short_days(match: re.Match[str]) -> Period | None:
    """`17 May to 11 June 2023`: the year is printed once."""
    last, first = MONTHS[match["m2"].lower().rstrip(".")], (match["m1"] or match["m2"]).lower()
    year = int(match["y"])
    try:
        end = date(year, last, int(match["d2"]))
        start = date(year, MONTHS[first.rstrip(".")], int(match["d1"]))
    except ValueError:
        return None
    if start > end:
        return None
    return Period(length=f"P{(end - start).days + 1}D", end=end.isoformat())


def _months(match: re.Match[str]) -> Period | None:
    end, start = MONTHS[match["m2"].lower().rstrip(".")], MONTHS[match["m1"].lower().rstrip(".")]
    count = 12 * (int(match["y2"]) - int(match["y1"] or match["y2"])) + end - start + 1
    return Period(length=f"P{count}M", end=f"{match['y2']}-{end:02d}") if count > 0 else None


def _quarter(match: re.Match[str]) -> Period:
    year, quarter = match["qy1"] or match["qy2"], int(match["q1"] or match["q2"])
    return Period(length="P3M", end=f"{year}-{3 * quarter:02d}")


def _fiscal(match: re.Match[str]) -> Period:
    return Period(length="P1Y", end=match["fy"] or f"20{match['fyshort']}")


def _month(match: re.Match[str]) -> Period:
    month = MONTHS[(match["mm"] or match["mm2"]).lower().rstrip(".")]
    return Period(length="", end=f"{match['my'] or match['my2']}-{month:02d}")


def _iso_month(match: re.Match[str]) -> Period:
    return Period(length="", end=f"{match['im_y']}-{match['im_m']}")


def _year(match: re.Match[str]) -> Period:
    return Period(length="", end=match["year"])


def fits(year: str, ends: Iterable[Period]) -> Period | None:
    """Return the one end of a line above that a heading's bare year stands for, None without one.

    `December 31, 2023 and 2022` names the last day of both; where days differ from year to year each is named.
    """
    ends = tuple(ends)
    found = [end for end in ends if end.end.startswith(f"{year}-")]
    if found:
        return found[0] if len(found) == 1 else None
    days = [end.end for end in ends if len(end.end) == 10]
    if len(days) == 1 and days[0][5:] in ("12-31", "06-30", "09-30", "03-31"):
        return Period(length="", end=f"{year}{days[0][4:]}")
    return None


TAKERS = (
    ("days", _days), ("short_days", _short_days), ("months", _months), ("splits", _splits),
    ("split", _split), ("span", _span), ("length", _length), ("date", _date), ("quarter", _quarter),
    ("fiscal", _fiscal), ("month", _month),
    ("iso_month", _iso_month), ("year", _year),
)  # fmt: skip
"""What is looked for, in order: what holds another comes before it."""
MONTH = re.compile(_MONTH, re.IGNORECASE)
SHORT_MONTHS = tuple(name.lower()[:3] for name in calendar.month_name if name)
NAMED = "a month's name"
_JOINED = ("-", "–", "—", " to ", " through ")
_DATED = (NAMED, "-")
CLUES: dict[str, tuple[tuple[str, ...], ...]] = {
    "days": (_DATED, _JOINED), "short_days": ((NAMED,), _JOINED), "months": ((NAMED,), _JOINED), "splits": (("/",),),
    "split": (("/", "-", "–"),), "span": (_JOINED,), "length": (("month", "week", "quarter", "year"),),
    "date": (_DATED,), "quarter": (("q",),), "fiscal": (("fy", "fiscal", "financial"),), "month": ((NAMED,),),
    "iso_month": (("-",),), "year": (),
}  # fmt: skip
"""What a text in small letters has one of each of wherever a pattern matches: that is looked for ten times as fast."""
ALL_CLUES = tuple({clue for needs in CLUES.values() for one in needs for clue in one} - {NAMED})
NO_CLUES: frozenset[str] = frozenset()
YEARLESS = tuple((name, take) for name, take in TAKERS if name in ("length", "fiscal"))
"""What may stand without a whole year."""
