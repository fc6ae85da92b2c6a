"""Near-duplicates: found whatever the order, kept by smallest id, editions and filled-in forms told apart."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.duplicates import DuplicateOptions, Signed, find_copies
from warehouse.minhash import WIDTH, likeness, matrix_of, signature

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "corpora/general/danube.txt").read_text("utf-8")
OPTIONS = DuplicateOptions()
VARIED = " ".join(f"word{n}" for n in range(400))


def copies(documents: dict[str, tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Return (id, of, kind), given id → (text, series, date)."""
    signed = [Signed(name, series, date) for name, (_, series, date) in documents.items()]
    matrix = matrix_of([signature(text) for text, _, _ in documents.values()])
    return {(c.document_id, c.of, c.kind) for c in find_copies(signed, matrix, OPTIONS)}


def test_a_signature_has_a_fixed_size_and_value():
    assert len(signature(TEXT)) == 2 * WIDTH == 384
    assert signature("") == b"\xff" * 384
    assert signature(TEXT) == signature(TEXT.replace("\n", "  \n"))


def test_likeness_is_near_the_jaccard_similarity():
    # 400 words give 396 phrases; the last 40 words changed take 40 phrases away and add 40: 356 / 436 = 0.817.
    # Of 400 words with a digit 360 are shared: 360 / 440 = 0.818.
    other = " ".join(f"word{n}" if n < 360 else f"wort{n}" for n in range(400))
    found = likeness(
        np.frombuffer(signature(VARIED), "<u2"), matrix_of([signature(other), signature(VARIED)])
    )
    # Standard deviations: sqrt(0.817 x 0.183 / 128) = 0.034 and sqrt(0.818 x 0.182 / 64) = 0.048; three of them.
    assert found[0].text == pytest.approx(356 / 436, abs=0.10)
    assert found[0].names == pytest.approx(360 / 440, abs=0.15)
    assert found[1] == (1.0, 1.0)


def test_the_smallest_id_of_copies_is_kept():
    typo = TEXT.replace("Danube Sinkhole", "Danube Sink-hole")
    found = copies({"c": (TEXT, "x", ""), "a": (typo, "y", ""), "b": (VARIED, "z", "")})
    assert found == {("c", "a", "near-duplicate")}


def test_editions_of_a_series_are_kept_and_noted():
    later = TEXT.replace("2024-06-03", "2025-06-03")
    both = {"a": (TEXT, "danube", "2024-06-03"), "b": (later, "danube", "2025-06-03")}
    assert copies(both) == {("b", "a", "edition")}
    undated = {"a": (TEXT, "danube", ""), "b": (later, "danube", "2025-06-03")}
    assert copies(undated) == {("b", "a", "near-duplicate")}
    twice = both | {"c": (later, "danube", "2025-06-03")}
    assert copies(twice) == {("b", "a", "edition"), ("c", "b", "near-duplicate")}


def test_one_form_filled_in_twice_is_no_copy():
    form = " ".join(
        f"the holder of this paper shall pay rate number {chr(97 + n)}" for n in range(26)
    )
    first = form + " Anna Moll Whitby 4.5 Hitchin"
    second = form + " Carol Reed Putney 7.9 Croydon"
    # 265 of 275 phrases shared at most, but no name: only the names tell them apart.
    assert copies({"a": (first, "x", ""), "b": (second, "y", "")}) == set()
    assert copies({"a": (first, "x", ""), "b": (first, "y", "")}) == {("b", "a", "near-duplicate")}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_reading_decides_nothing(seed):
    chance = random.Random(seed)
    words = VARIED.split()
    documents = {}
    for name in "abcdefgh":
        changed = [w if chance.random() > 0.02 else f"x{chance.random()}" for w in words]
        documents[name] = (" ".join(changed), "s", chance.choice(["", "2001", "2002"]))
    shuffled = dict(chance.sample(list(documents.items()), len(documents)))
    found = copies(documents)
    assert copies(shuffled) == found
    gone = {copy for copy, _, kind in found if kind == "near-duplicate"}
    assert all(of not in gone and of < copy for copy, of, _ in found)


def test_a_new_document_changes_only_its_own_group():
    base = {"b": (TEXT, "x", ""), "c": (TEXT, "y", ""), "e": (VARIED, "z", "")}
    assert copies(base) == {("c", "b", "near-duplicate")}
    more = base | {"a": (TEXT, "w", "")}
    assert copies(more) == {("b", "a", "near-duplicate"), ("c", "a", "near-duplicate")}


def test_no_documents():
    assert copies({}) == set()
