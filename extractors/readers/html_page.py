"""HTML pages as text: headings, paragraphs, items, `Term: value` lines and pipe tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from extractors.readers.books import END as NOTICE_END
from extractors.readers.books import LICENCE
from extractors.readers.books import START as NOTICE_START
from extractors.readers.canonical import (
    Part,
    Piece,
    TextBuilder,
    add_table,
    make_document,
    table_line,
)
from extractors.readers.dates import read_date
from extractors.readers.html_blocks import PageParser
from extractors.readers.html_parts import Block, Shown, Table
from extractors.readers.html_tables import BULLET, one_line, show_table
from extractors.readers.options import Read, SourceFile
from extractors.readers.stated import plain, stated_in_text
from extractors.readers.text import stated_or_stem

MAIN_SHARE = 0.3
"""The main element is the page when it holds this share of its text."""
LONG_HEADING = 120
LINK_RUN = 5
"""So many blocks in a row that are links and nothing else are navigation."""
SERVICE = re.compile(
    r"\W*(?:(?:back|return) to )?(?:top|contents)(?: of (?:the )?page\b.{0,30})?\W*"
    r"|\W*(?:print|share|skip to .{0,40})\W*",
    re.IGNORECASE | re.DOTALL,
)
DATE_META = re.compile(
    r"(?:^|[.:_-])(?:date|published|published_time|publication_date|datepublished|issued)$"
)
FURNITURE = re.compile(
    r"(?:table of contents|page \d+|\d{1,4}|[ivxl]{1,6}|back to top|top)", re.IGNORECASE
)


def read_html(file: SourceFile, *, series: str = "") -> Read:
    """Yield a page as one document, of the series if one is given; origins are offsets in the file."""
    page = PageParser(file.text)
    blocks, book = _without_notices(_main(list(flat(page.blocks))))
    headings = sorted((b for b in blocks if b.kind == "heading"), key=lambda block: block.level > 1)
    named = plain("".join(text for text, _ in page.title).replace("\n", " "))
    # A file name or number in the place of a title is none.
    named = "" if re.fullmatch(r"\S*\d\S*", named) else named
    blocks = _without_links(_marked_headings(blocks))
    built = TextBuilder()
    if headings and (headings[0].level == 1 or not named):
        title = plain(headings[0].text())
    else:
        title = named
        blocks[:0] = [Block("heading", 1, pieces=[(named, page.title[0][1])])] if named else []
    add_blocks(built, blocks)
    stated = stated_in_text(built.text(), title=title)
    if book:
        stated = replace(stated, licence=LICENCE)
    stated = replace(
        stated, date=stated.date or _page_date(page), licence=stated.licence or _licence(page)
    )
    yield make_document(file, Part("html", series=series), stated_or_stem(stated, file), built)


def _without_notices(blocks: list[Block]) -> tuple[list[Block], bool]:
    """Return the blocks of the book alone where the page is one with a licence's notices, and whether it is."""
    starts = [at for at, block in enumerate(blocks) if NOTICE_START.search(block.text())]
    if not starts:
        return blocks, False
    ends = [at for at, b in enumerate(blocks) if at > starts[0] and NOTICE_END.search(b.text())]
    return blocks[starts[0] + 1 : ends[0] if ends else None], True


def _page_date(page: PageParser) -> str:
    stated = [value for name, value in page.meta.items() if DATE_META.search(name)]
    dates = (read_date(value) for value in [*stated, *page.times])
    return next((date for date in dates if date), "")


def _licence(page: PageParser) -> str:
    names = ("license", "licence", "dc.rights", "dcterms.license")
    return next((page.meta[name] for name in names if name in page.meta), "")


def flat(blocks: Iterable[Block]) -> Iterable[Block]:
    """Yield the blocks, a table that only lays out the page replaced by its cells' blocks."""
    for block in blocks:
        table = block.table
        shown = show_table(table) if table else None
        if table is None or shown is not None:
            yield replace(block, shown=shown) if shown else block
        else:
            yield from table.caption
            for row in table.rows:
                yield from _flat_row([cell.blocks for cell in row if cell.blocks], table)


