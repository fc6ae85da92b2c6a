"""The scorers of labelled sets, computed by hand."""

import pytest

from benchmarks.carb import Tuple, match, score
from benchmarks.labelled_names import Placed, count
from benchmarks.labelled_relations import labels_of
from benchmarks.labelled_sets import joined


def told(relation: str, *arguments: str) -> Tuple:
    return Tuple(tuple(relation.split()), tuple(tuple(a.split()) for a in arguments))


def test_a_tuple_is_compared_part_by_part():
    gold = told("was born in", "Vera Holt", "Bergen")
    found = match(gold, told("was born", "Vera Holt", "in Bergen"))
    # shared: 2 of the relation, 2 of the subject, 1 of the object = 5; told 2 + 2 + 2, gold 3 + 2 + 1
    assert (found.precision, found.recall) == pytest.approx((5 / 6, 5 / 6))
    assert match(gold, told("died", "Vera Holt", "Bergen")).precision == 0.0


def test_precision_matches_one_to_one_and_recall_takes_the_best():
    gold = {"s": [told("is", "A", "B"), told("is", "A", "C D")], "t": [told("saw", "E", "F")]}
    system = {"s": [told("is", "A", "B"), told("is", "A", "B")]}
    # precision: one pair in full, the other is + A of three words = 2/3; over 2 predictions
    # recall: 1 for the first, is + A of four words = 1/2 for the second, 0 for the third
    found = score(gold, system)
    assert (found.precision, found.recall) == pytest.approx(((1 + 2 / 3) / 2, 1.5 / 3))


def test_merges_are_counted_by_pair():
    placed = [
        Placed("d", "Holt", "q1", "e1"),
        Placed("d", "Vera Holt", "q1", "e1"),
        Placed("d", "V. Holt", "q1", "e2"),
        Placed("f", "Holt", "q2", "e1"),
    ]
    all_pairs, within = count(placed), count(placed, within=True)
    # merged: 3 pairs of e1, of which (Holt, Vera Holt) is right; one thing: 3 pairs of q1; Holt and Holt are two things
    assert (all_pairs.merged, all_pairs.right, all_pairs.same) == (3, 1, 3)
    assert (all_pairs.alike, all_pairs.apart) == (1, 0)
    assert (within.merged, within.right, within.same) == (1, 1, 3)


def test_tokens_become_print_and_relations_have_labels():
    text = joined(["``", "Salt", "''", "is", "Holt", "'s", "(", "1931", ")", "film", "."])
    assert text.text == '"Salt" is Holt\'s (1931) film.'
    assert text.text[slice(*text.spans[4])] == "Holt"
    assert labels_of("born in", valued=True)[0] == ("date of birth", False)
    assert labels_of("born in", valued=False)[0] == ("place of birth", False)
    assert ("child", True) in labels_of("son of", valued=False)
    assert labels_of("rises in", valued=False) == []
