"""Tables printed to PDF and read again: what the page's layout costs beside the same table given as text.

No labelled PDF is at hand, so pages are made: Helvetica of 8 to 10 points, figures to the right of their column or, in
a third of the tables, in its middle, headings wrapped, rules or none, words above and below, 10 to 20 points between
columns. Real pages also wrap names and set tables side by side; that is not measured here.
"""

import json
import random
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pdfminer.fontmetrics import FONT_METRICS

from benchmarks.cells_sets import Score, cells_of, documents, made, pipe
from warehouse.cells import Cell

WIDTHS = FONT_METRICS["Helvetica"][1]
TOP, BOTTOM, LEFT = 700, 60, 50
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
PROSE = "The figures that follow were drawn up by the office and are printed as they were received."
FIGURE = re.compile(r"[-−–—($€£+]*\s?[\d.,]*\s?[)%]*")
Drawn = tuple[float, float, float, str]
"""Left end, base line, size, text."""


def width(text: str, size: float) -> float:
    """Return the length of a text in points."""
    return sum(WIDTHS.get(letter, 500) for letter in text) * size / 1000


def wrapped(text: str, most: int = 16) -> list[str]:
    """Return a heading's lines."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def pages_of(
    rows: Sequence[Sequence[str]], seed: int
) -> tuple[list[list[Drawn]], float, list[float]]:
    """Return the texts of each page, the width of the pages and the heights of rules on the first."""
    rng = random.Random(seed)
    size, gap, middle = rng.choice((8, 9, 10)), rng.uniform(10, 20), rng.random() < 1 / 3
    columns = range(len(rows[0]))
    spans = [_span(rows[0], n) for n in columns]
    heads = [wrapped(text, 16 * (spans[n][1] - spans[n][0] + 1)) for n, text in enumerate(rows[0])]
    right = [n > 0 and _of_figures(row[n] for row in rows[1:]) for n in columns]
    wide = [
        max(
            width(text, size)
            for text in (
                *(heads[n] if spans[n][0] == spans[n][1] else ()),
                *(row[n] for row in rows[1:] if not _lone(row, n)),
                "0",
            )
        )
        for n in columns
    ]
    lefts = [LEFT + sum(wide[:n]) + gap * n for n in columns]
    step, at = size * 1.5, float(TOP)

    def drawn(text: str, first: int, last: int) -> Drawn:
        room = lefts[last] + wide[last] - lefts[first] - width(text, size)
        share = 0.5 if last > first or (middle and right[first]) else float(right[first])
        return (lefts[first] + room * share, at, size, text)

    page: list[Drawn] = [(LEFT, at + 30, size, PROSE)]
    deep = max(map(len, heads))
    for line in range(deep):
        for n, head in enumerate(heads):
            index = line - deep + len(head)
            if index >= 0 and head[index]:
                page.append(drawn(head[index], *spans[n]))
        at -= step
    rules, pages = [at + step * 0.7] if rng.random() < 0.5 else [], [page]
    for row in rows[1:]:
        if at < BOTTOM:
            page, at = [], float(TOP)
            pages.append(page)
        page += [
            drawn(text, *((1, columns[-1]) if _lone(row, n) else (n, n)))
            for n, text in enumerate(row)
            if text
        ]
        at -= step
    page.append((LEFT, at - 40, size, PROSE))
    return pages, max(612, lefts[-1] + wide[-1] + LEFT), rules


def _of_figures(cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return 2 * sum(bool(FIGURE.fullmatch(cell)) for cell in filled) > len(filled)


def _lone(row: Sequence[str], n: int) -> bool:
    """Say whether a cell is the only words of its row, which were printed over all columns of figures."""
    return n > 0 and not FIGURE.fullmatch(row[n]) and [text for text in row if text] == [row[n]]


def _span(header: Sequence[str], n: int) -> tuple[int, int]:
    """Return the columns that a heading was printed over: empty ones after it are its own, a lone one has them all."""
    if _lone(("", *header[1:]), n):
        return 1, len(header) - 1
    last = n
    while n and header[n] and last + 1 < len(header) and not header[last + 1]:
        last += 1
    return n, last


def spread(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return a table with headings in each column that they are printed over, as a page of HTML gives it."""
    header = list(rows[0])
    for n, text in enumerate(rows[0]):
        first, last = _span(rows[0], n)
        if text:
            header[first : last + 1] = [text] * (last + 1 - first)
    return [header, *map(list, rows[1:])]


