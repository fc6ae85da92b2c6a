r"""A Python file as a syntax tree whose nodes know their place in the document, in characters.

The file is parsed, never imported, compiled or run. `ast` counts columns in UTF-8 bytes and splits
lines as the tokenizer does (`\n`, `\r\n`, `\r`, but not form feeds or Unicode separators);
spans here are character offsets.
"""

import ast
import re
import warnings
from dataclasses import dataclass
from itertools import pairwise

from warehouse.records import CATEGORIES, Document, EntityType, Mention, Quantity

MAX_CHARACTERS = 2_000_000
MAX_LINE = 20_000
SUFFIXES = (".py", ".pyi")
ROOTS = frozenset({"src", "Lib"})
LINE_END = re.compile(r"\r\n|\r|\n")
BOM = "\ufeff"
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
HEAD = {
    ast.FunctionDef: re.compile(r"def[ \t\\\r\n]+"),
    ast.AsyncFunctionDef: re.compile(r"async[ \t\\\r\n]+def[ \t\\\r\n]+"),
    ast.ClassDef: re.compile(r"class[ \t\\\r\n]+"),
}


@dataclass(frozen=True)
class Source:
    """A parsed file."""

    text: str
    tree: ast.Module
    module: str
    """Dotted name."""
    package: str
    """The package that a relative import of level 1 starts from."""
    lines: tuple[int, ...]
    """Character offset of each line's start."""


@dataclass(frozen=True)
class Statement:
    """A statement about a program, before it becomes a fact."""

    subject: Mention
    subject_name: str
    """Qualified name of the subject."""
    relation: str
    object: Mention
    object_name: str
    """Qualified name of the object, empty for a literal."""
    span: tuple[int, int]
    quantity: Quantity | None = None
    order: int = -1
    """0-based place in an ordered list, -1 where order means nothing."""
    listed: bool = False
    """Whether the statement is one of a complete list under its subject and relation."""
    notes: tuple[str, ...] = ()
    """Further notes of the form `key=value`."""


def parse_source(document: Document) -> Source | None:
    """Return the parsed file, or None when it is not Python, too long or too deeply nested."""
    text = document.text
    if len(text) > MAX_CHARACTERS:
        return None
    body = text.removeprefix(BOM)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    offset = len(text) - len(body)
    lines = (offset, *(match.end() for match in LINE_END.finditer(text)))
    if any(after - before > MAX_LINE for before, after in pairwise((*lines, len(text)))):
        return None
    module, package = module_name(document)
    return Source(text, tree, module, package, lines)


def module_name(document: Document) -> tuple[str, str]:
    """Return the dotted names of the file's module and of its package, told from its path.

    `src/click/types.py` is `click.types` in `click`; `src/click/__init__.py` is `click` in `click`.
    """
    key = document.source.rpartition("#")[2]
    named = "/" in document.title or not key.endswith(SUFFIXES)
    path = document.title if named and document.title.endswith(SUFFIXES) else key
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if len(parts) > 1 and parts[0] in CATEGORIES:
        parts = parts[1:]
    root = next((i for i, part in enumerate(parts[:-1]) if part in ROOTS), -1)
    parts = parts[root + 1 :]
    # A checkout's folder (`click-8.1`) is no package.
    while len(parts) > 1 and not parts[0].isidentifier():
        parts = parts[1:]
    stem = parts.pop().rpartition(".")[0] if parts else ""
    package = ".".join(parts)
    if stem == "__init__":
        return package, package
    return ".".join([*parts, stem]), package


def offset_at(source: Source, line: int, *, column: int) -> int:
    """Return the character offset of a 1-based line and a column in UTF-8 bytes."""
    start = source.lines[line - 1]
    end = source.lines[line] if line < len(source.lines) else len(source.text)
    text = source.text[start:end]
    if text.isascii():
        return start + column
    return start + len(text.encode("utf-8")[:column].decode("utf-8", "ignore"))


def span_of(source: Source, node: ast.expr | ast.stmt | ast.arg | ast.keyword) -> tuple[int, int]:
    """Return the half-open character span of a node."""
    if node.end_lineno is None or node.end_col_offset is None:
        return (0, 0)
    start = offset_at(source, node.lineno, column=node.col_offset)
    return start, offset_at(source, node.end_lineno, column=node.end_col_offset)


def mention_at(source: Source, span: tuple[int, int], *, kind: EntityType = "code") -> Mention:
    """Return the mention whose text is what the document prints at `span`."""
    return Mention(text=source.text[span[0] : span[1]], start=span[0], end=span[1], type=kind)


def name_mention(source: Source, node: ast.expr | ast.arg | Definition) -> Mention | None:
    """Return the mention of the name that a node prints; the last part of a dotted name.

    None when the printed name is not the parsed one, as for identifiers that normalisation changes.
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            start = offset_at(source, node.lineno, column=node.col_offset)
            head = HEAD[type(node)].match(source.text, start)
            name, start = node.name, head.end() if head else start
        case ast.arg():
            name, start = node.arg, span_of(source, node)[0]
        case ast.Name():
            name, start = node.id, span_of(source, node)[0]
        case ast.Attribute():
            name = node.attr
            start = span_of(source, node)[1] - len(name)
        case ast.Constant(value=str() as name):
            start = span_of(source, node)[0] + 1
        case _:
            return None
    end = start + len(name)
    return mention_at(source, (start, end)) if source.text[start:end] == name else None


def signature_span(source: Source, node: Definition) -> tuple[int, int]:
    """Return the span of a definition's head, from `def` or `class` to the line of its body."""
    start = offset_at(source, node.lineno, column=node.col_offset)
    first = node.body[0]
    line = min([first.lineno, *(d.lineno for d in getattr(first, "decorator_list", ()))])
    body = (
        offset_at(source, line, column=0)
        if line > node.lineno
        else offset_at(source, line, column=first.col_offset)
    )
    head = source.text[start:body]
    # Comments and blank lines between the head and the body belong to neither.
    kept = head.rstrip()
    while (cut := kept.rfind("\n")) >= 0 and kept[cut + 1 :].lstrip().startswith("#"):
        kept = kept[:cut].rstrip()
    return start, start + len(kept)
