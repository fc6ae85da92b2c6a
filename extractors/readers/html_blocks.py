"""HTML to blocks: headings, paragraphs, list items, definitions and tables, in reading order.

The standard library's event parser is used because it alone tells the offset of every text, takes
any input and does not recurse. Elements that only serve the page (scripts, navigation, page headers
and footers, hidden parts) are left out with all they hold; `main` and everything else are told
apart by `Block.zone`.
"""

import html
import re
from collections.abc import Container
from dataclasses import dataclass
from html.parser import HTMLParser

from extractors.readers.canonical import Piece
from extractors.readers.html_parts import Block, Cell, Kind, Table, append_text, is_note_mark

VOID = frozenset(
    (
        "area base br col embed hr img input link meta param source track wbr"
    ).split()
)  # fmt: skip
DROPPED = frozenset(
    (
        "script style noscript template svg nav iframe object button select textarea dialog "
        "canvas audio video ix:header"
    ).split()
)  # fmt: skip
ROLES = frozenset(
    (
        "navigation banner contentinfo search menu menubar dialog"
    ).split()
)  # fmt: skip
CHROME = frozenset(
    (
        "breadcrumb breadcrumbs sidebar navbar nav-bar navigation site-header site-footer "
        "page-footer skip-link skiplink skip-nav sr-only visually-hidden visuallyhidden "
        "screen-reader-text cookie-banner share-links social-media pagination toc-nav noprint"
    ).split()
)  # fmt: skip
CHROME_TAGS = frozenset(["div", "ul", "ol", "section", "aside", "p", "span", "a", "table"])
NO_TEXT = frozenset(["", "html", "head", "table", "tr", "tbody", "thead", "tfoot"])
HEADINGS = {f"h{n}": n for n in range(1, 7)}
BLOCKS = frozenset(
    (
        "address article aside blockquote body center details dialog div dl fieldset figcaption "
        "figure footer form header hr html legend main ol p section summary ul"
    ).split()
)  # fmt: skip
CLOSED_BY = {
    "li": (("li",), ("ul", "ol", "menu")),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
    "tr": (("tr", "td", "th", "caption"), ("table",)),
    "td": (("td", "th", "caption"), ("table",)),
    "th": (("td", "th", "caption"), ("table",)),
    "thead": (("tr", "td", "th", "caption", "tbody", "tfoot"), ("table",)),
    "tbody": (("tr", "td", "th", "caption", "thead", "tfoot"), ("table",)),
    "tfoot": (("tr", "td", "th", "caption", "thead", "tbody"), ("table",)),
    "option": (("option",), ("select",)),
}
"""What an opening tag closes that was left open, and the elements that it does not look beyond."""
MAX_DEPTH = 300
PARAGRAPH_ENDS = BLOCKS | frozenset((*HEADINGS, "table", "li", "dt", "dd", "pre"))
CELLS = frozenset(["td", "th", "caption", "li", "dd", "dt", "table"]) | BLOCKS - {"p"}


@dataclass
class _Open:
    tag: str
    dropped: bool
    zone: int
    bold: bool
    linked: bool
    pre: bool
    holds: bool = False
    """Whether it opened a container of blocks."""


