"""Facts that readers judged are found again, and the mended faults are not: a regression of any extractor shows here.

The judged rows name files of a folder of real documents that is not part of the project; without it the test skips.
"""

import json
import os
from pathlib import Path

import pytest

from benchmarks.quality import fact_key
from flows.config import load_config
from flows.corpus import inventory
from flows.stages import extract, ingest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = Path(os.environ.get("LONGSPAN_REAL_DOCUMENTS", ROOT.parent / "shared" / "corpora"))
JUDGED = ROOT / "benchmarks" / "judged" / "facts.jsonl"
FOUND_AGAIN = 0.97
"""Share of right facts that must still be read: a stricter pattern may cost a few, a broken one costs more."""


def judged() -> list[dict]:
    """The judged rows."""
    return [json.loads(line) for line in JUDGED.read_text("utf-8").splitlines()]


def test_every_kind_has_its_judged_rows():
    rows = judged()
    assert len(rows) >= 200
    assert {row["kind"] for row in rows} == {"code", "structure", "prose", "dialogue", "genre"}
    assert all(row["cause"] for row in rows if row["verdict"] == "wrong")


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the folder of real documents is not here")
def test_right_facts_are_found_again_and_mended_faults_are_gone(tmp_path):
    rows = judged()
    files = {row["file"] for row in rows}
    config = load_config(ROOT / "configs" / "synthesis" / "measure.toml")
    entries = [
        entry
        for entry in inventory(config, DOCUMENTS, tmp_path / "inventory.json")
        if entry.source in files
    ]
    read = ingest(entries, config)
    documents = {document.id: document for document in read.documents}
    sections: dict[str, list] = {identity: [] for identity in documents}
    for stored in read.sections:
        sections[stored.section.document_id].append(stored.section)
    facts = extract([(d, sections[d.id]) for d in documents.values()]).facts
    found = {
        fact_key(
            documents[fact.document_id].source,
            fact.subject.text,
            fact.relation,
            fact.object.text,
        )
        for fact in facts
    }
    right = [row for row in rows if row["verdict"] == "right"]
    lost = [row for row in right if row["key"] not in found]
    assert len(lost) <= (1 - FOUND_AGAIN) * len(right), lost
    assert not [row for row in rows if row.get("mended") == "gone" and row["key"] in found]
