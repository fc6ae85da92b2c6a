"""Documents to sections, the unit of extraction and of contexts (§3.1).

Text is cut at its headings, Python at its top-level definitions, dialogue between turns. What is
still too long is cut at blank lines, then lines, then sentences, then words; a pipe table that fits
a section is kept whole. Sections cover the text in order, without gap or overlap.
"""

import ast
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.readers.stated import front_matter, plain
from extractors.section_cuts import cut_text
from warehouse.identity import content_id
from warehouse.records import Document, Section
from warehouse.tokens import count_tokens

SMALL = 120
"""Neighbouring definitions with fewer tokens share a section, and so do turns."""
LEAD = 30
"""Text above the first heading with fewer tokens goes with that heading."""
MAX_HEADING = 120
CAPITAL_SHARE = 0.2
"""Lines in capitals are headings only while they are at most this share of all lines."""
ATX = re.compile(r" {0,3}(?P<marks>#{1,6})[ \t]+(?P<text>\S.*)")
UNDERLINE = re.compile(r"[ \t]*(?P<mark>[=~^\"*+-])(?P=mark){2,}[ \t]*")
FENCE = re.compile(r" {0,3}(?P<mark>```|~~~)")
CHAPTER = re.compile(
    r"(?:chapter|part|section|article|book|act|scene|appendix|annex|title)"
    r"[ \t]+(?:\d{1,3}|[ivxlcIVXLC]{1,7}|[A-Z])(?![^\W_]).{0,80}",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.)[ \t]+[^\W\d_a-z][^|]{2,80}"
)


@dataclass(frozen=True)
class Span:
    """A stretch of the text under one path of headings."""

    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Heading:
    start: int
    body: int
    """Where the line after the heading starts."""
    level: int
    text: str


def split_sections(document: Document, *, max_tokens: int = 1500) -> list[Section]:
    """Return the sections of a document in order; they cover its text without gap or overlap.

    Args:
        document: The document.
        max_tokens: Most tokens of one section, at least 1.
    """
    text = document.text
    if not text.strip():
        return []
    if document.format == "python":
        spans = _small_joined(text, _definitions(text), max_tokens)
    elif document.format == "dialogue":
        spans = [Span(0, len(text))]
    else:
        spans = _by_headings(document)
    spans = _fitted(text, spans, max_tokens)
    counts = count_tokens([text[span.start : span.end] for span in spans])
    return [
        Section(
            id=content_id("section", document.id, index, span.start, span.end),
            document_id=document.id,
            index=index,
            headings=span.headings,
            start=span.start,
            end=span.end,
            tokens=tokens,
        )
        for index, (span, tokens) in enumerate(zip(spans, counts, strict=True))
    ]


def _by_headings(document: Document) -> list[Span]:
    """Return one span per heading that has text of its own; headings without text join the next."""
    text = document.text
    title = {_folded(document.title), _folded(document.subject)} - {""}
    headings = [heading for heading in _headings(document) if heading.text]
    path: list[tuple[int, str]] = []
    spans: list[Span] = []
    start, pending = 0, False
    current: tuple[str, ...] = ()
    for heading, following in pairwise([*headings, None]):
        assert heading is not None
        if heading.start > start and not pending and text[start : heading.start].strip():
            spans.append(Span(start, heading.start, current))
            start = heading.start
        path = [entry for entry in path if entry[0] < heading.level]
        path.append((heading.level, heading.text))
        current = tuple(name for _, name in path if _folded(name) not in title)
        end = following.start if following else len(text)
        pending = following is not None and not text[heading.body : end].strip()
        if not pending:
            spans.append(Span(start, end, current))
            start = end
    if start < len(text):
        spans.append(Span(start, len(text), current))
    if len(spans) > 1 and not spans[0].headings:
        # A page head or an anchor above the first heading says too little to stand alone.
        lead, following = spans[:2]
        if count_tokens([text[lead.start : min(lead.end, lead.start + 400)]])[0] < LEAD:
            spans[:2] = [Span(lead.start, following.end, following.headings)]
    return _joined_blank(text, spans)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _joined_blank(text: str, spans: Sequence[Span]) -> list[Span]:
    """Give stretches of white space to the span after them, the last one to the span before it."""
    kept: list[Span] = []
    start = 0
    for span in spans:
        if text[span.start : span.end].strip():
            kept.append(Span(start, span.end, span.headings))
            start = span.end
    if kept and start < len(text):
        kept[-1] = Span(kept[-1].start, len(text), kept[-1].headings)
    return kept


