"""reStructuredText by docutils: sections, paragraphs, items, fields and tables; nothing is included or executed.

Directives and roles that docutils alone does not know (Sphinx's) give their text; literal blocks keep their lines.
"""

import re
from collections.abc import Callable, Iterator

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives, languages
from docutils.utils import SystemMessage, new_document

from extractors.readers.canonical import Part, Piece, TextBuilder, make_document
from extractors.readers.html_page import add_blocks, flat
from extractors.readers.html_parts import Block, Cell, Table
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import stated_in_text
from extractors.readers.text import stated_or_stem

SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "input_encoding": "unicode",
    "doctitle_xform": False,
    "smart_quotes": False,
    "line_length_limit": 10_000,
    "pep_references": False,
    "rfc_references": False,
    "_disable_config": True,
}
"""No file is read but the text itself, and no message is written."""
ROLE = re.compile(r"(?<![\w`]):[\w:.+-]{2,40}:`([^`<>]{1,200}?)(?:\s*<[^`<>]{1,200}>)?`")
DIRECTIVE = re.compile(r"^[ \t]*(?:\S+ )?\.\. ([\w.+-]+(?::[\w.+-]+)*)::", re.MULTILINE)
SILENT = frozenset(
    ["toctree", "index", "highlight", "currentmodule", "module", "py:module", "meta"]
)
"""Directives of Sphinx that print nothing of their own."""


class _AnyOption(dict):
    """Option names to converters: every name is known, every value kept as text."""

    def __missing__(self, name: str) -> Callable[[str | None], str]:
        return lambda value: value or ""


class Printed(Directive):
    """A directive that docutils does not know: its argument as a paragraph, its content as text."""

    optional_arguments = 100
    final_argument_whitespace = True
    has_content = True
    option_spec = _AnyOption()

    def run(self) -> list[nodes.Node]:
        """Return the paragraph and the parsed content."""
        if self.name in SILENT:
            return []
        found = nodes.container()
        found.line = self.lineno
        if text := " ".join(self.arguments):
            paragraph = nodes.paragraph(text, text)
            paragraph.line = self.lineno
            found += paragraph
        self.state.nested_parse(self.content, self.content_offset, found)
        return [found]


def _register(text: str) -> None:
    """Give every directive of the text that docutils does not know to `Printed`."""
    for name in set(DIRECTIVE.findall(text)):
        english = languages.get_language("en")
        known = directives.directive(name, english, new_document(""))[0]  # pyright: ignore[reportArgumentType]
        if known is None:
            directives.register_directive(name, Printed)


def read_rst(file: SourceFile) -> Read:
    """Yield a reStructuredText file as one document; origins are `line:N`."""
    _register(file.text)
    try:
        tree = publish_doctree(ROLE.sub(r"``\1``", file.text), settings_overrides=SETTINGS)
    except (
        SystemMessage,
        RecursionError,
        ValueError,
        KeyError,
        AttributeError,
        IndexError,
    ) as error:
        yield Rejected(
            source=file.source,
            reason="invalid text",
            detail=f"{type(error).__name__}: {error}"[:200],
        )
        return
    built = TextBuilder()
    add_blocks(built, list(flat(_blocks(tree, 1))))
    if not built.text().strip():
        yield Rejected(source=file.source, reason="empty", detail="directives only")
        return
    stated = stated_in_text(built.text())
    yield make_document(file, Part("rst"), stated_or_stem(stated, file), built)


def _blocks(parent: nodes.Element, level: int) -> Iterator[Block]:
    for node in parent.children:
        at = f"line:{node.line}" if node.line else None
        match node:
            case nodes.section():
                yield from _blocks(node, level + 1)
            case nodes.title():
                yield Block("heading", min(max(level - 1, 1), 6), pieces=_pieces(node, at))
            case nodes.rubric() | nodes.subtitle():
                yield Block("heading", min(level + 1, 6), pieces=_pieces(node, at))
            case nodes.paragraph() | nodes.line() | nodes.attribution() | nodes.caption():
                yield Block("paragraph", pieces=_pieces(node, at), bold=False, linked=False)
            case nodes.list_item():
                yield from _item(node, level)
            case nodes.field() | nodes.definition_list_item() | nodes.option_list_item():
                yield from _field(node)
            case nodes.literal_block() | nodes.doctest_block() | nodes.math_block():
                yield Block("pre", pieces=[(node.astext(), at)])
            case nodes.table():
                yield Block("table", table=_table(node))
            case (
                nodes.comment()
                | nodes.system_message()
                | nodes.substitution_definition()
                | nodes.target()
            ):
                pass
            case nodes.Element():
                yield from _blocks(node, level)


def _pieces(node: nodes.Node, at: str | None) -> list[Piece]:
    return [(" ".join(node.astext().split()), at or _line(node))]


def _line(node: nodes.Node) -> str | None:
    """Return the line of the nearest node around it that has one."""
    while node is not None:
        if getattr(node, "line", None):
            return f"line:{node.line}"
        node = node.parent
    return None


def _item(node: nodes.Element, level: int) -> Iterator[Block]:
    """Yield the item's first paragraph as an item and what follows as blocks of its own."""
    first, *rest = list(_blocks(node, level)) or [Block("paragraph")]
    if first.kind == "paragraph" and first.pieces:
        yield Block("item", pieces=first.pieces, bold=False, linked=False)
    else:
        yield first
    yield from rest


def _field(node: nodes.Element) -> Iterator[Block]:
    """Yield `Term: value` for a field, a definition or an option."""
    if len(node.children) < 2:
        return
    term, *values = node.children
    value = " ".join(" ".join(v.astext().split()) for v in values)
    pieces: list[Piece] = [
        (" ".join(term.astext().split()), _line(node)),
        (": ", None),
        (value, _line(node)),
    ]
    yield Block("field", pieces=pieces, bold=False, linked=False, filled=True)


def _table(node: nodes.Element) -> Table:
    table = Table()
    for row in node.findall(nodes.row):
        head = isinstance(row.parent, nodes.thead)
        table.head_rows += head
        cells = [
            Cell(
                [Block("paragraph", pieces=_pieces(entry, None), linked=False)] if entry.astext().strip() else [],
                entry.get("morecols", 0) + 1, entry.get("morerows", 0) + 1, head,
            )
            for entry in row.findall(nodes.entry)
        ]  # fmt: skip
        table.rows.append(cells)
    return table
