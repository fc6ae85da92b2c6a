"""Contexts laid out again: as many as are wanted where there is room, and only those that the checks accept."""

from flows.placing import laid_out_again
from generators.contexts import ContextOptions, Pool, assemble
from tests.conftest import Corpus


class Question:
    id = "candidate-1"
    sub_questions = ("Which town was the director born in?",)


def placed(documents: int):
    corpus = Corpus()
    corpus.document("Gold", ("Anna Moll", "was born in", "Whitby"))
    for number in range(documents):
        corpus.document(f"Note {number}", extra=f"Plain words about subject {number}. " * 12)
    pool, options = Pool(corpus.pool(), 0), ContextOptions(buckets=(1000,))
    first = assemble(
        Question(), pool, ["Gold#0"], set(), bucket=1000, options=options, competes=lambda s: False
    )
    return pool, options, first


def again(documents: int, holds=lambda context: True, count: int = 8):
    pool, options, first = placed(documents)
    found = laid_out_again(
        first, Question(), pool, set(), lambda s: False, options, count=count, holds=holds
    )
    return first, found


def test_each_layout_is_another(tmp_path):
    first, found = again(40)
    assert len({first.id, *(context.id for context in found)}) == 9


def test_none_is_made_where_none_is_wanted():
    assert again(40, count=0)[1] == ()


def test_what_a_check_refuses_is_replaced_as_long_as_tries_last():
    seen = []

    def holds(context) -> bool:
        seen.append(context.id)
        return len(seen) % 2 == 0

    # Sixteen tries, of which every second holds.
    assert len(again(40, holds)[1]) == 8
    assert again(40, lambda context: False)[1] == ()
