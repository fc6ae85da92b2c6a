"""Facts from pipe tables: each row is about the thing in its key column, each other column is a relation.

Where the first column holds codes (`FR`, `0042`), the one headed as a name is the key, and without one the table gives
nothing. Rows whose key is not a name, or that repeat a name without a year column to tell them apart, give nothing, and
neither does a table with more than a few of those (fifty weighings of one species). A header's bracketed unit
(`Length (km)`) belongs to every number below it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.facts.values import (
    CURRENCY,
    MONTHS,
    NAME,
    SCALES,
    UNITS,
    YEAR,
    identifying,
    parse_list,
    parse_value,
)
from extractors.identifiers import holds_flags, holds_identifiers, is_bare, is_identifier
from extractors.readers.records import capital
from extractors.readers.stated import humanise
from warehouse.identity import digest
from warehouse.records import Document, Fact, Mention, Qualifier, Section, make_fact

EXTRACTOR = "table/1"
RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*")
HEADER_UNIT = re.compile(r"(?P<label>[^(]+?)\s*(?:\((?P<bracket>[^)]+)\)|, (?P<comma>[\w%/ ]+))?")
UNIT_NAMES = frozenset(UNITS) | {"year"}
KEY_HEADER = re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z][a-z]*){0,3}")
VAGUE = frozenset(
    (
        "total amount value number figure other all overall name native code id key index url link "
        "next previous prev up home note notes comment comments description lat lon lng latitude "
        "longitude north south east west"
    ).split()
)
"""Headers that say nothing as "the X of Y", and coordinates, which nobody asks of a page."""
STATISTIC = re.compile(
    r"p|p[- ]?values?|(?:.* )?(?:ci|sd|se|iqr|df)|(?:mean|median|range|adjusted|unadjusted|crude)\b.*"
    r"|(?:.* )?(?:odds|hazard|risk|rate)s? ratio.*|relative risk.*|(?:.* )?(?:coefficient|estimate|significance)s?",
)
"""Headers of a study's results: a figure of its sample and test, and no property of what the row names."""
CODE = re.compile(r"[A-Z0-9._/-]{1,5}|[\d.,-]+|.{0,3}")
"""What a cell of a code column looks like; names are longer or have small letters."""
NAMING = re.compile(r"(?:[a-z]+ )?(?:name|title)")
PART_OF_NAME = re.compile(
    r"(?:first|last|given|middle|family|maiden|christian)[ -]?names?|fore-?names?|sur-?names?|initials?"
)
"""Headers of half a name: `Kevin` is nobody that a question could ask about."""
UNTYPED = frozenset(("name", "title", "item", "year", "label", "key", "text", "value", "row"))
"""Headers of a key column that do not say what kind of thing its rows are."""
SYMBOLS = frozenset(
    ("km", "mm", "cm", "m", "ft", "kg", "g", "t", "kwh", "mw", "gw", "kw", "mb", "gb")
)
"""Units that end a column's machine name, as in `bill_length_mm`."""
DOUBTFUL_ROWS = 0.05
"""Largest share of rows that repeat a name; a table with more of them lists observations, not things."""
SCALED = re.compile(
    r"\b(?:in|\$|dollars|amounts|expressed in|stated in) ?(?:thousands|millions|billions)\b|\b000s\b|['’]000",
    re.IGNORECASE,
)
"""A scale that stands once for a whole table: its bare numbers are not what they look like."""
SCALE_REACH = 600
"""Characters in front of a table in which its scale may stand."""
PERIOD = re.compile(
    r"(?:fiscal|fy|q[1-4])\b.*|(?:first|second|third|fourth) (?:quarter|half)\b.*|thereafter"
    rf"|(?:three|six|nine|twelve) months\b.*|years? end(?:ed|ing)\b.*|(?:{MONTHS})(?: \d.*)?",
    re.IGNORECASE,
)
"""A row's name that is a stretch of time and no thing."""
TOTALS = frozenset(
    ("total totals all sum average mean median overall other others subtotal").split()
)


@dataclass(frozen=True)
class Cell:
    """One cell with the span of its text in the document."""

    text: str
    start: int


