"""By-lines, affiliations and trials: what an article states of itself and of its people, and what it does not."""

import pytest

from extractors.facts.affiliations import institutions
from extractors.facts.articles import article_facts
from extractors.facts.trials import trial_facts
from extractors.readers import ReadOptions, read_file
from extractors.sections import split_sections
from warehouse.entities import EntityTable
from warehouse.records import Document

JATS = """<?xml version="1.0"?>
<article article-type="research-article"><front><journal-meta>
<journal-title-group><journal-title>Annals of Milling</journal-title></journal-title-group>
<publisher><publisher-name>Stone Press</publisher-name></publisher></journal-meta><article-meta>
<article-id pub-id-type="doi">10.5555/am.12</article-id>
<title-group><article-title>Bran and sleep in older millers: a randomised trial<xref ref-type="fn">1</xref>
</article-title></title-group>
<contrib-group>
<contrib contrib-type="author" corresp="yes"><name><surname>Holt</surname><given-names>Vera M.</given-names></name>
<xref ref-type="aff" rid="a1">1</xref></contrib>
<contrib contrib-type="author"><name><surname>de Wit</surname><given-names>Jan</given-names></name>
<xref ref-type="aff" rid="a1">1</xref><xref ref-type="aff" rid="a2">2</xref></contrib></contrib-group>
<contrib-group><contrib contrib-type="editor"><name><surname>Oyelaran</surname><given-names>Ade</given-names></name>
<role>Editor</role></contrib></contrib-group>
<aff id="a1"><label>1</label>Department of Sleep, Brack Hospital, Vils University, 4 Mill Lane, Vils, Norland</aff>
<aff id="a2"><institution>Tarn Grain Institute</institution><addr-line>Tarn, Norland</addr-line></aff>
<pub-date pub-type="ppub"><year>2014</year></pub-date>
<pub-date pub-type="epub"><day>3</day><month>5</month><year>2014</year></pub-date>
<history><date date-type="received"><day>9</day><month>1</month><year>2014</year></date></history>
<abstract><sec><title>Methods</title><p>Between May and June 2012, ninety-six millers were weighed. A total of 84
patients were randomised to bran or oats. The primary outcome was hours of sleep.</p></sec>
<sec><title>Trial registration</title><p>ClinicalTrials.gov NCT00000102</p></sec></abstract>
</article-meta></front><body><sec><title>Discussion</title><p>Another trial (NCT00000999) is under way.</p></sec></body>
</article>
"""
PRINTED = """<html><body><h1>Noise at work among bakers in six towns</h1>
<p>Ana Ruiz, PhD; Bo Lind; Mary K. O'Dell, MD, MPH (View author affiliations)</p>
<h2>Abstract</h2><p>Bakers rise early; mills are loud; towns differ.</p>
<h2>Author Information</h2>
<p>Corresponding Author: Ana Ruiz, PhD, Division of Noise, Vils University, 1 Oak St, Vils (ana@vils.example).</p>
<p>Suggested citation for this article: Ruiz A, Lind B. Noise at work among bakers in six towns. Public Health Trans
2021;18:200. DOI: http://dx.doi.org/10.5555/pht18.200.</p></body></html>
"""


def read(tmp_path, name: str, text: str) -> Document:
    path = tmp_path / "academic" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    (document,) = read_file(path, root=tmp_path, category="academic", options=ReadOptions())
    assert isinstance(document, Document)
    return document


def facts_of(document: Document, extract=article_facts):
    found = extract(document, split_sections(document))
    for fact in found:
        assert document.text[fact.start : fact.end] == fact.quote
        assert document.text[fact.object.start : fact.object.end] == fact.object.text
        assert document.text[fact.subject.start : fact.subject.end] == fact.subject.text
    return found


def of_relation(found, relation: str):
    return [(f.subject.text, f.object.text) for f in found if f.relation == relation]


def test_a_by_line_tells_who_wrote_edited_and_published_the_article(tmp_path):
    found = facts_of(read(tmp_path, "bran.nxml", JATS))
    title = "Bran and sleep in older millers: a randomised trial"
    told = {
        (f.relation, f.object.text)
        for f in found
        if f.subject.text == title and not f.group and f.shape == "attribute"
    }
    assert told == {
        ("first author", "Vera M. Holt"), ("last author", "Jan de Wit"), ("corresponding author", "Vera M. Holt"),
        ("academic editor", "Ade Oyelaran"), ("journal", "Annals of Milling"), ("doi", "10.5555/am.12"),
        ("publication date", "3 May 2014"), ("publication year", "2014"), ("received", "9 January 2014"),
    }  # fmt: skip
    assert of_relation(found, "authors") == [(title, "Vera M. Holt"), (title, "Jan de Wit")]
    assert of_relation(found, "publisher") == [("Annals of Milling", "Stone Press")]
    assert of_relation(found, "corresponding author of") == [("Vera M. Holt", title)]
    assert of_relation(found, "is a") == [(title, "article")]


def test_an_affiliation_is_of_the_person_and_single_only_where_it_is_the_only_one(tmp_path):
    found = [f for f in facts_of(read(tmp_path, "bran.nxml", JATS)) if f.relation == "affiliation"]
    assert [(f.subject.text, f.object.text, bool(f.group)) for f in found] == [
        ("Vera M. Holt", "Vils University", False),
        ("Jan de Wit", "Vils University", True),
        ("Jan de Wit", "Tarn Grain Institute", True),
    ]
    assert {f.as_of for f in found} == {"2014-05-03"}