def _flat_row(cells: Sequence[list[Block]], table: Table) -> Iterable[Block]:
    """Yield a row of a table that is not printed as one: an item, blocks, or one paragraph."""
    if not table.layout and len(cells) == 2 and BULLET.fullmatch(cells[0][0].text()):
        yield replace(cells[1][0], kind="item")
        yield from cells[1][1:]
    elif table.layout or any(len(cell) > 1 for cell in cells):
        for cell in cells:
            yield from flat(cell)
    elif cells:
        pieces: list[Piece] = []
        for cell in cells:
            pieces += ([(" ", None)] if pieces else []) + one_line(cell)
        blocks = [block for cell in cells for block in cell]
        yield Block(
            "paragraph", pieces=pieces, zone=max(block.zone for block in blocks),
            bold=all(block.bold for block in blocks), linked=all(block.linked for block in blocks),
        )  # fmt: skip


def _main(blocks: list[Block]) -> list[Block]:
    """Return the blocks of the main element if it holds much of the page.

    Else return all but those of page headers and footers.
    """
    sizes = [0, 0, 0]
    for block in blocks:
        sizes[block.zone] += _size(block)
    least = 2 if sizes[2] > MAIN_SHARE * sum(sizes) else 1 if sizes[1] + sizes[2] else 0
    kept = [block for block in blocks if block.zone >= least]
    if not any(block.kind == "heading" and block.level == 1 for block in kept):
        kept[:0] = [
            block
            for block in blocks
            if block.zone < least and block.kind == "heading" and block.level == 1
        ][:1]
    return kept


def _size(block: Block) -> int:
    if block.table is None:
        return sum(len(text) for text, _ in block.pieces)
    return sum(_size(inner) for row in block.table.rows for cell in row for inner in cell.blocks)


def _marked_headings(blocks: list[Block]) -> list[Block]:
    """Take short bold lines for headings where a page has no heading elements.

    Lines in capitals are on level 2, others on level 3.
    """
    if sum(block.kind == "heading" for block in blocks) > 1:
        return blocks
    return [_as_heading(block) for block in blocks]


def _as_heading(block: Block) -> Block:
    if block.kind != "paragraph" or not block.bold:
        return block
    text = " ".join(block.text().split())
    if not re.search(r"[^\W\d_]{3}", text) or FURNITURE.fullmatch(text) or len(text) > LONG_HEADING:
        return block
    if text.startswith(("(", "[")) or text.endswith((".", ",", ";", ":")):
        return block
    return replace(block, kind="heading", level=2 if text == text.upper() else 3)


def _without_links(blocks: list[Block]) -> list[Block]:
    """Drop runs of blocks that are nothing but links, and single links that serve the page."""
    kept: list[Block] = []
    run: list[Block] = []
    for block in [*blocks, Block("table")]:
        if (
            block.table is None
            and block.kind in ("item", "paragraph")
            and block.linked
            and block.pieces
        ):
            if not SERVICE.fullmatch(block.text()):
                run.append(block)
            continue
        kept += run if len(run) < LINK_RUN else []
        run = []
        kept.append(block)
    return kept[:-1]


def add_blocks(built: TextBuilder, blocks: Sequence[Block]) -> None:
    """Append blocks as Markdown-like text: headings, paragraphs, items, `Term: value` lines and pipe tables."""
    before = ""
    for block in blocks:
        close = block.kind == before and block.kind in ("item", "field")
        built.separate(1 if close else 2)
        before = block.kind
        if block.shown is not None:
            _render_table(built, block.shown)
            continue
        if block.kind == "heading":
            built.add("#" * block.level + " ")
        elif block.kind == "item":
            built.add("- ")
        one = block.kind in ("heading", "field", "item")
        built.add_all((text.replace("\n", " ") if one else text, at) for text, at in block.pieces)
        built.separate(1)


def _render_table(built: TextBuilder, shown: Shown) -> None:
    if shown.caption:
        built.add("Table: ")
        built.add_all((text.replace("\n", " "), at) for text, at in shown.caption)
        built.add("\n")
    if shown.fields:
        for term, value in shown.rows:
            built.add_all(term)
            built.add(" " if term[-1][0].endswith(":") else ": ")
            built.add_all(value)
            built.add("\n")
        return
    add_table(built, table_line(shown.header), [table_line(row) for row in shown.rows])
