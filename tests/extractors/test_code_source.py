"""Python files as text: module names, spans in characters, files that must not do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.facts.code import code_facts, code_package
from extractors.facts.code_source import module_name, offset_at, parse_source
from warehouse.records import Document, Fact, Section


def document(text: str, path: str = "src/click/types.py") -> Document:
    return Document(
        id=f"doc-{path}",
        category="code",
        source=f"click.jsonl#{path}",
        format="python",
        title=path,
        subject="",
        date="8.2",
        series="click",
        licence="",
        text=text,
        origins=(),
    )


def section(doc: Document, start: int = 0, end: int | None = None) -> Section:
    stop = len(doc.text) if end is None else end
    return Section(
        id="s", document_id=doc.id, index=0, headings=(), start=start, end=stop, tokens=0
    )


def facts(text: str, path: str = "src/click/types.py") -> list[Fact]:
    doc = document(text, path)
    return code_facts(doc, [section(doc)])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/click/types.py", ("click.types", "click")),
        ("src/click/__init__.py", ("click", "click")),
        ("Lib/json/decoder.py", ("json.decoder", "json")),
        ("harbour/berths.py", ("harbour.berths", "harbour")),
        ("setup.py", ("setup", "")),
        ("click-8.1/src/click/core.pyi", ("click.core", "click")),
    ],
)
def test_module_names_come_from_the_path(path: str, expected: tuple[str, str]) -> None:
    assert module_name(document("", path)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "def f(:\n",
        "print 'x'\n",
        "x = '\ud800'\n",
        "a\0b\n",
        "-" * 100_000 + "1",
        "x" + ".x" * 100_000,
        "(" * 5_000,
        "x = 0x" + "f" * 15_000 + "\n",
        "LIMIT_A = 1e999999\n",
        "X_Y = 1\n" * 3,
        "# " + "x" * 50_000 + "\nA_B = 1\n",
    ],
)
def test_hostile_files_give_no_facts(text: str) -> None:
    assert facts(text) == []


def test_spans_are_characters_whatever_the_line_holds() -> None:
    text = (
        "\ufeff# \u2028 not a line end \x0c\r\n"
        "s = 'äöü€😀'; MAX_Ü = 5\r"
        "MAX_B = 'grün' # €\r\n"
        "\x0cMAX_C = 7\n"
    )
    found = {f.subject.text: f for f in facts(text)}
    assert found["MAX_B"].object.text == "'grün'"
    assert found["MAX_C"].object.text == "7"
    assert found["MAX_C"].quote == "MAX_C = 7"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0\x1a'\\"), max_size=20))
def test_a_node_after_any_text_is_found(prefix: str) -> None:
    text = f"x = 1\ny = '{prefix}'; ab = 2\n"
    source = parse_source(document(text))
    assert source is not None
    column = len(f"y = '{prefix}'; ".encode())
    at = offset_at(source, 2, column=column)
    assert text[at : at + 2] == "ab"


def test_a_statement_must_stand_in_one_section() -> None:
    doc = document("A_B = 1\nC_D = 2\n")
    inside, cut = section(doc, 0, 8), section(doc, 8, 12)
    assert [f.subject.text for f in code_facts(doc, [inside, cut])] == ["A_B"]
    assert code_facts(doc, []) == []


def test_other_formats_are_left_alone() -> None:
    doc = document("A_B = 1\n").model_copy(update={"format": "txt"})
    assert code_facts(doc, [section(doc)]) == []


def test_numbers_carry_their_exact_value_and_step() -> None:
    text = 'A_B = 0x10\nC_D = 1.50\nE_F = 2e3\nG_H = True\nI_J = "7"\nK_L = -0.25\nM_N = 60 * 60\n'
    found = {f.subject.text: f.quantity for f in facts(text)}
    values = {name: (q.value, q.step) for name, q in found.items() if q is not None}
    assert values == {
        "A_B": ("16", "1"),
        "C_D": ("1.5", "0.01"),
        "E_F": ("2000", "1"),
        "K_L": ("-0.25", "0.01"),
    }
    assert found["G_H"] is None
    assert found["I_J"] is None
    assert "M_N" not in found  # a product is not a literal


def test_reexported_names_lead_to_their_definition() -> None:
    documents = [
        document(
            "from .core import Command as Command\nfrom os import path\n", "src/c/__init__.py"
        ),
        document("from ._make import Command\n", "src/c/core.py"),
        document("class Command: pass\n", "src/c/_make.py"),
        document("from c.b import x\n", "src/c/a.py"),
        document("from c.a import x\n", "src/c/b.py"),  # a circle ends nowhere
    ]
    assert code_package(documents) == {
        "c.Command": "c._make.Command",
        "c.core.Command": "c._make.Command",
    }
