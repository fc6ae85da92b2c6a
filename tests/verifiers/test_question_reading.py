"""Questions read back from their words: all families and wordings, odd names, and every word that changes the query."""

import re
from collections import Counter
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.numeric_draws import Drawn, DrawOptions, drawn
from generators.numeric_families import FAMILIES
from generators.numeric_wording import QUESTIONS, Worded, wordings
from tests.warehouse.made_tables import ODD, PLAIN, Given, made, ref, world
from verifiers.question_reading import Unreadable, canonical, read_question, round_trip
from verifiers.reading_sentences import SENTENCES
from warehouse.figures import Figures
from warehouse.numeric import Operation, Query

FIGURES = world()
DRAWN = list(drawn(FIGURES, "test", DrawOptions(rounds=6)))


def worded(figures: Figures, queries: list[Drawn]) -> list[tuple[Drawn, Worded]]:
    """Return every wording of every query, closed and listed."""
    return [
        (one, text)
        for one in queries
        for closed in (False, True)
        for text in wordings(figures, one.query, closed=closed)
    ]


WORDED = worded(FIGURES, DRAWN)


def test_every_family_is_drawn_and_every_operation_has_sentences() -> None:
    assert {one.family.name for one in DRAWN} == {family.name for family in FAMILIES}
    assert set(QUESTIONS) == set(SENTENCES) == set(get_args(Operation))
    assert min(len(sentences) for sentences in QUESTIONS.values()) >= 3


def test_every_wording_of_every_family_is_read_back() -> None:
    for one, text in WORDED:
        verdict = round_trip(text.question, one.query, FIGURES, closed=text.closed)
        assert verdict.status == "passed", (one.family.name, text.question, verdict)


def test_names_that_look_like_something_else_are_read_back() -> None:
    figures = world(ODD)
    for one, text in worded(figures, list(drawn(figures, "odd", DrawOptions(rounds=4)))):
        verdict = round_trip(text.question, one.query, figures, closed=text.closed)
        assert verdict.status == "passed", (one.family.name, text.question, verdict)


PIECES = (
    "and",
    ",",
    ";",
    '"',
    "of",
    "the",
    "Arn",
    "Bro",
    "'",
    "2005",
    "--",
    "DROP TABLE",
    "in",
    "to",
    "12",
    "%",
    "is",
)
NAMES = st.lists(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(" ".join),
    min_size=7, max_size=9, unique=True,
)  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(names=NAMES, seed=st.integers(0, 1000))
def test_any_names_are_read_back_or_found_ambiguous(names: list[str], seed: int) -> None:
    figures = world(names)
    for one in drawn(figures, "any", DrawOptions(rounds=1, seed=seed)):
        for closed in (False, True):
            text = wordings(figures, one.query, closed=closed)[0]
            verdict = round_trip(text.question, one.query, figures, closed=text.closed)
            ambiguous = verdict.evidence and verdict.evidence[0].startswith("ambiguous")
            assert verdict.status == "passed" or ambiguous, (text.question, verdict)


SWAPS = (
    ("largest", "smallest"), ("smallest", "largest"), ("greater than", "less than"), ("less than", "greater than"),
    ("more than", "below"), ("below", "more than"), ("above", "under"), ("under", "above"), ("higher", "lower"),
    ("lower", "higher"), ("2004", "2005"), ("2005", "2004"), ("2023", "2024"), ("2024", "2023"), ("million", "billion"),
    ("millions of", "thousands of"), ("US dollars", "euros"), ("square kilometres", "square miles"),
    ("kilometres", "metres"), ("percentage points", "%"), ("in percentage", "in US dollars"), ("average", "sum"),
    ("median", "mean"), ("sum", "median"), ("second", "third"), ("third", "second"), ("first", "second"),
    ("population", "airports"), ("total", "water"), ("revenues", "expenditures"), ("2022", "2021"),
    ("countries", "companies"), ("two", "three"), ("three", "two"), ("five", "six"), ("six", "five"), ("minus ", ""),
    ("country", "town"), (" %", ""), ("thousands", "millions"), ("Arnby", "Bromo"), ("Bromo", "Arnby"),
    ("Celt, ", ""), (" and Ivel", ""), ("Dorf", "Dorff"), ("from the", "of the"), ("the rest", "all"),
    ("ratio", "product"), ("years", "days"), ("combined", "average"), ("June", "July"), ("six months", "nine months"),
    ("the end of", "the start of"), ("Consider", "Do not consider"), ("all", "some"), ("is", "is not"),
    ("?", " without Arnby?"), (" in the 2004 documents", ""), ("higher first", "lower first"), ("tonnes", "kilograms"),
)  # fmt: skip
"""Words of a question, and what a slip would put in their place."""


