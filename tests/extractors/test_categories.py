"""Categories by rule: what a document is decides, and a folder that names its category is believed."""

from pathlib import Path

import pytest

from extractors.categories import category_of, recategorised
from flows.config import Source, SynthesisConfig
from flows.corpus import inventory
from flows.stages import ingest
from warehouse.records import Document, Format

ROOT = Path(__file__).resolve().parents[2]
PAPER = """# Tides of a shallow bay

doi: 10.5555/bay.1904

## Abstract

We measured tides (Moll et al., 2003) for a year.

## References

1. Moll A. Tides.
"""
FILING = """# Annual report

Form 10-K filed with the Securities and Exchange Commission for the fiscal year 2023.

| | 2023 | 2022 |
|---|---|---|
| Net sales | 12 | 11 |
"""
MANUAL = """# Berths

Install it, then:

```python
from harbour import berths
>>> berths.free(3)
```
"""


def make(text: str, form: Format = "md", source: str = "a.md") -> Document:
    return Document(
        id="doc-1", category="general", source=source, format=form, title="", subject="", date="",
        series="a", licence="", text=text, origins=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "form", "source", "category"),
    [
        ("x = 1\n", "python", "a.py", "code"),
        ('[project]\nname = "harbour"\n', "txt", "pyproject.toml", "code"),
        (MANUAL, "md", "a.md", "code"),
        ("Anna: hello\nBen: hello\n", "dialogue", "a.json", "dialogue"),
        (PAPER, "md", "a.md", "academic"),
        (FILING, "html", "a.html", "professional"),
        ("year,ships\n2001,44\n", "csv", "a.csv", "professional"),
        ("The Danube is a river. The abstract idea of it is older.\n", "txt", "a.txt", "general"),
        ("He said that net sales fell.\n", "txt", "a.txt", "general"),
        ("", "txt", "a.txt", "general"),
    ],
)
def test_the_category_is_what_the_document_is(text, form, source, category):
    assert category_of(make(text, form, source)) == category


def test_another_category_is_another_id():
    document = make(PAPER)
    moved = recategorised(document, "academic")
    assert (moved.category, moved.text) == ("academic", PAPER)
    assert moved.id != document.id
    assert recategorised(document, "general") is document


def test_a_folder_without_a_category_is_decided_document_by_document(tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    danube = (ROOT / "corpora/general/danube.txt").read_text("utf-8")
    (folder / "danube.txt").write_text(danube, encoding="utf-8")
    (folder / "tides.md").write_text(PAPER + danube, encoding="utf-8")
    (folder / "ships.csv").write_text("year,ships\n2001,44\n", encoding="utf-8")
    config = SynthesisConfig(sources=(Source(path="mixed"),))
    found = ingest(inventory(config, tmp_path, tmp_path / "hashes.json"), config)
    assert {document.source: document.category for document in found.documents} == {
        "mixed/danube.txt": "general",
        "mixed/tides.md": "academic",
        "mixed/ships.csv": "professional",
    }
    named = SynthesisConfig(sources=(Source(path="mixed", category="general"),))
    read = ingest(inventory(named, tmp_path, tmp_path / "hashes.json"), named)
    assert {document.category for document in read.documents} == {"general"}
    by_rule = next(d for d in found.documents if d.source == "mixed/danube.txt")
    assert by_rule.id in {document.id for document in read.documents}
