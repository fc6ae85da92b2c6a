"""The report is one harmless page, whatever the documents say."""

import pytest

from flows.config import Source, SynthesisConfig
from flows.jobs import IndexRow
from flows.publishing import StageRow, gates
from flows.report_data import Material, report_page, visible
from flows.worlds import RejectedRow
from tests.warehouse.rivers import context, sample
from warehouse.programs import Path, Program, Step
from warehouse.store import Store

HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7 * 7 }} \u202etxt.exe \x1b[31m'
    + "w" * 500
)


def page(tmp_path, rejected=(), *, index=(), samples=(), contexts=None, mase=None):
    config = SynthesisConfig(sources=(Source(path="general", category="general"),))
    stages = (
        StageRow(
            stage="ingest", status="rejected", reason="empty", inputs=3, n_out=0, example=HOSTILE
        ),
    )
    return report_page(
        Material(
            config,
            index,
            samples,
            contexts or {},
            rejected,
            stages,
            gates((), config),
            Store(tmp_path),
            mase=mase,
        )
    )


def test_an_empty_report_is_a_page(tmp_path):
    html = page(tmp_path)
    assert html.startswith("<!doctype html>")
    assert "0 questions from 0 documents" in html


def test_hostile_text_is_shown_and_never_run(tmp_path):
    row = RejectedRow(
        candidate_id="c", split="train", category="general", form="chain", question=HOSTILE,
        answer=HOSTILE, check="leak", reason=HOSTILE, evidence=(HOSTILE,), quotes=(HOSTILE,),
    )  # fmt: skip
    html = page(tmp_path, [row])
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7 * 7 }}" in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "http://" not in html
    assert "https://" not in html


@pytest.mark.parametrize(
    ("text", "shown"), [("a\u202eb", "a\\u202eb"), ("a\x00b", "a\\u0000b"), ("a\nb", "a\nb")]
)
def test_control_and_direction_characters_are_written_out(text, shown):
    assert visible(text) == shown


def document(number: int, licence: str, tokens: int) -> IndexRow:
    return IndexRow(
        file_id=f"file-{number}", document_id=f"e{number}", source=f"general/{number}.txt", category="general",
        series="s", subject="", date="", title="Elbe", licence=licence, format="txt", words=tokens, sections=1,
        tokens=tokens,
    )  # fmt: skip


def test_licences_are_counted_and_shown_with_the_evidence(tmp_path):
    index = [document(1, "CC-BY-4.0", 300), document(2, HOSTILE, 500), document(3, "", 200),
             document(4, "CC-BY-4.0", 0)]  # fmt: skip
    program = Program(
        form="chain",
        edition="",
        paths=(Path(anchor="n", steps=(Step(relation="length", direction="forward"),)),),
    )
    held = context(1)
    sections = tuple(part.model_copy(update={"licence": HOSTILE}) for part in held.sections)
    html = page(
        tmp_path, index=index, samples=[sample(1, program=program.model_dump_json())],
        contexts={held.id: held.model_copy(update={"sections": sections})},
    )  # fmt: skip
    table = html[html.index('id="licences"') : html.index('id="samples"')]
    # Of 1,000 tokens 500, 300 and 200.
    places = [table.index(share) for share in ("50.0 %", "30.0 %", "20.0 %")]
    assert places == sorted(places)
    assert '<td>CC-BY-4.0</td><td class="n">2</td><td class="n">300</td>' in table
    assert '<td>unknown</td><td class="n">1</td><td class="n">200</td>' in table
    assert "licence: &lt;script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
