"""Tagged figures of a small filing."""

from datetime import date
from decimal import Decimal

from extractors.tables.ixbrl import read_tagged

PAGE = (
    '<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:x="http://www.xbrl.org/2003/instance">'
    '<ix:header><x:context id="c1"><x:period><x:startDate>2023-05-01</x:startDate>'
    "<x:endDate>2023-07-30</x:endDate></x:period></x:context>"
    '<x:unit id="u"><x:measure>iso4217:USD</x:measure></x:unit></ix:header><table><tr><td>('
    '<ix:nonFraction name="a:Loss" contextRef="c1" unitRef="u" scale="6" sign="-">1,250</ix:nonFraction>'
    ')</td><td><ix:nonFraction name="a:None" contextRef="c1" unitRef="u" scale="6">—</ix:nonFraction>'
    "</td></tr></table></html>"
)


def test_scale_sign_unit_and_context():
    (tag,) = read_tagged(PAGE.encode())
    assert tag.value == Decimal("-1250000000")
    assert (tag.unit, tag.start, tag.end) == ("USD", date(2023, 5, 1), date(2023, 7, 30))
    assert tag.in_table
