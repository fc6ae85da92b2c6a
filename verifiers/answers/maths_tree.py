r"""Mathematical notation, LaTeX or plain, read into a tree (§3 Rewards).

Read are numbers, names, arithmetic, roots, the usual functions, factorials, percent, tuples, intervals, sets, unions,
matrices, ratios and chains of relations. Whatever else stands there raises `Unreadable`; depth and length are bounded.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from verifiers.answers.maths_notation import MATRIX, Unreadable, tokenised

DEEPEST = 40
"""Brackets within one another."""
FUNCTIONS = frozenset(
    "sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp".split()
)
RELATIONS = {
    "=": "=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!=": "!=", "\\le": "<=", "\\leq": "<=", "\\ge": ">=",
    "\\geq": ">=", "\\lt": "<", "\\gt": ">", "\\ne": "!=", "\\neq": "!=", "\\in": "in", "\\approx": "~",
    "\\leqslant": "<=", "\\geqslant": ">=", "\\sim": "~", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "∈": "in",
}  # fmt: skip
GREEK = frozenset(
    "alpha beta gamma delta epsilon theta lambda mu nu rho sigma tau phi omega".split()
)


@dataclass(frozen=True)
class Node:
    """A part of an expression."""

    kind: str
    """`number`, `name`, `+`, `*`, `/`, `^`, `root`, `call`, `!`, `plusminus`, `group` (brackets with several members
    or that are no parentheses), `set`, `union`, `matrix`, `ratio`."""
    value: Fraction | str = ""
    """Number, name, function, or both brackets of a group."""
    parts: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Statement:
    """Expressions with relations between them: `x = 3`, `-2 < x <= 7`; mostly a single expression."""

    sides: tuple[Node, ...]
    relations: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    """Each side as its tokens, which tell `f(x)` from a sum."""


@dataclass
class _Reader:
    tokens: list[str]
    at: int = 0
    depth: int = 0
    matrices: list[Node] = field(default_factory=list)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise Unreadable(f"expected {expected or 'more'}, found {token or 'the end'}")
        self.at += 1
        return token


def read_statements(text: str) -> list[Statement]:
    """Return the statements of a text that commas, "and" or "or" part at the top.

    Raises:
        Unreadable: something in it is not read here, or it is too long or nested too deep.
    """
    tokens, matrices = tokenised(text)
    reader = _Reader(tokens, matrices=[_matrix(rows) for rows in matrices])
    found = [_statement(reader)]
    while reader.peek() == ",":
        reader.take()
        found.append(_statement(reader))
    if reader.peek():
        raise Unreadable(f"left over: {reader.peek()}")
    return found


def _matrix(rows: list[list[str]]) -> Node:
    """Return a matrix of its cells' text."""
    return Node("matrix", "", tuple(Node("group", "[]", tuple(map(_cell, row))) for row in rows))


def _cell(text: str) -> Node:
    statements = read_statements(text)
    if len(statements) != 1 or statements[0].relations:
        raise Unreadable("a cell of a matrix that is no expression")
    return statements[0].sides[0]


def _statement(reader: _Reader) -> Statement:
    start = reader.at
    sides, relations, texts = [_union(reader)], [], []
    texts.append("".join(reader.tokens[start : reader.at]))
    while reader.peek() in RELATIONS:
        relations.append(RELATIONS[reader.take()])
        start = reader.at
        sides.append(_union(reader))
        texts.append("".join(reader.tokens[start : reader.at]))
    return Statement(tuple(sides), tuple(relations), tuple(texts))


def _union(reader: _Reader) -> Node:
    parts = [_ratio(reader)]
    while reader.peek() in ("\\cup", "∪"):
        reader.take()
        parts.append(_ratio(reader))
    return parts[0] if len(parts) == 1 else Node("union", "", tuple(parts))


def _ratio(reader: _Reader) -> Node:
    parts = [_sum(reader)]
    while reader.peek() == ":":
        reader.take()
        parts.append(_sum(reader))
    return parts[0] if len(parts) == 1 else Node("ratio", "", tuple(parts))


def _sum(reader: _Reader) -> Node:
    reader.depth += 1
    if reader.depth > DEEPEST:
        raise Unreadable("nested too deep")
    parts = []
    if reader.peek() not in ("+", "-", "\\pm", "±", "−"):
        parts.append(_product(reader))
    while reader.peek() in ("+", "-", "\\pm", "±", "−"):
        sign = reader.take()
        term = _product(reader)
        if sign == "+":
            parts.append(term)
        elif sign in ("-", "−"):
            parts.append(negative(term))
        else:
            parts.append(Node("plusminus", "", (term,)))
    reader.depth -= 1
    return parts[0] if len(parts) == 1 else Node("+", "", tuple(parts))


def negative(node: Node) -> Node:
    """Return a node with the other sign."""
    if node.kind == "number" and isinstance(node.value, Fraction):
        return Node("number", -node.value)
    return Node("*", "", (Node("number", Fraction(-1)), node))


def _product(reader: _Reader) -> Node:
    parts = [_power(reader)]
    while True:
        token = reader.peek()
        if token in ("*", "\\cdot", "\\times", "×", "·"):
            reader.take()
            parts.append(_signed(reader))
        elif token in ("/", "\\div", "÷"):
            reader.take()
            parts.append(Node("/", "", (Node("number", Fraction(1)), _signed(reader))))
        elif _starts(token):
            parts.append(_power(reader))
        else:
            return parts[0] if len(parts) == 1 else Node("*", "", tuple(parts))


