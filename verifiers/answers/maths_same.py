"""Whether two readings of mathematical answers are the same, as values (§3 Rewards).

`x = 3` gives 3; lists and sets have no order, tuples and matrices do; equations may be multiples of each other, and
inequalities are regions of a line. Three outcomes: the same, not the same, and None where that cannot be told.
"""

import re
from collections.abc import Sequence

from verifiers.answers.maths_notation import Unreadable
from verifiers.answers.maths_regions import region
from verifiers.answers.maths_tree import Node, Statement, negative, read_statements
from verifiers.answers.maths_values import POINTS, close, same_value, value

COLLECTIONS = frozenset(("set", "union", "group", "matrix", "ratio"))
MOST = 30
"""Members of a set or list up to which they are matched with one another."""
_NAME = re.compile(r"[A-Za-z\\{}_|:()/,']+(?:_\{?\w+\}?)?[A-Za-z\\{}_|:()/,'0-9]*")
_SUM = re.compile(r"[-+*^=<>]|(?<!_)(?<!_\{)(?<!\w)\d")


def statements(parts: Sequence[str]) -> list[Statement]:
    """Return the statements of expressions, each ± as two."""
    found = [statement for part in parts for statement in read_statements(part)]
    return [one for statement in found for one in _both_signs(statement)]


def _both_signs(statement: Statement) -> list[Statement]:
    if not any(_has_sign(side) for side in statement.sides):
        return [statement]
    return [
        Statement(
            tuple(_signed(side, plus) for side in statement.sides),
            statement.relations,
            statement.texts,
        )
        for plus in (True, False)
    ]


def _has_sign(node: Node) -> bool:
    return node.kind == "plusminus" or (
        node.kind not in ("set", "union") and any(map(_has_sign, node.parts))
    )


def _signed(node: Node, plus: bool) -> Node:
    if node.kind == "plusminus":
        inner = _signed(node.parts[0], plus)
        return inner if plus else negative(inner)
    if not node.parts:
        return node
    return Node(node.kind, node.value, tuple(_signed(part, plus) for part in node.parts))


def same_lists(right: list[Statement], said: list[Statement], within: float) -> bool | None:
    """Whether two lists hold the same, in any order; named values by their names; None where that cannot be told."""
    if len(right) == len(said) == 1:
        return _same_statement(right[0], said[0], within)
    a, b = _members(right), _members(said)
    if len(a) > MOST or len(b) > MOST:
        return None
    if _ordered(right) or _ordered(said):
        return len(a) == len(b) and all(_same(x, y, within) for x, y in zip(a, b, strict=True))
    own, theirs = [_named(one) for one in right], [_named(one) for one in said]
    if "" not in own and len(set(own)) == len(own) and sorted(own) == sorted(theirs):
        by_name = dict(zip(theirs, b, strict=True))
        return all(_same(x, by_name[name], within) for name, x in zip(own, a, strict=True))
    if len(a) != len(b) and any((*own, *theirs)):
        return None
    return _matched(a, b, within)


def _ordered(listed: Sequence[Statement]) -> bool:
    """Whether a list is one tuple."""
    if len(listed) != 1:
        return False
    node = _answer(listed[0])
    return node.kind == "group" and node.value == "()" and len(node.parts) > 1


def _members(listed: Sequence[Statement]) -> list[Node]:
    """Return the members of a list or of the only set or tuple of it."""
    nodes = [_answer(statement) for statement in listed]
    if len(nodes) == 1 and nodes[0].kind in ("set", "group"):
        return _signed_members(nodes[0])
    return nodes


def _signed_members(node: Node) -> list[Node]:
    """Return the members of a set, each ± as two."""
    return [
        _signed(part, plus)
        for part in node.parts
        for plus in ((True, False) if _has_sign(part) else (True,))
    ]


def _named(statement: Statement) -> str:
    return statement.texts[0] if statement.relations[:1] == ("=",) else ""


