"""reStructuredText, JATS articles, XML records, filings and books: structure, places, and what is left out."""

from extractors.readers import ReadOptions, Rejected, read_file
from warehouse.records import Document


def read(tmp_path, name: str, text: str, category="academic"):
    path = tmp_path / category / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(read_file(path, root=tmp_path, category=category, options=ReadOptions()))


def one(found) -> Document:
    assert [type(item) for item in found] == [Document], found
    return found[0]


def at(document: Document, text: str) -> str:
    """The origin of a text in the document, moved to the text where it is an offset."""
    start = document.text.index(text)
    origin = next(o for o in document.origins if o.start <= start < o.end)
    kind, _, place = origin.at.partition(":")
    return f"char:{int(place) + start - origin.start}" if kind == "char" else origin.at


ARTICLE = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS//EN" "x.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><journal-meta>
<journal-title>Journal of Mills</journal-title></journal-meta><article-meta>
<article-id pub-id-type="doi">10.1000/vils</article-id>
<title-group><article-title>Flour of <italic>Vils</italic> wheat</article-title></title-group>
<contrib-group><contrib><name><surname>Holt</surname><given-names>Vera</given-names></name>
<xref ref-type="aff" rid="a1">1</xref></contrib><contrib><name><surname>Berg</surname>
<given-names>Otto</given-names></name></contrib></contrib-group>
<pub-date><day>5</day><month>3</month><year>2019</year></pub-date>
<permissions><license xlink:href="http://creativecommons.org/licenses/by/4.0"><p>Free.</p></license></permissions>
<abstract><sec><title>Aims</title><p>To weigh the flour &amp; the bran.</p></sec></abstract>
</article-meta></front><body><sec><title>Methods</title><p>Mills were drawn by lot
<xref ref-type="bibr">3</xref>.</p><sec><title>Scales</title><p>Two scales were used.</p></sec>
<table-wrap><label>Table 1</label><caption><p>Yields by mill</p></caption><table><thead><tr><th>Mill</th>
<th>Yield (kg)</th></tr></thead><tbody><tr><td>Upper</td><td>12</td></tr><tr><td>Lower</td><td>9</td></tr>
</tbody></table><table-wrap-foot><p>Weighed dry.</p></table-wrap-foot></table-wrap></sec></body>
<back><ref-list><ref><mixed-citation>Someone 1999</mixed-citation></ref></ref-list></back></article>
"""


def test_an_article_keeps_its_front_its_sections_and_its_tables(tmp_path):
    document = one(read(tmp_path, "vils.nxml", ARTICLE))
    assert (document.title, document.date) == ("Flour of Vils wheat", "2019-03-05")
    assert document.licence == "CC-BY-4.0"
    assert (
        "Authors: Vera Holt; Otto Berg\nJournal: Journal of Mills\nDOI: 10.1000/vils\n"
        in document.text
    )
    assert "## Abstract\n\n### Aims\n\nTo weigh the flour & the bran." in document.text
    assert "## Methods" in document.text
    assert "### Scales" in document.text
    assert (
        "Table: Table 1 Yields by mill\n\n| Mill | Yield (kg) |\n|---|---|\n| Upper | 12 |"
        in document.text
    )
    assert "Someone 1999" not in document.text
    place = at(document, "Two scales were used.")
    assert ARTICLE[int(place.removeprefix("char:")) :].startswith("Two scales were used.")


def test_an_xml_record_is_read_as_fields(tmp_path):
    text = (
        '<register year="2020"><mill id="1"><name>Upper Mill</name><owner>Vera Holt</owner></mill>'
        '<mill id="2"><name>Lower Mill</name><owner>Otto Berg</owner></mill></register>'
    )
    document = one(read(tmp_path, "mills.xml", text, "professional"))
    assert document.format == "xml"
    assert "| 1 | Upper Mill | Vera Holt |" in document.text
    assert at(document, "Otto Berg") == "/register/mill/1/owner"


def test_entities_of_a_documents_own_are_never_expanded(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]><r><t>&l11;</t></r>'
    outside = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]><r><t>&f;</t></r>'
    for name, text in (("bomb.xml", bomb), ("outside.xml", outside)):
        (found,) = read(tmp_path, name, text)
        assert isinstance(found, Rejected)
        assert found.reason == "invalid XML"
    (deep,) = read(tmp_path, "deep.xml", "<?xml version='1.0'?>" + "<a>" * 200 + "x" + "</a>" * 200)
    assert isinstance(deep, Rejected)


RST = """\
=========
The Mills
=========

