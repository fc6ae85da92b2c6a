"""Evidence that stands in a row of a file is followed to its bytes, and a file that has changed is told."""

import json
from pathlib import Path

import pytest

from extractors.readers import ReadOptions
from extractors.readers.files import read_file
from flows.tracing import SAME, read_again, stretches_of
from warehouse.records import Document

MILL = (
    "The Zeta Mill was built in 1902 and stands above the “old” town of Delta, as the maps show. "
    * 4
)
ROWS = [{"title": name, "text": MILL.replace("Zeta", name)} for name in ("Alpha", "Beta", "Gamma")]
FILES = {
    "rows.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    "rows.json": json.dumps(ROWS, indent=1, ensure_ascii=False),
    "rows.csv": "name,built\nAlpha,1902\nBeta,1902\nGamma,1902\n",
    "rows.xml": "<mills>" + "".join(f"<mill><name>{r['title']}</name><built>1902</built></mill>" for r in ROWS)
    + "</mills>",
    "rows.txt": MILL,
}  # fmt: skip


def quoted(path: Path, quote: str) -> list:
    """The stretches of a quote in the first document of a file that holds it."""
    for document in read_file(path, root=path.parent, category="general", options=ReadOptions()):
        assert isinstance(document, Document)
        if quote in document.text:
            start = document.text.index(quote)
            return stretches_of(document, start, start + len(quote))
    raise AssertionError(f"{quote} is in no document")


@pytest.mark.parametrize(
    ("name", "quote", "held"),
    [
        ("rows.jsonl", "Beta Mill was built in 1902", "Beta Mill was built in 1902"),
        ("rows.jsonl", "the “old” town", "the \\u201cold\\u201d town"),
        ("rows.json", "Gamma Mill was built in 1902", "Gamma Mill was built in 1902"),
        ("rows.csv", "| Beta | 1902 |", "Beta,1902"),
        ("rows.xml", "Beta", "Beta"),
        ("rows.txt", "Zeta Mill was built in 1902", "Zeta Mill was built in 1902"),
    ],
)
def test_a_quote_is_read_again_where_it_stood(tmp_path, name, quote, held):
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    stretches = quoted(path, quote)
    reading = read_again(path, stretches)
    assert reading.found == SAME
    (place,) = reading.bytes
    data = path.read_bytes()
    assert data[place["start"] : place["end"]].decode() == place["holds"] == held
    path.write_text(
        FILES[name].replace("1902", "1911").replace("Beta", "Theta").replace("old", "new")
    )
    changed = read_again(path, stretches)
    assert changed.found.startswith(f"the file has changed at {stretches[0].at}: it says “")
    path.write_text("<a/>" if name.endswith("xml") else "{}")
    assert read_again(path, stretches).found.startswith("the file has changed")
    path.unlink()
    assert read_again(path, stretches).found.startswith("the file cannot be read: ")


def test_a_row_put_before_moves_the_others(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(FILES["rows.jsonl"], encoding="utf-8")
    stretches = quoted(path, "Beta Mill was built in 1902")
    path.write_text(json.dumps(ROWS[2]) + "\n" + FILES["rows.jsonl"], encoding="utf-8")
    found = read_again(path, stretches).found
    assert found.startswith("the file has changed at /1/text: it says “The Alpha Mill was built")