def _headings(document: Document) -> Iterator[_Heading]:
    """Yield the headings of a text in order."""
    text = document.text
    begin = front_matter(text)[1]
    lines: list[tuple[int, str]] = []
    at = begin
    for line in text[begin:].split("\n"):
        lines.append((at, line))
        at += len(line) + 1
    plain_text = document.format == "txt"
    capitals = _capital_headings([line for _, line in lines]) if plain_text else frozenset()
    marks: list[str] = []
    skip = -1
    hidden = _hidden_lines([line for _, line in lines]) if document.format == "md" else frozenset()
    for index, (start, line) in enumerate(lines):
        if index <= skip or index in hidden or not line.strip() or len(line) > 400:
            continue
        after = lines[index + 1][1] if index + 1 < len(lines) else ""
        ends = start + len(line) + 1
        if match := ATX.fullmatch(line):
            yield _Heading(start, ends, len(match["marks"]), plain(match["text"]))
        elif document.format in ("html", "json", "csv"):
            # Their readers write every heading as an ATX line.
            continue
        elif _is_underlined(line, after, lines[index - 1][1] if index else "", document.format):
            mark = after.strip()[0]
            marks += [mark] if mark not in marks else []
            skip = index + 1
            yield _Heading(start, ends + len(after) + 1, marks.index(mark) + 1, plain(line))
        elif plain_text and (level := _plain_level(lines, index, capitals)):
            yield _Heading(start, ends, level, plain(line))


def _hidden_lines(lines: Sequence[str]) -> frozenset[int]:
    """Return the lines inside code fences and comments of a Markdown text."""
    hidden: set[int] = set()
    end = ""
    for index, line in enumerate(lines):
        if end:
            hidden.add(index)
            if end in line:
                end = ""
        elif match := FENCE.match(line[:8]):
            hidden.add(index)
            end = match["mark"]
        elif "<!--" in line and "-->" not in line[line.rindex("<!--") :]:
            end = "-->"
    return frozenset(hidden)


def _is_underlined(line: str, after: str, before: str, form: str) -> bool:
    """Say whether a line is a heading underlined by the next: of its own length in plain text."""
    match = UNDERLINE.fullmatch(after) if len(after) <= 160 else None
    title = line.strip()
    if (
        not match
        or not re.search(r"[^\W\d_]{2}", title)
        or len(title) > MAX_HEADING
        or "|" in title
    ):
        return False
    if form == "md":
        return match["mark"] in "=-" and not before.strip() and title[0] not in "-*+>#"
    framed = not before.strip() or bool(UNDERLINE.fullmatch(before))
    return framed and "  " not in title and abs(len(after.strip()) - len(title)) <= 3


