"""The figures of the duplicates benchmark on pairs counted by hand."""

from benchmarks.duplicate_rules import characters, copies, equal, repeated, runs, sharing
from benchmarks.duplicates import middle_left_out, scored

TEST = "How many tonnes of grain did the old harbour ship to the islands in all of 2024?"


def test_precision_recall_and_f1_of_pairs():
    found, gold = {("a", "b"), ("a", "c"), ("d", "e")}, {("a", "b"), ("d", "e"), ("f", "g")}
    row = scored("set", "rule", found, gold)
    assert (row[2], row[4]) == ("2 of 3", "2 of 3")
    # 2 right, 1 wrong, 1 missed: P and R 2/3, F1 2 * 2 / (2 * 2 + 1 + 1).
    assert [cell.split()[0] for cell in (row[3], row[5], row[6])] == ["0.667"] * 3


def test_grams_of_short_texts_are_the_whole_text():
    assert runs("One, two three!", 2) == {"one two", "two three"}
    assert runs("One, two", 3) == {"one two"}
    assert characters("Ab-c") == {"abc"}
    assert len(characters("x" * 52)) == 1


def test_rules_give_pairs_in_one_form():
    texts = {"b": TEST, "a": TEST.upper(), "c": "Another text of quite other words altogether"}
    assert equal(texts) == {("a", "b")}
    assert copies({"a": TEST, "b": TEST}) == {("a", "b")}
    asked, tests = {"q": f"Now: {TEST}", "r": "no"}, {"t": TEST, "u": "What else is there?"}
    assert repeated(asked, tests) == {("q", "t")}
    assert sharing(lambda text: runs(text, 13))(asked, tests) == {("q", "t")}


def test_the_middle_word_is_left_out():
    assert middle_left_out("one two three") == "one three"
    assert middle_left_out("one two three four") == "one two four"
