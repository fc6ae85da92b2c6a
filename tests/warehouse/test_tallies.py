"""A tally counts like a dictionary of counters."""

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from warehouse.local_names import LocalNames
from warehouse.short_forms import LocalName
from warehouse.tallies import Numbers, Tally

NAMES = st.sampled_from(["", "a", "name:b", "ü"])


@given(st.lists(st.tuples(NAMES, NAMES, st.integers(1, 50))))
def test_counts_are_those_of_counters(counted):
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    keys = Numbers()
    tally, other = Tally(keys, Numbers()), Tally(keys, Numbers())
    for key, item, times in counted:
        tally.add(key, item, times)
        other.add(item, key)
        expected[key][item] += times
    tally.close()
    other.close()
    assert {key: tally.of(key) for key in tally.counted()} == expected
    assert sorted(tally.pairs()) == sorted((k, i) for k, items in expected.items() for i in items)
    assert tally.of("never seen") == {}
    assert len(other.counted()) == len({item for _, item, _ in counted})


def test_a_short_name_is_the_full_one_in_its_document_only():
    keys, documents = Numbers(), Numbers()
    names = LocalNames(keys, documents)
    for document, text in (("one", "Vera Holt"), ("one", "Holt"), ("two", "Holt"), ("one", "Holt")):
        names.add(document, LocalName(f"name:{text.casefold()}", text, "person"))
    names.add("two", LocalName("name:holt", "Holt", "place"))
    names.close()
    assert names.full_name("one", "name:holt") == "name:vera holt"
    assert names.full_name("two", "name:holt") is None
    assert names.types("one", "name:holt") == ["person"]
    assert sorted(names.types("two", "name:holt")) == ["person", "place"]
    assert names.types("three", "name:holt") == []
    assert names.types("two", "name:vera holt") == []


def test_no_names_are_no_trouble():
    names = LocalNames(Numbers(), Numbers())
    names.close()
    assert names.types("one", "name:holt") == []
