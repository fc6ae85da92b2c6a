import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.tokens import PIECE, RANKS, count_tokens, encoder


def test_counts_by_hand():
    # "hello| world" is two tokens; each digit is one; an apostrophe suffix is one.
    assert count_tokens(["hello world", "", "2024", "it's"]) == [2, 0, 4, 2]


def test_vocabulary_is_complete():
    assert encoder().n_vocab == RANKS
    assert count_tokens([]) == []


def test_special_tokens_in_documents_are_text():
    assert count_tokens(["<|endoftext|>"])[0] > 1


@pytest.mark.parametrize("text", ["a" * 1_000_000, " " * 1_000_000, "\n" * 1_000_000])
def test_a_run_without_break_is_counted_in_pieces(text):
    assert 0 < count_tokens([text])[0] <= len(text)


def test_long_text_is_the_sum_of_pieces_cut_before_words():
    word = "river "
    text = word * (2 * PIECE // len(word))
    # Each " river" is one token but the first, "river", and the last space stands alone.
    assert abs(count_tokens([text])[0] - (text.count("river") + 1)) <= 2


@settings(max_examples=50)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_a_batch_counts_as_its_texts(texts):
    assert count_tokens(texts) == [count_tokens([text])[0] for text in texts]
    assert all(
        count <= len(t.encode("utf-8", "replace"))
        for count, t in zip(count_tokens(texts), texts, strict=True)
    )
