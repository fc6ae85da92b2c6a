"""Text, Markdown, Python, decoding, rejections and what documents state of themselves."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.readers import FolderLicence, ReadOptions, Rejected, read_file
from extractors.readers.dates import read_date
from extractors.readers.stated import front_matter, humanise, title_case, without_number
from warehouse.records import Document


def read(folder: Path, name: str, content: str | bytes, category="general", **options):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_file(path, root=folder, category=category, options=ReadOptions(**options)))


def one(folder: Path, name: str, content: str | bytes, category="general", **options) -> Document:
    (document,) = read(folder, name, content, category, **options)
    assert isinstance(document, Document), document
    return document


PAGE_HEAD = "THE ATLAS OF RIVERS 2005\nNEW ELBE\n\n\nGeography\n---------\nLength: 12 km\n"


def test_txt_is_verbatim_with_one_origin(tmp_path):
    document = one(tmp_path, "a/elbe.txt", PAGE_HEAD)
    assert document.text == PAGE_HEAD
    assert [(o.start, o.end, o.at) for o in document.origins] == [(0, len(PAGE_HEAD), "char:0")]
    assert (document.source, document.format) == ("a/elbe.txt", "txt")


def test_page_head_in_capitals_states_title_subject_and_date(tmp_path):
    document = one(tmp_path, "elbe.txt", PAGE_HEAD)
    assert document.title == "New Elbe (The Atlas of Rivers 2005)"
    assert (document.subject, document.date, document.series) == ("New Elbe", "2005", "new elbe")


def test_editions_of_one_subject_share_a_series_and_differ_in_id(tmp_path):
    first = one(tmp_path, "a.txt", PAGE_HEAD)
    second = one(tmp_path, "b.txt", PAGE_HEAD.replace("2005", "2015"))
    assert first.series == second.series
    assert first.id != second.id


def test_the_id_does_not_depend_on_the_path(tmp_path):
    text = "# Elbe\n\nThe Elbe is a river.\n"
    assert one(tmp_path, "a/x.md", text).id == one(tmp_path, "b/y.md", text).id


def test_labelled_lines_state_subject_and_date(tmp_path):
    text = (
        "The Elbe\n========\n\nDate: 3 June 2024\nSubject: Elbe\nLicence: CC0\n\nLength: 1,094 km\n"
    )
    document = one(tmp_path, "elbe.txt", text)
    assert (document.title, document.subject, document.date) == ("The Elbe", "Elbe", "2024-06-03")
    assert document.licence == "CC0-1.0"


def test_the_subject_line_of_a_letter_is_its_title(tmp_path):
    text = "From: Ada\nTo: Ben\nSubject: The bridge\nDate: 2024-05-11\n\nIt is closed.\n"
    document = one(tmp_path, "letter.txt", text)
    assert (document.title, document.subject, document.date) == ("The bridge", "", "2024-05-11")


def test_front_matter_is_honoured(tmp_path):
    text = '---\ntitle: "Bridges"\ndate: 2024-05-11\nlicense: MIT\n---\n\n# Old bridges\n\nText.\n'
    document = one(tmp_path, "b.md", text)
    assert (document.title, document.date, document.licence) == ("Bridges", "2024-05-11", "MIT")
    assert document.text == text


def test_front_matter_folds_lines():
    fields, body = front_matter("---\nnote: >-\n  one\n  two\nList:\n  - a\n---\nText")
    assert fields == {"note": "one two", "list": ""}
    assert body == len("---\nnote: >-\n  one\n  two\nList:\n  - a\n---\n")


def test_without_a_title_the_stem_stands_for_it(tmp_path):
    text = "the river is long. " * 20
    assert one(tmp_path, "upper_course.txt", text).title == "Upper course"


def test_crlf_bom_and_form_feeds(tmp_path):
    document = one(tmp_path, "a.txt", b"\xef\xbb\xbfone\r\ntwo\x0cthree\rfour")
    assert document.text == "one\ntwothree\nfour"
    # After decoding: "one\ntwo" is at 0, the form feed at 7, "three\nfour" at 8.
    assert [(o.start, o.end, o.at) for o in document.origins] == [
        (0, 7, "char:0"),
        (7, 17, "char:8"),
    ]


def test_other_encodings(tmp_path):
    text = "Der Fluß fließt über Königstein nach Süden, und die Mühle mahlt für alle Häuser. " * 5
    assert one(tmp_path, "a.txt", text.encode("utf-16")).text == text
    assert "Königstein" in one(tmp_path, "b.txt", text.encode("cp1252")).text
    page = f"<html><head><meta charset='iso-8859-1'></head><body><p>{text}</p></body></html>"
    assert "Süden" in one(tmp_path, "c.html", page.encode("iso-8859-1")).text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t ", "empty"),
        ("a.txt", b"text\x00more", "binary"),
        ("a.txt", b"\x01\x02\x03\x04 text", "binary"),
        ("a.pdf", b"%PDF", "damaged file"),
        ("a.docx", b"PK", "damaged file"),
        ("a.unknown", b"text", "format not supported"),
        ("a.json", b"{", "invalid JSON"),
        ("a.json", b"[" * 100_000, "nested too deep"),
        ("a.json", b"[" * 50 + b"1" + b"]" * 50, "nested too deep"),
        ("a.json", b"3", "no record"),
        ("a.csv", b"only a line", "no table"),
        ("a.html", b"<script>1</script>", "empty"),
    ],
)
def test_refused_files(tmp_path, name, content, reason):
    (found,) = read(tmp_path, name, content)
    assert isinstance(found, Rejected)
    assert (found.source, found.reason) == (name, reason)


def test_unreadable_large_and_excluded_files(tmp_path):
    options = ReadOptions()
    (missing,) = read_file(tmp_path / "x.txt", root=tmp_path, category="general", options=options)
    assert isinstance(missing, Rejected)
    assert missing.reason == "unreadable"
    (tmp_path / "d.txt").mkdir()
    (folder,) = read_file(tmp_path / "d.txt", root=tmp_path, category="general", options=options)
    assert isinstance(folder, Rejected)
    assert folder.reason == "unreadable"
    (large,) = read(tmp_path, "a.txt", "x" * 11, max_bytes=10)
    assert large.reason == "file too large"
    for pattern in ("LICENSE*", "docs/*", "docs/LICENSE.txt"):
        (left,) = read(tmp_path, "docs/LICENSE.txt", "text", exclude=(pattern,))
        assert left.reason == "excluded"
    assert len(read(tmp_path, "docs/LICENSE.txt", "text", exclude=("LICENSE",))) == 1


def test_licence_of_the_deepest_folder(tmp_path):
    licences = (FolderLicence(folder=".", licence="A"), FolderLicence(folder="x/y", licence="B"))
    assert one(tmp_path, "x/a.txt", "text", licences=licences).licence == "A"
    assert one(tmp_path, "x/y/a.txt", "text", licences=licences).licence == "B"
    assert one(tmp_path, "x/yz/a.txt", "text", licences=licences).licence == "A"


def test_python_is_verbatim_under_its_path(tmp_path):
    text = "# SPDX-License-Identifier: MIT\nimport os\n\n\ndef f():\n    return 1\n"
    document = one(tmp_path, "code/harbour/berths.py", text, category="code")
    assert (document.format, document.title) == ("python", "harbour/berths.py")
    assert (document.series, document.licence, document.text) == ("harbour", "MIT", text)


def test_html_in_a_text_file_is_read_as_html(tmp_path):
    document = one(tmp_path, "a.txt", "<!DOCTYPE html><html><body><h1>Elbe</h1></body></html>")
    assert (document.format, document.text) == ("html", "# Elbe\n")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-05-11T10:00:00Z", "2024-05-11"),
        ("11 May 2024", "2024-05-11"),
        ("11th of May, 2024", "2024-05-11"),
        ("Sept. 3, 2009", "2009-09-03"),
        ("May 2024", "2024-05"),
        ("2024-05", "2024-05"),
        ("edition of 2005", "2005"),
        ("30 pages", ""),
        ("20245", ""),
        ("", ""),
    ],
)
def test_dates(text, date):
    assert read_date(text) == date


def test_names():
    assert title_case("BOSNIA AND HERZEGOVINA") == "Bosnia and Herzegovina"
    assert title_case("THE WORLD") == "The World"
    assert title_case("USA") == "USA"
    assert title_case("McDonald") == "McDonald"
    assert humanise("upper_course") == "Upper course"
    assert humanise("birthPlace") == "Birth place"
    assert humanise("2009-01-at") == "2009-01-at"
    assert without_number("Jobs report - March 2023") == "jobs report"
    assert without_number("2009-01-at") == "at"
    assert without_number("1-2-1") == "1-2-1"


def test_a_date_set_off_at_the_end_of_the_title(tmp_path):
    body = "\n\nText.\n" * 5
    assert one(tmp_path, "a.md", f"# Jobs report - March 2023{body}").date == "2023-03"
    assert one(tmp_path, "b.md", f"# Cases in two towns, March 2023{body}").date == ""
    assert one(tmp_path, "c.md", f"# The year 1848{body}").date == ""


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=400), suffix=st.sampled_from(["txt", "md"]))
def test_origins_of_text_lead_back_to_the_file(tmp_path_factory, text, suffix):
    folder = tmp_path_factory.mktemp("text")
    path = folder / f"a.{suffix}"
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    decoded = path.read_text(encoding="utf-8-sig")
    for document in read_file(path, root=folder, category="general", options=ReadOptions()):
        if isinstance(document, Document) and document.format in ("txt", "md"):
            covered = 0
            for origin in document.origins:
                at = int(origin.at.removeprefix("char:"))
                stretch = document.text[origin.start : origin.end]
                assert origin.start == covered
                assert decoded[at : at + len(stretch)] == stretch
                covered = origin.end
            assert covered == len(document.text)
            assert document.text == decoded.replace("\f", "")
