"""The English of numerical questions, sentence by sentence: every family by hand, scopes, verbs, units."""

from typing import Any

import pytest

from generators.numeric_families import FAMILIES, Family
from generators.numeric_wording import QUESTIONS, answer_unit, word, wordings
from generators.numeric_words import (
    dated,
    quantity_words,
)
from tests.warehouse.made_tables import Given, made, ref
from warehouse.figures import Figures
from warehouse.numeric import ColumnRef, Condition, Quantity, Query

NAMES = ("Arnby", "Bromo", "Celt", "Dorf", "Elm")
ONES = ["1", "2", "3", "4", "5"]


def towns(edition: str) -> Any:
    """Return a table of five towns in one edition."""
    return made("town", edition, NAMES, [
        Given("Population", ONES), Given("Area / total", ONES, "sq km"), Given("Area / water", ONES, "sq km"),
        Given("Budget", ONES, "USD"), Given("Literacy", ONES, "%"), Given("Schools", ONES),
        Given("Exports 2022", ONES, "USD"), Given("Highways / paved", ONES, "km"),
    ])  # fmt: skip


FIGURES = Figures(
    [towns("2020"), towns("2025"), made("town", "2030", NAMES, [Given("Population", ONES)])]
)


def column(shown: str, edition: str = "2020") -> ColumnRef:
    return ref(FIGURES, f"town_{edition}", shown)


def plain(shown: str) -> Quantity:
    return Quantity(combination="plain", columns=(column(shown),))


def both(combination: Any, first: str, second: str) -> Quantity:
    return Quantity(combination=combination, columns=(column(first), column(second)))


def over(shown: str) -> Quantity:
    return Quantity(combination="growth", columns=(column(shown), column(shown, "2025")))


SMALL = Condition(column=column("Area / total"), sign="<", bound="2500")
RICH = Condition(column=column("Budget"), sign=">", bound="2500000")
LATER = Condition(column=column("Literacy", "2025"), sign=">", bound="3.5")
POPULATION = plain("Population")
OPENING = (
    "Consider the towns Arnby, Bromo, Celt, Dorf and Elm, going by their documents dated 2020. "
)
YEARS = OPENING.replace("dated 2020", "dated 2020 and 2025")
CHANGE = "from the 2020 documents to the 2025 documents"

SERIES = Quantity(
    combination="series",
    columns=tuple(column("Population", year) for year in ("2020", "2025", "2030")),
)


def past(bound: str) -> tuple[Condition, ...]:
    return tuple(Condition(column=ref, sign=">", bound=bound) for ref in SERIES.columns)


