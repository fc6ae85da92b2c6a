"""Ruled tables of plain text, found by alignment."""

from tests.extractors.tables.made_tables import one, read
from warehouse.cells import Period

SUPPLY = """Some words before the table.

                 Supply and Use of Honey 1/
                       Thousand tons
=======================================================
                    :   Total   :          :  Ending
     Commodity      :   Supply  :  Trade   :  Stocks
=======================================================
                    :
                    :            World
Honey, raw          :
      2003/04       :    134.70     33.07       37.34
      2004/05 (Est.):    126.79     13.00        7.50
                    :            Islands
Honey, raw          :
      2003/04       :     23.69     13.76        NA
      2004/05 (Est.):      1.79      3.00        0.50
=======================================================
1/ Years beginning August 1.
"""

ACCOUNTS = """                         STATEMENT

- ------------------------------------------------------------
                ORIGINAL        PRINCIPAL
CLASS            AMOUNT          BALANCE        INTEREST
- ------------------------------------------------------------

   A-1         1,184,000.00   1,156,444.26       9,162.44
   A-2           803,000.00     803,000.00       6,362.12
- ------------------------------------------------------------
"""


def test_columns_parts_and_periods_of_a_ruled_table():
    found = read(SUPPLY, "txt", "Report")
    cell = one(found, "134.70")
    assert cell.measure.label == "total supply"
    assert cell.measure.path == ("supply and use of honey", "world", "honey, raw")
    # thousand tons, printed to the hundredth of a thousand
    assert (cell.value, cell.step, cell.measure.unit) == ("134700", "10", "tons")
    assert cell.period == Period(length="P1Y", end="2004")
    assert one(found, "13.76").measure.path[1] == "islands"
    assert one(found, "0.50").notes == ("Est",)
    assert len(found.cells) == 11


def test_headers_without_colons_stand_over_their_columns():
    found = read(ACCOUNTS, "txt", "Report")
    cell = one(found, "1,156,444.26")
    assert (cell.entity, cell.measure.label) == ("A-1", "principal balance")
    assert one(found, "9,162.44").measure.label == "interest"
