"""The report is one harmless page, whatever the documents say."""

import pytest

from flows.config import Source, SynthesisConfig
from flows.publishing import StageRow, gates
from flows.report_data import Material, report_page, visible
from flows.workers import RejectedRow
from warehouse.store import Store

HOSTILE = (
    '<script>alert(1)</script>"><img src=x onerror=alert(2)> {{ 7 * 7 }} \u202etxt.exe \x1b[31m'
    + "w" * 500
)


def page(tmp_path, rejected=()):
    config = SynthesisConfig(sources=(Source(path="general", category="general"),))
    stages = (
        StageRow(
            stage="ingest", status="rejected", reason="empty", inputs=3, n_out=0, example=HOSTILE
        ),
    )
    return report_page(
        Material(config, (), (), {}, rejected, stages, gates((), config), Store(tmp_path))
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
