"""The filters: each refuses what its rule names and passes its neighbours."""

from pathlib import Path

import pytest

from extractors.filters.boilerplate import boilerplate_share
from extractors.filters.limits import KindLimits, QualityLimits
from extractors.filters.lines import Page
from extractors.filters.repetition import repeated_lines, repeated_phrases
from extractors.quality import FILTERS, assess
from warehouse.records import CATEGORIES, Category, Document, Format

LIMITS = QualityLimits()
ROOT = Path(__file__).resolve().parents[2]
PROSE = "The river runs from the mountains to the sea and has many towns with old bridges on it. "
DANUBE = (ROOT / "corpora/general/danube.txt").read_text("utf-8")
TEXT = " ".join(DANUBE[DANUBE.index("The Danube is") :].split()[:170])
FRENCH = "Le fleuve coule des montagnes vers la mer et traverse de nombreuses villes anciennes. "
GERMAN = "Der Fluss fließt von den Bergen bis zum Meer und hat viele Städte mit alten Brücken. "
HUNGARIAN = "A folyó a hegyekből a tenger felé folyik, és sok régi város van a partján ma is. "


SECOND = " ".join(DANUBE[DANUBE.index("The Danube is") :].split()[170:340])


def make(text: str, form: Format = "txt", category: Category = "general", source="a") -> Document:
    return Document(
        id="doc-1", category=category, source=source, format=form, title="", subject="", date="",
        series="a", licence="", text=text, origins=(),
    )  # fmt: skip


def reason(text: str, form: Format = "txt", category: Category = "general", source="a") -> str:
    found = assess(make(text, form, category, source), LIMITS)
    return found[0] if found else ""


def test_prose_passes():
    assert reason(TEXT) == ""


@pytest.mark.parametrize(
    ("text", "form", "source", "passes"),
    [
        ("word " * 39, "txt", "a", False),
        ("word " * 40, "txt", "a", True),
        ("word " * 11, "json", "a#1", False),
        ("word " * 12, "json", "a#1", True),
        ("# The Room\n\nThe Room may refer to:\n", "json", "a#1", False),
        ("# Grey Harbour\n\nGrey Harbour is a 2004 film.\n", "json", "a#1", True),
        ("1,2\n3,4\n" * 30, "csv", "a", False),
        ("year,ships\n2001,44\n", "csv", "a", True),
        ("# Licence: MIT\n", "python", "a", False),
        ("from attrs import make\n", "python", "a", True),
        ("A: b\n" * 3, "dialogue", "a", False),
        ("A: now here is b\n" * 4, "dialogue", "a", True),
    ],
)
def test_too_short_by_format(text, form, source, passes):
    found = assess(make(text, form, source=source), QualityLimits(max_undecoded=1.0))
    assert (found is None or found[0] != "too short") == passes


@pytest.mark.parametrize("text", [FRENCH, GERMAN, HUNGARIAN])
def test_other_languages_are_refused(text):
    lines = "".join(f"{n}. {text}\n" for n in range(4))
    assert reason(lines) == "other language"
    assert reason(lines, "dialogue") == "other language"


def test_languages_are_configured():
    both = QualityLimits(languages=("en", "fr"))
    lines = "".join(f"{n}. {FRENCH}\n" for n in range(4))
    assert assess(make(lines), both) is None


def test_english_full_of_foreign_names_passes():
    names = (
        "Kertész Lajos Ferenc (born 12 March 1961, Kiskunfélegyháza) is a Hungarian conductor, known by his pupils as "
        "Feri bácsi, who recorded Háry János, Bánk bán and Hunyadi László with Szabó Ágnes, Tóth Béla, Nagy Zsuzsanna, "
        "Farkas Gyula and the Kodály Zoltán Kórus, Debrecen.\n"
    )
    assert reason(names, "json", source="a#1") == ""


def test_other_scripts_are_refused_without_prose_lines():
    assert reason("".join(f"北京 上海 广州 {n}\n" for n in range(20))) == "other language"


def test_fields_tables_and_code_are_not_judged_as_prose():
    fields = "".join(
        f"Length of the {n}th river in the list: {n},094 km, 3.2 m, 44 m3\n" for n in range(50)
    )
    assert reason(fields) == ""
    assert reason("| River | 1,094 | 2,005 | 3.1 | 4.5 | 5.6 | 7.8 |\n" * 30) == ""
    assert reason("Wheat 2024 1,094 2,005 3.1 4.5 5.6 7.8 9.0 1.2 3.4\n" * 30) == ""
    assert reason("x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]\n" * 30, "python", "code") == ""
    assert reason('[project]\nname = "harbour"\nversion = "1.0"\n', "txt", "code") == ""


