"""What a document states about itself: title, subject, date and licence, read from its head.

Nothing is guessed from the text's body: a title is a heading or a labelled line, a date is a
labelled line, a subject is a labelled line or the second line of a printed page head (`THE WORLD
ATLAS 2005` / `NEW ZEALAND`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from extractors.readers.dates import MONTH, read_date

HEAD_LINES = 12
TITLE_LINES = 30
"""Non-blank lines within which a first heading is the document's title."""
LABELLED = re.compile(
    r"[ \t]*(?:[-*] )?\**(?P<label>title|subject|date|published|publication date|issued|updated"
    r"|last updated|licen[cs]e|from|to)\**:\**[ \t]+(?P<value>\S.{0,300})",
    re.IGNORECASE,
)
DATE_LABELS = ("date", "published", "publication date", "issued", "updated", "last updated")
FRONT = re.compile(
    r"---[ \t]*\n(?P<body>(?:(?!---[ \t]*\n|\.\.\.[ \t]*\n).*\n){1,400}?)"
    r"(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
FRONT_LINE = re.compile(r"(?P<key>[A-Za-z_][\w -]{0,40}):(?:[ \t]+(?P<value>.*))?")
ATX = re.compile(r" {0,3}#{1,6}[ \t]+(?P<text>\S.*)")
UNDERLINE = re.compile(r"[ \t]*(?:={3,}|-{3,})[ \t]*")
CAPITALS = re.compile(r"[^a-z\n|<>]{3,60}")
FURNITURE = re.compile(r"table of contents|contents|page \d+|draft|\W*", re.IGNORECASE)
SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*([\w.+() -]{2,60})")
TAG = re.compile(r"<[A-Za-z/!][^<>]{0,300}>")
LINK = re.compile(r"!?\[([^\[\]]{0,200})\](?:\([^()\s]{0,300}\)|\[[^\[\]]{0,60}\])")
SMALL = frozenset(
    (
        "a an and at by de del der des di du for from in la le of on or the to upon van von with"
    ).split()
)  # fmt: skip
NUMBERS = re.compile(
    rf"(?:(?<![^\W_])(?:fy|q|h|no|vol|edition|ed|version|v|session|{MONTH})\.?[ _-]?)?"
    r"(?<![^\W_])\d[\d.,/_:-]*(?:st|nd|rd|th)?(?![^\W_])|(?<![^\W_])(?:fy|q|h|v)\d+(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Stated:
    """What a document says of itself; an empty field is not stated."""

    title: str = ""
    subject: str = ""
    date: str = ""
    licence: str = ""


def humanise(name: str) -> str:
    """Return a file stem or key as words: `birth_place` and `birthPlace` are `Birth place`."""
    words = (
        re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
        if re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)+", name)
        else name
    )
    if words != name:
        words = words.lower()
    words = words.replace("_", " ")
    if " " not in words.strip():
        words = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", words)
    words = " ".join(words.split())
    return words[:1].upper() + words[1:] if words[1:2].islower() or " " in words else words


def without_number(title: str) -> str:
    """Return a title in lower case without dates and numbers, if letters are left without them."""
    bare = re.sub(r"[\s_:,()\[\]–—-]+", " ", NUMBERS.sub(" ", title)).strip()
    return (bare if sum(map(str.isalpha, bare)) > 1 else " ".join(title.split())).casefold()


def title_case(text: str) -> str:
    """Return a text in capitals in title case, others as they are: `ISLE OF MAN`, `Isle of Man`."""
    if text != text.upper() or not any(map(str.isalpha, text)):
        return text
    words = text.split()
    if len(words) == 1 and len(text) <= 3:
        return text
    return " ".join(_cased(word, first=index == 0) for index, word in enumerate(words))


def _cased(word: str, *, first: bool) -> str:
    if not first and word.casefold() in SMALL:
        return word.casefold()
    if re.search(r"\d|\w\.\w", word) or not re.search(r"[AEIOUY]", word):
        return word
    return re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda match: match[0].capitalize(), word)


