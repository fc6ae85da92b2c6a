"""Sections printed twice: the later goes, the others keep their spans; one new figure or another heading keeps it."""

from pathlib import Path

from extractors.repeats import repeated_sections
from extractors.sections import split_sections
from flows.config import Source, SynthesisConfig
from flows.corpus import inventory
from flows.stages import ingest
from warehouse.records import Document, Format

BODY = (
    "The river rises in the hills above the town of Ashby and runs for forty miles to the sea.\n"
    "Its basin has nine mills, of which the oldest was built in 1702 by Anna Moll.\n"
)


def make(text: str, form: Format = "md") -> Document:
    return Document(
        id="doc-1", category="general", source="a.md", format=form, title="", subject="", date="",
        series="a", licence="", text=text, origins=(),
    )  # fmt: skip


def repeats(text: str, form: Format = "md") -> list[tuple[int, int]]:
    document = make(text, form)
    found = repeated_sections(document, split_sections(document))
    return [(repeat.section.index, repeat.first.index) for repeat in found]


def test_a_section_printed_twice_is_found():
    text = f"# River\n\n{BODY}\n# Towns\n\nAshby lies on it.\n\n# River\n\n{BODY}"
    assert repeats(text) == [(2, 0)]
    assert repeats(text + "\n# River\n\n" + BODY) == [(2, 0), (3, 0)]


def test_one_new_figure_another_heading_or_few_words_are_no_copy():
    assert repeats(f"# River\n\n{BODY}\n# River\n\n{BODY.replace('1702', '1703')}") == []
    assert repeats(f"# River\n\n{BODY}\n# Canal\n\n{BODY}") == []
    assert repeats("# A\n\nNone is known.\n\n# B\n\nOne.\n\n# A\n\nNone is known.\n") == []


def test_code_and_csv_are_left_alone():
    code = "def run(self) -> int:\n    return self.value + self.other + 1 * 2 * 3 * 4 * 5 * 6 * 7 * 8\n\n\n"
    assert repeats(code * 3, "python") == []
    assert repeats("year,ships\n" + "2001,44\n" * 90, "csv") == []


def test_the_ledger_names_the_section_and_spans_stay_right(tmp_path: Path):
    folder = tmp_path / "general"
    folder.mkdir()
    text = f"# River\n\n{BODY}\n# Towns\n\nAshby lies on it, as does Moll.\n\n# River\n\n{BODY}\n# End\n\nThe end.\n"
    (folder / "a.md").write_text(text, encoding="utf-8")
    config = SynthesisConfig(sources=(Source(path="general", category="general"),))
    found = ingest(inventory(config, tmp_path, tmp_path / "hashes.json"), config)
    (document,) = found.documents
    assert document.text == text
    assert [document.text[s.section.start :][:5] for s in found.sections] == [
        "# Riv", "# Tow", "# End",
    ]  # fmt: skip
    assert [s.section.index for s in found.sections] == [0, 1, 3]
    kept, left_out = found.outcomes
    assert (kept.status, kept.n_out) == ("ok", 1)
    assert (left_out.status, left_out.reason) == ("rejected", "repeated section")
    assert left_out.detail == "general/a.md: section 2 repeats section 0"