def _answer(statement: Statement) -> Node:
    """Return what a statement gives: the last side of `name = … = value`, without approximations.

    Raises:
        Unreadable: it is an equation or an inequality.
    """
    sides, relations = list(statement.sides), list(statement.relations)
    while relations and relations[-1] == "~" and len(sides) > 2:
        sides.pop()
        relations.pop()
    if not relations:
        return sides[0]
    if all(r in ("=", "~", "in") for r in relations) and _is_name(statement.texts[0]):
        return sides[-1]
    raise Unreadable("a relation")


def _is_name(text: str) -> bool:
    return bool(_NAME.fullmatch(text)) and not _SUM.search(text)


def _same_statement(a: Statement, b: Statement, within: float) -> bool | None:
    try:
        x, y = _answer(a), _answer(b)
    except Unreadable:
        return _same_relations(a, b)
    same = _as_collections(x, y, within)
    names = _named(a), _named(b)
    renamed = all(names) and names[0] != names[1] and "(" not in "".join(names)
    return None if same and renamed else same


def _as_collections(x: Node, y: Node, within: float) -> bool:
    """Whether a set, tuple or list is the same as another; braces around several members leave the order open."""
    if x.kind == y.kind or "set" not in (x.kind, y.kind):
        return _same(x, y, within)
    loose = "{}" in (x.value, y.value)
    return loose and _matched(_signed_members(x), _signed_members(y), within)


def _same_relations(a: Statement, b: Statement) -> bool | None:
    """Whether two relations say the same: as regions of one name, as proportional equations, or side by side."""
    if a.relations == b.relations and len(a.sides) == len(b.sides):
        try:
            if all(same_value(x, y) for x, y in zip(a.sides, b.sides, strict=True)):
                return True
        except Unreadable:
            pass
    regions = region(a), region(b)
    if regions[0] is not None and regions[1] is not None:
        return regions[0] == regions[1]
    if a.relations == b.relations == ("=",):
        return _proportional(a, b)
    if ("=",) in (a.relations, b.relations) and () in (a.relations, b.relations):
        return False
    return None


def _proportional(a: Statement, b: Statement) -> bool:
    """Whether two equations are multiples of each other."""
    ratios = []
    for point in range(POINTS):
        left, right = (value(s.sides[0], point) - value(s.sides[1], point) for s in (a, b))
        if close(right, 0):
            return False
        ratios.append(left / right)
    return all(close(ratio, ratios[0]) for ratio in ratios) and not close(ratios[0], 0)


def _same(a: Node, b: Node, within: float) -> bool:
    """Whether two answers are the same.

    Raises:
        Unreadable: one of them has no value.
    """
    if a == b:
        return True
    if a.kind == b.kind == "set":
        return _matched(_signed_members(a), _signed_members(b), within)
    if "union" in (a.kind, b.kind):
        regions = region(Statement((a,))), region(Statement((b,)))
        if None not in regions:
            return regions[0] == regions[1]
        return a.kind == b.kind and _matched(a.parts, b.parts, within)
    if a.kind == b.kind and a.kind in COLLECTIONS:
        if len(a.parts) != len(b.parts) or (a.value != b.value and "{}" not in (a.value, b.value)):
            return False
        return all(_same(x, y, within) for x, y in zip(a.parts, b.parts, strict=True))
    for one, other in ((a, b), (b, a)):
        if one.kind in COLLECTIONS:
            if other.kind not in COLLECTIONS:
                value(other)
            return False
    return same_value(a, b, within)


def _matched(a: Sequence[Node], b: Sequence[Node], within: float) -> bool:
    """Whether each member of one collection is the same as a member of the other, one to one."""
    left = list(b)
    for member in a:
        at = next((n for n, other in enumerate(left) if _same(member, other, within)), None)
        if at is None:
            return False
        left.pop(at)
    return all(any(_same(member, other, within) for other in a) for member in left)