@pytest.mark.parametrize(
    ("text", "form", "kind"),
    [
        (PROSE, "txt", "prose"),
        ("River  Length  Basin\nDanube   2,850   801,463\n", "txt", "table"),
        ("a,b\n", "csv", "table"),
        ("x = 1\n", "python", "code"),
        ("A: the river runs to the sea\n", "dialogue", "dialogue"),
    ],
)
def test_the_kind_is_what_the_lines_are(text, form, kind):
    assert Page(make(text, form)).kind == kind


def test_numbers_without_labels_are_refused():
    # Lines of prose between bare numbers: 9 of 9 + 40 words have letters, 40 / 49 = 0.82 are numbers.
    text = "the sum of what was paid in the year\n" + "12 34 56 78\n" * 10
    assert Page(make(text)).kind == "table"
    limits = QualityLimits(table=KindLimits(min_words=2, max_numbers=0.8))
    found = assess(make(text), limits)
    assert found == ("mostly numbers", "0.82 of words are numbers, at most 0.8")


def test_symbols_and_broken_words_are_refused():
    # One symbol after every third word: 0.25 of the tokens are symbols, over 0.2.
    words = TEXT.replace("=", "").split()
    noisy = [f"{word} @" if place % 3 == 2 else word for place, word in enumerate(words)]
    assert reason(" ".join(noisy)) == "mostly symbols"
    spaced = " ".join(TEXT.replace(" ", ""))
    assert reason(spaced) == "broken words"
    joined = " ".join("".join(words[at : at + 4]) for at in range(0, len(words), 4))
    assert reason(joined) == "broken words"


def test_repetition_is_refused():
    line = "It was said again that the river would be closed.\n"
    other = "".join(
        f"On day {n} a ship of {n + 5} tons came up to pier {n + 9}.\n" for n in range(14)
    )
    # 14 + 15 lines, 14 of them again: 0.48 of lines. With 17, 16 of 31 stand before: 0.52.
    assert reason(other + line * 15) == ""
    assert reason(other + line * 17) == "repeated lines"
    assert reason(other + "Page 3\n" * 30) == ""


def test_shares_of_repetition_by_hand():
    # Ten lines of 4 characters, of which 3 stand before.
    lines = ["aaaa", "bbbb", "cccc", "dddd", "eeee", "ffff", "gggg", "aaaa", "aaaa", "bbbb"]
    assert repeated_lines(lines) == (0.3, 0.3)
    assert repeated_lines(lines[:9]) == (0.0, 0.0)
    # 12 different words of 2 characters, then the first 10 again: 20 of 44 characters stand before; every phrase of
    # four of the ten stands twice, so the top one has 2 x 8 of 44.
    words = [f"{n:02}" for n in range(12)] + [f"{n:02}" for n in range(10)]
    assert repeated_phrases(words) == pytest.approx((16 / 44, 20 / 44))
    assert repeated_phrases(words[:9]) == (0.0, 0.0)


MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in it.

The above copyright notice shall be included in all copies.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND.
"""


def test_licences_notices_and_menus_are_boilerplate():
    assert reason(MIT) == "boilerplate"
    assert reason(TEXT + "\n\n" + MIT) == ""
    # 4 of 10 words stand in the menu.
    assert boilerplate_share("Home About Contact Help\n\nThe river runs to the sea.\n") == 0.4
    cookies = (
        "We use cookies to make this site work. Read our cookie policy or accept all cookies.\n\n"
    )
    assert reason(cookies * 3) == "boilerplate"
    about = (
        "The court held that the privacy policy of the ferry line was not part of the contract. "
    )
    assert reason(TEXT + " " + about) == ""
    assert reason("# Contact Search\n\n" + TEXT) == ""


def test_placeholders_and_undecoded_text_are_refused():
    # One mention in 173 words is 0.006, over 0.005; in 343 words it is 0.003.
    assert reason(TEXT + " Lorem ipsum dolor.") == "placeholder text"
    assert reason(TEXT + " " + SECOND + " Lorem ipsum dolor.") == ""
    assert reason("x = 'lorem ipsum'\n" * 10, "python", "code") == ""
    assert reason(TEXT + "\ufffd" * 5) == "undecoded characters"
    assert reason(TEXT + "\ufffd") == ""


def test_every_filter_takes_any_document():
    for category in CATEGORIES:
        for text in ("", " ", "a", "\n\n", "|", "# x", "\ufffd", "a: b\n" * 100):
            for rule in FILTERS:
                found = rule(Page(make(text, "txt", category)), LIMITS)
                assert found is None or (len(found) == 2 and all(found))


def test_a_judge_is_asked_last_and_only_of_what_the_rules_keep():
    asked: list[str] = []

    def judge(document: Document) -> tuple[str, str] | None:
        asked.append(document.text)
        return ("dull", "says the judge") if "Danube" in document.text else None

    assert assess(make("short"), LIMITS, judge) == ("too short", "1 words, at least 40")
    assert asked == []
    assert assess(make(TEXT), LIMITS, judge) == ("dull", "says the judge")
    assert asked == [TEXT]
