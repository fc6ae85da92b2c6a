"""JSON, JSONL, CSV and TSV: records, collections, tables, mappings, pointers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.readers import FieldMapping, ReadOptions, Rejected, read_file
from extractors.readers.pointers import parse_json, resolve, step
from extractors.readers.records import one_line
from warehouse.records import Document

PASSAGE = "The Elbe is a river of Central Europe. " * 6


@pytest.fixture
def read(tmp_path):
    def run(name, content, category="general", **options):
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return list(
            read_file(path, root=tmp_path, category=category, options=ReadOptions(**options))
        )

    return run


COUNTRY = {
    "Geography": {
        "Area": {"total": {"text": "83,871 sq km"}, "land": {"text": "82,445 sq km"}},
        "Rivers": {"text": "Donau<br><strong>note:</strong> long &amp; wide"},
        "Ports": ["Wien", "Linz"],
    },
    "Introduction": {"Background": {"text": "Once the centre."}},
    "Government": {
        "Country name": {
            "conventional short form": {"text": "Austria"},
            "etymology": {"text": "east"},
        },
    },
}


def test_a_nested_record(read):
    (document,) = read("au.json", COUNTRY)
    assert document.text == (
        "# Austria\n\n## Geography\n\nArea / total: 83,871 sq km\nArea / land: 82,445 sq km\n"
        "Rivers: Donau note: long & wide\nPorts: Wien; Linz\n\n"
        "## Introduction\n\nBackground: Once the centre.\n\n"
        "## Government\n\nCountry name / conventional short form: Austria\n"
        "Country name / etymology: east\n"
    )
    assert (document.title, document.subject, document.series) == ("Austria", "Austria", "austria")
    places = {document.text[o.start : o.end]: o.at for o in document.origins}
    assert places["82,445 sq km"] == "/Geography/Area/land/text"
    assert places["Linz"] == "/Geography/Ports/1"


def test_flat_objects_are_paths_and_numbers_stay_as_printed(read):
    text = '{"name": "Elbe", "year": 2005, "basin": {"area": 148268.50, "shared": true, "x": null}}'
    (document,) = read("e.json", text)
    assert document.text == "# Elbe\n\nYear: 2005\nBasin / area: 148268.50\nBasin / shared: yes\n"
    assert (document.subject, document.date) == ("Elbe", "2005")


def test_fields_come_before_the_headings_of_their_level(read):
    (document,) = read("e.json", {"a": {"b": {"c": {"d": {"e": "1"}}}}, "z": "last"})
    assert document.text == "Z: last\n\n## A\n\n### B\n\nC / d / e: 1\n"


def test_lists_of_objects_are_tables(read):
    value = {
        "name": "Elbe",
        "towns": [{"town": "Melnik", "km": 110}, {"town": "Dresden", "km": 430}],
    }
    (document,) = read("e.json", value)
    assert document.text == (
        "# Elbe\n\n## Towns\n\n| Town | Km |\n|---|---|\n| Melnik | 110 |\n| Dresden | 430 |\n"
    )
    places = {document.text[o.start : o.end]: o.at for o in document.origins}
    assert places["430"] == "/towns/1/km"


def test_the_name_of_another_thing_is_not_the_title(read):
    (document,) = read("works.json", {"founder": {"name": "Ada", "born": "1850"}, "place": "Linz"})
    assert (document.title, document.subject, document.date) == ("Works", "", "")


def test_rows_of_title_and_text_are_documents(read):
    rows = [{"title": "Elbe", "text": PASSAGE}, {"title": "Oder", "text": "A river."}]
    first, second = read("rivers.json", rows)
    assert (first.source, first.title, first.subject) == ("rivers.json#0", "Elbe", "Elbe")
    assert second.text == "# Oder\n\nA river.\n"
    assert [o.at for o in second.origins] == ["/1/title", "/1/text"]


def test_rows_in_a_wrapper(read):
    value = {"version": 1, "data": [{"title": "Elbe", "text": PASSAGE}]}
    (document,) = read("rivers.json", value)
    assert document.source == "rivers.json#0"
    assert document.origins[0].at == "/data/0/title"


def test_untitled_rows_do_not_share_a_series(read):
    first, second = read("notes.json", [{"note": PASSAGE}, {"note": PASSAGE + "More."}])
    assert (first.title, second.title) == ("Notes 0", "Notes 1")
    assert first.series != second.series


def test_a_list_of_small_records_is_one_table(read):
    (document,) = read("towns.json", [{"town": "Melnik", "km": 1}, {"town": "Linz", "km": 2}])
    assert document.text == "| Town | Km |\n|---|---|\n| Melnik | 1 |\n| Linz | 2 |\n"
    assert {o.at for o in document.origins} == {"/0/town", "/0/km", "/1/town", "/1/km"}


def test_a_long_list_of_records_is_cut(read):
    found = read("towns.json", [{"town": f"T{n}", "km": n} for n in range(2001)])
    assert [d.source for d in found] == ["towns.json#rows-0-1999", "towns.json#rows-2000-2000"]
    assert found[1].text.endswith("| T2000 | 2000 |\n")


def test_one_bad_line_of_jsonl_is_rejected_alone(read):
    lines = [json.dumps({"title": t, "text": PASSAGE}) for t in ("Elbe", "Oder")]
    found = read("r.jsonl", f"{lines[0]}\n{{bad\n\n{lines[1]}\n")
    bad = [item for item in found if isinstance(item, Rejected)]
    good = [item for item in found if isinstance(item, Document)]
    assert [(b.source, b.reason) for b in bad] == [("r.jsonl#1", "invalid JSON")]
    assert [(d.source, d.title) for d in good] == [("r.jsonl#0", "Elbe"), ("r.jsonl#3", "Oder")]
    assert good[1].origins[0].at == "/3/title"


def test_json_lines_under_a_json_name(read):
    rows = "\n".join(json.dumps({"title": t, "text": PASSAGE}) for t in ("Elbe", "Oder"))
    assert [d.title for d in read("r.json", rows)] == ["Elbe", "Oder"]


def test_rows_of_source_code(read):
    rows = [
        {"path": "src/a/b.py", "text": "x = 1\n"},
        {"path": "docs/a.md", "text": "# Guide\n\nText.\n"},
        {"path": "pyproject.toml", "text": "# note\n[x]\ny = 1\n"},
    ]
    found = read("click.jsonl", "\n".join(map(json.dumps, rows)), category="code")
    assert [d.format for d in found] == ["python", "md", "toml"]
    assert [d.title for d in found] == ["src/a/b.py", "docs/a.md", "pyproject.toml"]
    assert {d.series for d in found} == {"click"}
    assert found[0].text == "x = 1\n"


def test_a_mapping_names_the_fields(read):
    mapping = FieldMapping(
        glob="*.json", rows="/items", title="/head/h1", subject="/what", date="/when",
        text="/paragraphs", licence="/terms", series="/set",
    )  # fmt: skip
    row = {
        "head": {"h1": "On the Elbe"}, "what": "ELBE", "when": "11 May 2024", "set": "Rivers",
        "paragraphs": ["One.", "", "<i>Two</i>."], "terms": "CC0",
    }  # fmt: skip
    found = read("x.json", {"items": [row, {"head": {}}]}, mappings=(mapping,))
    document = found[0]
    assert document.text == "# On the Elbe\n\nOne.\n\nTwo."
    assert (document.subject, document.date, document.licence) == ("Elbe", "2024-05-11", "CC0-1.0")
    assert document.series == "rivers"
    assert [o.at for o in document.origins][1:] == [
        "/items/0/paragraphs/0",
        "/items/0/paragraphs/2",
    ]
    assert (found[1].source, found[1].reason) == ("x.json#1", "mapping fits nothing")


def test_a_mapping_of_turns(read):
    mapping = FieldMapping(
        glob="t.jsonl", title="/id", turns="/log", role="/by/nick", content="/said"
    )
    row = {"id": "Talk", "log": [{"by": {"nick": "Ada"}, "said": "Hello\nthere"}]}
    (document,) = read("t.jsonl", json.dumps(row), mappings=(mapping,))
    assert (document.format, document.text, document.title) == (
        "dialogue",
        "Ada: Hello there\n",
        "Talk",
    )
    assert [o.at for o in document.origins] == ["/0/log/0/by/nick", "/0/log/0/said"]


def test_a_mapping_that_finds_no_rows(read):
    (found,) = read("x.json", {"a": 1}, mappings=(FieldMapping(glob="x.json", rows="/b"),))
    assert found.reason == "mapping fits nothing"


def test_lone_surrogates_can_be_stored(read):
    (document,) = read("e.json", '{"name": "Elbe", "note": "a \\ud800 b"}')
    assert document.text.encode("utf-8")


def test_huge_numbers_are_text(read):
    (document,) = read("e.json", '{"name": "Elbe", "n": ' + "9" * 6000 + "}")
    assert "9" * 6000 in document.text


def test_csv_is_a_pipe_table(read):
    (document,) = read("river_lengths.csv", 'River,Length (km)\nElbe,"1,094"\nOder|Odra,840\n')
    assert document.text == (
        "| River | Length (km) |\n|---|---|\n| Elbe | 1,094 |\n| Oder/Odra | 840 |\n"
    )
    assert (document.title, document.format) == ("River lengths", "csv")
    assert [o.at for o in document.origins] == ["row:0", "row:1"]
    assert (
        document.text[document.origins[1].start : document.origins[1].end] == "| Oder/Odra | 840 |"
    )


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_delimiters(read, mark):
    (document,) = read("a.csv", f"River{mark}Km\nElbe{mark}1\nOder{mark}2\n")
    assert document.text.startswith("| River | Km |\n")


def test_a_preamble_above_the_header_and_no_header(read):
    (document,) = read("a.csv", "Source,Office\n\nRiver,Country,Km\nElbe,CZ,1\nOder,PL,2\n")
    assert document.text.startswith("Source: Office\n\n| River | Country | Km |\n|---|---|---|\n")
    (document,) = read("b.csv", "1,2\n3,4\n5,6\n")
    assert document.text.startswith("| Column 1 | Column 2 |\n|---|---|\n| 1 | 2 |\n")


def test_a_long_csv_is_cut_into_documents_and_tables(read):
    found = read("river_lengths.csv", "River,Km\n" + "".join(f"R{n},{n}\n" for n in range(4500)))
    assert [d.source.partition("#")[2] for d in found] == [
        "rows-0-1999", "rows-2000-3999", "rows-4000-4499",
    ]  # fmt: skip
    assert {d.title for d in found} == {"River lengths"}
    tables = found[0].text.split("\n\n")
    assert len(tables) > 1
    assert all(table.startswith("| River | Km |\n|---|---|\n| R") for table in tables)
    assert [o.at for o in found[1].origins][:2] == ["row:2000", "row:2001"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(alphabet="abc/~ ", max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(json_values)
def test_pointers_resolve_to_what_is_shown(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    parsed = parse_json(path.read_text(encoding="utf-8"))
    for found in read_file(path, root=path.parent, category="general", options=ReadOptions()):
        if isinstance(found, Rejected):
            continue
        last = 0
        for origin in found.origins:
            assert last <= origin.start < origin.end <= len(found.text)
            last = origin.end
            source = resolve(parsed, origin.at)
            shown = found.text[origin.start : origin.end]
            if isinstance(source, bool):
                assert shown == ("yes" if source else "no")
            elif "&" not in source and "<" not in source:
                assert one_line(shown).replace("|", "/") == one_line(source).replace("|", "/")


@given(json_values)
def test_every_pointer_of_a_value_resolves(value):
    work = [("", value)]
    while work:
        at, item = work.pop()
        assert resolve(value, at) == item
        children = (
            item.items()
            if isinstance(item, dict)
            else enumerate(item)
            if isinstance(item, list)
            else ()
        )
        work += [(step(at, key), child) for key, child in children]


def test_outlines_on_a_map_are_left_out(read):
    shape = {"type": "Polygon", "coordinates": [[[61.2, 35.6], [62.2, 35.2], [61.2, 35.6]]]}
    (document,) = read("af.json", {"name": "Afghanistan", "area": 652230, "geometry": shape})
    assert document.text == "# Afghanistan\n\nArea: 652230\n"
    (other,) = read("rope.json", {"name": "Rope", "geometry": {"type": "Polygon", "sides": 3}})
    assert "Geometry / type: Polygon" in other.text