HAND: list[tuple[str, dict[str, Any], str]] = [
    ("count", {"conditions": (SMALL,)},
     OPENING + "For how many of these towns is it true that the area (total) is less than 2,500 square kilometres?"),
    ("count_two_conditions", {"conditions": (SMALL, RICH)},
     OPENING + (
         "Count those of these towns for which the area (total) is less than 2,500 square kilometres and the"
         " budget is greater than 2.5 million US dollars. How many are there?")),
    ("count_joined", {"conditions": (SMALL, LATER)},
     YEARS + (
         "How many of these towns have figures such that the area (total) in the 2020 documents is less than"
         " 2,500 square kilometres and the literacy in the 2025 documents is greater than 3.5 %?")),
    ("count_above_mean", {},
     OPENING + "For how many of these towns is the population greater than the average over all five of them?"),
    ("count_rising", {"quantity": over("Highways / paved")},
     YEARS + (
         "How many of these towns show an increase in the highways (paved) from the 2020 documents to the "
         "2025 documents?")),
    ("nth", {"number": 2, "order": "largest"},
     OPENING + "Rank these towns from the largest population to the smallest. Which one comes second?"),
    ("nth_where", {"number": 1, "order": "smallest", "conditions": (RICH,)},
     OPENING + (
         "Among those of these towns for which the budget is greater than 2.5 million US dollars, which one "
         "has the smallest population?")),
    ("nth_ratio", {"number": 3, "order": "largest", "quantity": both("ratio", "Exports 2022", "Population")},
     OPENING + (
         'Order these towns by the ratio of the figure for "Exports 2022" to the population, largest first. '
         'Which one comes third?')),
    ("nth_difference", {"number": 1, "order": "largest", "quantity": both("difference", "Budget", "Exports 2022")},
     OPENING + (
         'Rank these towns from the largest result of subtracting the figure for "Exports 2022" from the'
         ' budget to the smallest. Which one comes first?')),
    ("nth_growth", {"number": 4, "order": "smallest", "quantity": over("Population")},
     YEARS + (
         "Among these towns, which one has the fourth-smallest percentage growth, negative for a fall, in the "
         "population from the 2020 documents to the 2025 documents?")),
    ("which", {"conditions": (RICH,)},
     OPENING + (
         "For which of these towns is it true that the budget is greater than 2.5 million US dollars? Give "
         "all of them.")),
    ("which_two_conditions", {"conditions": (RICH, SMALL)},
     OPENING + (
         "List every one of these towns for which the budget is greater than 2.5 million US dollars and the "
         "area (total) is less than 2,500 square kilometres.")),
    ("which_joined", {"conditions": (RICH, LATER)},
     YEARS + (
         "Name all of these towns for which the budget in the 2020 documents is greater than 2.5 million US "
         "dollars and the literacy in the 2025 documents is greater than 3.5 %.")),
    ("top", {"number": 2, "order": "smallest"},
     OPENING + "Order these towns by the population, smallest first, and list the first two in that order."),
    ("top_ratio", {"number": 3, "order": "largest", "quantity": both("ratio", "Area / water", "Area / total")},
     OPENING + (
         "Of these towns, list the three with the largest ratio of the area (water) to the area (total), "
         "beginning with the largest.")),
    ("top_growth", {"number": 2, "order": "largest", "quantity": over("Schools")},
     YEARS + (
         "Among these towns, which two have the largest percentage growth, negative for a fall, in the number of "
         "schools from the 2020 documents to the 2025 documents? List them in order, largest first.")),
    ("rank", {"focus": ("Celt",), "order": "largest"},
     OPENING + "Order these towns by the population, largest first. In which place is Celt?"),
    ("rank_ratio", {"focus": ("Celt",), "order": "smallest", "quantity": both("ratio", "Budget", "Population")},
     OPENING + (
         "What is the rank of Celt among these towns by the ratio of the budget to the population, if rank 1"
         " is the smallest?")),
    ("rank_shift", {"focus": ("Celt",), "second": plain("Schools")},
     OPENING + (
         "Rank these towns twice, largest first: by the population and by the number of schools. What is the"
         " rank of Celt in the first ranking minus its rank in the second?")),
    ("total", {"quantity": plain("Budget"), "divisor": "1000000"},
     OPENING + "Add up the budget of these towns. What is the sum, in millions of US dollars?"),
    ("total_where", {"quantity": plain("Schools"), "conditions": (SMALL,)},
     OPENING + (
         "Taking those of these towns for which the area (total) is less than 2,500 square kilometres together, "
         "what does the number of schools come to?")),
    ("mean", {"quantity": plain("Literacy")},
     OPENING + "Averaged over these towns, what is the literacy, in percent?"),
    ("mean_where", {"quantity": plain("Literacy"), "conditions": (SMALL,)},
     OPENING + (
         "Take the literacy for each of those of these towns for which the area (total) is less than "
         "2,500 square kilometres. What is the arithmetic mean, in percent?")),
    ("mean_ratio", {"quantity": both("ratio", "Budget", "Population")},
     OPENING + (
         "Taking these towns together, each counting once, what is the mean of the ratio of the budget to the "
         "population, in US dollars?")),
    ("mean_growth", {"quantity": over("Budget")},
     YEARS + (
         "Averaged over these towns, what is the percentage growth, negative for a fall, in the budget from the "
         "2020 documents to the 2025 documents, in percent?")),
    ("median", {"quantity": plain("Area / total")},
     OPENING + "Order these towns by the area (total). What is the median figure, in square kilometres?"),
    ("median_difference", {"quantity": both("difference", "Budget", "Exports 2022"), "divisor": "1000"},
     OPENING + (
         'Take the result of subtracting the figure for "Exports 2022" from the budget for each of these '
         'towns. What is the median, in thousands of US dollars?')),
    ("spread", {"quantity": plain("Literacy")},
     OPENING + "By how much does the largest literacy among these towns exceed the smallest, in percentage points?"),
    ("lead", {"quantity": plain("Schools")},
     OPENING + (
         "Take the two of these towns with the largest number of schools. What is the larger figure minus "
         "the smaller?")),
    ("top_total", {"number": 3, "quantity": plain("Highways / paved")},
     OPENING + (
         "Order these towns by the highways (paved), largest first. What do the figures of the first three "
         "add up to, in kilometres?")),
    ("share", {"focus": ("Dorf",), "quantity": plain("Highways / paved")},
     OPENING + "Among these towns, what percentage of the total highways (paved) are those of Dorf?"),
    ("share_where", {"conditions": (SMALL,)},
     OPENING + (
         "For these towns, add up the population. What percentage of the sum comes from those for which the "
         "area (total) is less than 2,500 square kilometres?")),
    ("gap", {"focus": ("Dorf", "Arnby"), "quantity": plain("Highways / paved")},
     "Going by the documents dated 2020, how much greater are the highways (paved) of Dorf than those of"
     " Arnby, in kilometres?"),
    ("times", {"focus": ("Dorf", "Arnby")},
     "Going by the documents dated 2020, how many times the population of Arnby is that of Dorf?"),
    ("group_gap", {"conditions": (SMALL,), "quantity": plain("Literacy")},
     OPENING + (
         "Work out the average literacy of those of these towns for which the area (total) is less than "
         "2,500 square kilometres, and subtract from it the average of the others. What is the result, in "
         "percentage points?")),
    ("weighted_mean", {"quantity": plain("Literacy"), "second": POPULATION},
     OPENING + (
         "Multiply the literacy of each of these towns by its population, add up the products and divide "
         "them by the sum of the weights. What is the result, in percent?")),
    ("mean_without_best", {"order": "largest"},
     OPENING + (
         "Leave out the one of these towns with the largest population. What is the average population of "
         "the others?")),
    ("total_if", {"focus": ("Elm",), "percent": "-25", "quantity": plain("Budget"), "divisor": "1000000000"},
     OPENING + (
         "If the budget of Elm were 25 % lower and all else stayed as stated, what would the figures of "
         "these towns add up to, in billions of US dollars?")),
    ("total_growth", {"quantity": over("Schools")},
     YEARS + (
         "For these towns together, what is the percentage change in the total number of schools from the 2020 "
         "documents to the 2025 documents?")),
    ("compound_growth", {"focus": ("Elm",), "number": 5, "quantity": over("Population")},
     "Going by the documents dated 2020 and 2025, what was the compound annual growth rate of the "
     f"population of Elm {CHANGE}, in percent, over five years?"),
    ("first_past", {"focus": ("Elm",), "quantity": SERIES, "conditions": past("2500")},
     "Going by the documents dated 2020, 2025 and 2030, take the population of Elm in the 2020, 2025 and 2030 "
     "documents in order of time, and find the first figure that is greater than 2,500. What is the date of the "
     "document that gives it?"),
    ("longest_run", {"focus": ("Elm",), "quantity": SERIES, "order": "falling"},
     "Going by the documents dated 2020, 2025 and 2030, in order of time, go through the population of Elm in the "
     "2020, 2025 and 2030 documents. At most how many falls from one figure to the next follow each other without a "
     "break?"),
]  # fmt: skip
"""Family, what its query has beside the population of all five towns, and one of its wordings."""
BY_NAME = {family.name: family for family in FAMILIES}


