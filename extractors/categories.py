"""A document's category by what it is, where the configuration does not name one (§3.1's five categories).

A pure function of format, path and text: programs and conversations by their format, then papers and professional
documents by marks that two different kinds of must agree on; everything else is general.
"""

import re

from warehouse.identity import content_id
from warehouse.records import Category, Document

CODE_FILE = re.compile(r"\.(?:py|pyi|toml|cfg|ini|c|h|cpp|java|js|ts|go|rs|sh|sql)$", re.IGNORECASE)
CODE_LINE = re.compile(
    r"^(?:\s*>>> .*|\s*(?:from \w[\w.]* )?import \w[\w., ]*|\s*(?:def|class) \w+.*:|\s*[\w.]+ = .*[(\[{].*|```\w*)$",
    re.MULTILINE,
)
CODE_SHARE = 0.05
"""Share of lines that are code from which a text is about a program."""
LOOKED_AT = 200_000
"""Characters of a text that are looked at, half from either end."""
ENOUGH = 2
"""Different marks of a category that a document must show."""
ACADEMIC = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"\b10\.\d{4,9}/[^\s]{3,}",
        r"^\W*abstract\b",
        r"^\W*(?:\d+\.?\s*)?(?:references|bibliography|literature cited|works cited)\W*$",
        r"^\W*(?:\d+\.?\s*)?(?:materials and )?methods\W*$",
        r"\bet al\b.*\bet al\b|\(\w+ et al\.?,? (?:19|20)\d\d\)",
    )
)
PROFESSIONAL = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"securities and exchange commission|\bform (?:10-[kq]|8-k|20-f)\b|annual report",
        r"\b(?:fiscal year|fiscal 20\d\d|shareholders|stockholders|net (?:income|sales)|revenues?)\b",
        r"\b(?:(?:bureau|department|ministry|office) of|office for|agency for|federal reserve|central bank)\b",
        r"\b(?:year over year|seasonally adjusted|percentage points?|respondents|forecasts?)\b",
        r"\b(?:indicator|reporting status|data source|unit of measure)\w*:",
        r"\b(?:SHALL|requirements?|compliance|standard|guidelines?)\b.*\b(?:SHALL|conform|specified|requirements?)\b",
        r"^\|(?:[^|\n]*\d[^|\n]*\|){2,}",
    )
)


def category_of(document: Document) -> Category:
    """Return the category that a document's format, path and text speak for."""
    path = document.title if "#" in document.source else document.source
    if document.format == "python" or CODE_FILE.search(path) or _has_code(document):
        return "code"
    if document.format == "dialogue":
        return "dialogue"
    text = document.text
    if len(text) > LOOKED_AT:
        text = text[: LOOKED_AT // 2] + text[-LOOKED_AT // 2 :]
    academic = sum(bool(mark.search(text)) for mark in ACADEMIC)
    if academic > ENOUGH:
        return "academic"
    professional = sum(bool(mark.search(text)) for mark in PROFESSIONAL)
    if document.format == "csv" or professional >= ENOUGH > academic:
        return "professional"
    return "academic" if academic >= ENOUGH else "general"


def _has_code(document: Document) -> bool:
    if document.format not in ("md", "rst", "txt"):
        return False
    lines = document.text.count("\n") + 1
    return len(CODE_LINE.findall(document.text)) >= max(CODE_SHARE * lines, 3)


def recategorised(document: Document, category: Category) -> Document:
    """Return the document under another category, with the id that it has there."""
    if category == document.category:
        return document
    identity = content_id(
        "doc", category, document.title, document.subject, document.date, document.text
    )
    return document.model_copy(update={"id": identity, "category": category})