:Owner: Vera Holt

Upper mill
==========

The mill has a :py:class:`Wheel <mills.Wheel>` of oak.

.. include:: /etc/hostname

.. versionadded:: 2.1
   The wheel can be stopped.

- first item
- second item

+-------+--------+
| Mill  | Length |
+=======+========+
| Upper | 12     |
+-------+--------+
| Lower | 9      |
+-------+--------+

.. code:: python

   wheel.stop()

.. raw:: html

   <script>alert(1)</script>
"""


def test_restructured_text_keeps_what_it_prints_and_includes_nothing(tmp_path):
    document = one(read(tmp_path, "mills.rst", RST, "code"))
    assert document.title == "The Mills"
    assert "Owner: Vera Holt" in document.text
    assert "## Upper mill\n\nThe mill has a Wheel of oak." in document.text
    assert "2.1 The wheel can be stopped." in document.text
    assert "- first item\n- second item\n" in document.text
    assert "| Mill | Length |\n|---|---|\n| Upper | 12 |" in document.text
    assert "wheel.stop()" in document.text
    assert "script" not in document.text
    assert at(document, "Wheel of oak").startswith("line:")


FILING = """\
<SEC-DOCUMENT>0001.txt : 19990101
<SEC-HEADER>0001.hdr.sgml : 19990101
FILED AS OF DATE:\t\t19981231
FILER:
\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tVILS MILLS CORP
</SEC-HEADER>
<DOCUMENT>
<TYPE>8-K
<SEQUENCE>1
<DESCRIPTION>CURRENT REPORT
<TEXT>
The mill at Vils was sold.
<PAGE>   2
<TABLE>
<CAPTION>
<S>      <C>
Upper    12
</TABLE>
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>EX-27
<SEQUENCE>2
<TEXT>
<HTML><BODY><H1>Schedule</H1><P>Flour was milled.</P></BODY></HTML>
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""


def test_each_document_of_a_submission_is_read(tmp_path):
    report, schedule = read(tmp_path, "0001.txt", FILING, "professional")
    assert (report.title, report.date) == ("Form 8-K of Vils Mills Corp, 1998-12-31", "1998-12-31")
    assert (report.subject, schedule.subject) == ("Vils Mills Corp", "")
    assert (report.series, schedule.series) == ("filer vils mills", "filer vils mills")
    assert report.text == "Filer: Vils Mills Corp\n\nThe mill at Vils was sold.\nUpper    12\n"
    place = int(at(report, "Upper").removeprefix("char:"))
    assert FILING[place:].startswith("Upper    12")
    assert schedule.text == "# Schedule\n\nFlour was milled.\n"
    assert (report.source, schedule.source) == (
        "professional/0001.txt#1",
        "professional/0001.txt#2",
    )


NOTICE = "*** {0} OF THIS PROJECT GUTENBERG EBOOK THE MILL ***\n"
BOOK = (
    "Title: The Mill\n\nAuthor: Vera Holt\n\nRelease Date: May 3, 2001 [EBook #1]\n\n"
    + NOTICE.format("START") + "\nCHAPTER I\n\nThe wheel stood still.\n\n" + NOTICE.format("END")
    + "\nYou may copy it under the terms of the licence.\n"
)  # fmt: skip


def test_a_book_is_read_without_its_notices(tmp_path):
    document = one(read(tmp_path, "mill.txt", BOOK, "general"))
    assert (document.title, document.date) == ("The Mill", "2001-05-03")
    assert document.licence == "Project Gutenberg License"
    assert "Author: Vera Holt" in document.text
    assert "You may copy" not in document.text
    assert "START OF" not in document.text
    place = int(at(document, "The wheel").removeprefix("char:"))
    assert BOOK[place:].startswith("The wheel stood still.")
    page = "".join(f"<p>{line}</p>" for line in BOOK.split("\n") if line)
    paged = one(read(tmp_path, "mill.html", f"<html><body>{page}</body></html>", "general"))
    assert "The wheel stood still." in paged.text
    assert "You may copy" not in paged.text
