"""The pages of a PDF as printed lines: what a reader of the page can see, and how much he cannot.

Text drawn in the invisible mode or outside the page is left out where the page prints text as well; where all of it is
invisible it is the layer of a scan, and the only text there is. Text covered by a picture or drawn in the colour of the
page cannot be told from the rest.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTPage, LTTextBox, LTTextLine
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

INVISIBLE = 3
"""Text rendering mode that fills and strokes nothing."""
LEAST_VISIBLE = 20
"""Letters that a page must print for its invisible text to be left out."""
GAP = 0.9
"""Blanks wider than this share of the type's size part the pieces of a line."""


@dataclass(frozen=True)
class Piece:
    """A stretch of a line without a wide blank in it."""

    text: str
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True)
class Line:
    """One printed line, or a table."""

    text: str
    size: float
    """Height of most of its characters, in points."""
    bold: bool
    pieces: tuple[Piece, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    """For a table its rows, the header first; the text is then that of all cells."""


@dataclass(frozen=True)
class Page:
    """One page: its text boxes in reading order, each of lines."""

    number: int
    """1-based."""
    boxes: tuple[tuple[Line, ...], ...]
    hidden: int = 0
    """Letters that were left out because the page does not show them."""


def read_pages(data: bytes) -> Iterator[Page]:
    """Yield the pages of a PDF with the lines that can be seen."""
    resources = PDFResourceManager()
    device = _Device(resources, laparams=LAParams())
    interpreter = PDFPageInterpreter(resources, device)
    for number, page in enumerate(PDFPage.get_pages(io.BytesIO(data)), 1):
        device.begin(drop=False)
        interpreter.process_page(page)
        hidden = device.invisible if device.visible >= LEAST_VISIBLE else 0
        if hidden:
            device.begin(drop=True)
            interpreter.process_page(page)
        layout = device.get_result()
        boxes, outside = _boxes(layout)
        yield Page(number, tuple(boxes), hidden + outside)


class _Device(PDFPageAggregator):
    """Layout analysis that counts invisible text and can leave it out."""

    drop = False
    visible = invisible = 0

    def begin(self, *, drop: bool) -> None:
        """Start a page anew."""
        self.drop, self.visible, self.invisible = drop, 0, 0

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Draw a string, or only count it."""
        letters = sum(len(item) for item in seq if isinstance(item, bytes))
        if textstate.render == INVISIBLE:
            self.invisible += letters
            if self.drop:
                return
        else:
            self.visible += letters
        super().render_string(textstate, seq, ncs, graphicstate)


def _boxes(page: LTPage) -> tuple[list[tuple[Line, ...]], int]:
    """Return the boxes of lines on the page, and the number of letters outside it."""
    found: list[tuple[Line, ...]] = []
    outside = 0
    for box in page:
        if not isinstance(box, LTTextBox):
            continue
        lines: list[Line] = []
        for item in box:
            if not isinstance(item, LTTextLine):
                continue
            line = _line(item)
            if _on_page(item, page):
                lines += [line] if line.text else []
            else:
                outside += len(line.text)
        found += [tuple(lines)] if lines else []
    return found, outside


def _on_page(line: LTTextLine, page: LTPage) -> bool:
    across, up = (line.x0 + line.x1) / 2, (line.y0 + line.y1) / 2
    return page.x0 <= across <= page.x1 and page.y0 <= up <= page.y1


def _line(line: LTTextLine) -> Line:
    characters = [c for c in line if isinstance(c, LTChar)]
    sizes = Counter(round(c.size, 1) for c in characters)
    bold = sum("bold" in c.fontname.casefold() for c in characters) > len(characters) / 2
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    return Line(" ".join(line.get_text().split()), size, bold, tuple(_pieces(line, size)))


def _pieces(line: LTTextLine, size: float) -> Iterator[Piece]:
    run: list[LTChar] = []
    text = ""
    for item in line:
        if not isinstance(item, LTChar):
            text += item.get_text() if hasattr(item, "get_text") else ""
            continue
        if item.get_text().isspace():
            text += " "
            continue
        if run and item.x0 - run[-1].x1 > GAP * size:
            yield _piece(text, run)
            run, text = [], ""
        run.append(item)
        text += item.get_text()
    if run:
        yield _piece(text, run)


def _piece(text: str, run: Sequence[LTChar]) -> Piece:
    return Piece(
        " ".join(text.split()),
        run[0].x0,
        max(c.x1 for c in run),
        min(c.y0 for c in run),
        max(c.y1 for c in run),
    )
