"""Articles in JATS XML (and its ancestor NLM): front matter as fields, abstract and body as text, tables as tables.

The body is read by the HTML event parser under HTML's own names, because JATS tables are HTML tables and every text
keeps its offset in the file. Deviations from the printed article: references, footers of figures that are not here and
supplements are left out.
"""

import re

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, no stubs)

from extractors.readers.canonical import Part, TextBuilder, make_document
from extractors.readers.dates import read_date
from extractors.readers.html_blocks import VOID, PageParser
from extractors.readers.html_page import add_blocks, flat
from extractors.readers.html_parts import Block
from extractors.readers.jats_front import front_fields, plain_text, without_notes
from extractors.readers.options import Read, Rejected, SourceFile
from extractors.readers.stated import Stated
from extractors.readers.text import stated_or_stem
from extractors.readers.xml_records import XmlError, parse_xml

ARTICLE = re.compile(r"<article[\s>]")
KIND = re.compile(r"<article\b[^>]*\barticle-type=[\"']([a-z-]{3,40})[\"']")
FRONT = re.compile(r"<(?:article-meta|journal-meta|front)[\s>]")
NAMES = {
    "list": "ul", "list-item": "li", "def-list": "dl", "term": "dt", "def": "dd", "disp-quote": "blockquote",
    "italic": "i", "bold": "b", "xref": "a", "break": "br", "disp-formula": "p", "fn": "p", "sec": "section",
    "body": "div", "back": "div", "ack": "section", "app": "section", "abstract": "section", "attrib": "p",
    "table-wrap-foot": "div", "verse-line": "p", "boxed-text": "section", "front": "div", "article-meta": "div",
}  # fmt: skip
LEFT_OUT = frozenset(
    (
        "journal-meta article-categories title-group contrib-group aff author-notes pub-date volume issue "
        "fpage lpage elocation-id history permissions self-uri kwd-group counts custom-meta-group article-id "
        "trans-abstract funding-group supplement product ref-list supplementary-material graphic media "
        "inline-graphic alternatives-graphic object-id tex-math annotation related-article notes glyph-data "
        "floats-group-graphic processing-meta contract-num contract-sponsor page-range copyright-statement "
        "copyright-year license ext-link-uri"
    ).split()
)
SECTIONS = frozenset(["sec", "ack", "app", "abstract", "boxed-text", "fn-group", "glossary"])
CAPTIONED = frozenset(["fig", "table-wrap", "boxed-text"])
DEEPEST = 6


class JatsParser(PageParser):
    """Reads JATS elements under the HTML names that mean the same; titles are headings by depth."""

    def __init__(self, text: str) -> None:
        """Parse `text`; the result is in `blocks`."""
        self._path: list[str] = []
        self._names: list[str] = []
        self._caption: list[Block] = []
        super().__init__(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element under its HTML name."""
        name = self._html_name(tag)
        if name not in VOID:
            self._path.append(tag)
            self._names.append(name)
        super().handle_starttag(name, [] if name != tag else attrs)
        if tag == "abstract" and name != "template":
            self._heading("Abstract")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close an empty element."""
        self.handle_starttag(tag, attrs)
        if self._path and self._path[-1] == tag and self._html_name_of_top() not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost open element of this name and all inside it."""
        if tag not in self._path:
            return
        while self._path:
            own, name = self._path.pop(), self._names.pop()
            super().handle_endtag(name)
            if own == tag:
                return

    def _html_name_of_top(self) -> str:
        return self._names[-1] if self._names else ""

    def _heading(self, text: str) -> None:
        """Add a heading of the reader's own, which stands nowhere in the file."""
        self._end_block()
        zone = self._stack[-1].zone
        self._containers[-1].append(
            Block("heading", 2, [(text, None)], zone, bold=False, linked=False)
        )

    def _html_name(self, tag: str) -> str:
        above = self._path[-1] if self._path else ""
        if tag in LEFT_OUT:
            return "template"
        if tag == "title":
            if above in ("caption", "list", "def-list") or above in CAPTIONED:
                return "p"
            depth = sum(part in SECTIONS for part in self._path)
            return f"h{min(depth + 1, DEEPEST)}"
        if tag == "label":
            return "caption" if above == "table-wrap" else "b" if above == "fig" else "span"
        if tag == "caption":
            return "caption" if above == "table-wrap" else "div"
        return NAMES.get(tag, tag)

    def _start(self, tag: str, attrs: dict[str, str | None]) -> None:
        if tag == "caption" and "table-wrap" in self._path:
            self._end_block()
            self._hold(self._caption)
            return
        super()._start(tag, attrs)
        if tag == "table" and self._tables and self._caption:
            self._tables[-1].caption, self._caption = self._caption, []


def is_jats(text: str) -> bool:
    """Say whether an XML text is an article with front matter."""
    head = text[:20_000]
    return bool(ARTICLE.search(head) and FRONT.search(head))


def read_jats(file: SourceFile) -> Read:
    """Yield an article as one document; origins of the body are offsets in the file."""
    start, end = file.text.find("<front"), file.text.find("</front>")
    try:
        # The front alone, without the document's own declarations: no entity can be defined in it.
        front = _plain_names(file.text[start : end + len("</front>")]) if end > start >= 0 else ""
        meta = parse_xml(front) if front else None
    except XmlError as error:
        yield Rejected(source=file.source, reason="invalid XML", detail=str(error))
        return
    built = TextBuilder()
    stated = _stated(meta) if meta is not None else Stated()
    if stated.title:
        built.add("# ")
        built.add(stated.title, "/article/front/article-meta/title-group/article-title")
        built.add("\n\n")
    kind = KIND.search(file.text[: max(start, 0)])
    own = (kind[1], f"char:{kind.start(1)}") if kind else ("", "")
    for label, value, at in front_fields(meta, own) if meta is not None else ():
        built.add(f"{label}: ")
        built.add(value, at)
        built.add("\n")
    blocks = [block for block in flat(JatsParser(file.text).blocks) if block.zone]
    add_blocks(built, blocks)
    yield make_document(file, Part("xml"), stated_or_stem(stated, file), built)


def _plain_names(front: str) -> str:
    """Return the front matter without the prefixes of namespaces, which its root does not declare."""
    front = re.sub(r"&(?!#|amp;|lt;|gt;|quot;|apos;)[\w.-]+;", " ", front)
    front = re.sub(r"<(/?)[\w.-]+:", r"<\1", front)
    return re.sub(r"\s[\w.-]+:([\w.-]+=)", r" \1", front)


def _stated(meta: etree._Element) -> Stated:
    title = without_notes(meta.find(".//title-group/article-title"))
    date = ""
    for kind in meta.iter("pub-date"):
        parts = [(kind.findtext(part) or "").strip() for part in ("year", "month", "day")]
        printed = "-".join(part.zfill(2) for part in parts if part)
        date = max(date, read_date(printed), key=len)
    licence = meta.find(".//permissions/license")
    href = next((v for k, v in licence.items() if "href" in k), "") if licence is not None else ""
    return Stated(title=title, date=date, licence=href or plain_text(licence)[:200])
