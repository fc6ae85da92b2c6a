"""What holds for all answers: an answer is equal to itself, format does not matter, digits inside digits do not win."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from verifiers.answers.compare import compare
from verifiers.answers.dates import Date, relation
from verifiers.answers.folding import plain, words
from warehouse.answer_specs import ANSWER_KINDS, AnswerSpec

NAMES = st.text("abcdefghij ABCDEFGHIJéü'-", min_size=1, max_size=30).filter(
    lambda t: len(words(t)) > 0
)
NUMBERS = st.decimals(-(10**9), 10**9, allow_nan=False, places=2)
DATES = st.dates(date(1000, 1, 1), date(2100, 12, 31))
PARTIAL = st.tuples(
    st.sampled_from((0, 1990, 1991)), st.sampled_from((0, 5, 6)), st.sampled_from((0, 3, 4))
).map(lambda parts: Date(*parts))
MONTHS = (
    "January February March April May June July August September October November December".split()
)


def of(kind, text, reply, **more):
    return compare(AnswerSpec(kind=kind, text=text, **more), reply).equal


@given(NAMES)
def test_a_name_is_equal_to_itself_in_any_case_and_space(name):
    spaced = "  ".join(name.split(" "))
    for reply in (name, name.upper(), name.lower(), f"  {spaced}.", f'"{name}"', f"**{name}**"):
        assert of("text", name, reply) == "equal"


@given(NAMES, NAMES)
def test_bare_names_are_compared_alike_both_ways(a, b):
    assert (of("text", a, b) == "different") == (of("text", b, a) == "different") or words(
        a
    ) != words(b)
    if len(words(a)) == len(words(b)):
        assert (of("text", a, b) == "equal") == (of("text", b, a) == "equal")


@given(NUMBERS)
def test_a_number_is_equal_to_itself_in_any_format(number):
    for reply in (f"{number}", f"{number:,}", f"{number:.4f}", f"It is {number}."):
        assert of("number", str(number), reply) == "equal"


@given(NUMBERS, NUMBERS)
def test_numbers_differ_where_their_values_do(a, b):
    expected = "equal" if a == b else "different"
    assert of("number", str(a), str(b)) == of("number", str(b), str(a)) == expected


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_no_number_is_found_inside_another(inner, outer):
    if str(inner) in str(outer) and inner != outer:
        assert of("number", str(inner), str(outer)) != "equal"
        assert of("text", str(inner), f"It is {outer}.") != "equal"
        assert of("text", f"Apollo {inner}", f"Apollo {outer}") != "equal"


@given(NUMBERS, st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_tolerance_is_absolute(number, tolerance, apart):
    expected = "equal" if apart <= tolerance else "different"
    reply = str(Decimal(number) + Decimal(apart))
    assert of("number", str(number), reply, tolerance=str(tolerance)) == expected


@given(DATES)
def test_a_day_is_equal_to_itself_in_any_format(day):
    month = MONTHS[day.month - 1]
    year = f"{day.year:04d}"
    iso = f"{year}-{day.month:02d}-{day.day:02d}"
    for reply in (
        iso,
        f"{day.day} {month} {year}",
        f"{month} {day.day}, {year}",
        f"{month[:3]} {day.day}, {year}",
    ):
        assert of("date", iso, reply) == "equal"


@given(DATES, DATES)
def test_two_days_differ(a, b):
    assert of("date", a.isoformat(), b.isoformat()) == ("equal" if a == b else "different")


@given(PARTIAL, PARTIAL)
def test_relations_of_dates_turn_around(a, b):
    turned = {
        "same": "same",
        "finer": "coarser",
        "coarser": "finer",
        "crossing": "crossing",
        "apart": "apart",
    }
    assert relation(b, a) == turned[relation(a, b)]


@given(
    st.lists(st.sampled_from("Ann Bob Cid Dee Eve".split()), min_size=1, unique=True), st.randoms()
)
def test_lists_have_an_order_only_where_it_counts(names, draw):
    shuffled = draw.sample(names, len(names))
    reply = "; ".join(shuffled)
    assert of("items", "", reply, items=tuple(names)) == "equal"
    expected = "equal" if shuffled == names else "different"
    assert of("ordered_items", "", reply, items=tuple(names)) == expected


@given(st.sampled_from(ANSWER_KINDS), st.text(max_size=200))
def test_no_reply_raises(kind, reply):
    spec = AnswerSpec(kind=kind, text="B", items=("Ann", "Bob"), options=("red", "blue"))
    assert compare(spec, reply, reply).equal in ("equal", "different", "unknown")
    assert compare(AnswerSpec(kind=kind, text=reply), reply).equal in (
        "equal",
        "different",
        "unknown",
    )


@given(st.text(max_size=100))
def test_plain_text_stays_plain(text):
    assert plain(plain(text)) == plain(text)
