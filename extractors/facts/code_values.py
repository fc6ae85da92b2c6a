"""Facts whose object is a literal of a Python file: defaults, class attributes, constants.

Only what is printed as one literal counts: a number, a one-line string, `True`, `False`, `None`. An
attribute or constant counts when its scope binds it once, at the top level of its body, and nothing
else in the file assigns it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from extractors.facts.code_names import ClassInfo, FunctionInfo, Names, Scope
from extractors.facts.code_source import (
    Source,
    Statement,
    mention_at,
    name_mention,
    signature_span,
    span_of,
)
from warehouse.records import Mention, Quantity

CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*[A-Z0-9]")
STRING = re.compile(r"\"(?!\"\")[^\"\\\r\n]+\"|'(?!'')[^'\\\r\n]+'")
MAX_LITERAL = 60
MAX_DIGITS = 30


@dataclass(frozen=True)
class Literal:
    """A literal where it is printed, with its number if it has one."""

    mention: Mention
    quantity: Quantity | None


def read_literal(source: Source, node: ast.expr | None) -> Literal | None:
    """Return the literal that `node` prints; None for anything else, empty or too long."""
    if node is None:
        return None
    mention = mention_at(source, span_of(source, node), kind="value")
    text = mention.text
    if not text or len(text) > MAX_LITERAL:
        return None
    negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and negative else node
    if not isinstance(inner, ast.Constant):
        return None
    if inner.value is None or isinstance(inner.value, bool):
        return Literal(mention, None) if inner is node else None
    if isinstance(inner.value, str):
        return Literal(mention, None) if inner is node and STRING.fullmatch(text) else None
    if isinstance(inner.value, (int, float)):
        quantity = _quantity(text, inner.value)
        return Literal(mention, quantity) if quantity else None
    return None


def _quantity(text: str, value: float) -> Quantity | None:
    digits = text.replace("_", "").replace(" ", "")
    if isinstance(value, int):
        sign = "-" if digits.startswith("-") else ""
        return (
            Quantity(value=f"{sign}{value}", unit="", step="1")
            if abs(value) < 10**MAX_DIGITS
            else None
        )
    number = Decimal(digits)
    exponent = int(number.as_tuple().exponent)
    if number.adjusted() > MAX_DIGITS or exponent < -MAX_DIGITS:
        return None
    plain = format(number, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    step = format(Decimal(1).scaleb(min(exponent, 0)), "f")
    return Quantity(value=plain or "0", unit="", step=step)


def default_values(source: Source, info: FunctionInfo) -> Iterator[Statement]:
    """Yield `default value` for each parameter whose default is a literal."""
    arguments = info.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaulted = positional[len(positional) - len(arguments.defaults) :]
    pairs = [*zip(defaulted, arguments.defaults, strict=True)]
    pairs += [
        (a, d)
        for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if d is not None
    ]
    span = signature_span(source, info.node)
    for argument, default in pairs:
        subject, literal = name_mention(source, argument), read_literal(source, default)
        if subject is not None and literal is not None:
            name = f"{info.name}.{argument.arg}"
            yield Statement(
                subject, name, "default value", literal.mention, "", span, literal.quantity
            )


def class_attributes(source: Source, info: ClassInfo, *, names: Names) -> Iterator[Statement]:
    """Yield `class attribute` for each literal that the class's body assigns to a name."""
    changed = names.stored.get(info.node.name, set()) | names.stored.get("cls", set())
    for target, value, span in _assignments(source, info.node.body):
        if target.id not in changed:
            yield from _assigned(
                source,
                info.scope,
                found=(target, value, span),
                label=(info.name, "class attribute"),
            )


def constants(source: Source, names: Names) -> Iterator[Statement]:
    """Yield `constant` for each literal that the module assigns to a name in capitals."""
    for target, value, span in _assignments(source, source.tree.body):
        if CONSTANT.fullmatch(target.id):
            yield from _assigned(
                source, names.module, found=(target, value, span), label=(source.module, "constant")
            )


def _assigned(
    source: Source,
    scope: Scope,
    *,
    found: tuple[ast.Name, ast.expr, tuple[int, int]],
    label: tuple[str, str],
) -> Iterator[Statement]:
    target, value, span = found
    owner, relation = label
    subject, literal = name_mention(source, target), read_literal(source, value)
    if subject is not None and literal is not None and scope.names.get(target.id) is not None:
        name = f"{owner}.{target.id}"
        yield Statement(subject, name, relation, literal.mention, "", span, literal.quantity)


def _assignments(
    source: Source, body: list[ast.stmt]
) -> Iterator[tuple[ast.Name, ast.expr, tuple[int, int]]]:
    """Yield the plain assignments of a body: what stands under `if` or `try` depends on the run."""
    for node in body:
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name):
                yield target, value, span_of(source, node)
