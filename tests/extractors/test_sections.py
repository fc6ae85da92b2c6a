"""Sections: headings, definitions, turns, limits, cover."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.section_cuts import cut_text
from extractors.sections import split_sections
from warehouse.records import Document, Format
from warehouse.tokens import count_tokens


def document(text: str, form: Format = "md", title: str = "", subject: str = "") -> Document:
    return Document(
        id="doc-1", category="general", source="a", format=form, title=title, subject=subject,
        date="", series="a", licence="", text=text, origins=(),
    )  # fmt: skip


def shown(text: str, form: Format = "md", title: str = "", **options):
    found = split_sections(document(text, form, title), **options)
    assert "".join(text[s.start : s.end] for s in found) == (text if found else "")
    return [(s.headings, text[s.start : s.end]) for s in found]


LEAD = (
    "The Elbe is a river of Central Europe and runs from the Czech mountains to the North Sea, "
    "past towns with old bridges, harbours, castles and mills on its banks.\n\n"
)


def test_headings_open_sections_under_their_path():
    text = f"# Elbe\n\n{LEAD}## Course\n\nLong.\n\n### Upper\n\nNarrow.\n\n## Towns\n\nMany.\n"
    assert shown(text, title="Elbe") == [
        ((), f"# Elbe\n\n{LEAD}"),
        (("Course",), "## Course\n\nLong.\n\n"),
        (("Course", "Upper"), "### Upper\n\nNarrow.\n\n"),
        (("Towns",), "## Towns\n\nMany.\n"),
    ]


def test_small_sections_are_not_joined_and_headings_without_text_go_on():
    text = f"{LEAD}# A\n\n## B\n\nOne.\n\n## C\n\nTwo.\n"
    assert shown(text) == [
        ((), LEAD),
        (("A", "B"), "# A\n\n## B\n\nOne.\n\n"),
        (("A", "C"), "## C\n\nTwo.\n"),
    ]


def test_a_scrap_above_the_first_heading_goes_with_it():
    assert shown("<a name=x></a>\n\n# A\n\nOne.\n") == [(("A",), "<a name=x></a>\n\n# A\n\nOne.\n")]


def test_code_fences_comments_and_front_matter_hold_no_headings():
    text = "---\ntitle: X\n---\n\n# A\n\n```\n# no\n```\n\n<!--\n# no\n-->\n\n~~~\n## no\n~~~\n"
    assert shown(text) == [(("A",), text)]


def test_underlined_headings_of_plain_text():
    text = f"The Elbe\n========\n\n{LEAD}Course\n------\n\nLong.\n\nTowns\n-----\nMany.\n"
    assert [h for h, _ in shown(text, "txt", "The Elbe")] == [(), ("Course",), ("Towns",)]
    # A ruled table is no heading: it has columns, or follows another line.
    assert shown("Name   Length\n=============\nElbe   12\n", "txt")[0][0] == ()
    assert shown("It is so.\nYes it is\n---------\nand so on\n", "txt")[0][0] == ()


def test_chapters_numbers_and_capitals_of_plain_text():
    body = "Text that goes on for a while, and then ends.\n" * 8
    text = f"CHAPTER I. The River\n\n{body}\n1.2 Upper course\n\n{body}\nTHE TOWNS\n\n{body}"
    assert [h for h, _ in shown(text, "txt")] == [
        ("CHAPTER I. The River",),
        ("CHAPTER I. The River", "1.2 Upper course"),
        ("CHAPTER I. The River", "THE TOWNS"),
    ]


def test_running_heads_and_shouting_are_no_headings():
    page = "Text that goes on for a while, and then ends.\n" * 6
    assert len(shown("".join(f"REPORT PAGE {n}\n\n{page}\n" for n in range(6)), "txt")) == 1
    assert len(shown("ALL IS LOUD\n\nAND LOUDER\n\nAND LOUDEST\n\n", "txt")) == 1


def test_rendered_formats_have_marked_headings_only():
    assert len(shown("CHAPTER I\n\nText.\n\nMore\n----\n\nText.\n", "html")) == 1


CODE = '''"""Head."""
import os


# About f.
@cache
def f():
    return 1


class A(B):
    """Doc."""

    x = 1

    def g(self):
        return 2

    async def h(self):
        return 3
'''


def test_python_small_definitions_share_a_section():
    assert shown(CODE, "python") == [(("def f, class A",), CODE)]


def test_python_definitions_and_methods():
    many = "return [\n" + "        1234567,\n" * 20 + "    ]"
    long = CODE.replace("return 1", many).replace("x = 1", "def z(self):\n        " + many)
    found = shown(long, "python")
    assert found[0] == (("def f",), long[: long.index("class A")])
    assert found[1][0] == ("class A",)
    assert found[1][1].startswith("class A(B):")
    # Each method of a class that is too long stands in a section of its own.
    body = "        y = 1234567\n" * 30
    text = f"class A:\n    x = 1\n\n    def g(self):\n{body}\n    def h(self):\n{body}"
    found = shown(text, "python", max_tokens=400)
    assert [h for h, _ in found] == [("class A", "def g"), ("class A", "def h")]
    assert found[1][1].startswith("    def h")


@pytest.mark.parametrize("text", ["def f(:\n  x", "(" * 5000, "x = 1\x00", "-" * 50_000 + "1"])
def test_python_that_does_not_parse_is_text(text):
    assert "".join(part for _, part in shown(text, "python")) == text


def test_dialogue_is_cut_between_turns():
    turn = "Ann: " + "so we went on " * 20 + "\n"
    found = shown(turn * 12, "dialogue", max_tokens=200)
    assert len(found) > 2
    assert all(part.endswith("\n") and part.startswith("Ann: ") for _, part in found)


def test_a_table_is_kept_whole_and_a_long_one_is_cut_at_rows():
    table = "| A | B |\n|---|---|\n" + "| x | y |\n" * 20
    text = f"# T\n\n{LEAD}{table}\n{LEAD * 4}"
    size = count_tokens([table])[0]
    found = shown(text, max_tokens=size + 20)
    assert any(table in part for _, part in found)
    found = shown(text, max_tokens=size // 2)
    assert not any(table in part for _, part in found)
    assert all(part.endswith("\n") for _, part in found)


def test_a_heading_is_not_left_alone_above_a_long_paragraph():
    text = "## A\n\n" + "".join(f"Field {n}: a value of {n}\n" for n in range(200))
    assert shown(text, max_tokens=300)[0][1].startswith("## A\n\nField 0:")


def test_counts_ids_and_blank_documents():
    first, second = split_sections(document(f"{LEAD}# A\n\nOne.\n"))
    assert first.tokens == count_tokens([LEAD])[0]
    assert (first.index, second.index) == (0, 1)
    assert first.id != second.id
    assert first.document_id == "doc-1"
    assert split_sections(document(" \n\n ")) == []


def test_words_and_runs_are_cut_at_last():
    for text in ("word " * 3000, "x" * 30_000, "One two. " * 3000):
        ends = [end for end, _ in cut_text(text, 100)]
        assert ends[-1] == len(text)
        assert all(tokens <= 100 for _, tokens in cut_text(text, 100))


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["# A\n", "## B\n\n", "\n", "| a | b |\n", "|---|---|\n", "Word one two. ", "TITLE\n\n"]
        ),
        st.sampled_from(
            ["```\n", "===\n", "---\n", "def f():\n", "class A:\n", "    x = 1\n", "# c\n"]
        ),
        st.sampled_from(["Ann: hello\n", "1. Intro\n\n", "long text goes on and on. " * 8]),
        st.text(max_size=20),
    ),
    max_size=30,
)
formats = st.sampled_from(["txt", "md", "html", "csv", "json", "dialogue", "python"])


@settings(max_examples=300, deadline=None)
@given(pieces, formats, st.integers(min_value=16, max_value=200))
def test_sections_cover_the_text_within_the_limit(parts, form, limit):
    text = "".join(parts)
    found = split_sections(document(text, form), max_tokens=limit)
    assert bool(found) == bool(text.strip())
    if found:
        assert found[0].start == 0
        assert found[-1].end == len(text)
    for before, after in pairwise(found):
        assert before.end == after.start
    for index, section in enumerate(found):
        assert section.index == index
        assert section.start < section.end
        assert section.tokens <= limit
        assert section.tokens == count_tokens([text[section.start : section.end]])[0]
        assert all(section.headings)
