"""Packed facts are the facts, each once, in order of their ids."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from warehouse.packed_facts import BLOCK, PackedFacts
from warehouse.records import Mention, make_fact


def fact(number: int, quote: str = "A knows B."):
    return make_fact(
        "d", "d#0", subject=Mention(text="A", start=0, end=1, type="thing"), relation="knows",
        object=Mention(text="B", start=8, end=9, type="thing"), shape="clause", phrase="knows",
        quote=quote, start=number, end=number + 10, extractor="test/1",
    )  # fmt: skip


@given(st.lists(st.integers(0, 400), max_size=300))
def test_any_order_and_repetition_gives_the_same_sequence(numbers):
    expected = sorted({f.id: f for f in map(fact, numbers)}.values(), key=lambda f: f.id)
    packed = PackedFacts(map(fact, numbers))
    assert list(packed) == expected
    assert len(packed) == len(expected)
    assert [packed[i] for i in range(len(packed))] == expected


def test_a_selection_is_read_like_the_whole():
    packed = PackedFacts(map(fact, range(3 * BLOCK)))
    part = packed.select(np.arange(1, 3 * BLOCK, 5))
    assert list(part) == list(packed)[1::5]
    assert part[2] == packed[11]
    assert list(packed[3:5]) == list(packed)[3:5]


def test_line_breaks_in_a_quote_stay_inside_it():
    assert (
        next(iter(PackedFacts([fact(1, "A\nknows\r\nB \u2028.")]))).quote == "A\nknows\r\nB \u2028."
    )
