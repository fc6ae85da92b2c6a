"""The loose matcher of numerical questions: another figure for a thing and a column, wherever it stands."""

import pytest

from tests.warehouse.made_tables import Given, made
from verifiers.numeric_context import cells_matcher

TABLE = made("country", "", ["Peru", "Chile"], [Given("Airports", ["174", "81"])])


@pytest.mark.parametrize(
    ("editions", "title", "date", "line", "competes"),
    [
        ((), "Peru (Factbook 2005)", "2005", "Airports: 234 (2004 est.)", True),
        ((), "Peru", "", "Airports: 174", False),
        ((), "Peru", "", "Railways: 234 km", False),
        ((), "Bolivia", "", "Airports: 234", False),
        ((), "Bolivia", "", "Peru has 230 airports.", True),
        (("2005",), "Peru (Factbook 2015)", "2015", "Airports: 191", False),
        (("2005",), "Peru (Factbook 2005)", "2005", "Airports: 191", True),
    ],
)
def test_a_line_competes_that_names_thing_and_column_with_another_figure(
    editions, title, date, line, competes
):
    matcher = cells_matcher(TABLE.cells.values(), editions)
    assert bool(matcher.competes(title, (), date, line)) == competes
