"""HTML pages: blocks, tables, notes, boilerplate, offsets."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.readers import ReadOptions, Rejected, read_file
from extractors.readers.html_parts import is_note_mark
from warehouse.records import Document


@pytest.fixture
def page(tmp_path):
    def read(body: str, head: str = "") -> Document:
        path = tmp_path / "a_page.html"
        path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
        (document,) = read_file(path, root=tmp_path, category="general", options=ReadOptions())
        assert isinstance(document, Document), document
        return document

    return read


def test_headings_paragraphs_and_items(page):
    document = page(
        "<h1>Elbe</h1><p>A\n  long <b>river</b>.</p><h2>Towns</h2><ul><li>Melnik<li>Dresden</ul>"
    )
    assert document.text == "# Elbe\n\nA long river.\n\n## Towns\n\n- Melnik\n- Dresden\n"
    assert document.title == "Elbe"
    assert document.format == "html"


def test_definitions_are_fields(page):
    text = page("<dl><dt>Length</dt><dd>12 km</dd><dt>Towns:<dd>Melnik<dd>Dresden</dl>").text
    assert text == "Length: 12 km\nTowns: Melnik; Dresden\n"


def test_page_furniture_is_dropped(page):
    body = (
        "<nav><a href=/>Home</a></nav><header>Site name</header><script>x()</script>"
        "<div class='breadcrumb nav'>You are here</div><div style='display: none'>Hidden</div>"
        "<p>Kept.</p><!-- gone --><footer>Imprint</footer>"
    )
    assert page(body).text == "Kept.\n"


def test_the_main_element_is_the_page(page):
    body = "<div>Menu of the site</div><main><h1>Elbe</h1><p>A river of Europe.</p></main>"
    assert page(body).text == "# Elbe\n\nA river of Europe.\n"


def test_the_title_element_opens_a_page_without_first_heading(page):
    document = page("<p>A river.</p>", "<title>The Elbe</title>")
    assert (document.title, document.text) == ("The Elbe", "# The Elbe\n\nA river.\n")


def test_a_file_name_is_no_title(page):
    document = page("<p>A river.</p>", "<title>page-2023.html</title>")
    assert (document.title, document.text) == ("A page", "A river.\n")


def test_dates_of_head_and_body(page):
    assert page("<p>Text.</p>", '<meta name="dc.date" content="2024-05-11">').date == "2024-05-11"
    assert page('<p>Text <time datetime="2024-05-11">then</time>.</p>').date == "2024-05-11"
    document = page("<h1>Elbe</h1><p>Date: 3 June 2024</p><p>Subject: Elbe</p>")
    assert (document.date, document.subject) == ("2024-06-03", "Elbe")


def test_bold_lines_are_headings_where_there_are_no_others(page):
    text = page("<div><b>PART ONE</b></div><div><b>Stock</b></div><p>We <b>hold</b> it.</p>").text
    assert text == "## PART ONE\n\n### Stock\n\nWe hold it.\n"


def test_table_with_caption(page):
    text = page(
        "<table><caption>Rivers</caption><tr><th>River</th><th>Length</th></tr>"
        "<tr><td>Elbe</td><td>1,094 | km</td></tr><tr><td>Oder<td>840</table>"
    ).text
    assert text == (
        "Table: Rivers\n\n| River | Length |\n|---|---|\n| Elbe | 1,094 / km |\n| Oder | 840 |\n"
    )


def test_spans_are_repeated_and_header_rows_joined(page):
    text = page(
        "<table><thead><tr><th rowspan=2>Town</th><th colspan=2>People</th></tr>"
        "<tr><th>2010</th><th>2020</th></tr></thead>"
        "<tr><td>Melnik</td><td>19</td><td>20</td></tr>"
        "<tr><td rowspan=2>Dresden</td><td>5</td><td>6</td></tr>"
        "<tr><td>7</td><td>8</td></tr></table>"
    ).text
    assert text == (
        "| Town | People 2010 | People 2020 |\n|---|---|---|\n"
        "| Melnik | 19 | 20 |\n| Dresden | 5 | 6 |\n| Dresden | 7 | 8 |\n"
    )


def test_spacing_columns_and_currency_signs_are_joined(page):
    # Filings lay numbers out over three columns: sign, number, closing bracket.
    row = (
        "<tr><td>{}</td><td>$</td><td>{}</td><td>)</td><td></td><td>$</td><td>{}</td><td></td></tr>"
    )
    text = page(
        "<table><tr><td>in millions</td><td colspan=3>2023</td><td></td>"
        "<td colspan=3>2022</td></tr>"
        + row.format("Loss", "(12", "9")
        + row.format("Cost", "(3", "4")
        + "</table>"
    ).text
    assert text == (
        "| in millions | 2023 | 2022 |\n|---|---|---|\n"
        "| Loss | $(12) | $9 |\n| Cost | $(3) | $4 |\n"
    )


def test_rows_of_term_and_value_are_fields(page):
    text = page(
        "<table><tr><th>Length</th><td>12 km</td></tr><tr><th>Mouth:</th><td>Sea</td></tr></table>"
    ).text
    assert text == "Length: 12 km\nMouth: Sea\n"


def test_layout_tables_are_their_cells(page):
    inner = "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
    text = page(f"<table><tr><td><p>One.</p><p>Two.</p></td><td>{inner}</td></tr></table>").text
    assert text == "One.\n\nTwo.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n"
    assert page("<table><tr><td>•</td><td>First</td></tr></table>").text == "- First\n"


def test_a_table_without_header_has_an_empty_one(page):
    text = page(
        "<table><tr><td>Elbe</td><td>12.5</td></tr><tr><td>Oder</td><td>9.5</td></tr></table>"
    ).text
    assert text == "|  |  |\n|---|---|\n| Elbe | 12.5 |\n| Oder | 9.5 |\n"


def test_long_tables_repeat_their_header(page):
    rows = "".join(f"<tr><td>Town {n}</td><td>{n}</td></tr>" for n in range(400))
    text = page(f"<table><tr><th>Town</th><th>People</th></tr>{rows}</table>").text
    tables = text.split("\n\n")
    assert len(tables) > 1
    assert all(table.startswith("| Town | People |\n|---|---|\n| Town ") for table in tables)
    assert sum(table.count("| Town ") - 1 for table in tables) == 400


@pytest.mark.parametrize(
    ("before", "mark", "is_note"),
    [
        ("The river", "1", True),
        ("García", "1,2", True),
        ("1,234", "a", True),
        ("area of 12 km", "2", False),
        ("10", "6", False),
        ("18", "th", False),
        ("area", "*", True),
        ("E = mc", "2", False),
        ("x", "n", False),
    ],
)
def test_raised_marks(before, mark, is_note):
    assert is_note_mark(before, mark) is is_note


def test_notes_are_dropped_and_exponents_kept(page):
    text = page(
        "<p>It is 12 km<sup>2</sup> and 10<sup>6</sup> long<sup><a href=#n>3</a></sup>.</p>"
    ).text
    assert text == "It is 12 km2 and 10^6 long.\n"


def test_deep_and_broken_pages_end(page):
    for body in ("<div>" * 50_000, "<!--" * 50_000, "<a " * 50_000, "<table><tr><td>" * 5_000):
        assert page(f"<p>Kept.</p>{body}").text.startswith("Kept.")


def test_origins_are_offsets_in_the_file(tmp_path):
    source = (
        "<html><body><h1>Old &amp; new</h1>\n<p>One  two\n three &eacute;.</p>"
        "<table><tr><th>A</th><th>B</th></tr><tr><td>x y</td><td>z</td></tr></table></body></html>"
    )
    path = tmp_path / "a.html"
    path.write_text(source, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="general", options=ReadOptions())
    assert isinstance(document, Document)
    assert document.text == "# Old & new\n\nOne two three é.\n\n| A | B |\n|---|---|\n| x y | z |\n"
    check_offsets(document, source)
    found = {document.text[o.start : o.end] for o in document.origins}
    assert {"One", "two", "x y", "z", "&", "é"} <= found


def check_offsets(document: Document, source: str) -> None:
    last = 0
    for origin in document.origins:
        assert last <= origin.start < origin.end <= len(document.text)
        last = origin.end
        stretch = document.text[origin.start : origin.end]
        at = int(origin.at.removeprefix("char:"))
        entity = source[at] == "&" and html.unescape(source[at : at + 12]).startswith(stretch)
        assert (
            source[at : at + len(stretch)].replace("|", "/") == stretch.replace("|", "/") or entity
        )


MARKS = [
    "<p>", "</p>", "<table>", "</table>", "<tr>", "<td>", "<td colspan=3>", "<th>", "<li>", "<h2>",
    "</h2>", "<b>", "</b>", "<br>", "<sup>", "</sup>", "<dl><dt>", "<dd>", "<pre>", "&amp;",
    "&nbsp;", " ", "\n", "<nav>", "</nav>", "<div", ">", "<!--", "-->", "$", "%",
]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(MARKS),
            st.text(alphabet="ab 1|é", max_size=6),
        ),
        max_size=40,
    )
)
def test_any_page_is_read_or_refused_and_its_offsets_hold(tmp_path_factory, parts):
    source = "<html><body>" + "".join(parts)
    folder = tmp_path_factory.mktemp("page")
    path = folder / "a.html"
    path.write_text(source, encoding="utf-8")
    (found,) = read_file(path, root=folder, category="general", options=ReadOptions())
    if isinstance(found, Rejected):
        assert found.reason == "empty"
    else:
        check_offsets(found, source)
