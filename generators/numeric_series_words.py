"""English for series of years: the first figure past a bound, the longest run of rises, falls or figures (method 2.2).

Years are those of the figures where these state one, else the dates of the documents. Where two of the documents
state a year, the question says that the later one counts.
"""

from collections.abc import Sequence

from generators.numeric_words import amount, compared, date_words, listed
from warehouse.figures import Figures
from warehouse.numeric import SERIES, ColumnRef, Operation, Query

LATER = " Where two of the documents give a figure for the same year, the later one counts."
SENTENCES: dict[Operation, tuple[str, ...]] = {
    "first_past": (
        "Take the {measure} of {focus} {series} in order of time, and find the first figure that is {past}. "
        "{year_asked}?{later}",
        "In order of time, look for the first figure {past} among those for the {measure} of {focus} {series}. "
        "{year_asked}?{later}",
        "Line up the {measure} of {focus} {series} from the earliest to the latest, and go through the figures until "
        "one is {past}. {year_asked}?{later}",
    ),
    "longest_run": (
        "Take the {measure} of {focus} {series} in order of time. What is the greatest number of {in_a_row}?{later}",
        "Line up the {measure} of {focus} {series} from the earliest to the latest. How long is the longest unbroken "
        "run of {runs}?{later}",
        "In order of time, go through the {measure} of {focus} {series}. At most how many {ones} follow each other "
        "without a break?{later}",
    ),
}


def series_parts(figures: Figures, query: Query, variant: int) -> dict[str, str]:
    """Return what the sentences of series have beside measure and thing; nothing for other operations."""
    if query.operation not in SERIES:
        return {}
    refs = query.quantity.columns
    past, change = "", "rise" if query.order == "rising" else "fall"
    for condition in query.conditions[:1]:
        unit = figures.column(condition.column).measure.unit
        past = f"{compared(condition.sign, variant)} {amount(condition.bound, unit)}"
    moved = "rose" if query.order == "rising" else "fell"
    dated = not figures.column(refs[0]).period.end
    return {
        "series": series_words(figures, refs), "past": past,
        "year_asked": "What is the date of the document that gives it" if dated else "For which year is it given",
        "in_a_row": f"figures in a row that are {past}" if past
        else f"times in a row that the figure {moved} from one to the next",
        "runs": f"figures {past}, each counting as one" if past
        else f"{change}s, each {change} from one figure to the next counting as one",
        "ones": f"figures {past}" if past else f"{change}s from one figure to the next",
        "later": LATER if figures.restated(refs) else "",
    }  # fmt: skip


def series_words(figures: Figures, refs: Sequence[ColumnRef]) -> str:
    """Return the years of a series with their preposition: `in 2022, 2023 and 2024`, `in the … documents`."""
    years = listed([date_words(figures.time(ref)) for ref in refs])
    period = figures.column(refs[0]).period
    if not period.end:
        return f"in the {years} documents"
    return f"at the end of {years}" if period.length == "instant" else f"in {years}"