def _capital_headings(lines: Sequence[str]) -> frozenset[str]:
    """Return the lines in capitals that may be headings: none where capitals are common."""
    filled = [line.strip() for line in lines if line.strip()]
    capitals = [line for line in filled if line == line.upper() and any(map(str.isalpha, line))]
    if len(capitals) > CAPITAL_SHARE * len(filled):
        return frozenset()
    # The same line on every page, its number apart, is a running head.
    times = Counter(re.sub(r"\d", "0", line) for line in capitals)
    return frozenset(
        line
        for line in capitals
        if times[re.sub(r"\d", "0", line)] <= 3
        and sum(map(str.isalpha, line)) >= max(4, len(line) // 2)
        and not re.search(r": |[.:]$|[A-Z]-?\d{2}|[<>|]", line)
    )


def _plain_level(lines: Sequence[tuple[int, str]], index: int, capitals: frozenset[str]) -> int:
    """Return the level of a line that stands alone and reads as a heading, 0 for none."""
    line = lines[index][1].strip()
    alone = not (index and lines[index - 1][1].strip()) and (
        index + 1 < len(lines) and not lines[index + 1][1].strip()
    )
    if not alone or len(line) > 90 or "|" in line or "   " in line or line.endswith((",", ";")):
        return 0
    if CHAPTER.fullmatch(line) and not line.endswith("."):
        return 1
    if (match := NUMBERED.fullmatch(line)) and not line.endswith((".", ":")):
        return 2 + match["number"].rstrip(".").count(".")
    return 2 if line in capitals else 0


def _definitions(text: str) -> list[Span]:
    """Return a Python file's head and its top-level definitions; one span if it is not Python."""
    tree = _parsed(text)
    if tree is None:
        return [Span(0, len(text))]
    return list(_nodes(text, tree.body, Span(0, len(text))))


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _nodes(text: str, body: Sequence[ast.stmt], whole: Span) -> Iterator[Span]:
    """Yield the stretches of `whole` from one definition in `body` to the next, the head first."""
    lines = _line_starts(text)
    starts: list[tuple[int, str]] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            line = min([node.lineno, *(item.lineno for item in node.decorator_list)]) - 1
            # Comments right above a definition speak of it.
            while line and text[lines[line - 1] : lines[line]].lstrip().startswith("#"):
                line -= 1
            kind = "class" if isinstance(node, ast.ClassDef) else "def"
            if whole.start <= lines[line] < whole.end:
                starts.append((lines[line], f"{kind} {node.name}"))
    if not starts or starts[0][0] > whole.start:
        starts.insert(0, (whole.start, ""))
    for (start, name), end in zip(starts, [*(at for at, _ in starts[1:]), whole.end], strict=True):
        if start < end:
            yield Span(start, end, (*whole.headings, name) if name else whole.headings)


def _line_starts(text: str) -> list[int]:
    # Lines as the parser counts them: carriage returns end lines too.
    return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", text))]


def _small_joined(text: str, spans: Sequence[Span], max_tokens: int) -> list[Span]:
    """Cut long classes at their methods, then join neighbours of fewer than `SMALL` tokens."""
    sizes = count_tokens([text[span.start : span.end] for span in spans])
    cut: list[tuple[Span, int]] = []
    for span, size in zip(spans, sizes, strict=True):
        parts = _methods(text, span) if size > max_tokens else []
        if len(parts) > 1:
            counts = count_tokens([text[part.start : part.end] for part in parts])
            cut += zip(parts, counts, strict=True)
        else:
            cut.append((span, size))
    joined: list[tuple[Span, int]] = []
    for span, size in cut:
        if joined:
            last, before = joined[-1]
            if min(size, before) < SMALL and size + before <= max_tokens:
                joined[-1] = (Span(last.start, span.end, _shared(last, span)), size + before)
                continue
        joined.append((span, size))
    return _joined_blank(text, [span for span, _ in joined])


def _shared(left: Span, right: Span) -> tuple[str, ...]:
    """Return the headings of two joined spans: what they share, then their names side by side."""
    if left.headings == right.headings[: len(left.headings)]:
        return right.headings if len(left.headings) < len(right.headings) else left.headings
    if right.headings == left.headings[: len(right.headings)]:
        return left.headings
    if len(left.headings) == len(right.headings) and left.headings[:-1] == right.headings[:-1]:
        names = f"{left.headings[-1]}, {right.headings[-1]}"
        return (*left.headings[:-1], names if len(names) <= MAX_HEADING else left.headings[-1])
    return left.headings


def _methods(text: str, span: Span) -> list[Span]:
    tree = _parsed(text)
    lines = _line_starts(text)
    for node in tree.body if tree else []:
        if isinstance(node, ast.ClassDef) and span.start <= lines[node.lineno - 1] < span.end:
            return list(_nodes(text, node.body, span))
    return []


def _fitted(text: str, spans: Sequence[Span], max_tokens: int) -> list[Span]:
    """Return the spans with every one that is too long cut."""
    sizes = count_tokens([text[span.start : span.end] for span in spans])
    fitted: list[Span] = []
    for span, size in zip(spans, sizes, strict=True):
        if size <= max_tokens:
            fitted.append(span)
            continue
        ends = [end for end, _ in cut_text(text[span.start : span.end], max_tokens)]
        fitted += [
            Span(span.start + start, span.start + end, span.headings)
            for start, end in pairwise([0, *ends])
        ]
    return fitted
