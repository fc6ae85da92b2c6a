"""Turns, and values as people say them."""

import pytest

from extractors.facts.dialogue_turns import is_generic, turns_of
from extractors.facts.dialogue_values import code_at, name_from, title_at, value_at
from extractors.facts.dialogue_verbs import third_person
from warehouse.records import Document


def test_a_line_without_a_label_goes_on_with_its_turn() -> None:
    text = "Dana: One.\nNote: two\nthree\n\nMilo: Four.\nDana: Five.\nMilo: x\n"
    doc = Document(
        id="doc-1",
        category="dialogue",
        source="talk.json",
        format="dialogue",
        title="",
        subject="",
        date="",
        series="",
        licence="",
        text=text,
        origins=(),
    )
    assert [(t.speaker.text, t.text) for t in turns_of(doc)] == [
        ("Dana", "One.\nNote: two\nthree"),
        ("Milo", "Four."),
        ("Dana", "Five."),
        ("Milo", "x"),
    ]


@pytest.mark.parametrize(
    ("label", "generic"),
    [
        ("Dana", False),
        ("Dana Petrov", False),
        ("Dr. Ilse Brandt", False),
        ("Jean-Luc", False),
        ("user", True),
        ("SYSTEM", True),
        ("Project Manager", True),
        ("Speaker 2", True),
        ("CC", True),
        ("dana42", True),
    ],
)
def test_roles_are_told_from_names(label: str, generic: bool) -> None:
    assert is_generic(label) is generic


@pytest.mark.parametrize(
    ("text", "value", "unit", "step"),
    [
        ("4,200 euros a month.", "4200", "euros a month", "1"),
        ("€4.50 each", "4.5", "€", "0.01"),
        ("1.2 million euros", "1200000", "euros", "100000"),
        ("88 percent", "88", "percent", "1"),
        ("35% of it", "35", "%", "1"),
    ],
)
def test_amounts(text: str, value: str, unit: str, step: str) -> None:
    found = value_at(text, 0)
    assert found is not None
    assert found.quantity is not None
    assert (found.quantity.value, found.quantity.unit, found.quantity.step) == (value, unit, step)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 June 2024, then", "14 June 2024"),
        ("the 14th of June.", "the 14th of June"),
        ("June 14th", "June 14th"),
        ("2024-06-14", "2024-06-14"),
        ("6:45 AM", "6:45 AM"),
        ("18:30.", "18:30"),
        ("412", None),
        ("12 is", None),
        ("the best", None),
    ],
)
def test_dates_and_times(text: str, expected: str | None) -> None:
    found = value_at(text, 0)
    assert (found.text if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jonas Weber's flat", "Jonas Weber"),
        ("University of Bergen in", "University of Bergen"),
        ("Dr. Ilse Brandt.", "Dr. Ilse Brandt"),
        ("J. K. Rowling", "J. K. Rowling"),
        ("The Hague and", "The Hague"),
        ("Canon EOS 90D.", "Canon EOS 90D"),
        ("Rome and Venice", "Rome"),
        ("Monday", None),
        ("My Porto", None),
        ("porto", None),
    ],
)
def test_names(text: str, expected: str | None) -> None:
    found = name_from(text, 0)
    assert (found.text if found else None) == expected


def test_titles_and_codes() -> None:
    title = title_at('"Blinded by the Light" twice', 0)
    assert title is not None
    assert title.text == "Blinded by the Light"
    assert title_at('"I am so tired of all this" he', 0) is None
    code = code_at("KL 1204 to Oslo", 0)
    assert code is not None
    assert code.text == "KL 1204"
    assert code_at("HELLO there", 0) is None


@pytest.mark.parametrize(
    ("lemma", "expected"),
    [("live", "lives"), ("teach", "teaches"), ("study", "studies"), ("play", "plays")],
)
def test_third_person(lemma: str, expected: str) -> None:
    assert third_person(lemma) == expected
