"""The filters: each refuses what its rule names and passes its neighbours."""

import pytest

from extractors.quality import FILTERS, QualityLimits, assess
from warehouse.records import CATEGORIES, Category, Document, Format

LIMITS = QualityLimits()
PROSE = "The river runs from the mountains to the sea and has many towns with old bridges on it. "
FRENCH = "Le fleuve coule des montagnes vers la mer et traverse de nombreuses villes anciennes. "
GERMAN = "Der Fluss fließt von den Bergen bis zum Meer und hat viele Städte mit alten Brücken. "
HUNGARIAN = "A folyó a hegyekből a tenger felé folyik, és sok régi város van a partján ma is. "


def make(text: str, form: Format = "txt", category: Category = "general", source="a") -> Document:
    return Document(
        id="doc-1", category=category, source=source, format=form, title="", subject="", date="",
        series="a", licence="", text=text, origins=(),
    )  # fmt: skip


def reason(text: str, form: Format = "txt", category: Category = "general", source="a") -> str:
    found = assess(make(text, form, category, source), LIMITS)
    return found[0] if found else ""


def test_prose_passes():
    assert reason(PROSE * 10) == ""


@pytest.mark.parametrize(
    ("text", "form", "source", "passes"),
    [
        ("word " * 39, "csv", "a", False),
        ("word " * 40, "csv", "a", True),
        ("word " * 11, "json", "a#1", False),
        ("word " * 12, "json", "a#1", True),
        ("x " * 14, "python", "a", False),
        ("x " * 15, "python", "a", True),
        ("A: b\n" * 3, "dialogue", "a", False),
        ("A: b\n" * 4, "dialogue", "a", True),
    ],
)
def test_too_short_by_format(text, form, source, passes):
    assert reason(text, form, source=source) == ("" if passes else "too short")


@pytest.mark.parametrize("text", [FRENCH, GERMAN, HUNGARIAN])
def test_other_languages_are_refused(text):
    assert reason(text * 10) == "not English"
    assert reason(text * 10, "dialogue") in ("not English", "too short")


def test_other_scripts_are_refused_without_prose_lines():
    assert reason("".join(f"北京 上海 广州 {n}\n" for n in range(20))) == "not English"


def test_fields_tables_and_code_are_not_judged_as_prose():
    fields = "".join(
        f"Length of the {n}th river in the list: {n},094 km, 3.2 m, 44 m3\n" for n in range(50)
    )
    assert reason(fields) == ""
    assert reason("| River | 1,094 | 2,005 | 3.1 | 4.5 | 5.6 | 7.8 |\n" * 30) == ""
    assert reason("x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n" * 30, "python", "code") == ""


def test_numbers_in_place_of_words_are_refused():
    # 10 tokens a line, 3 of them with a letter: 0.3 is under 0.8.
    assert reason("The sum is 1 2 3 4 5 6 7\n" * 1 + "the sum of 12 34 56 78 90 12 34\n" * 20) in (
        "mostly symbols",
        "repeated lines",
    )
    lines = "".join(
        f"the sum of {n} {n + 1} {n + 2} {n + 3} {n + 4} {n + 5} {n + 6}\n" for n in range(20)
    )
    assert reason(lines) == "mostly symbols"


def test_repetition_is_refused():
    line = "It was said again that the river would be closed.\n"
    other = "".join(
        f"On day {n} of the year the river was open to all the ships.\n" for n in range(14)
    )
    # 20 lines, 5 of them again: 0.25 of lines, but over 0.2 of the characters.
    assert reason(other + line * 6) == "repeated lines"
    assert reason(other + line * 2) == ""
    assert reason(other + "Page 3\n" * 30) == ""


def test_placeholders_and_undecoded_text_are_refused():
    assert reason(PROSE * 10 + "Lorem ipsum dolor.") == "placeholder text"
    assert reason("x = 'lorem ipsum'\n" * 10, "python", "code") == ""
    assert reason(PROSE * 10 + "\ufffd" * 5) == "undecoded characters"
    assert reason(PROSE * 10 + "\ufffd") == ""


def test_every_filter_takes_any_document():
    for category in CATEGORIES:
        for text in ("", " ", "a", "\n\n", "|", "# x", "\ufffd", "a: b\n" * 100):
            for rule in FILTERS:
                found = rule(make(text, "txt", category), LIMITS)
                assert found is None or (len(found) == 2 and all(found))