def printed(rows: Sequence[Sequence[str]], seed: int) -> bytes:
    """Return a table as a PDF."""
    pages, across, rules = pages_of(rows, seed)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        body = "".join(
            f"{LEFT} {y:.1f} m {across - LEFT:.1f} {y:.1f} l S\n" for y in rules if not number
        )
        for x, y, size, text in page:
            plain = text.replace("\\", "/").replace("(", "\\(").replace(")", "\\)")
            body += f"BT /F1 {size} Tf 1 0 0 1 {x:.2f} {y:.2f} Tm ({plain}) Tj ET\n"
        data = body.encode("cp1252", "replace")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {across:.0f} 792] /Contents {len(objects) + 2} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data))
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, item in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return bytes(
        out
        + b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, start)
    )


def tables(shared: Path) -> Iterator[list[list[str]]]:
    """Yield the tables of TAT-QA and, once each, those of SciTab."""
    for line in (shared / "bench/tat-qa/test_gold.jsonl").read_text().splitlines():
        yield [
            [" ".join(cell.split()) for cell in row] for row in json.loads(line)["table"]["table"]
        ]
    seen: set[str] = set()
    for line in (shared / "bench/scitab/sci_tab_every2nd.jsonl").read_text().splitlines():
        item = json.loads(line)
        if item["table_id"] not in seen:
            seen.add(item["table_id"])
            rows = [item["table_column_names"], *item["table_content_values"]]
            yield [
                [" ".join(re.sub(r"\[[A-Z]+\]", "", cell).split()) for cell in row] for row in rows
            ]


def printed_cells(rows: Sequence[Sequence[str]], seed: int) -> list[Cell]:
    """Return the cells of a table that was printed to PDF and read from there."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.pdf"
        path.write_bytes(printed(rows, seed))
        return [cell for document in documents(path, path.parent) for cell in cells_of(document)]


def score_pdf(shared: Path) -> Score:
    """Cells of printed tables against those of the same table as text: value, unit, period, name and label."""
    score = Score("PDF against the same tables")
    for seed, rows in enumerate(tables(shared)):
        if _one_header(rows):
            wanted = cells_of(made(pipe(spread(rows)), "report"))
            _compare(score, wanted, printed_cells(rows, seed))
    return score


def _one_header(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether one row of headings stands over the figures, so that the text alone says what each is.

    Tables with letters that the type of the made pages lacks are left out.
    """
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows) or not _printable(rows):
        return False
    first = [text for text in rows[1][1:] if FIGURE.fullmatch(text) and not YEAR.fullmatch(text)]
    return bool(rows[1][0] and first)


def _printable(rows: Sequence[Sequence[str]]) -> bool:
    try:
        return bool("".join(text for row in rows for text in row).encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _compare(score: Score, wanted: Sequence[Cell], found: Sequence[Cell]) -> None:
    score.labelled += len(wanted)
    left = Counter(map(_said, wanted))
    texts = {cell.text: cell for cell in wanted}
    for cell in found:
        if left[_said(cell)]:
            left[_said(cell)] -= 1
            score.add("")
        else:
            like = texts.get(cell.text)
            pairs = zip(
                ("value", "unit", "period", "name", "label"),
                _said(cell),
                _said(like or cell),
                strict=True,
            )
            score.add(
                next((name for name, ours, theirs in pairs if ours != theirs), "not in the table")
            )


def _said(cell: Cell) -> tuple[str, ...]:
    period = f"{cell.period.length} {cell.period.end}"
    return (
        cell.value,
        cell.measure.unit,
        period,
        cell.entity if cell.named else "",
        cell.measure.label,
    )