def changed(text: str) -> list[tuple[tuple[str, str], str]]:
    """Return the text with one place changed, for each swap and each place that it fits."""
    return [
        (swap, text[: match.start()] + swap[1] + text[match.end() :])
        for swap in SWAPS
        for match in re.finditer(rf"(?<!\w){re.escape(swap[0])}(?!\w)", text)
    ]


def test_a_changed_word_is_found() -> None:
    found = Counter()
    for one, text in WORDED[::9]:
        for swap, other in changed(text.question):
            verdict = round_trip(other, one.query, FIGURES, closed=text.closed)
            assert verdict.status == "failed", (swap, other)
            found[swap] += 1
    assert len(found) > len(SWAPS) * 0.8, set(SWAPS) - set(found)


def test_a_dropped_word_is_found() -> None:
    needless = ("arithmetic",)
    for one, text in WORDED[::61]:
        for match in re.finditer(r"\S+ ?", text.question):
            other = text.question[: match.start()] + text.question[match.end() :]
            verdict = round_trip(other, one.query, FIGURES, closed=text.closed)
            assert verdict.status == "failed" or match[0].strip() in needless, other


def test_a_changed_digit_is_found() -> None:
    for one, text in WORDED[::17]:
        for match in re.finditer(r"\d", text.question):
            digit = str((int(match[0]) + 1) % 10)
            other = text.question[: match.start()] + digit + text.question[match.end() :]
            verdict = round_trip(other, one.query, FIGURES, closed=text.closed)
            assert verdict.status == "failed", (text.question, other)


LAST_CONDITION = re.compile(
    r" and the [^.?]* (?:is|are) (?:greater|less|more|above|below|under)\b[^.?,]*"
)


def test_a_dropped_sentence_or_condition_is_found() -> None:
    for one, text in WORDED[::3]:
        sentences = re.split(r"(?<=[.?]) ", text.question)
        conditions = LAST_CONDITION.search(text.question)
        shorter = [" ".join(sentences[:-1]), " ".join(sentences[1:])] if len(sentences) > 1 else []
        if conditions and len(one.query.conditions) == 2:
            shorter.append(text.question.replace(conditions[0], ""))
        for other in shorter:
            assert round_trip(other, one.query, FIGURES, closed=text.closed).status == "failed", (
                other
            )


def test_a_query_with_another_part_is_not_what_the_question_says() -> None:
    of = {
        operation: next(one.query for one in DRAWN if one.query.operation == operation)
        for operation in QUESTIONS
    }
    other: list[tuple[Query, dict]] = [
        (of["gap"], {"focus": of["gap"].focus[::-1]}),
        (of["times"], {"focus": of["times"].focus[::-1]}),
        (of["nth"], {"order": "smallest" if of["nth"].order == "largest" else "largest"}),
        (of["nth"], {"number": of["nth"].number + 1}),
        (of["top_total"], {"number": of["top_total"].number + 1}),
        (of["total"], {"divisor": "1000000000"}),
        (of["count"], {"conditions": of["count"].conditions * 0}),
        (of["count"], {"conditions": (of["count"].conditions[0].model_copy(update={"bound": "1"}),)}),
        (of["total_if"], {"percent": "-7"}),
        (of["mean"], {"entities": of["mean"].entities[1:]}),
        (of["mean"], {"operation": "median"}),
        (of["weighted_mean"], {"second": of["weighted_mean"].quantity}),
        (of["rank_shift"], {"second": of["rank_shift"].quantity, "quantity": of["rank_shift"].second}),
        (of["total_growth"], {"quantity": of["total_growth"].quantity.model_copy(
            update={"columns": of["total_growth"].quantity.columns[::-1]})}),
    ]  # fmt: skip
    for query, update in other:
        for text in wordings(FIGURES, query, closed=False):
            wrong = query.model_copy(update=update)
            verdict = round_trip(text.question, wrong, FIGURES, closed=False)
            assert verdict.reason == "the wording says another query", (text.question, update)
            assert verdict.evidence