def _signed(reader: _Reader) -> Node:
    if reader.peek() == "-":
        reader.take()
        return negative(_power(reader))
    return _power(reader)


def _starts(token: str) -> bool:
    """Whether a token begins a factor that is multiplied without a sign."""
    if not token:
        return False
    if token[0] == "\\":
        name = token[1:]
        return (
            name in ("frac", "dfrac", "tfrac", "cfrac", "sqrt", "pi", "infty", "{")
            or name in FUNCTIONS | GREEK
            or token.startswith(MATRIX)
        )
    return token[0].isalnum() or token in ("(", "{", "[")


def _power(reader: _Reader) -> Node:
    base = _atom(reader)
    while True:
        token = reader.peek()
        if token in ("^", "**"):
            reader.take()
            base = Node("^", "", (base, _argument(reader)))
        elif token == "!":
            reader.take()
            base = Node("!", "", (base,))
        elif token in ("\\%", "%"):
            reader.take()
            base = Node("%", "", (base,))
        else:
            return base


def _argument(reader: _Reader) -> Node:
    """Return what a power, root or function is of: a braced group, or one token."""
    if reader.peek() == "{":
        reader.take()
        inner = _sum(reader)
        reader.take("}")
        return inner
    if reader.peek() == "-":
        return _signed(reader)
    if reader.peek().isdecimal() and len(reader.peek()) > 1:
        token = reader.take()
        reader.tokens.insert(reader.at, token[1:])
        return Node("number", Fraction(token[0]))
    return _atom(reader)


def _atom(reader: _Reader) -> Node:
    token = reader.take()
    if token[0].isdecimal() or (token[0] == "." and len(token) > 1):
        return _based(reader, Node("number", Fraction(token.replace(",", ""))))
    if token[0] == "\\" and len(token) > 1 and token != "\\{":
        return _command(reader, token[1:])
    if token in ("(", "[", "\\{", "{"):
        return _brackets(reader, token)
    if token == "|":
        inner = _sum(reader)
        reader.take("|")
        return Node("call", "abs", (inner,))
    if token == "√":
        return Node("root", "", (_argument(reader), Node("number", Fraction(2))))
    if token in ("π", "∞"):
        return Node("name", "pi" if token == "π" else "infinity")
    if token.isalpha():
        return _subscripted(reader, token)
    raise Unreadable(f"sign {token}")


def _based(reader: _Reader, number: Node) -> Node:
    """Return a number, with its base where one is printed: `204_5`."""
    if reader.peek() != "_":
        return number
    reader.take()
    return Node("group", "_", (number, _argument(reader)))


def _subscripted(reader: _Reader, name: str) -> Node:
    if reader.peek() == "_":
        reader.take()
        if reader.peek() == "{":
            end = (
                reader.tokens.index("}", reader.at)
                if "}" in reader.tokens[reader.at :]
                else len(reader.tokens)
            )
            name += "_" + "".join(reader.tokens[reader.at + 1 : end])
            reader.at = min(end + 1, len(reader.tokens))
        else:
            name += "_" + reader.take()
    return Node("name", name)


def _command(reader: _Reader, name: str) -> Node:
    if len(name) == 7 and name.startswith("matrix"):
        return reader.matrices[ord(name[-1]) - 97]
    if name in ("frac", "dfrac", "tfrac", "cfrac"):
        top, bottom = _argument(reader), _argument(reader)
        return Node("*", "", (top, Node("/", "", (Node("number", Fraction(1)), bottom))))
    if name == "sqrt":
        degree = Node("number", Fraction(2))
        if reader.peek() == "[":
            reader.take()
            degree = _sum(reader)
            reader.take("]")
        return Node("root", "", (_argument(reader), degree))
    if name in FUNCTIONS:
        return _function(reader, name)
    if name in ("pi", "infty"):
        return Node("name", "pi" if name == "pi" else "infinity")
    if name in GREEK:
        return _subscripted(reader, name)
    raise Unreadable(f"command {name}")


def _function(reader: _Reader, name: str) -> Node:
    exponent = None
    if reader.peek() in ("^", "**"):
        reader.take()
        exponent = _argument(reader)
    inner = _power(reader) if reader.peek() != "{" else _argument(reader)
    call = Node("call", name, (inner,))
    return Node("^", "", (call, exponent)) if exponent else call


def _brackets(reader: _Reader, opening: str) -> Node:
    """Return what brackets hold: a plain group, or a tuple, interval or set."""
    members = []
    closers = {"(": (")", "]"), "[": ("]", ")"), "\\{": ("\\}", "}"), "{": ("}",)}[opening]
    while reader.peek() not in closers:
        members.append(_union(reader))
        if reader.peek() == ",":
            reader.take()
        elif reader.peek() not in closers:
            raise Unreadable("brackets that hold more than expressions")
    closing = reader.take()
    if opening == "\\{":
        return Node("set", "", tuple(members))
    if len(members) == 1 and (opening, closing) in (("(", ")"), ("{", "}"), ("[", "]")):
        return members[0]
    if opening == "{":
        return Node("group", "{}", tuple(members))
    return Node("group", opening + closing, tuple(members))
