"""Mathematical answers: values, collections, relations, and what is beyond reading."""

import math
from fractions import Fraction

import pytest

from verifiers.answers.compare import compare
from verifiers.answers.maths_cut import cut
from verifiers.answers.maths_notation import Unreadable
from verifiers.answers.maths_regions import Span, region
from verifiers.answers.maths_tree import read_statements
from verifiers.answers.maths_values import value
from warehouse.answer_specs import AnswerSpec


def found(gold: str, reply: str) -> str:
    return compare(AnswerSpec(kind="math", text=gold), reply).equal


@pytest.mark.parametrize(
    ("gold", "reply"),
    [
        (r"\frac{1}{2}", "$0.5$"), ("1/2", r"\boxed{\frac12}"), ("$28\\%$", "28 percent"), ("$10$", r"\( (9+1) \)"),
        (r"$\frac{x+2}{7}$", r"$\frac{x}{7}+\frac{2}{7}$"), (r"$\tan^2(y)+1$", r"$\sec^2(y)$"),
        (r"$3\sqrt{13}$", r"$\sqrt{117}$"), ("$11$", "$x=11$"), ("$1/3$", r"$x=1/3\approx0.33$"),
        ("$(1,2)$", r"$\left(1, 2\right)$"), ("$1$ and $2$", r"$\boxed{2,1}$"), (r"$\pm 2$", "${-2, 2}$"),
        (r"$\{1\pm\sqrt{5},-2\}$", r"$\{-2, 1+\sqrt5, 1-\sqrt5\}$"), ("$x < 1$", "$-x > -1$"),
        (r"$-2 \le x \le 7$", r"$x \in [-2,7]$"), ("$5 \\ge x$", "$x \\le 5$"), (r"$\text{Evelyn}$", "Evelyn"),
        ("$2x+4y-3=0$", r"$y=-\frac{1}{2}x+\frac{3}{4}$"), ("$a_3 = 2, a_4 = 9$", "$a_4 = 9, a_3 = 2$"),
        (r"$\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}$", r"$\begin{bmatrix}1 & 2 \\ 3 & \frac{8}{2}\end{bmatrix}$"),
        ("$7:32$", "$S:T=7:32$"), ("$204_5$", r"$\boxed{204_5}$"), ("7425000", "7,425,000"),
        (r"$[0,1) \cup [1,2]$", "$[0,2]$"), ("$100$ miles", r"$\boxed{100\text{ miles}}$"), ("$5!$", "$120$"),
        (r"\boxed{32349}", r"$\boxed{32,\! 349}$"),
    ],
)  # fmt: skip
def test_the_same_value(gold, reply):
    assert found(gold, reply) == "equal"


@pytest.mark.parametrize(
    ("gold", "reply"),
    [
        ("$1/2$", r"\boxed{\frac13}"), ("$[0,9)$", "$(0,9)$"), ("$(1,2)$", "$(2,1)$"), ("$x > 5$", "$x < 5$"),
        (r"$4$", r"$4\sqrt{2}$"), (r"$\pm 2$", "$2$"), ("$12:00$", "$1:00$"), (r"$\{1,2\}$", r"$\{1,3\}$"),
        ("$7 = 11a+c$", "$11a+c$"), (r"\boxed{32349}", r"$\boxed{32, 349}$"), ("$x+1$", "$x+2$"),
        (r"$\begin{pmatrix}1 & 2\end{pmatrix}$", r"$\begin{pmatrix}1 & 3\end{pmatrix}$"), ("$1$", r"$\{1, 2\}$"),
        (r"$\text{odd}$", "even"),
    ],
)  # fmt: skip
def test_another_value(gold, reply):
    assert found(gold, reply) == "different"


@pytest.mark.parametrize(
    ("gold", "reply"),
    [
        ("$1/3$", "$0.33$"), ("$28\\%$", "$28$"), (r"$\sum_{k=0}^{n} k$", "$n(n+1)/2$"), ("$x = 2$", "$y = 2$"),
        ("$1/2$", r"The answer is not $\frac12$"), ("$1/2$", r"\boxed{1/3}, no, I mean \boxed{1/2}"),
        ("$1/2$", "one half"),
        ("$5$", r"First $x = 2$, then more is needed"),
    ],
)  # fmt: skip
def test_what_cannot_be_told(gold, reply):
    assert found(gold, reply) == "unknown"


def test_the_last_box_counts_with_those_joined_to_it():
    assert cut(r"\boxed{1}, so \boxed{2} and \boxed{3}").parts == ["2", "3"]
    assert cut(r"\boxed{1}, so \boxed{2} and \boxed{3}").earlier == ("1",)
    assert cut("$1$, then $2$ or $3$").parts == ["2", "3"]
    assert cut(r"\boxed{\frac{1}{2}}").parts == [r"\frac{1}{2}"]


def test_values_are_exact_where_they_can_be():
    def of(text: str):
        return value(read_statements(text)[0].sides[0])

    assert of(r"\frac{1}{3} + 0.5") == Fraction(5, 6)  # 2/6 + 3/6
    assert of("2^{-3}") == Fraction(1, 8)
    assert of("50\\%") == Fraction(1, 2)
    assert of(r"\sin^2 x + \cos^2 x") == pytest.approx(1)
    assert of(r"2\pi") == pytest.approx(2 * math.pi)


def test_regions():
    def of(text: str):
        return region(read_statements(text)[0])

    assert of("-2 < x <= 7") == (Span(Fraction(-2), False, Fraction(7), True),)
    assert of("x != 3") == (
        Span(-math.inf, False, Fraction(3), False),
        Span(Fraction(3), False, math.inf, False),
    )
    assert of("x^2 < 4") is None
    assert of("x < y") is None


@pytest.mark.parametrize(
    "text",
    [
        "", "(" * 300, "{" * 300 + "1" + "}" * 300, "1+" * 500, r"\frac" * 300, "|" * 300, r"\sqrt[" * 100, "x @ y",
        r"\begin{matrix}" * 100, r"\boxed", "1 2 )", r"\{" * 300,
    ],
)  # fmt: skip
def test_what_is_not_read_says_so(text):
    with pytest.raises((Unreadable, RecursionError)):
        read_statements(text)


@pytest.mark.parametrize(
    "text", ["9^{9^{9}}", "10^{4000}", "100000000!", "1/0", r"\ln 0", r"\infty"]
)
def test_values_that_are_not_computed(text):
    with pytest.raises(Unreadable):
        value(read_statements(text)[0].sides[0])