def asked(family: Family, parts: dict[str, Any]) -> Query:
    """Return a query of a family over the five towns."""
    given = {"operation": family.operation, "quantity": POPULATION, "entities": NAMES, **parts}
    return Query.model_validate(given)


def test_every_family_is_worded_by_hand() -> None:
    assert [name for name, _, _ in HAND] == [family.name for family in FAMILIES]
    for name, parts, _ in HAND:
        family, query = BY_NAME[name], asked(BY_NAME[name], parts)
        assert query.quantity.combination == family.combination
        assert len(query.conditions) == family.conditions or family.name == "first_past"


@pytest.mark.parametrize(("name", "parts", "said"), HAND)
def test_a_question_of_each_family(name: str, parts: dict[str, Any], said: str) -> None:
    query = asked(BY_NAME[name], parts)
    texts = [one.question for one in wordings(FIGURES, query, closed=False)]
    assert said in texts
    assert len(texts) >= 3


def test_the_wording_is_fixed_by_query_and_seed() -> None:
    query = asked(BY_NAME["mean"], {})
    texts = {word(FIGURES, query, seed=seed, closed=False).question for seed in range(40)}
    assert word(FIGURES, query, seed=3, closed=False) == word(FIGURES, query, seed=3, closed=False)
    assert texts == {one.question for one in wordings(FIGURES, query, closed=False)}
    assert len(texts) == 2 * len(QUESTIONS["mean"])