def test_what_the_sql_does_not_read_makes_no_difference() -> None:
    query = next(one.query for one in DRAWN if one.family.name == "count_two_conditions")
    text = wordings(FIGURES, query, closed=False)[0].question
    turned = query.model_copy(update={"conditions": query.conditions[::-1], "order": "largest"})
    assert round_trip(text, turned, FIGURES, closed=False).status == "passed"
    assert canonical(turned) == canonical(query)


def test_the_order_of_conditions_and_names_is_free() -> None:
    figures = Figures([made("town", "2020", PLAIN, [
        Given("Population", [str(n) for n in range(9)]), Given("Area", [str(n) for n in range(9)], "km"),
    ])])  # fmt: skip
    asked = (
        "Take the towns {}, according to their documents dated 2020. How many of these towns have figures such "
        "that {}?"
    )
    one = asked.format(
        "Elm, Arnby and Dorf", "the population is over 5 and the area is below 7 kilometers"
    )
    two = asked.format(
        "Arnby, Dorf, and Elm", "the area is less than 7 km and the population is larger than 5"
    )
    first, second = (canonical(read_question(text, figures, None)) for text in (one, two))
    assert first == second
    assert first.entities == ("Arnby", "Dorf", "Elm")


def towns(*columns: Given) -> Figures:
    """Return one table of towns with the columns."""
    return Figures([made("town", "2020", PLAIN, columns)])


SUM = (
    "Consider the towns Arnby and Celt, going by their documents dated 2020. What is the sum of the {} over these "
    "towns{}?"
)
NINE = [str(n) for n in range(9)]


def test_words_that_fit_two_columns_are_ambiguous() -> None:
    twice = towns(Given("Exports", NINE, "USD"), Given("Exports", NINE, "t"))
    assert (
        read_question(SUM.format("exports", ", in tonnes"), twice, None).quantity.columns[0].column
        == "1 Exports (t)"
    )
    count = (
        "Consider all nine towns on each of which a document dated 2020 is given. Order these towns by the exports, "
        "largest first. Which one comes first?"
    )
    with pytest.raises(Unreadable, match="ambiguous column"):
        read_question(count, twice, PLAIN)
    under = towns(
        Given("Total", NINE, path=("a", "roads")), Given("Total", NINE, path=("b", "roads"))
    )
    with pytest.raises(Unreadable, match="ambiguous column"):
        read_question(SUM.format("roads (Total)", ""), under, None)
    quarter = towns(
        Given("Sales", NINE, length="P1Y", end="2019"),
        Given("Sales", NINE, length="P3M", end="2019"),
    )
    with pytest.raises(Unreadable, match="ambiguous column"):
        read_question(SUM.format("sales", ""), quarter, None)
    assert (
        read_question(SUM.format("sales in 2019", ""), quarter, None).quantity.columns[0].column
        == "0 Sales"
    )


