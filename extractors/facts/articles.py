"""Facts of an article's by-line: who wrote, edited and published it, when, under which number, and where they work.

The subject of a by-line is the article, by its title; a person's affiliation is a fact about the person, with the
article's date. Roles that one person fills are also told of the person ("is the corresponding author of"), because that
is how two articles meet. Two layouts are read: the fields that journals'
XML gives (`Authors: A; B`, `Affiliation of A; B: …`), and the printed by-line of names with degrees, with
`Corresponding author: …` and a suggested citation.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.facts.affiliations import institutions
from extractors.facts.values import DATE, NAME, YEAR
from extractors.facts.writer import FactWriter, Told, mention_at
from warehouse.identity import digest
from warehouse.records import Document, Fact, Mention, Quantity, Section, Shape

EXTRACTOR = "by-line/1"
LINE = re.compile(
    r"^(?P<label>[A-Z][A-Za-z]+(?: [A-Za-z]+){0,4}?)(?P<of> of [^:\n]+)?: (?P<value>[^\n]+)$",
    re.MULTILINE,
)
PERSON = re.compile(
    r"(?:(?:van|von|de|der|den|di|da|del|la|le|el|al|bin|ten|ter)(?: |-))*[^\W\d_a-z][\w.'’-]*"
    r"(?: (?:[^\W\d_a-z][\w.'’-]*"
    r"|(?:van|von|de|der|den|di|da|del|dos|das|do|la|le|el|al|bin|ibn|y|e|ten|ter|af|av|zu|d)\b|d['’][A-Z]\w+)){1,5}"
)
DEGREE = re.compile(r"[A-Z][A-Za-z]{0,6}\.?(?:[A-Z][A-Za-z]{0,4}\.?){0,3}|PhD\d?|\d+")
BYLINE = re.compile(
    r"^(?:#+ )?(?P<names>[^\n;()]+(?:; [^\n;()]+)+?)(?: \([^()\n]{1,40}\))?$", re.MULTILINE
)
CITATION = re.compile(
    r"\. (?P<journal>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){1,6}) (?P<year>(?:19|20)\d\d);\d[^\n]{0,40}?"
    r"(?:doi|DOI): ?(?:https?://(?:dx\.)?doi\.org/)?(?P<doi>10\.\d{4,6}/[^\s\"<>]+?)\.?$",
    re.MULTILINE,
)
DOI = re.compile(r"10\.\d{4,6}/[^\s\"<>]+")
GROUP = re.compile(
    r"\b(?:Team|Network|Group|Investigators|Consortium|Committee|Collabor\w+|Program\w*|Study|Unit|Initiative|Project)\b"
)
"""What names an author that is no person."""
STRAY_DEGREE = re.compile(r"(?:M|B|D|Ph) ?(?:Eng|Phil|Sc|Ed|Med|Stat|S|A|D)")
TITLE_WORDS = 4
"""Fewest words of a title that names one article: `Correction` and `Reply to Smith` name many."""
LONGEST_TITLE = 300
IDENTIFIER = re.compile(r" \[\w+\]$")
HEAD = 4000
"""Characters in which a printed by-line stands."""
LONGEST_NAME = 8
"""Words of an author's or a group's name."""
DEGREED = 0.5
"""Least share of a printed by-line's names that a degree follows; other lines with semicolons are prose."""
YEARS = {
    "Published": ("publication date", "publication year"),
    "Received": ("received", ""),
    "Accepted": ("accepted", ""),
}
INVERSE = frozenset(
    ("author", "first author", "last author", "corresponding author", "academic editor")
)


@dataclass(frozen=True)
class _Line:
    """A line of a by-line, and where the part that holds its values starts."""

    start: int
    end: int
    value: int


def article_facts(document: Document, sections: Sequence[Section]) -> list[Fact]:
    """Return the facts of the document's by-line, none where it is no article."""
    if document.format not in ("xml", "html") or not sections:
        return []
    title = article_title(document)
    if title is None:
        return []
    reader = _Reader(document, sections, title)
    fields = list(LINE.finditer(document.text, sections[0].start, sections[0].end))
    if document.format == "xml" and any(field["label"] == "Authors" for field in fields):
        reader.read_fields(fields)
    elif document.format == "html":
        reader.read_printed()
    return reader.writer.facts()


