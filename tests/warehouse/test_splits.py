"""Splits follow the series and do not move when a document is added."""

from warehouse.splits import assign_splits, repeated_editions


def rows(count, category="general"):
    return [
        (f"doc-{n}-{edition}", category, f"series {n}") for n in range(count) for edition in (1, 2)
    ]


def test_few_series_are_all_train_and_some_have_no_validation():
    assert set(assign_splits(rows(9), 0).values()) == {"train"}
    assert set(assign_splits(rows(29), 0).values()) <= {"train", "test"}
    assert set(assign_splits(rows(200), 0).values()) == {"train", "validation", "test"}


def test_editions_of_one_series_stay_together():
    splits = assign_splits(rows(200), 0)
    assert all(splits[f"doc-{n}-1"] == splits[f"doc-{n}-2"] for n in range(200))


def test_a_new_series_moves_no_other():
    before = assign_splits(rows(200), 0)
    after = assign_splits(rows(201), 0)
    assert all(after[document] == split for document, split in before.items())


def test_only_subjects_with_several_dates_have_editions():
    found = repeated_editions(
        [
            ("a", "austria", "Austria", "2005"),
            ("b", "austria", "Austria", "2015"),
            ("c", "peru", "Peru", "2005"),
            ("d", "thread", "", "2024-01-01"),
            ("e", "thread", "", "2024-02-01"),
        ]
    )
    assert found == {"a", "b"}
