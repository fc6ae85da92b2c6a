"""A place inside a row is found again in the file, to the character and the byte."""

from pathlib import Path

import pytest

from extractors.readers import ReadOptions
from extractors.readers.decode import byte_span, decode
from extractors.readers.files import read_file
from extractors.readers.places import Found, PlaceError, find_place, holds, narrowed
from warehouse.records import Document

JSON = '[\n {"a~/b": "x", "n": [1.50, true]},\n {"t": "say \\"hi\\"\\u00e9 \\ud83c\\udfd4", "t": "last"}]'
LINES = '{"text": "one"}\n\nbroken\n{"text": "two\\nlines", "meta": {"k": "v"}}\n'
CSV = 'A preamble\nname,note\n\nElbe,"runs\nfar, and wide"\nMur,short\n'
XML = """<?xml version="1.0"?>
<r k="v>w"><!-- no --><list><item>one</item><item n="2">tw&#246; &amp; more</item></list><x>own<y/></x></r>"""


@pytest.mark.parametrize(
    ("text", "name", "at", "value", "raw"),
    [
        (JSON, "f.json", "/0/a~0~1b", "x", '"x"'),
        (JSON, "f.json", "/0/n/0", "1.50", "1.50"),
        (JSON, "f.json", "/0/n/1", "yes", "true"),
        (JSON, "f.json", "/1/t", "last", '"last"'),
        (LINES, "f.jsonl", "/3/text", "two\nlines", '"two\\nlines"'),
        (LINES, "f.json", "/3/meta/k", "v", '"v"'),
        (LINES, "f.jsonl", "/3/text#char:4", "lin", '"two\\nlines"'),
        (LINES, "f.jsonl", "/0/text", "one", '"one"'),
        ("plain text", "f.txt", "char:6", "tex", "tex"),
        (XML, "f.xml", "/r/list/1", "twö & more 2", '<item n="2">tw&#246; &amp; more</item>'),
        (XML, "f.xml", "/r/x/text", "own", "<x>own<y/></x>"),
    ],
)
def test_what_stands_at_a_place(text, name, at, value, raw):
    found = find_place(text, name, at, 3)
    assert found is not None
    assert found.value == value
    assert text[found.start : found.end] == raw


def test_a_row_of_a_csv_is_all_its_lines():
    # Row 0 is the blank line under the header, row 1 the Elbe's.
    found = find_place(CSV, "f.csv", "row:1", 0)
    assert found is not None
    assert holds(found, "| Elbe | runs far, and wide |")
    assert CSV[found.start : found.end] == 'Elbe,"runs\nfar, and wide"'
    assert find_place(CSV, "f.csv", "row:9", 0) is None


@pytest.mark.parametrize(
    ("text", "name", "at"),
    [
        (JSON, "f.json", "/2/t"),
        (JSON, "f.json", "/0/none"),
        (LINES, "f.jsonl", "/2/text"),
        (LINES, "f.jsonl", "/99/text"),
        (LINES, "f.jsonl", "/3/text#char:99"),
        ("short", "f.txt", "char:99"),
        (XML, "f.xml", "/r/list/7"),
        (XML, "f.xml", "/other/list"),
    ],
)
def test_a_place_that_is_not_there_is_none(text, name, at):
    assert find_place(text, name, at, 3) is None


def test_a_place_that_keeps_no_offset_says_so():
    with pytest.raises(PlaceError, match="a place in pages cannot be read again"):
        find_place("text", "f.pdf", "page:3", 3)
    with pytest.raises(PlaceError, match="no usable XML any more"):
        find_place("<a><b></a>", "f.xml", "/a/b", 3)


def test_the_part_of_a_place_that_is_the_quote():
    found = find_place(JSON.replace('"last"', '"he said \\"no\\""'), "f.json", "/1/t", 3)
    assert found is not None
    text = JSON.replace('"last"', '"he said \\"no\\""')
    part = narrowed(text, found, 'said "no"')
    assert text[part.start : part.end] == 'said \\"no\\"'
    assert narrowed(text, found, "nowhere") == found
    assert not holds(found, "nowhere")
    assert holds(Found("Anna Lisa Moll 3", 0, 16), "Moll Anna")


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ("a é b".encode(), "é"),
        (b"\xef\xbb\xbfa \xc3\xa9 b", "é"),
        ("one\r\ntwo é\rthree".encode(), "two é"),
        ("une déclaration très longue, écrite à Orléans".encode("latin-1"), "écrite"),
    ],
)
def test_bytes_are_those_of_the_file(data, wanted):
    text = decode(data)
    start = text.index(wanted)
    span = byte_span(data, start, start + len(wanted))
    assert span is not None
    held = data[slice(*span)]
    assert held in (wanted.encode(), wanted.encode("latin-1"))


JATS = """<?xml version="1.0"?>
<article article-type="research-article"><front><journal-meta>
<journal-id journal-id-type="nlm-ta">Mill Sci</journal-id></journal-meta><article-meta>
<title-group><article-title>On Mills</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Moll</surname><given-names>Anna</given-names></name>
</contrib><contrib contrib-type="author"><name><surname>Berg</surname><given-names>Otto</given-names></name></contrib>
</contrib-group><contrib-group><contrib contrib-type="editor"><name><surname>Lind</surname>
<given-names>Eva</given-names></name></contrib></contrib-group>
<pub-date pub-type="epub"><day>05</day><month>12</month><year>2012</year></pub-date>
<history><date date-type="received"><day>16</day><month>5</month><year>2012</year></date></history>
<abstract><p>Mills grind corn by water.</p></abstract></article-meta></front>
<body><sec><title>Methods</title><p>Forty mills were seen.</p></sec></body></article>
"""


def test_every_place_of_an_article_holds_and_a_heading_of_the_readers_own_has_none(tmp_path):
    path = tmp_path / "mills.xml"
    path.write_text(JATS, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="academic", options=ReadOptions())
    assert isinstance(document, Document)
    held = {}
    for origin in document.origins:
        stretch = document.text[origin.start : origin.end]
        found = find_place(JATS, path.name, origin.at, len(stretch))
        assert found is not None
        assert holds(found, stretch), origin.at
        held[stretch] = origin.at
    assert {"Anna Moll; Otto Berg", "5 December 2012", "16 May 2012", "Mill Sci"} <= set(held)
    assert held["research article"] == f"char:{JATS.index('research-article')}"
    assert held["Methods"] == f"char:{JATS.index('Methods')}"
    assert "## Abstract" in document.text
    assert "Abstract" not in held
    date = find_place(JATS, path.name, held["5 December 2012"], 1)
    assert date is not None
    assert not holds(date, "6 December 2012")


@pytest.mark.parametrize("folder", ["dialogue", "general", "professional", "code", "academic"])
def test_every_place_of_the_built_in_corpus_is_found_again(folder):
    root = Path(__file__).resolve().parents[2] / "corpora"
    for path in sorted(p for p in (root / folder).rglob("*.*") if p.is_file()):
        data = path.read_bytes()
        text = decode(data)
        for document in read_file(path, root=root, category=folder, options=ReadOptions()):
            assert isinstance(document, Document)
            for origin in document.origins:
                stretch = document.text[origin.start : origin.end]
                found = find_place(text, path.name, origin.at, len(stretch))
                assert found is not None
                assert holds(found, stretch), (path.name, origin.at)
