"""The front matter of a JATS article as fields: who wrote it, where they work, who edited it, when and by what means.

Contributors point to their affiliations by `xref`; an article with one affiliation gives it to all its authors. One
line names everybody of one affiliation, so that the line can be read alone.
"""

import re
from collections.abc import Iterator

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] (compiled, no stubs)

Field = tuple[str, str, str]
"""Label, value, and the element path that it comes from."""
UNPRINTED = frozenset(
    ("label", "institution-id", "email", "sup", "ext-link", "xref", "fax", "phone")
)
"""Parts of an affiliation that are no name: marks, identifiers and addresses."""
SEPARATE = frozenset(("addr-line", "city", "state", "country", "institution-wrap"))
"""Parts of an affiliation that a printed article sets off by a comma."""
MONTHS = (
    "January February March April May June July August September October November December"
).split()
EDITOR = re.compile(r"editor", re.IGNORECASE)
DATED = (("received", "Received"), ("accepted", "Accepted"))
ADDRESS = re.compile(r"[;,.]?\s*(?:e-?mail|tel|fax|phone)\b.*", re.IGNORECASE)


def plain_text(element: etree._Element | None) -> str:
    """Return an element's text on one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def without_notes(element: etree._Element | None) -> str:
    """Return an element's text on one line, marks and texts of its notes left out."""
    if element is None:
        return ""
    notes = {note for name in ("xref", "fn") for note in element.iter(name)}
    parts = [element.text or ""]
    for child in element.iter():
        inside = child in notes or any(above in notes for above in child.iterancestors())
        if child is not element:
            parts += [
                "" if inside else child.text or "",
                "" if inside and child not in notes else child.tail or "",
            ]
    return " ".join("".join(parts).split()).rstrip(" ,;")


def front_fields(front: etree._Element, kind: tuple[str, str]) -> Iterator[Field]:
    """Yield (label, value, place) of what the front matter states.

    `kind` is the article's own `article-type` and its place.
    """
    people = [c for c in front.iterfind(".//contrib-group/contrib") if _name(c)]
    authors = [c for c in people if not _is_editor(c)]
    editors = [c for c in people if _is_editor(c)]
    corresponding = [c for c in authors if c.get("corresp") == "yes"]
    meta, group = "/article/front/article-meta", "/article/front/article-meta/contrib-group"
    rows = (
        ("Authors", "; ".join(map(_name, authors)), group),
        ("Journal", *_journal(front)),
        ("DOI", plain_text(front.find(".//article-id[@pub-id-type='doi']")), f"{meta}/article-id"),
        ("Article type", kind[0].replace("-", " "), kind[1]),
        ("Published", published(front), f"{meta}/pub-date"),
        *((label, _history(front, which), f"{meta}/history/date") for which, label in DATED),
        ("Publisher", plain_text(front.find(".//publisher/publisher-name")), "/article/front/journal-meta/publisher"),
        ("Corresponding author", "; ".join(map(_name, corresponding)), group),
        ("Academic editor", "; ".join(map(_name, editors)), group),
        *((f"Affiliation of {names}", place, f"{meta}/aff") for names, place in _affiliations(front, people, authors)),
        ("Funding", "; ".join(_funders(front)), f"{meta}/funding-group"),
        ("Keywords", "; ".join(filter(None, map(plain_text, front.iterfind(".//kwd-group/kwd")))), f"{meta}/kwd-group"),
    )  # fmt: skip
    for label, value, at in rows:
        if value:
            yield label, value, at


def _journal(front: etree._Element) -> tuple[str, str]:
    """Return the journal's title, or its short form, and where it stands."""
    meta = "/article/front/journal-meta"
    if title := plain_text(front.find(".//journal-title")):
        return title, f"{meta}/journal-title"
    short = front.find(".//journal-id[@journal-id-type='nlm-ta']")
    return plain_text(short), f"{meta}/journal-id"


def _name(contributor: etree._Element) -> str:
    """Return a person's name as given names and surname; a group of authors has none."""
    name = contributor.find(".//name")
    if name is None:
        return ""
    parts = (plain_text(name.find(part)) for part in ("given-names", "surname"))
    return " ".join(filter(None, parts)).replace(";", ",").replace(":", " ")


def _is_editor(contributor: etree._Element) -> bool:
    roles = (contributor.get("contrib-type", ""), plain_text(contributor.find("role")))
    return any(EDITOR.search(role) for role in roles)


def _affiliations(
    front: etree._Element, people: list[etree._Element], authors: list[etree._Element]
) -> Iterator[tuple[str, str]]:
    """Yield (names, affiliation), in the order of the affiliations."""
    stated = front.findall(".//aff")
    for affiliation in stated:
        own = affiliation.get("id", "")
        named = [person for person in people if _works_at(person, affiliation, own)]
        if len(stated) == 1 and not named:
            named = authors
        text = ADDRESS.sub("", _place(affiliation)).strip(" ,;.")
        if named and text:
            yield "; ".join(map(_name, named)), text


def _works_at(person: etree._Element, affiliation: etree._Element, identity: str) -> bool:
    """Whether a person refers to an affiliation, or holds it."""
    references = [ref for ref in person.iterfind(".//xref") if ref.get("ref-type") == "aff"]
    pointed = any(identity in (ref.get("rid") or "").split() for ref in references)
    return (bool(identity) and pointed) or affiliation in person.iter("aff")


def _place(affiliation: etree._Element) -> str:
    """Return an affiliation without its mark, identifiers and addresses."""
    parts: list[str] = [affiliation.text or ""]
    for child in affiliation:
        if child.tag in SEPARATE and "".join(parts).strip()[-1:].isalnum():
            parts.append(",")
        if child.tag not in UNPRINTED:
            parts.append(_place(child))
        parts.append(child.tail or "")
    return re.sub(r"\s+([,;.])", r"\1", " ".join(" ".join(parts).split()))


def _funders(front: etree._Element) -> Iterator[str]:
    """Yield each funding source once, by its name."""
    seen: set[str] = set()
    for source in front.iterfind(".//funding-source"):
        named = source.find(".//institution")
        name = plain_text(named if named is not None else source).rstrip(" .;")
        if name and name not in seen:
            seen.add(name)
            yield name.replace(";", ",")


def _history(front: etree._Element, kind: str) -> str:
    return _printed(front.find(f".//history/date[@date-type='{kind}']"))


def published(front: etree._Element) -> str:
    """Return the date of publication: the electronic one where it is whole, else the most exact."""
    dates = list(front.iter("pub-date"))
    kinds = ("epub", "pub", "electronic")
    first = [d for d in dates if {d.get("pub-type"), d.get("date-type")} & set(kinds)]
    printed = [_printed(date) for date in (*first, *dates)]
    return max(printed, key=lambda text: len(text.split()), default="")


def _printed(date: etree._Element | None) -> str:
    """Return a date of elements as it is printed: `22 July 2010`, `July 2010` or `2010`."""
    if date is None:
        return ""
    year, month, day = (plain_text(date.find(part)) for part in ("year", "month", "day"))
    if not re.fullmatch(r"\d{4}", year):
        return ""
    if not (month.isdigit() and 1 <= int(month) <= len(MONTHS)):
        return year
    named = f"{MONTHS[int(month) - 1]} {year}"
    return f"{int(day)} {named}" if day.isdigit() and 1 <= int(day) <= 31 else named