class PageParser(HTMLParser):
    """Collects the blocks of one page."""

    def __init__(self, text: str) -> None:
        """Parse `text`; the result is in the attributes."""
        super().__init__(convert_charrefs=False)
        self.blocks: list[Block] = []
        self.title: list[Piece] = []
        self.meta: dict[str, str] = {}
        self.times: list[str] = []
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self._stack: list[_Open] = [_Open("", False, 1, False, False, False)]
        self._containers: list[list[Block]] = [self.blocks]
        self._tables: list[Table] = []
        self._current: Block | None = None
        self._raised: list[Piece] | None = None
        self._raised_link = False
        self.feed(_closed(text))
        self.close()
        self._pop_to(1)
        self._end_block()

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[min(line, len(self._lines)) - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        if tag in PARAGRAPH_ENDS:
            self._auto_close(("p",), CELLS)
        if tag in CLOSED_BY:
            self._auto_close(*CLOSED_BY[tag])
        top = self._stack[-1]
        if tag in VOID:
            if not top.dropped:
                self._void(tag, dict(attrs))
            return
        if len(self._stack) > MAX_DEPTH:
            return
        named = dict(attrs)
        zone = _zone(tag, named, top.zone)
        self._stack.append(
            _Open(
                tag=tag,
                dropped=top.dropped or _dropped(tag, named),
                zone=zone,
                bold=top.bold or _bold(tag, named),
                linked=top.linked or tag == "a",
                pre=top.pre or tag == "pre",
            )
        )
        if not self._stack[-1].dropped:
            self._start(tag, named)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element written `<x/>`, and close it where it is foreign or inline."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID and (
            ":" in tag or tag in ("a", "span", "td", "th", "script", "i", "b", "div")
        ):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost open element of this name and all inside it."""
        for at in range(len(self._stack) - 1, 0, -1):
            if self._stack[at].tag == tag:
                self._pop_to(at)
                return
            # A stray end tag inside a cell closes nothing outside it.
            if self._stack[at].tag in ("td", "th") and tag not in (
                "tr",
                "table",
                "tbody",
                "thead",
                "tfoot",
            ):
                return

    def handle_data(self, data: str) -> None:
        """Append text."""
        if not self._stack[-1].dropped:
            self._add(data, self._offset())

    def handle_entityref(self, name: str) -> None:
        """Append a named character."""
        if not self._stack[-1].dropped:
            self._add(html.unescape(f"&{name};"), self._offset(), verbatim=False)

    def handle_charref(self, name: str) -> None:
        """Append a numbered character."""
        if not self._stack[-1].dropped:
            self._add(html.unescape(f"&#{name};"), self._offset(), verbatim=False)

    def _auto_close(self, tags: tuple[str, ...], bounds: Container[str]) -> None:
        found = 0
        for at in range(len(self._stack) - 1, 0, -1):
            if self._stack[at].tag in bounds:
                break
            if self._stack[at].tag in tags:
                found = at
        if found:
            self._pop_to(found)

    def _pop_to(self, at: int) -> None:
        while len(self._stack) > at:
            entry = self._stack.pop()
            if not entry.dropped:
                self._finish(entry)

    def _void(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "meta":
            name = attrs.get("name") or attrs.get("property") or attrs.get("itemprop") or ""
            self.meta.setdefault(name.casefold(), (attrs.get("content") or "")[:400])
        elif tag == "br" and self._current is not None:
            block = self._current
            if (
                block.kind == "paragraph"
                and block.bold
                and block.pieces
                and not self._stack[-1].bold
            ):
                # A bold line above its paragraph, parted from it by a line break only.
                self._end_block()
                return
            self._current.pieces.append(
                ("\n" if self._current.kind in ("paragraph", "pre") else " ", None)
            )
        elif tag == "hr":
            self._end_block()

    def _start(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag in HEADINGS:
            for table in self._tables:
                # A heading in the first row is the table's own; further down it divides a page.
                table.layout |= len(table.rows) > 1
            self._begin("heading", HEADINGS[tag])
        elif tag in ("li", "pre", "dt"):
            self._begin("item" if tag == "li" else "pre" if tag == "pre" else "field")
        elif tag == "dd":
            self._begin_value()
        elif tag in BLOCKS:
            # A paragraph that opens a list item or a definition is that item's text.
            if self._current is None or self._current.text().strip(" :\n"):
                self._end_block()
        elif tag == "time" and attrs.get("datetime"):
            self.times.append((attrs["datetime"] or "")[:60])
        elif tag in ("sup", "a"):
            self._raised_link |= tag == "a"
            if tag == "sup" and self._raised is None:
                self._raised, self._raised_link = [], self._stack[-1].linked
        else:
            self._start_table_part(tag, attrs)

    def _start_table_part(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "table":
            self._end_block()
            for table in self._tables:
                table.layout = True
            self._tables.append(Table())
            self._hold([])
        elif not self._tables:
            return
        elif tag == "tr":
            self._end_block()
            self._tables[-1].rows.append([])
        elif tag in ("td", "th"):
            self._end_block()
            if not self._tables[-1].rows:
                self._tables[-1].rows.append([])
            cell = Cell(
                [], _extent(attrs.get("colspan")), _extent(attrs.get("rowspan")), tag == "th"
            )
            self._tables[-1].rows[-1].append(cell)
            self._hold(cell.blocks)
        elif tag == "caption":
            self._end_block()
            self._hold(self._tables[-1].caption)

    def _hold(self, blocks: list[Block]) -> None:
        self._containers.append(blocks)
        self._stack[-1].holds = True

    def _finish(self, entry: _Open) -> None:
        tag = entry.tag
        if tag in HEADINGS or tag in BLOCKS or tag in ("li", "pre", "dt", "dd", "tr"):
            self._end_block()
        elif tag in ("td", "th", "caption") and entry.holds:
            self._end_block()
            self._containers.pop()
        elif tag == "thead" and self._tables:
            self._tables[-1].head_rows = len(self._tables[-1].rows)
        elif tag == "table" and entry.holds:
            self._end_block()
            # Text that stands in the table but in no cell comes before it, as browsers show it.
            strays = self._containers.pop()
            self._containers[-1] += strays
            table = self._tables.pop()
            self._containers[-1].append(Block("table", table=table, zone=self._stack[-1].zone))
        elif tag == "sup" and self._raised is not None:
            self._end_raised()

    def _begin(self, kind: Kind, level: int = 0) -> None:
        self._end_block()
        self._current = Block(kind, level, zone=self._stack[-1].zone)

    def _begin_value(self) -> None:
        """Go on with the term's block, so that term and values make one line."""
        self._end_block()
        blocks = self._containers[-1]
        if blocks and blocks[-1].kind == "field":
            self._current = blocks.pop()
            mark = (
                "; "
                if self._current.filled
                else " "
                if self._current.text().endswith(":")
                else ": "
            )
            self._current.pieces.append((mark, None))
            self._current.filled = True
        else:
            self._begin("paragraph")

    def _end_block(self) -> None:
        block, self._current = self._current, None
        if block is None:
            return
        while block.pieces and not block.pieces[-1][0].strip():
            block.pieces.pop()
        if block.pieces and block.text().strip(" :"):
            self._containers[-1].append(block)

    def _add(self, data: str, at: int, *, verbatim: bool = True) -> None:
        top = self._stack[-1]
        if top.tag == "title":
            self.title.append((data, at))
            return
        if top.tag in NO_TEXT and not data.strip():
            return
        if self._raised is not None:
            self._raised.append((data, at))
            return
        if self._current is None:
            if not data.strip():
                return
            self._current = Block("paragraph", zone=top.zone)
        if data.strip() and not top.bold:
            self._current.bold = False
        if not top.linked and any(map(str.isalnum, data)):
            self._current.linked = False
        append_text(self._current.pieces, data, at if verbatim else f"char:{at}", keep=top.pre)

    def _end_raised(self) -> None:
        pieces, self._raised = self._raised or [], None
        mark = "".join(text for text, _ in pieces).strip()
        before = (
            "".join(text for text, _ in self._current.pieces[-4:])[-24:] if self._current else ""
        )
        if not mark or self._current is None or self._raised_link or is_note_mark(before, mark):
            return
        power = re.search(r"(?<![\d.,])(?:10|2)$", before) and re.fullmatch(r"[-+−]?\d{1,3}", mark)
        if power:
            self._current.pieces.append(("^", None))
        for text, at in pieces:
            append_text(self._current.pieces, text, at)