def test_a_closed_scope_counts_its_things_and_has_one_document_for_each() -> None:
    one, other = (
        text.question.partition(". ")[0] + "."
        for text in wordings(FIGURES, asked(BY_NAME["mean"], {}), closed=True)[:2]
    )
    assert one == "Consider all five towns on each of which a document dated 2020 is given."
    assert other == "Look at the five towns for each of which a document dated 2020 is given."
    two = wordings(
        FIGURES, asked(BY_NAME["mean_growth"], {"quantity": over("Budget")}), closed=True
    )[0]
    assert two.question.startswith(
        "Consider all five towns on each of which documents dated 2020 and 2025 are given. "
    )
    assert two.closed


def test_things_without_a_noun_are_listed_and_taken_up_as_them() -> None:
    figures = Figures(
        [
            made(
                "",
                "",
                ("Mill, old", "Mill and Sons", "Kiln"),
                [Given("Height", ["1", "2", "3"], "m")],
            )
        ]
    )
    query = Query(
        operation="mean", entities=("Kiln", "Mill and Sons", "Mill, old"),
        quantity=Quantity(combination="plain", columns=(ref(figures, "things", "Height"),)),
    )  # fmt: skip
    first = wordings(figures, query, closed=True)[0]
    assert not first.closed
    assert first.question == (
        "Consider Kiln; Mill and Sons; and Mill, old, going by their documents. "
        "Averaged over them, what is the height, in metres?"
    )
    assert first.sub_questions == ("Kiln height", "Mill and Sons height", "Mill, old height")


@pytest.mark.parametrize(
    ("shown", "is_", "that"),
    [
        ("Highways / paved", "are", "those"),
        ("Budget", "is", "that"),
        ("Schools", "is", "that"),
        ("Exports 2022", "is", "that"),
    ],
)
def test_verbs_agree_with_their_noun(shown: str, is_: str, that: str) -> None:
    query = asked(BY_NAME["gap"], {"quantity": plain(shown), "focus": ("Elm", "Celt")})
    texts = [one.question for one in wordings(FIGURES, query, closed=False)]
    assert any(
        f"how much greater {is_} the" in text and f"than {that} of Celt" in text for text in texts
    )
    above = Condition(column=column(shown), sign=">", bound="2")
    texts = [
        one.question
        for one in wordings(
            FIGURES, asked(BY_NAME["which"], {"conditions": (above,)}), closed=False
        )
    ]
    assert all(
        f" {is_} greater than 2" in t or f" {is_} more than 2" in t or f" {is_} above 2" in t
        for t in texts
    )


def test_the_unit_of_the_answer() -> None:
    units = {name: answer_unit(FIGURES, asked(BY_NAME[name], parts)) for name, parts, _ in HAND}
    expected = {
        "count": "", "rank": "", "times": "", "share": "%", "mean": "%", "mean_growth": "%",
        "spread": "percentage points", "group_gap": "percentage points", "total": "millions of US dollars",
        "median": "square kilometres",
        "mean_ratio": "US dollars", "total_if": "billions of US dollars", "lead": "", "compound_growth": "%",
    }  # fmt: skip
    assert {name: units[name] for name in expected} == expected
    per = asked(BY_NAME["mean_ratio"], {"quantity": both("ratio", "Budget", "Area / total")})
    assert answer_unit(FIGURES, per) == "US dollars per square kilometre"
    dense = asked(BY_NAME["mean_ratio"], {"quantity": both("ratio", "Population", "Area / total")})
    assert wordings(FIGURES, dense, closed=False)[0].question.endswith(
        "Averaged over these towns, what is the ratio of the population to the area (total), per square kilometre?"
    )
    share = asked(
        BY_NAME["mean_ratio"], {"quantity": both("ratio", "Area / water", "Area / total")}
    )
    assert answer_unit(FIGURES, share) == ""


def test_the_documents_of_a_question() -> None:
    assert dated(FIGURES, asked(BY_NAME["mean"], {})) == "documents dated 2020"
    assert (
        dated(FIGURES, asked(BY_NAME["mean_growth"], {"quantity": over("Budget")}))
        == "documents dated 2020 and 2025"
    )
    assert (
        quantity_words(FIGURES, asked(BY_NAME["mean"], {}), over("Budget"))
        == f"percentage growth, negative for a fall, in the budget {CHANGE}"
    )