@dataclass(frozen=True)
class Row:
    """One row of a table and the span of its line."""

    cells: tuple[Cell, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Layout:
    """What the columns of a table are, judged on all its rows."""

    key: int
    """Column that names the rows."""
    year: int | None
    """Column that tells rows of one name apart, where names repeat."""
    columns: tuple[tuple[str, str], ...]
    """Label and unit of each column."""
    doubtful: frozenset[tuple[str, str]]
    """(name, year) of rows that are not told apart."""
    codes: frozenset[int]
    """Columns whose numbers name and measure nothing."""
    flags: frozenset[int]
    """Columns of marks for yes and no, which are no "the X of Y"."""


def table_facts(document: Document, sections: Sequence[Section]) -> Iterator[Fact]:
    """Yield the facts of every pipe table; blocks with one header in several sections are one table."""
    blocks = [
        (section, header, rows)
        for section in sections
        for header, rows in read_tables(document.text, section.start, section.end)
    ]
    tables: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for _, header, rows in blocks:
        tables[_texts(header)] += rows
    layouts = {texts: _layout(texts, rows) for texts, rows in tables.items()}
    for section, header, rows in blocks:
        layout = layouts[_texts(header)]
        if layout:
            found = _facts_of_rows(document, section, layout, (header, rows))
            scaled = _scaled(document.text, section, header, rows)
            yield from (fact for fact in found if not (scaled and _bare_number(fact)))


def _scaled(text: str, section: Section, header: Row, rows: Sequence[Row]) -> bool:
    """Whether the table's head, its first row or the lines before it state a scale for all its numbers."""
    start = max(section.start, header.start - SCALE_REACH)
    return bool(SCALED.search(text, start, rows[0].end if rows else header.end))


def _bare_number(fact: Fact) -> bool:
    """Whether the fact's value is a number that prints neither a scale nor a unit of its own but money."""
    quantity = fact.quantity
    if quantity is None or quantity.unit == "year":
        return False
    scaled = any(word in fact.object.text for word in SCALES)
    return not scaled and quantity.unit in ("", *CURRENCY)


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(cell.text for cell in row.cells)


def read_tables(text: str, start: int, end: int) -> Iterator[tuple[Row, list[Row]]]:
    """Yield (header, rows) for each pipe table between the offsets; rows of another width are left out."""
    block: list[Row] = []
    offset = start
    for line in [*text[start:end].splitlines(keepends=True), ""]:
        if line.lstrip().startswith("|") and line.rstrip().endswith("|"):
            block.append(_row(line, offset))
        else:
            if len(block) > 2 and RULE.fullmatch(text[block[1].start : block[1].end]):
                width = len(block[0].cells)
                yield block[0], [row for row in block[2:] if len(row.cells) == width]
            block = []
        offset += len(line)


def _row(line: str, offset: int) -> Row:
    cells, at = [], line.index("|") + 1
    for piece in line.rstrip()[at:-1].split("|"):
        lead = len(piece) - len(piece.lstrip())
        cells.append(Cell(piece.strip(), offset + at + lead))
        at += len(piece) + 1
    return Row(tuple(cells), offset, offset + len(line.rstrip()))


def _layout(header: tuple[str, ...], rows: Sequence[Row]) -> Layout | None:
    """Return the table's layout, or None where its rows are not things with names, or are observations of them."""
    key = _key_column(header, rows)
    columns = tuple(_column(text) for text in header)
    if key is None or len(header) < 2 or len(columns) > len(set(columns)) + 1:
        return None
    if PART_OF_NAME.fullmatch(humanise(header[key]).casefold()):
        return None
    if not KEY_HEADER.fullmatch(capital(humanise(header[key]))):
        return None  # a stub without a name of its own (a statement of accounts, a breakdown) lists no things
    names = [row.cells[key].text for row in rows]
    if sum(bool(NAME.fullmatch(name)) for name in names) < 0.6 * len(names):
        return None
    dated = [i for i, (label, _) in enumerate(columns) if i != key and label in ("year", "date")]
    for year in (None, *dated[:1]):
        counts = Counter(_identity(row, key, year) for row in rows)
        doubtful = frozenset(identity for identity, count in counts.items() if count > 1)
        if sum(counts[identity] for identity in doubtful) <= DOUBTFUL_ROWS * len(rows):
            return Layout(key, year, columns, doubtful, *_marked(header, rows))
    return None


def _marked(header: Sequence[str], rows: Sequence[Row]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the columns that hold identifiers and those that hold flags."""
    cells = [[row.cells[index].text for row in rows] for index in range(len(header))]
    named = [humanise(text) for text in header]
    codes = frozenset(
        index
        for index, (text, column) in enumerate(zip(named, cells, strict=True))
        if is_identifier(text) or holds_identifiers(text, column)
    )
    flags = frozenset(
        index
        for index, (text, column) in enumerate(zip(named, cells, strict=True))
        if holds_flags(text, column)
    )
    return codes, flags


def _identity(row: Row, key: int, year: int | None) -> tuple[str, str]:
    return row.cells[key].text, "" if year is None else row.cells[year].text


def _facts_of_rows(
    document: Document, section: Section, layout: Layout, table: tuple[Row, Sequence[Row]]
) -> Iterator[Fact]:
    header, rows = table
    for row in rows:
        subject = row.cells[layout.key]
        name, year = _identity(row, layout.key, layout.year)
        if not NAME.fullmatch(name) or name.casefold().split()[0] in TOTALS:
            continue
        if PERIOD.fullmatch(name):
            continue
        if (name, year) in layout.doubtful or (year and not YEAR.fullmatch(year)):
            continue
        mention = Mention(
            text=name, start=subject.start, end=subject.start + len(name), type="thing"
        )
        qualifiers = (Qualifier(kind="time", text=year),) if year else ()
        yield from _class_fact(document, section, header.cells[layout.key], row, mention)
        for index, (label, unit) in enumerate(layout.columns):
            if index in (layout.key, layout.year) or index in layout.flags:
                continue
            if label in ("value", "amount", "figure", "number"):
                label = re.sub(r"\W+", " ", document.title).strip().casefold()
            column = (label, unit, index, qualifiers, mention)
            yield from _facts_of_cell(document, section, row, column, index in layout.codes)


def _key_column(header: Sequence[str], rows: Sequence[Row]) -> int | None:
    """Return the column that names the rows: the first, or the one headed as a name where the first holds codes."""
    first = [row.cells[0].text for row in rows]
    if sum(bool(CODE.fullmatch(cell)) for cell in first) < 0.5 * len(first):
        return 0
    for index, text in enumerate(header[1:], start=1):
        if NAMING.fullmatch(humanise(text).casefold()):
            names = [row.cells[index].text for row in rows]
            if len(set(names)) >= 0.95 * len(names):
                return index
    return None


def _column(text: str) -> tuple[str, str]:
    """Return a header's label in lower case and its unit; `Length (km)` is ('length', 'km')."""
    words = humanise(text)
    stem, _, symbol = text.rpartition("_")
    if stem and symbol.casefold() in SYMBOLS:
        unit = next(unit for unit in UNITS if unit.casefold() == symbol.casefold())
        return humanise(stem).casefold(), unit
    match = HEADER_UNIT.fullmatch(words)
    if match is None or not (bracket := match["bracket"] or match["comma"]):
        return words.casefold(), ""
    known = bracket if bracket in UNIT_NAMES else ""
    return (match["label"] if known else words).casefold(), known


def _class_fact(
    document: Document, section: Section, head: Cell, row: Row, mention: Mention
) -> Iterator[Fact]:
    """The key column's header types the row's thing when it is one common noun (`River`, `Launch vehicle`)."""
    if (
        not re.fullmatch(r"[A-Za-z][a-z]+(?: [a-z]+)?", head.text)
        or head.text.casefold() in UNTYPED
    ):
        return
    noun = Mention(text=head.text, start=head.start, end=head.start + len(head.text), type="text")
    yield make_fact(
        document.id, section.id, subject=mention, relation="is a", object=noun, shape="class",
        quote=document.text[row.start : row.end], start=row.start, end=row.end, extractor=EXTRACTOR,
    )  # fmt: skip


def _facts_of_cell(
    document: Document, section: Section, row: Row,
    column: tuple[str, str, int, tuple[Qualifier, ...], Mention], code: bool,
) -> Iterator[Fact]:  # fmt: skip
    label, unit, index, qualifiers, subject = column
    cell = row.cells[index]
    if (
        not re.search(r"[a-z]{2}", label)
        or not label[0].isalpha()
        or len(label) > 60
        or re.search(r"\d|%", label)
        or label in VAGUE
        or PART_OF_NAME.fullmatch(label)
        or is_bare(label)
        or STATISTIC.fullmatch(label)
        or label.endswith((" id", "_id"))
    ):
        return
    items = (
        parse_list(cell.text, plural=label.endswith("s") and not label.endswith("ss"))
        if "," in cell.text
        else None
    )
    single = None if items else parse_value(cell.text, unit)
    group = digest("cell", document.id, row.start, index)[:16] if items else ""
    for item in items or ([single] if single else []):
        if code:
            item = identifying(item)
        mention = Mention(
            text=item.text, start=cell.start + item.start, end=cell.start + item.end, type=item.type
        )
        if mention.text.casefold() == subject.text.casefold():
            continue
        yield make_fact(
            document.id, section.id, subject=subject, relation=label, object=mention, shape="attribute",
            quote=document.text[row.start : row.end], start=row.start, end=row.end, extractor=EXTRACTOR,
            quantity=item.quantity, qualifiers=qualifiers + item.qualifiers, as_of=document.date, group=group,
        )  # fmt: skip