def test_a_column_that_none_of_the_things_has_is_not_meant() -> None:
    empty: list[str | None] = [None] * 3 + NINE[3:]
    figures = towns(Given("Exports", NINE), Given("Exports", empty))
    assert read_question(SUM.format("exports", ""), figures, None).quantity.columns == (
        ref(Figures([made("town", "2020", PLAIN, [Given("Exports", NINE)])]), "town_2020", "Exports"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (SUM.format("exports", ""), "not in no unit"),
        (SUM.format("exports", ", in euros"), "not understood"),
        (SUM.format("imports", ", in US dollars"), "not understood: 'imports"),
        (
            SUM.format("exports", ", in US dollars").replace("dated 2020", "dated 2021"),
            "another date",
        ),
        (SUM.format("exports", ", in US dollars").replace(" dated 2020", ""), "another date"),
        (SUM.format("exports", ", in US dollars").replace("Celt", "Arnby"), "named twice"),
        (
            SUM.format("exports", ", in US dollars").replace("Celt", "Nowhere"),
            "not understood: ' and Nowhere",
        ),
        ("What is the meaning of life?", "not understood: 'What is"),
        ("", "not understood: ''"),
    ],
)
def test_what_is_wrong_is_said(said: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_question(said, towns(Given("Exports", NINE, "USD")), None)


@pytest.mark.parametrize(
    ("unit", "said", "bound"),
    [
        ("deaths/1,000 births", "1 death per 1,000 births", "1"),
        ("deaths/1,000 births", "2 deaths per 1,000 births", "2"),
        ("migrant(s)/1,000 people", "1 migrant(s) per 1,000 people", "1"),
        ("bbl/day", "1 barrel per day", "1"),
        ("USD/persons", "1.5 million US dollars per person", "1500000"),
        ("km", "minus 1 kilometer", "-1"),
        ("ft", "6 feet", "6"),
        ("%", "0.5 percent", "0.5"),
        ("", "12,000", "12000"),
    ],
)
def test_bounds_are_read_with_their_unit(unit: str, said: str, bound: str) -> None:
    asked = (
        "Consider the towns Arnby and Celt, going by their documents dated 2020. "
        "Name all of these towns for which the rate is above {}."
    )
    figures = towns(Given("Rate", NINE, unit))
    read = canonical(read_question(asked.format(said), figures, None))
    assert [condition.bound for condition in read.conditions] == [bound]
    with pytest.raises(Unreadable):
        read_question(asked.format(said), towns(Given("Rate", NINE, "kg")), None)


def test_a_count_of_things_has_to_match_what_is_there() -> None:
    figures = towns(Given("Sheep", NINE))
    said = (
        "Consider all {} towns on each of which a document dated 2020 is given. What is the sum of the number of sheep "
        "over these towns?"
    )
    assert len(read_question(said.format("nine"), figures, PLAIN).entities) == 9
    with pytest.raises(Unreadable, match="8 things are said, 9 are there"):
        read_question(said.format("eight"), figures, PLAIN)
    with pytest.raises(Unreadable, match="which things are meant"):
        read_question(said.format("nine"), figures, None)


def test_another_reader_can_take_the_place_of_the_rules() -> None:
    one, text = WORDED[0]
    assert (
        round_trip("Eh?", one.query, FIGURES, closed=text.closed, read=lambda *_: one.query).status
        == "passed"
    )


CARGO = (
    "Going by the documents dated 2022, 2023 and 2024, take the cargo of Port of Elm in 2021, 2022 and 2023 in order "
    "of time, and find the first figure that is above 500 tonnes. {}?{}"
)
YEAR, DATED = "For which year is it given", "How is the document dated that gives it"
LATER = " Where two of the documents give a figure for the same year, the later one counts."


def test_a_year_that_two_documents_give_is_that_of_the_later_where_the_question_says_so() -> None:
    query = read_question(CARGO.format(YEAR, LATER), FIGURES, None)
    assert [(ref.table, FIGURES.time(ref)) for ref in query.quantity.columns] == [
        ("harbour_2022", "2021"), ("harbour_2023", "2022"), ("harbour_2024", "2023"),
    ]  # fmt: skip
    assert {(c.sign, c.bound) for c in query.conditions} == {(">", "500")}
    assert query.entities == query.focus == ("Port of Elm",)
    with pytest.raises(Unreadable, match="ambiguous column"):
        read_question(CARGO.format(YEAR, ""), FIGURES, None)


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("the date of a document is asked for, the figures have years of their own", (YEAR, DATED)),
        ("the bound is in another unit", ("500 tonnes", "500 metres")),
        ("the times are not in order", ("2021, 2022 and 2023 in", "2022, 2021 and 2023 in")),
        ("two times are no series", ("2021, 2022 and 2023 in", "2021 and 2022 in")),
        ("no document gives the year", ("2021, 2022 and 2023 in", "2019, 2022 and 2023 in")),
    ],
)
def test_a_series_that_is_not_what_the_documents_give_is_refused(
    said: str, instead: tuple[str, str]
) -> None:
    question = CARGO.format(YEAR, LATER)
    assert question.count(instead[0]) == 1, said
    with pytest.raises(Unreadable):
        read_question(question.replace(*instead), FIGURES, None)
