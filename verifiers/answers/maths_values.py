"""Values of expressions: exact where they are rational, else as complex floats, at fixed points of their names.

Two expressions are the same where they agree at every point. Sizes are bounded, so that no power tower runs away.
"""

import cmath
import math
from collections.abc import Callable
from fractions import Fraction
from zlib import crc32

from verifiers.answers.maths_notation import Unreadable
from verifiers.answers.maths_tree import Node

POINTS = 4
"""Points at which expressions with names are compared."""
BITS = 4096
"""Size of exact numbers; larger ones are not computed."""
CLOSE = 1e-9
Value = Fraction | complex
CONSTANTS: dict[str, complex] = {"pi": math.pi, "e": math.e, "i": 1j}
CALLS: dict[str, Callable[[complex], complex]] = {
    "sin": cmath.sin, "cos": cmath.cos, "tan": cmath.tan, "arcsin": cmath.asin, "arccos": cmath.acos,
    "arctan": cmath.atan, "sinh": cmath.sinh, "cosh": cmath.cosh, "tanh": cmath.tanh, "ln": cmath.log,
    "log": cmath.log10, "exp": cmath.exp, "abs": abs, "sec": lambda z: 1 / cmath.cos(z),
    "csc": lambda z: 1 / cmath.sin(z), "cot": lambda z: 1 / cmath.tan(z),
}  # fmt: skip


def value(node: Node, point: int = 0) -> Value:
    """Return the value of an expression.

    Args:
        node: a number, name, sum, product, power, root, call, factorial or percentage.
        point: which of the fixed points its names stand for.

    Raises:
        Unreadable: it has no value, or none that is computed here.
    """
    try:
        return _value(node, point)
    except (OverflowError, ZeroDivisionError, ValueError, RecursionError) as error:
        raise Unreadable(f"no value: {error}") from error


def same_value(a: Node, b: Node, within: float = CLOSE) -> bool:
    """Whether two expressions agree at all points, to a share of their size where one of them is no rational.

    Raises:
        Unreadable: one of them has no value.
    """
    return all(close(value(a, point), value(b, point), within) for point in range(POINTS))


def close(a: Value, b: Value, within: float = CLOSE) -> bool:
    """Whether two values are the same: exactly, or to a share of their size where one of them is a float."""
    if within == CLOSE and isinstance(a, Fraction) and isinstance(b, Fraction):
        return a == b
    try:
        return cmath.isclose(complex(a), complex(b), rel_tol=within, abs_tol=within)
    except OverflowError:
        return False


def _value(node: Node, point: int) -> Value:
    if node.kind == "number" and isinstance(node.value, Fraction):
        return node.value
    if node.kind == "name":
        return _of_name(str(node.value), point)
    if node.kind not in ("+", "*", "/", "^", "root", "call", "!", "%"):
        raise Unreadable(f"a {node.kind} has no value")
    parts = [_value(part, point) for part in node.parts]
    match node.kind:
        case "+":
            return _bounded(sum(parts, Fraction(0)))
        case "*":
            return _bounded(_multiplied(parts))
        case "/":
            return parts[0] / parts[1]
        case "^":
            return _raised(parts[0], parts[1])
        case "root":
            return _raised(parts[0], 1 / parts[1])
        case "%":
            return parts[0] / 100
        case "!":
            return _factorial(parts[0])
        case _:
            return complex(CALLS[str(node.value)](complex(parts[0])))


def _of_name(name: str, point: int) -> Value:
    if name == "infinity":
        raise Unreadable("infinity")
    if name in CONSTANTS:
        return CONSTANTS[name]
    return Fraction(crc32(f"{name}/{point}".encode()) % 9973 + 1, 3989)


def _multiplied(parts: list[Value]) -> Value:
    found: Value = Fraction(1)
    for part in parts:
        found = found * part
    return found


def _bounded(found: Value) -> Value:
    if (
        isinstance(found, Fraction)
        and max(found.numerator.bit_length(), found.denominator.bit_length()) > BITS
    ):
        raise Unreadable("too large")
    return found


def _raised(base: Value, exponent: Value) -> Value:
    """Return a power; exact for whole exponents and for roots that are whole."""
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if exponent.denominator == 1:
            if size * abs(exponent.numerator) > BITS:
                raise Unreadable("too large")
            return base**exponent.numerator
        if base < 0 and exponent.denominator % 2 and abs(exponent.numerator) == 1:
            return -(complex(-base) ** float(exponent))
    return complex(base) ** complex(exponent)


def _factorial(of: Value) -> Value:
    if not isinstance(of, Fraction) or of.denominator != 1 or not 0 <= of <= 200:
        raise Unreadable("factorial")
    return Fraction(math.factorial(of.numerator))
