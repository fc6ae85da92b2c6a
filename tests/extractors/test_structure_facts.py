"""Fields, subfields, lists and tables: what they state, and what they must not."""

import itertools
import re

import pytest

from extractors.facts.structure import _line_date, structure_facts
from extractors.facts.values import parse_list, parse_value
from warehouse.records import Document, Section


def facts_of(text, *, subject="", headings=(), date="2005", kind="txt"):
    document = Document(
        id="d", category="general", source="d.txt", format=kind, title="D", subject=subject, date=date,
        series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    found = structure_facts(document, sections_of(text, headings))
    for fact in found:
        assert text[fact.start : fact.end] == fact.quote
        assert text[fact.object.start : fact.object.end] == fact.object.text
        assert text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def sections_of(text, headings):
    """One section, or one for each `## ` heading of the text."""
    starts = [m.start() for m in re.finditer(r"^## ", text, re.MULTILINE)] or [0]
    return [
        Section(
            id=f"s{index}", document_id="d", index=index, start=start, end=end, tokens=1,
            headings=headings or tuple(re.findall(r"^## (.+)", text[start:end], re.MULTILINE)),
        )
        for index, (start, end) in enumerate(itertools.pairwise([*starts, len(text)]))
    ]  # fmt: skip


def triples(found):
    return [(f.subject.text, f.relation, f.object.text) for f in found if f.shape != "class"]


def test_subfields_on_one_line_are_taken_apart_with_their_units():
    text = "AUSTRIA\n\nArea: total: 83,870 sq km land: 82,444 sq km water: 1,426 sq km\n"
    assert triples(facts_of(text, subject="Austria")) == [
        ("AUSTRIA", "area / total", "83,870 sq km"),
        ("AUSTRIA", "area / land", "82,444 sq km"),
        ("AUSTRIA", "area / water", "1,426 sq km"),
    ]


def test_a_unit_before_a_label_is_given_back_to_its_number():
    text = (
        "AUSTRIA\nLand boundaries: total: 2,562 km border countries: Germany 784 km, Italy 430 km\n"
    )
    found = facts_of(text, subject="Austria")
    assert triples(found)[0] == ("AUSTRIA", "land boundaries / total", "2,562 km")
    listed = [f for f in found if f.relation == "land boundaries / border countries"]
    assert [(f.object.text, f.quantity.value, f.quantity.unit) for f in listed] == [
        ("Germany", "784", "km"),
        ("Italy", "430", "km"),
    ]
    assert len({f.group for f in listed}) == 1


def test_a_date_at_the_end_of_a_line_holds_for_all_its_figures():
    text = "PERU\nMedian age: male: 36.1 years female: 41.24 years (2005 est.)\n"
    assert [[q.text for q in f.qualifiers] for f in facts_of(text, subject="Peru")] == [
        ["2005 est."]
    ] * 2


@pytest.mark.parametrize(
    "value",
    [
        "9.6% in metropolitan Lima",
        "n/a",
        "—",
        "about half",
        "see below (1)",
        "10 or 12 km",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_value_that_is_not_read_whole_gives_no_number(value):
    parsed = parse_value(value)
    assert parsed is None or parsed.quantity is None


@pytest.mark.parametrize(
    ("text", "value", "unit", "step"),
    [
        ("10.6% (2004 est.)", "10.6", "%", "0.1"),
        ("$1.2 trillion", "1200000000000", "$", "100000000000"),
        ("83,870 sq km", "83870", "sq km", "1"),
        ("1889", "1889", "year", "1"),
    ],
)
def test_numbers_keep_scale_unit_and_printed_precision(text, value, unit, step):
    quantity = parse_value(text).quantity
    assert (quantity.value, quantity.unit, quantity.step) == (value, unit, step)


def test_a_place_within_a_place_is_not_a_list():
    assert parse_list("Vienna, Austria", plural=False) is None
    assert [v.text for v in parse_list("Inn, Drava, Sava", plural=False)] == [
        "Inn",
        "Drava",
        "Sava",
    ]
    assert parse_list("Inn, about ten others, Sava", plural=True) is None


def test_a_heading_whose_neighbours_have_its_fields_names_what_they_are_about():
    text = "## Danube\n\nMouth: Black Sea\nLength: 2,850 km\n\n## Elbe\n\nMouth: North Sea\n"
    assert triples(facts_of(text)) == [
        ("Danube", "mouth", "Black Sea"),
        ("Danube", "length", "2,850 km"),
        ("Elbe", "mouth", "North Sea"),
    ]
    assert triples(facts_of(text, kind="json"))[0] == ("Danube", "mouth", "Black Sea")


@pytest.mark.parametrize(
    "text",
    [
        "## Danube\n\nMouth: Black Sea\n\n## Contact\n\nEditor: Ana Marić\n",
        "## Example\n\nMouth: Inn\n\n# Two\n\n## Example\n\nMouth: Drava\n",
        "## Part\n\nAna Marić\nBorn: 1960\n\nA Note\nPlace: Wien\n",
        "## Danube\n\nValue: 3 km\n",
    ],
)
def test_fields_below_a_heading_of_another_kind_are_not_about_it(text):
    assert facts_of(text) == []


def test_fields_that_repeat_under_one_heading_are_about_other_things():
    text = "## Writers\n\nBorn: 1821\nDied: 1880\n\nBorn: 1828\nDied: 1910\n"
    assert facts_of(text, headings=("Writers",)) == []


def test_a_name_alone_above_fields_is_their_subject():
    text = "## Part one\n\nGustave Flaubert\nBorn: 1821\n\nLeo Tolstoy\nBorn: 1828\n"
    assert triples(facts_of(text, headings=("Part one",))) == [
        ("Gustave Flaubert", "born", "1821"),
        ("Leo Tolstoy", "born", "1828"),
    ]


def test_a_records_groups_are_not_its_subject():
    text = "## People\n\nPopulation: 5,000\n\n## Land\n\nArea: 3 sq km\n"
    assert facts_of(text, kind="json") == []


def test_programs_and_their_output_inside_a_text_state_nothing():
    text = "## Use\n\n```\nError: invalid syntax\n```\n\n    Value: 3 km\n"
    assert facts_of(text, headings=("Use",)) == []


TABLE = """| River | Length (km) | Mouth |
|---|---|---|
| Inn | 518 | Danube |
| Total | 900 | – |
| Drava | 710 | Danube |
"""


def test_a_table_row_is_about_its_first_cell_and_totals_are_left_out():
    found = facts_of(TABLE)
    assert triples(found) == [
        ("Inn", "length", "518"),
        ("Inn", "mouth", "Danube"),
        ("Drava", "length", "710"),
        ("Drava", "mouth", "Danube"),
    ]
    assert {f.quantity.unit for f in found if f.quantity} == {"km"}
    assert [f.object.text for f in found if f.shape == "class"] == ["River", "River"]


def test_a_statement_of_accounts_lists_no_things():
    assert (
        facts_of("| | 2023 | 2024 |\n|---|---|---|\n| Services | 5 | 6 |\n| Products | 7 | 8 |\n")
        == []
    )


def test_rows_that_repeat_a_name_need_a_year():
    rows = "| Country | Year | GDP |\n|---|---|---|\n| Peru | 1990 | 5 |\n| Peru | 1991 | 6 |\n"
    assert [
        (f.object.text, f.qualifiers[0].text) for f in facts_of(rows) if f.relation == "gdp"
    ] == [
        ("5", "1990"),
        ("6", "1991"),
    ]
    assert facts_of(rows.replace("| Year |", "| Kind |")) == []
    assert facts_of(rows.replace("1991", "1990")) == []


def test_weighings_of_one_species_are_no_things():
    rows = "".join(f"| Adelie | {37 + n} | {2007 + n % 3} |\n" for n in range(9))
    assert facts_of(f"| species | bill_length (mm) | year |\n|---|---|---|\n{rows}") == []


def test_a_table_cut_in_blocks_is_one_table():
    head = "| species | bill_length_mm |\n|---|---|\n"
    block = f"{head}| Adelie | 37 |\n| Gentoo | 40 |\n\n"
    assert facts_of(f"## A\n{block}## B\n{block}") == []
    found = facts_of(f"## A\n{block}## B\n{head}| Chinstrap | 38 |\n")
    assert triples(found)[0] == ("Adelie", "bill length", "37")
    assert found[1].quantity.unit == "mm"
    assert len(triples(found)) == 3


def test_the_date_of_a_definition_holds_for_the_figures_behind_it():
    line = "Literacy: age 15 and over can read (1990 est.) total population: 95% male: 96%"
    dated = _line_date(line)
    assert dated is not None
    assert dated.text == "1990 est."
    assert _line_date("Area: 5 sq km (1990 est.) land: 4 sq km") is None


SCALED = """{note}

| Company | Revenue | Margin | Founded |
|---|---|---|---|
| Vils Works | 1,418 | 12% | 1902 |
| Ufer Mills | 2,027 | 9% | 1911 |
| Wied Tools | 3,100 | 4% | 1920 |
"""


@pytest.mark.parametrize(
    ("note", "numbers"),
    [("Reports of three companies", 3), ("(dollars in millions)", 0), ("In thousands", 0)],
)
def test_bare_numbers_below_a_scale_give_nothing_and_the_rest_does(note, numbers):
    found = triples(facts_of(SCALED.format(note=note)))
    assert sum(relation == "revenue" for _, relation, _ in found) == numbers
    assert sum(relation == "margin" for _, relation, _ in found) == 3  # percent have their own unit
    assert sum(relation == "founded" for _, relation, _ in found) == 3  # years are no amounts


def test_stretches_of_time_are_no_things():
    rows = "".join(f"| {name} | {n} |\n" for n, name in enumerate(
        ("Fiscal 2027", "Q2 2023", "Thereafter", "April Green", "Vils Works", "Ufer Mills"), 10
    ))  # fmt: skip
    found = triples(facts_of(f"| Name | Leases |\n|---|---|\n{rows}"))
    assert [subject for subject, *_ in found] == ["April Green", "Vils Works", "Ufer Mills"]


def test_a_note_mark_behind_a_value_makes_it_unclear():
    assert parse_value("2018 (5)") is None
    assert parse_value("10.6% (2004 est.)") is not None


def test_a_label_that_goes_on_after_a_comma_is_not_cut():
    text = "Treaties: party to: Vils Accord; Ufer Pact signed, but not ratified: Wied Protocol\n"
    assert facts_of(text, subject="Treaties") == []


def test_a_caption_is_no_field():
    text = "## Assets\n\nTable: Year Ended December\nOwner: Vils Works\n"
    assert ("Assets", "table", "Year Ended December") not in triples(facts_of(text))


def test_results_of_a_study_are_no_properties_of_their_rows():
    head = "| Event | P value | Odds ratio (95% CI) | Mean age | Organ |\n|---|---|---|---|---|\n"
    rows = "".join(
        f"| {n} | 0.0{i} | 1.{i} | 4{i} | Blood |\n"
        for i, n in enumerate(("Anemia", "Fever", "Rash"), 1)
    )
    assert {relation for _, relation, _ in triples(facts_of(head + rows))} == {"organ"}


def test_codes_are_neither_quantities_nor_things_and_labels_that_are_no_nouns_state_nothing():
    text = "CHAD\nPostal code: 016\nNumeric: 148\nAlpha2: TD\nFr: Tchad\nLandlocked: yes\nArea: 1284000\n"
    found = facts_of(text, subject="Chad")
    assert triples(found) == [("CHAD", "postal code", "016"), ("CHAD", "area", "1284000")]
    code, area = found
    assert (code.object.type, code.quantity) == ("value", None)
    assert area.quantity.value == "1284000"


def test_a_code_of_letters_joins_nothing():
    (fact,) = facts_of("CHAD\nCurrency code: XAF\n", subject="Chad")
    assert (fact.object.text, fact.object.type) == ("XAF", "value")


def test_a_column_of_flags_states_nothing_and_one_padded_with_zeros_measures_nothing():
    rows = [("Alnwick", "1", "007"), ("Brecon", "0", "120"), ("Corwen", "0", "131")]
    rows += [
        (f"{name} Hill", "1", f"2{n:02}")
        for n, name in enumerate("Dale Esk Firth Glen Holm Ivel Jed".split())
    ]
    lines = "".join(f"| {name} | {closed} | {seat} |\n" for name, closed, seat in rows)
    found = facts_of(f"| Station | Closed | Stop |\n|---|---|---|\n{lines}")
    stops = [fact for fact in found if fact.shape == "attribute"]
    assert {fact.relation for fact in stops} == {"stop"}
    assert {fact.quantity for fact in stops} == {None}
    few = facts_of(
        "| Station | Closures | Stop |\n|---|---|---|\n| Alnwick | 1 | 7 |\n| Brecon | 0 | 12 |\n"
    )
    assert [f.quantity.value for f in few if f.relation == "closures"] == ["1", "0"]


def test_half_a_name_is_neither_a_rows_name_nor_a_property():
    rows = "| First name | Last name | Town |\n|---|---|---|\n| Ada | Moss | Leeds |\n| Ben | Hale | York |\n"
    assert facts_of(rows) == []
    rows = "| Player | Last name | Town |\n|---|---|---|\n| Ada Moss | Moss | Leeds |\n| Ben Hale | Hale | York |\n"
    assert {fact.relation for fact in facts_of(rows)} == {"is a", "town"}