def article_title(document: Document) -> Mention | None:
    """Return the title where it heads the text, if it can stand for the article."""
    title = IDENTIFIER.sub("", document.title)
    at = document.text.find(f"# {title}", 0, 400) + 2
    if at < 2 or len(title.split()) < TITLE_WORDS or len(title) > LONGEST_TITLE or '"' in title:
        return None
    return Mention(text=title, start=at, end=at + len(title), type="work")


def is_person(name: str) -> bool:
    """Whether a name in a by-line is a person's, in two words or more."""
    other = GROUP.search(name) or STRAY_DEGREE.fullmatch(name) or re.search(r"\d", name)
    return bool(PERSON.fullmatch(name)) and not other


class _Reader:
    """Collects the facts of one article."""

    def __init__(self, document: Document, sections: Sequence[Section], title: Mention) -> None:
        self.document, self.title = document, title
        self.writer = FactWriter(document, sections, EXTRACTOR, as_of=document.date)

    def read_fields(self, fields: Sequence[re.Match[str]]) -> None:
        """Read the fields of journals' XML."""
        places: dict[str, list[tuple[Mention, list[Mention], _Line]]] = defaultdict(list)
        journal: Mention | None = None
        for field in fields:
            line = _Line(field.start(), field.end(), field.start("value"))
            label, value = field["label"], field["value"]
            if field["of"]:
                if label == "Affiliation":
                    self._note_affiliation(field, line, places)
            elif label == "Authors":
                self._people(line, value, "author")
            elif label in ("Corresponding author", "Academic editor"):
                self._people(line, value, label.lower())
            elif label in YEARS:
                self._dated(line, value, *YEARS[label])
            elif label == "Journal" and NAME.fullmatch(value):
                journal = mention_at(line.value, value, "thing")
                self._add(line, self.title, "journal", journal)
            elif label == "Publisher" and journal and NAME.fullmatch(value):
                self._add(line, journal, "publisher", mention_at(line.value, value, "organisation"))
            elif label == "DOI" and DOI.fullmatch(value):
                self._add(line, self.title, "doi", mention_at(line.value, value, "text"))
            elif label == "Funding":
                self._funders(line, value)
            elif label == "Article type" and value.endswith(" article"):
                self._class(line, line.value + len(value) - len("article"))
        for found in places.values():
            self._affiliated(found)

    def read_printed(self) -> None:
        """Read the printed by-line, the line on the corresponding author and the suggested citation."""
        for match in BYLINE.finditer(self.document.text[:HEAD]):
            names = _degreed(match["names"])
            if names:
                line = _Line(match.start(), match.end(), match.start("names"))
                self._people(line, "; ".join(names), "author", printed=match["names"])
                break
        else:
            return
        for field in LINE.finditer(self.document.text):
            line = _Line(field.start(), field.end(), field.start("value"))
            if field["label"].casefold() == "corresponding author":
                self._correspondent(line, field["value"])
            elif field["label"].startswith("Suggested citation"):
                self._cited(line, field["value"])

    def _correspondent(self, line: _Line, value: str) -> None:
        name, _, rest = value.partition(",")
        if not is_person(name):
            return
        person = mention_at(line.value, name, "person")
        self._role(line, person, "corresponding author")
        at = line.value + len(value) - len(rest)
        spans = institutions(rest.partition("(")[0])
        self._affiliated(
            [(person, [mention_at(at + a, rest[a:b], "organisation") for a, b in spans], line)]
        )

    def _cited(self, line: _Line, value: str) -> None:
        found = CITATION.search(value)
        if found is None:
            return
        at = line.value
        self._add(
            line,
            self.title,
            "journal",
            mention_at(at + found.start("journal"), found["journal"], "thing"),
        )
        self._add(
            line, self.title, "doi", mention_at(at + found.start("doi"), found["doi"], "text")
        )
        self._year(line, at + found.start("year"), found["year"], "publication year")
        start = self.document.text.find("article", line.start, line.value)
        if start >= 0:
            self._class(line, start)

    def _people(self, line: _Line, value: str, role: str, printed: str = "") -> None:
        """Tell who fills a role: one person, or the people of a list and those at its ends.

        Groups and names that are not understood are left out one by one, so that a person is found in every list.
        """
        names = value.split("; ")
        text, cursor, people = printed or value, 0, list[Mention]()
        for name in names:
            cursor = text.index(name, cursor)
            if is_person(name):
                people.append(mention_at(line.value + cursor, name, "person"))
            cursor += len(name)
        if len(names) == 1:
            for person in people:
                self._role(line, person, role)
            return
        group = digest("by-line", self.document.id, line.start)[:16]
        for person in people:
            self._add(line, self.title, f"{role}s", person, group=group)
        for name, person, end in (
            (names[0], people[:1], "first"),
            (names[-1], people[-1:], "last"),
        ):
            if role == "author" and person and person[0].text == name and names.count(name) == 1:
                self._role(line, person[0], f"{end} author")

    def _role(self, line: _Line, person: Mention, role: str) -> None:
        """Tell a role of the article, and of the person."""
        self._add(line, self.title, role, person)
        if role in INVERSE:
            self._add(line, person, f"{role} of", self.title, shape="role")

    def _dated(self, line: _Line, value: str, relation: str, yearly: str) -> None:
        if DATE.fullmatch(value):
            self._add(line, self.title, relation, mention_at(line.value, value, "value"))
        year = YEAR.search(value)
        if yearly and year and value.endswith(year[0]):
            self._year(line, line.value + year.start(), year[0], yearly)

    def _year(self, line: _Line, at: int, year: str, relation: str) -> None:
        quantity = Quantity(value=year, unit="year", step="1")
        self._add(line, self.title, relation, mention_at(at, year, "value"), quantity=quantity)

    def _funders(self, line: _Line, value: str) -> None:
        names = value.split("; ")
        if not all(NAME.fullmatch(name) and len(name.split()) > 1 for name in names):
            return
        group = digest("funders", self.document.id, line.start)[:16] if len(names) > 1 else ""
        cursor = 0
        for name in names:
            cursor = value.index(name, cursor)
            funder = mention_at(line.value + cursor, name, "organisation")
            self._add(line, self.title, "funders" if group else "funder", funder, group=group)

    def _class(self, line: _Line, at: int) -> None:
        noun = mention_at(at, "article", "text")
        self._add(line, self.title, "is a", noun, shape="class")

    def _note_affiliation(
        self, field: re.Match[str], line: _Line, places: dict[str, list[tuple[Mention, list[Mention], _Line]]]
    ) -> None:  # fmt: skip
        """Keep what an affiliation says of each of its people, until all their affiliations are known."""
        value = field["value"]
        found = [
            mention_at(line.value + a, value[a:b], "organisation") for a, b in institutions(value)
        ]
        cursor = field.start("of") + len(" of ")
        for name in field["of"].removeprefix(" of ").split("; "):
            cursor = self.document.text.index(name, cursor)
            if is_person(name):
                places[name].append((mention_at(cursor, name, "person"), found, line))

    def _affiliated(self, found: Sequence[tuple[Mention, list[Mention], _Line]]) -> None:
        """Tell a person's institutions; they are one only where each affiliation was read and all name the same."""
        names = {place.text for _, places, _ in found for place in places}
        whole = all(places for _, places, _ in found) and len(names) == 1
        group = "" if whole else digest("affiliations", self.document.id, found[0][0].text)[:16]
        told: set[str] = set()
        for person, places, line in found:
            for place in places:
                if place.text not in told:
                    told.add(place.text)
                    self._add(line, person, "affiliation", place, group=group)

    def _add(
        self, line: _Line, subject: Mention, relation: str, object_: Mention, *,
        shape: Shape = "attribute", group: str = "", quantity: Quantity | None = None,
    ) -> None:  # fmt: skip
        span = (line.start, line.end)
        self.writer.add(
            subject, relation, object_, span, Told(shape=shape, group=group, quantity=quantity)
        )


def _degreed(text: str) -> list[str]:
    """Return the names of a printed by-line, none where too few of them have a degree or are people."""
    names: list[str] = []
    degrees = 0
    for item in text.split("; "):
        name, *rest = item.split(", ")
        if not all(DEGREE.fullmatch(part) for part in rest) or len(name.split()) > LONGEST_NAME:
            return []
        names.append(name)
        degrees += bool(rest)
    people = sum(map(is_person, names))
    enough = min(degrees, people) >= DEGREED * len(names) and len(names) > 1
    return names if enough else []