def test_a_trial_is_told_by_its_own_number_and_its_own_count(tmp_path):
    found = facts_of(read(tmp_path, "bran.nxml", JATS), trial_facts)
    article = "Bran and sleep in older millers: a randomised trial"
    assert of_relation(found, "trial registry number") == [(article, "NCT00000102")]
    counts = of_relation(found, "participant count at randomisation")
    assert counts == [(article, "84"), ("NCT00000102", "84")]
    assert of_relation(found, "primary outcome")[0] == (article, "hours of sleep")


@pytest.mark.parametrize(
    "sentence",
    [
        "Twenty patients were randomly assigned to bran and another 20 patients were randomly assigned to oats.",
        "Of the 1066 patients randomised, 1021 or more returned a card.",
        "Children ≥12 months and adults were randomised to bran or oats.",
        "In the first of two stages, the remaining 40 patients were randomised to bran or oats.",
    ],
)
def test_a_count_of_some_is_no_count_of_all(tmp_path, sentence):
    text = JATS.replace("A total of 84\npatients were randomised to bran or oats.", sentence)
    found = facts_of(read(tmp_path, "bran.nxml", text), trial_facts)
    assert of_relation(found, "participant count at randomisation") == []


def test_a_count_in_words_is_a_number(tmp_path):
    text = JATS.replace("A total of 84\npatients", "Five hundred and thirty-four children")
    found = facts_of(read(tmp_path, "bran.nxml", text), trial_facts)
    counts = [f for f in found if f.relation == "participant count at randomisation"]
    assert [f.quantity.value for f in counts if f.quantity] == ["534", "534"]


def test_two_own_numbers_leave_both_out(tmp_path):
    text = JATS.replace("NCT00000102", "NCT00000102 and ISRCTN10000001")
    assert (
        of_relation(facts_of(read(tmp_path, "b.nxml", text), trial_facts), "trial registry number")
        == []
    )


def test_a_printed_by_line_and_its_citation(tmp_path):
    found = facts_of(read(tmp_path, "noise.html", PRINTED))
    title = "Noise at work among bakers in six towns"
    assert [o for _, o in of_relation(found, "authors")] == [
        "Ana Ruiz",
        "Bo Lind",
        "Mary K. O'Dell",
    ]
    assert of_relation(found, "corresponding author") == [(title, "Ana Ruiz")]
    assert of_relation(found, "affiliation") == [("Ana Ruiz", "Vils University")]
    assert of_relation(found, "journal") == [(title, "Public Health Trans")]
    assert of_relation(found, "doi") == [(title, "10.5555/pht18.200")]


def test_a_group_of_authors_is_no_person(tmp_path):
    text = PRINTED.replace("Bo Lind;", "Vils Noise Study Group, MPH;")
    found = facts_of(read(tmp_path, "n.html", text))
    assert [o for _, o in of_relation(found, "authors")] == ["Ana Ruiz", "Mary K. O'Dell"]
    last = PRINTED.replace("Lind; Mary K. O'Dell, MD, MPH", "Lind, MD; Vils Noise Study Group")
    found = facts_of(read(tmp_path, "l.html", last))
    assert [o for _, o in of_relation(found, "first author")] == ["Ana Ruiz"]
    assert of_relation(found, "last author") == []


@pytest.mark.parametrize(
    ("affiliation", "named"),
    [
        ("Department of Noise, Vils University, Vils, Norland", ["Vils University"]),
        ("School of Health, Vils Polytechnic University, Vils", ["Vils Polytechnic University"]),
        ("Brack Unit, Brack Hospital, Vils LN2 5QY, Norland", ["Brack Hospital"]),
        ("Royal Brack Hospital and Tarn University, Tarn", ["Tarn University"]),
        ("National Institute for Bread and Welfare, Tarn", ["National Institute for Bread and Welfare"]),
        ("Department of Bread, University of California, Davis, California", []),
        ("Malaria Programme, Ministry of Health, Tarn", []),
        ("Bread Research Institute, Tarn Foods Ltd, Tarn", []),
        ("Department of Noise", []),
    ],
)  # fmt: skip
def test_the_institution_of_an_affiliation_is_its_largest_body(affiliation, named):
    assert [affiliation[a:b] for a, b in institutions(affiliation)] == named


def test_namesakes_who_work_in_different_places_are_two_people(tmp_path):
    same = facts_of(read(tmp_path, "a.nxml", JATS))
    again = facts_of(read(tmp_path, "b.nxml", JATS.replace("Bran and sleep", "Oats and sleep")))
    other = facts_of(
        read(
            tmp_path, "c.nxml",
            JATS.replace("Bran and sleep", "Rye and sleep").replace("Vils University", "Ost University"),
        )
    )  # fmt: skip
    table = EntityTable([*same, *again, *other])
    people = [
        {table.of(f)[0] for f in found if f.relation == "first author of"}
        for found in (same, again, other)
    ]
    assert people[0] == people[1]
    assert people[0].isdisjoint(people[2])
    assert all(len(person) == 1 for person in people)
