"""Books: makers from the header or the title page, chapters that can be counted, casts of plays."""

from extractors.facts.books import book_facts
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.records import Document

PARAGRAPH = "The mill stood by the river, and nobody in the town could say who had built it.\n\n"


def read(tmp_path, name: str, text: str) -> Document:
    path = tmp_path / "general" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="general", options=ReadOptions())
    assert isinstance(document, Document)
    return document


def facts_of(document: Document):
    found = book_facts(document, split_sections(document))
    for fact in found:
        assert document.text[fact.start : fact.end] == fact.quote
        assert document.text[fact.object.start : fact.object.end] == fact.object.text
        assert document.text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def told(found):
    return [(f.relation, f.object.text) for f in found if not f.group]


def gutenberg(body: str) -> str:
    head = "Title: The Mill at Vils\n\nAuthor: Vera Holt\n\nTranslator: Bo Lind\n\nLanguage: English\n\n"
    mark = "PROJECT GUTENBERG EBOOK THE MILL AT VILS ***\n"
    return f"{head}*** START OF THIS {mark}\n{body}\n*** END OF THIS {mark}"


def chapters(*titles: str) -> str:
    return "".join(f"Chapter {n}. {t}\n\n{PARAGRAPH * 80}" for n, t in enumerate(titles, 1))


def test_the_header_names_the_makers_and_headings_the_chapters(tmp_path):
    body = chapters("The River", "The Mill at Vils", "A Wedding")
    found = facts_of(read(tmp_path, "mill.txt", gutenberg(body)))
    assert {f.subject.text for f in found} == {"The Mill at Vils"}
    assert told(found) == [
        ("author", "Vera Holt"), ("translator", "Bo Lind"), ("first chapter", "The River"),
        ("second chapter", "The Mill at Vils"), ("third chapter", "A Wedding"), ("last chapter", "A Wedding"),
    ]  # fmt: skip
    assert [f.object.text for f in found if f.group] == [
        "The River",
        "The Mill at Vils",
        "A Wedding",
    ]


def test_a_gap_in_the_numbers_gives_no_chapters(tmp_path):
    body = chapters("The River", "The Mill", "A Wedding").replace("Chapter 2.", "Chapter 5.")
    assert told(facts_of(read(tmp_path, "gap.txt", gutenberg(body)))) == [
        ("author", "Vera Holt"),
        ("translator", "Bo Lind"),
    ]


def test_a_last_chapter_that_holds_half_the_book_hides_others(tmp_path):
    body = chapters("The River", "The Mill", "A Wedding") + PARAGRAPH * 400
    assert "last chapter" not in dict(told(facts_of(read(tmp_path, "half.txt", gutenberg(body)))))


def test_a_title_page_and_a_table_of_contents(tmp_path):
    rows = "".join(
        f"<tr><td>{n}</td><td>{t}</td></tr>" for n, t in zip("I II III".split(), ("Rain", "Fog", "Sun"), strict=True)
    )  # fmt: skip
    page = (
        "<html><body><h1>Weather in Tarn</h1><h2>by Ana M. Ruiz</h2><h2>Contents</h2>"
        f"<table><tr><th>No</th><th>Title</th></tr>{rows}</table><h2>I</h2><p>{PARAGRAPH * 30}</p></body></html>"
    )
    assert told(facts_of(read(tmp_path, "tarn.html", page))) == [
        ("author", "Ana M. Ruiz"), ("first chapter", "Rain"), ("second chapter", "Fog"), ("third chapter", "Sun"),
        ("last chapter", "Sun"),
    ]  # fmt: skip


def test_a_cast_is_read_whole_or_not_at_all(tmp_path):
    cast = "DRAMATIS PERSONAE\n\nORLO, Duke of Tarn.\nMira, his daughter.\nFirst Miller.\n\n\nACT I\n\n"
    found = facts_of(read(tmp_path, "play.txt", gutenberg(cast + PARAGRAPH)))
    assert [f.object.text for f in found if f.relation == "characters"] == [
        "ORLO",
        "Mira",
        "First Miller",
    ]
    doubtful = cast.replace("First Miller.", "several millers, and the")
    found = facts_of(read(tmp_path, "play2.txt", gutenberg(doubtful + PARAGRAPH)))
    assert not [f for f in found if f.relation == "characters"]


def test_a_report_with_a_by_line_is_no_book(tmp_path):
    page = f"<html><body><h1>Weather in Tarn</h1><h2>by Ana M. Ruiz</h2><p>{PARAGRAPH}</p></body></html>"
    assert facts_of(read(tmp_path, "report.html", page)) == []
