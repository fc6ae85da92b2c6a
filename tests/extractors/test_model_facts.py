"""What a model says of a section: what is taken, what is refused and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.model_facts.accept import Refused, accepted
from extractors.model_facts.agreement import confirmed
from extractors.model_facts.places import Span, find_words
from extractors.model_facts.relations import alike, inverse, normalised
from extractors.model_facts.replies import SaidFact
from warehouse.records import Document, Fact, Mention, Section, make_fact


def document(text: str, *, subject: str = "", date: str = "") -> tuple[Document, Section]:
    made = Document(
        id="d", category="general", source="d.md", format="md", title="D", subject=subject, date=date,
        series="d", licence="", text=text, origins=(),
    )  # fmt: skip
    section = Section(
        id="s", document_id="d", index=0, headings=(), start=0, end=len(text), tokens=1
    )
    return made, section


def read(text: str, *said: str, subject: str = "", **more: str) -> Fact | Refused:
    """Return what comes of (subject, relation, object) said of a text, quoted whole."""
    names = dict(zip(("subject", "relation", "object"), said, strict=True))
    given_ = SaidFact(**{"quote": text} | names | more)
    found = accepted(given_, *document(text, subject=subject), extractor="model/1+m", confidence=0.4)  # fmt: skip
    if isinstance(found, Fact):
        assert text[found.start : found.end] == found.quote
        for mention in (found.subject, found.object):
            assert text[mention.start : mention.end] == mention.text
    return found


def told(found: Fact | Refused) -> tuple[str, str, str, str, str]:
    assert isinstance(found, Fact), found
    return found.subject.text, found.relation, found.object.text, found.phrase, found.preposition


@pytest.mark.parametrize(
    ("text", "said", "expected"),
    [
        ("Rigoletto was composed by Giuseppe Verdi.", ("Rigoletto", "composer", "Giuseppe Verdi"),
         ("Rigoletto", "composed by", "Giuseppe Verdi", "was composed", "by")),
        ("The Aare flows into the Rhine.", ("Aare", "flowsInto", "Rhine"),
         ("Aare", "flows into", "Rhine", "flows", "into")),
        ("Bern is the capital of Switzerland.", ("Bern", "is_capital_of", "Switzerland"),
         ("Bern", "capital of", "Switzerland", "", "of")),
        ("Fritz Lang directed Metropolis.", ("Metropolis", "directed by", "Fritz Lang"),
         ("Metropolis", "directed by", "Fritz Lang", "was directed", "by")),
        ("Fritz Lang directed Metropolis.", ("Fritz Lang", "directed", "Metropolis"),
         ("Fritz Lang", "directed", "Metropolis", "directed", "")),
        ("The length of the Danube is 2,850 km.", ("Danube", "length", "2,850"),
         ("Danube", "length", "2,850 km", "", "")),
        ("Danube's source is Breg.", ("Danube", "source", "Breg"), ("Danube", "source", "Breg", "", "")),
    ],
)  # fmt: skip
def test_a_fact_is_told_by_the_documents_own_words(text, said, expected):
    assert told(read(text, *said)) == expected


@pytest.mark.parametrize(
    ("text", "said", "reason"),
    [
        ("Rigoletto was not composed by Berlioz.", ("Rigoletto", "composed by", "Berlioz"), "in doubt"),
        ("Rigoletto was reportedly composed by Verdi.", ("Rigoletto", "composed by", "Verdi"), "in doubt"),
        ("Rigoletto was composed by Giuseppe Verdi.", ("Rigoletto", "premiered at", "Giuseppe Verdi"),
         "the relation is not the text's"),
        ("Rigoletto was composed by Giuseppe Verdi.", ("Rigoletto", "composed by", "Verdi"),
         "object not in the quote"),
        ("The brother of Anna Moll was born in Ulm.", ("Anna Moll", "born in", "Ulm"),
         "the subject may be part of something else"),
        ("Anna Moll was the wife of a man and was born in Ulm.", ("Anna Moll", "born in", "Ulm"),
         "told in a way that is not read"),
        ("The bridge Alba was designed by Michel Roux and several others.", ("Alba", "designed by", "Michel Roux"),
         "the subject may be part of something else"),
        ("Alba was designed by Michel Roux and several others.", ("Alba", "designed by", "Michel Roux"),
         "the object goes on"),
        ("Anna Moll was a student of Karl Roth.", ("Anna Moll", "student of", "Karl Roth"), "one of several"),
        ("Anna Moll was born in Ulm in 1901 and moved in 1920.", ("Anna Moll", "born in", "Ulm"), "two dates"),
        ("Anna Moll was born in Ulm.", ("Anna Moll", "born in", "Anna Moll"), "subject and object are one"),
        ("Anna Moll was born in Ulm.", ("", "born in", "Ulm"), "incomplete"),
        ("Anna Moll was born in Ulm.", ("Karl Roth", "born in", "Ulm"), "subject not found"),
        ("He said “Anna Moll was born in Ulm.”", ("Anna Moll", "born in", "Ulm"), "in doubt"),
        ("The sign read “Here Anna Moll was born in Ulm.”", ("Anna Moll", "born in", "Ulm"),
         "inside a quotation"),
    ],
)  # fmt: skip
def test_what_the_text_does_not_plainly_say_is_refused_with_the_reason(text, said, reason):
    found = read(text, *said)
    assert isinstance(found, Refused)
    assert found.reason == reason


def test_a_quote_must_stand_in_the_section_and_white_space_apart_word_for_word():
    text = "Anna  Moll was\nborn in Ulm. Karl Roth died in Bonn.\n"
    found = read(text, "Karl Roth", "died in", "Bonn", quote="Karl Roth  died in Bonn.")
    assert told(found)[:3] == ("Karl Roth", "died in", "Bonn")
    wrong = read(text, "Karl Roth", "died in", "Bonn", quote="Karl Roth died at Bonn.")
    assert isinstance(wrong, Refused)
    assert wrong.reason == "quote not found"


def test_a_quote_that_leaves_the_doubt_out_is_read_with_its_whole_sentence():
    text = "It is not true that Anna Moll was born in Ulm."
    found = read(text, "Anna Moll", "born in", "Ulm", quote="Anna Moll was born in Ulm.")
    assert isinstance(found, Refused)
    assert found.reason == "in doubt"


def test_the_date_of_a_clause_is_carried_whether_the_model_saw_it_or_not():
    text = "Anna Moll moved to Bonn in 1920."
    for time in ("", "1920"):
        found = read(text, "Anna Moll", "moved to", "Bonn", time=time)
        assert isinstance(found, Fact)
        assert [q.text for q in found.qualifiers] == ["in 1920"]
    wrong = read(text, "Anna Moll", "moved to", "Bonn", time="1921")
    assert isinstance(wrong, Refused)
    assert wrong.reason == "time not in the quote"


def test_a_field_is_read_under_its_subject_and_a_number_with_its_unit_and_aside():
    text = "# Lake Alba\n\nArea: 536 sq km (2004 est.)\n"
    found = read(text, "Lake Alba", "area", "536", quote="Area: 536 sq km", subject="Lake Alba")
    assert told(found)[:3] == ("Lake Alba", "area", "536 sq km")
    assert found.quantity.value == "536"
    assert found.quantity.unit == "sq km"
    assert [(q.kind, q.text) for q in found.qualifiers] == [("time", "2004 est.")]


def test_a_pronoun_stands_for_the_documents_subject_or_for_the_sentence_before():
    text = "Vera Holt was a painter.\nShe died in Lisbon.\n"
    said = ("Vera Holt", "died in", "Lisbon")
    assert told(read(text, *said, quote="She died in Lisbon."))[:3] == said
    other = "Vera Holt met Ida Berg.\nShe died in Lisbon.\n"
    found = read(other, "Ida Berg", "died in", "Lisbon", quote="She died in Lisbon.")
    assert isinstance(found, Refused)
    assert found.reason == "the pronoun may stand for something else"


@given(
    words=st.lists(st.text("ab.,(*[", min_size=1, max_size=4), min_size=1, max_size=5),
    gaps=st.lists(st.sampled_from([" ", "\n", "  \t"]), min_size=5, max_size=5),
    before=st.text("ab \n", max_size=6),
)
def test_words_are_found_at_true_offsets_whatever_white_space_parts_them(words, gaps, before):
    text = before + "".join(w + g for w, g in zip(words, gaps, strict=False))
    said = " ".join(words)
    found = list(find_words(text, said, Span(0, len(text))))
    assert bool(found) == any(map(str.isalnum, said))
    assert all(text[s.start : s.end].split() == words for s in found)


def test_labels_are_written_as_the_rules_write_them():
    assert normalised("wasBornIn") == "born in"
    assert normalised("is_the_capital_of") == "capital of"
    assert normalised("Land use / Total") == "land use / total"
    assert normalised("; DROP TABLE facts --") == "drop table facts"
    assert normalised("???") == ""
    assert alike("directed by", "direct by")
    assert not alike("born in", "born at")
    assert inverse("directed", "directed by")


def rule(subject: str, relation: str, object_: str, confidence: float = 0.9) -> Fact:
    return make_fact(
        "d", "s", subject=Mention(text=subject, start=0, end=len(subject), type="person"), relation=relation,
        object=Mention(text=object_, start=30, end=30 + len(object_), type="place"), shape="clause",
        quote="q", start=0, end=40, extractor="prose/3", confidence=confidence,
    )  # fmt: skip


def test_what_both_read_is_surer_and_neither_fact_is_rewritten():
    said = read("Anna Moll was born in Ulm.", "Anna Moll", "born in", "Ulm")
    assert isinstance(said, Fact)
    same, other = rule("Anna Moll", "born in", "Ulm"), rule("Anna Moll", "died in", "Ulm")
    rows = {row.id: row for row in confirmed([same, other], [said])}
    # 1 - (1 - 0.4)(1 - 0.9) = 0.94 for both; the other relation confirms nothing.
    assert {identity: row.confidence for identity, row in rows.items()} == {
        said.id: 0.94, same.id: 0.94,
    }  # fmt: skip
    assert rows[said.id].by == same.id
    assert said.confidence == 0.4


def test_a_fact_in_the_active_voice_confirms_its_passive():
    made = read("Fritz Lang directed Metropolis.", "Fritz Lang", "directed", "Metropolis")
    assert isinstance(made, Fact)
    rows = confirmed([rule("Metropolis", "directed by", "Fritz Lang")], [made])
    assert len(rows) == 2