def plain(text: str) -> str:
    """Return a heading or field without Markdown and HTML marks."""
    text = LINK.sub(r"\1", TAG.sub("", text[:600]))
    text = re.sub(r"\s*\{[#.:][^{}]{0,80}\}\s*$", "", text)
    return " ".join(re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", text).strip().strip("#").split())


def title_date(title: str) -> str:
    """Return the date set off at a title's end if it has a month, or ''.

    A bare year, or a date after a comma, may be what the text is about (`Cases in two towns, March
    2020`).
    """
    end = re.search(
        r"(?:--|\s[-–—]\s|[:|(])\s*((?:[^\W\d]{3,9}\.? )?[^\W_][^-–—:|(]{2,20}\d)\W*$", title[-40:]
    )
    date = read_date(end[1]) if end else ""
    return date if len(date) > 4 else ""


def front_matter(text: str) -> tuple[dict[str, str], int]:
    """Return the plain fields of YAML front matter, keys in lower case, and the body's offset."""
    match = FRONT.match(text)
    if not match:
        return {}, 0
    fields: dict[str, str] = {}
    key = ""
    for line in match["body"].split("\n"):
        if found := FRONT_LINE.fullmatch(line.rstrip()):
            key = found["key"].strip().casefold()
            value = (found["value"] or "").strip()
            fields[key] = "" if re.fullmatch(r"[|>][+-]?", value) else value.strip("\"'")
        elif key and line[:1] in " \t" and not line.strip().startswith("- "):
            fields[key] = f"{fields[key]} {line.strip()}".strip()
    return fields, match.end()


def stated_in_text(text: str, *, title: str | None = None) -> Stated:
    """Return what the first lines of a plain, Markdown or rendered text state.

    A `title` that is given, even an empty one, is used instead of the first heading.
    """
    fields, body = front_matter(text)
    lines = text[body : body + 20_000].split("\n")
    labels = _labels(lines)
    head = _page_head(lines)
    date = next((date for key in DATE_LABELS if (date := read_date(labels.get(key, "")))), "")
    if title is None:
        title = plain(labels.get("title", "")) or (head.title if head else _title(lines))
    subject = plain(labels.get("subject", ""))
    if subject and ("from" in labels or "to" in labels):
        # The head of a letter: its subject line is a title, not the name of a thing.
        title, subject = title or subject, ""
    spdx = SPDX.search(text[:2000])
    licence = labels.get("license", labels.get("licence", ""))
    found = Stated(
        title=title, subject=title_case(subject or (head.subject if head else "")),
        date=date or (head.date if head else "") or title_date(title),
        licence=plain(licence) or (spdx[1].strip() if spdx else ""),
    )  # fmt: skip
    return _with_fields(found, fields)


def _with_fields(found: Stated, fields: Mapping[str, str]) -> Stated:
    def first(*keys: str) -> str:
        return next((plain(fields[key]) for key in keys if fields.get(key)), "")

    return replace(
        found,
        title=first("title") or found.title or first("name"),
        subject=title_case(first("subject")) or found.subject,
        date=read_date(first("date", "published", "updated", "last_updated", "year")) or found.date,
        licence=first("license", "licence") or found.licence,
    )


def _labels(lines: list[str]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for line in lines[:HEAD_LINES]:
        if match := LABELLED.fullmatch(line[:400].rstrip()):
            labels.setdefault(match["label"].casefold(), match["value"])
    return labels


def _page_head(lines: list[str]) -> Stated | None:
    """Return what two lines in capitals say, a collection with its year and then a subject."""
    top = [line.strip() for line in lines if line.strip()][:2]
    if len(top) < 2 or not all(
        CAPITALS.fullmatch(line) and re.search(r"[^\W\d_]{3}", line) for line in top
    ):
        return None
    year = re.search(r"(?<!\d)(1\d{3}|20\d\d)$", top[0])
    if not year or re.search(r"\d", top[1]):
        return None
    subject = title_case(top[1])
    return Stated(title=f"{subject} ({title_case(top[0])})", subject=subject, date=year[1])


def _title(lines: list[str]) -> str:
    """Return the first heading near the top: marked, underlined, or a short line standing alone."""
    seen = 0
    fenced = False
    for index, line in enumerate(lines[:-1]):
        if not line.strip():
            continue
        fenced ^= line.lstrip().startswith(("```", "~~~"))
        if fenced:
            continue
        after = lines[index + 1]
        if FURNITURE.fullmatch(plain(line)):
            continue
        if match := ATX.fullmatch(line[:400]):
            return plain(match["text"])
        if not seen and _is_heading_text(line) and UNDERLINE.fullmatch(after[:200]):
            return plain(line)
        if not seen and not after.strip() and _stands_alone(line.strip(), lines[index + 2 :]):
            return plain(line)
        seen += 1
        if seen > TITLE_LINES:
            break
    return ""


def _is_heading_text(line: str) -> bool:
    return len(line.strip()) <= 160 and bool(re.search(r"[^\W\d_]{2}", line)) and "|" not in line


def _stands_alone(line: str, rest: list[str]) -> bool:
    """Say whether a first line reads as a title and text follows it."""
    if len(line) > 100 or len(line.split()) > 14 or not line[0].isalnum() or line[0].islower():
        return False
    if line.endswith((".", ",", ";", ":")) or any(mark in line for mark in (": ", "|", "  ")):
        return False
    follows = sum(bool(item.strip()) for item in rest[:60]) > 3
    return follows and bool(re.search(r"[^\W\d_]{3}", line))
