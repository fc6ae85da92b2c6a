"""Sentences that state a fact, and sentences that must give none."""

import pytest

from extractors.facts.prose import load_model, prose_facts
from warehouse.records import Document, Section


@pytest.fixture(scope="module")
def nlp():
    """The English pipeline."""
    return load_model()


def facts_of(nlp, text, subject=""):
    document = Document(
        id="d", category="general", source="d.md", format="md", title="D", subject=subject, date="",
        series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    section = Section(
        id="s", document_id="d", index=0, headings=(), start=0, end=len(text), tokens=1
    )
    (found,) = prose_facts([(document, [section])], nlp)
    for fact in found:
        assert text[fact.start : fact.end] == fact.quote
        assert text[fact.object.start : fact.object.end] == fact.object.text
        assert text[fact.subject.start : fact.subject.end] == fact.subject.text
    return [(f.subject.text, f.relation, f.object.text) for f in found if f.shape != "class"]


def test_passives_with_an_agent_and_places_with_years_are_read(nlp):
    assert facts_of(nlp, "Rigoletto was composed by Giuseppe Verdi.") == [
        ("Rigoletto", "composed by", "Giuseppe Verdi")
    ]
    assert facts_of(nlp, "Richard Strauss was born in Munich in 1864.") == [
        ("Richard Strauss", "born in", "Munich"),
        ("Richard Strauss", "born in", "1864"),
    ]


def test_a_pronoun_stands_for_the_documents_own_subject_only(nlp):
    text = "Vera Holt was a painter of ships.\nShe died in Lisbon.\n"
    assert ("Vera Holt", "died in", "Lisbon") in facts_of(nlp, text, subject="Vera Holt")
    assert facts_of(nlp, text) == []


def test_all_conjuncts_or_none(nlp):
    found = facts_of(nlp, "The Millau Viaduct was designed by Michel Virlogeux and Norman Foster.")
    assert [object_ for _, _, object_ in found] == ["Michel Virlogeux", "Norman Foster"]
    assert (
        facts_of(nlp, "The Millau Viaduct was designed by Michel Virlogeux and several others.")
        == []
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "Rigoletto was not composed by Hector Berlioz.",
        "Rigoletto may have been composed by Giuseppe Verdi.",
        "Rigoletto was reportedly composed by Giuseppe Verdi.",
        "If Rigoletto was composed by Giuseppe Verdi, the letter is real.",
        "Was Rigoletto composed by Giuseppe Verdi?",
        "He said that “Rigoletto was composed by Giuseppe Verdi.”",
        "The bridge will be designed by Norman Foster.",
        "America led the world for more than a year.",
        "Composers were born in cities.",
        "It was composed by Giuseppe Verdi.",
        "According to legend, Rome was founded by Romulus.",
    ],
)
def test_negated_hedged_quoted_planned_and_vague_sentences_give_nothing(nlp, sentence):
    assert facts_of(nlp, sentence) == []
