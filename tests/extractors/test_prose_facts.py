"""Sentences that state a fact, and sentences that must give none."""

import pytest

from extractors.facts.prose import load_model, prose_facts
from warehouse.records import Document, Section


@pytest.fixture(scope="module")
def nlp():
    """The English pipeline."""
    return load_model()


def facts_of(nlp, text, subject=""):
    found = all_facts_of(nlp, text, subject)
    return [(f.subject.text, f.relation, f.object.text) for f in found if f.shape != "class"]


def all_facts_of(nlp, text, subject=""):
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
    return found


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
        "Blood Street was co-directed by Leo Fong.",
        "The Michigan Reading Program for Berlin was founded by Vera Holt.",
    ],
)
def test_negated_hedged_quoted_planned_and_vague_sentences_give_nothing(nlp, sentence):
    assert facts_of(nlp, sentence) == []


def test_participles_and_relative_clauses_speak_of_the_name_they_hang_on(nlp):
    found = facts_of(
        nlp, "Silent Harbour is a 1931 drama film written and directed by Vera Holt and starring Tom Berg.\n"
    )  # fmt: skip
    assert ("Silent Harbour", "directed by", "Vera Holt") in found
    assert ("Silent Harbour", "written by", "Vera Holt") in found
    text = (
        "The Golden Gate Bridge was designed by Joseph Strauss, who was born in Cincinnati, Ohio.\n"
    )
    assert ("Joseph Strauss", "born in", "Cincinnati, Ohio") in facts_of(nlp, text)


def test_brackets_behind_a_name_give_dates_and_places_only_when_read_whole(nlp):
    text = (
        "Vera Holt (10 May 1901 in Bergen – 3 June 1980 in Oslo) was a painter. She lived alone.\n"
    )
    found = facts_of(nlp, text, subject="Vera Holt")
    assert ("Vera Holt", "born on", "10 May 1901") in found
    assert ("Vera Holt", "born in", "Bergen") in found
    assert ("Vera Holt", "died in", "1980") in found
    assert facts_of(nlp, "Vera Holt (c. 1901 – 1980) was a painter. She lived alone.\n") == []
    assert facts_of(nlp, "The Northern Line (1901 – 1980) was a railway of the north.\n") == []


def test_two_verbs_keep_their_own_places_and_years(nlp):
    text = "Vera Holt was born in Bergen in 1901 and died in Oslo in 1980.\n"
    found = facts_of(nlp, text, subject="Vera Holt")
    assert ("Vera Holt", "died in", "1980") in found or ("Vera Holt", "born in", "Bergen") in found
    assert ("Vera Holt", "born in", "1980") not in found
    assert ("Vera Holt", "born in", "Oslo") not in found


def test_half_a_name_is_no_name(nlp):
    assert facts_of(nlp, "Silent Harbour was composed by Henry II, Duke of Brabant.\n") == []


@pytest.mark.parametrize("name", ["Eleanor", "Vera Holt or Vera Berg"])
def test_a_life_needs_one_whole_name(nlp, name):
    text = f"{name} (10 May 1901 – 3 June 1980) was a painter. She lived alone.\n"
    assert facts_of(nlp, text) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Who Framed Roger Berg is a 1988 film directed by Robert Holt.",
        "My Friend Rabbit is a picture book written by Eric Holt.",
        "Harbour Steps Out is a 1941 cartoon directed by Tex Holt.",
        "Zadok the Priest was composed by Giuseppe Verdi.",
        "Doctor Lind in the Moon was written by Hugh Holt.",
        "The Day the Clown Cried is an unfinished 1972 drama film directed by and starring Tom Berg.",
    ],
)
def test_a_name_that_goes_on_in_front_or_behind_is_not_cut(nlp, sentence):
    assert facts_of(nlp, sentence) == []


def test_what_someone_is_stands_before_the_name_and_is_no_part_of_it(nlp):
    found = facts_of(nlp, "Silent Harbour is a novel by the British author Vera Holt.")
    assert found == [("Silent Harbour", "written by", "Vera Holt")]
    assert ("Rigoletto", "composed by", "Giuseppe Verdi") in facts_of(
        nlp, "Rigoletto was composed by Italian composer Giuseppe Verdi."
    )
    found = facts_of(
        nlp,
        "Low Harbour is a film.\nIt was directed by Robert Bradbury and stars Tom Holt and Ruth Berg.\n",
        subject="Low Harbour",
    )
    assert ("Low Harbour", "directed by", "Tom Holt") not in found


def test_a_life_is_read_with_one_place_and_not_from_half_a_name(nlp):
    text = "Vera Holt (born 9 September 1875 in Naples – died 28 August 1935) was a painter. She lived alone.\n"
    found = facts_of(nlp, text, subject="Vera Holt")
    assert ("Vera Holt", "born in", "Naples") in found
    assert ("Vera Holt", "died on", "28 August 1935") in found
    cut = "Sir Tom Vera Holt, 1st Baronet Berg (3 June 1870 – 19 December 1938), was a soldier. He died.\n"
    assert all(subject != "Baronet Berg" for subject, _, _ in facts_of(nlp, cut))


def test_an_act_in_a_year_is_no_date_of_the_one_who_acts(nlp):
    text = "The Northern Museum opened an investigation in 2001.\n"
    assert facts_of(nlp, text) == []
    text = "The Northern Museum opened in 2001.\n"
    assert facts_of(nlp, text) == [("Northern Museum", "opened in", "2001")]


def test_a_clause_behind_another_noun_is_not_about_the_subject(nlp):
    text = "Land Tawney is the head of Northern Anglers, a national conservation group based in Montana.\n"
    assert ("Land Tawney", "based in", "Montana") not in facts_of(nlp, text)


def test_the_place_behind_a_date_is_the_verbs(nlp):
    text = "Vera Holt was born on February 17, 1891 in Vancouver, British Columbia.\n"
    assert ("Vera Holt", "born in", "Vancouver, British Columbia") in facts_of(nlp, text)


def test_a_noun_that_points_at_what_follows_is_no_kind_of_thing(nlp):
    def kinds(text):
        return [f.object.text for f in all_facts_of(nlp, text) if f.shape == "class"]

    assert kinds("Sid is the permanent name for the unstable branch.") == []
    assert kinds("Berg Linux is a new kind of operating system.") == []
    assert kinds("Vera Holt is an author.") == ["author"]
    assert kinds("Berg Linux is a distribution of free software.") == ["distribution"]
