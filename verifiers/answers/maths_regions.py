"""Sets of numbers on a line, from intervals, sets of points and inequalities in one name (§3 Rewards).

`-2 <= x < 7`, `x in [-2, 7)` and `7 > x >= -2` are one region. An inequality is read where each of its sides is a
number, or one name with or without a minus; others give none.
"""

import math
from fractions import Fraction
from typing import NamedTuple

from verifiers.answers.maths_notation import Unreadable
from verifiers.answers.maths_tree import Node, Statement
from verifiers.answers.maths_values import value

DIGITS = 9
"""Digits to which bounds that are no rationals are compared."""


class Span(NamedTuple):
    """A stretch of the line."""

    low: float | Fraction
    low_closed: bool
    high: float | Fraction
    high_closed: bool


Region = tuple[Span, ...]
EVERYTHING: Region = (Span(-math.inf, False, math.inf, False),)
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!="}


def region(statement: Statement) -> Region | None:
    """Return the numbers that a statement allows, or None where it is no set of numbers on a line."""
    try:
        if statement.relations in ((), ("in",)):
            return _joined(_of_node(statement.sides[-1]))
        return _of_chain(statement)
    except Unreadable:
        return None


def _of_node(node: Node) -> list[Span]:
    if node.kind == "union":
        return [span for part in node.parts for span in _of_node(part)]
    if node.kind == "set":
        return [Span(point, True, point, True) for point in map(_bound, node.parts)]
    if node.kind == "group" and len(node.parts) == 2 and node.value in ("()", "[]", "(]", "[)"):
        brackets = str(node.value)
        low, high = map(_bound, node.parts)
        return [Span(low, brackets[0] == "[", high, brackets[1] == "]")]
    raise Unreadable("no set of numbers")


def _bound(node: Node) -> float | Fraction:
    """Return an end of an interval."""
    if node == Node("name", "infinity"):
        return math.inf
    if node.kind == "*" and node.parts == (Node("number", Fraction(-1)), Node("name", "infinity")):
        return -math.inf
    found = value(node)
    if isinstance(found, Fraction):
        return found
    if abs(found.imag) > 1e-12:
        raise Unreadable("no real number")
    return float(f"{found.real:.{DIGITS}g}")


def _of_chain(statement: Statement) -> Region | None:
    """Return the region of a chain of inequalities, one pair of sides after the other."""
    if not set(statement.relations) <= set(TURNED):
        return None
    found = EVERYTHING
    texts = {
        text
        for text, side in zip(statement.texts, statement.sides, strict=True)
        if not _is_constant(side)
    }
    if len({text.lstrip("-0123456789.") for text in texts}) != 1:
        return None
    pairs = zip(statement.sides, statement.relations, statement.sides[1:], strict=False)
    for left, relation, right in pairs:
        found = _cut(found, _half(left, relation, right))
    return found


def _is_constant(node: Node) -> bool:
    if node.kind == "name":
        return str(node.value) in ("pi", "e", "infinity")
    return all(map(_is_constant, node.parts))


def _half(left: Node, relation: str, right: Node) -> Region:
    """Return the region of one inequality between a number and a multiple of a name."""
    if _is_constant(left):
        left, relation, right = right, TURNED[relation], left
    if not _is_constant(right) or _is_constant(left):
        raise Unreadable("no number on either side")
    bound = _bound(right)
    if _is_negative(left):
        bound, relation = -bound, TURNED[relation]
    elif left.kind not in ("name", "*"):
        raise Unreadable("no single name")
    if relation == "!=":
        return (Span(-math.inf, False, bound, False), Span(bound, False, math.inf, False))
    if relation in ("<", "<="):
        return (Span(-math.inf, False, bound, relation == "<="),)
    return (Span(bound, relation == ">=", math.inf, False),)


def _is_negative(node: Node) -> bool:
    return (
        node.kind == "*" and node.parts[0] == Node("number", Fraction(-1)) and len(node.parts) == 2
    )


def _cut(a: Region, b: Region) -> Region:
    """Return what is in both regions."""
    found = []
    for one in a:
        for other in b:
            low = max((one.low, not one.low_closed), (other.low, not other.low_closed))
            high = min((one.high, one.high_closed), (other.high, other.high_closed))
            if low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1]):
                found.append(Span(low[0], not low[1], high[0], high[1]))
    return tuple(found)


def _joined(spans: list[Span]) -> Region:
    """Return spans in order, those that touch made one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.low, not s.low_closed)):
        last = found[-1] if found else None
        if last and (
            span.low < last.high
            or (span.low == last.high and (span.low_closed or last.high_closed))
        ):
            high = max((last.high, last.high_closed), (span.high, span.high_closed))
            found[-1] = Span(last.low, last.low_closed, *high)
        else:
            found.append(span)
    return tuple(found)