def _closed(text: str) -> str:
    """Return the page with no comment or tag left open; offsets are kept.

    The event parser searches to the end of the page from every `<!--` or `<` that nothing closes,
    so that a page of them would take quadratic time.
    """
    last = text.rfind("-->") + 1
    text = text[:last] + text[last:].replace("<!--", "<!->")
    end = text.rfind(">") + 1
    # A tag that nothing ends is dropped with what follows it.
    left_open = re.search(r"<[A-Za-z/!?]", text[end:])
    return text[: end + left_open.start()] if left_open else text


def _extent(value: str | None) -> int:
    return min(max(int(value), 1), 200) if value and re.fullmatch(r"\d{1,4}", value) else 1


def _zone(tag: str, attrs: dict[str, str | None], outer: int) -> int:
    if tag in ("main", "article") or attrs.get("role") == "main":
        return 2
    if tag in ("header", "footer", "aside") and outer < 2:
        return 0
    return outer


def _bold(tag: str, attrs: dict[str, str | None]) -> bool:
    style = (attrs.get("style") or "").replace(" ", "").lower()
    return tag in ("b", "strong") or "font-weight:bold" in style or "font-weight:700" in style


def _dropped(tag: str, attrs: dict[str, str | None]) -> bool:
    if tag in DROPPED or "hidden" in attrs or attrs.get("aria-hidden") == "true":
        return True
    if attrs.get("role") in ROLES:
        return True
    style = (attrs.get("style") or "").replace(" ", "").lower()
    if "display:none" in style or "visibility:hidden" in style:
        return True
    if tag not in CHROME_TAGS:
        return False
    names = f"{attrs.get('class') or ''} {attrs.get('id') or ''}".casefold().split()
    return any(name in CHROME for name in names)
