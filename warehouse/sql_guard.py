"""The gate in front of the engine: SQL that somebody or a model wrote becomes a checked tree, or is refused.

Implements "SQL is checked as a tree, SELECT only, over registered tables only" (method 2.2). The text itself never
reaches the engine: it is parsed, every node is held against `warehouse.sql_grammar`, every name against the schema,
and what runs is written anew from the tree with all columns qualified and all names quoted. A difference between
the two parsers can so change what is meant, never what is allowed. A second fence stands in `warehouse.safe_sql`.

WITH stands only in front of the whole query and may not reuse a name, so that a name means one thing everywhere.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, SqlglotError, TokenError
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema
from sqlglot.tokenizer_core import Token, TokenType

from warehouse.sql_grammar import (
    FORBIDDEN_ARGUMENTS,
    JOINS,
    NODES,
    OPTIONS,
    PARTS_OF_A_DATE,
    TYPES,
    WORDS,
)

Schema = Mapping[str, Mapping[str, str]]
"""Table → column → type, all names in lower case."""
Reason = Literal[
    "too long",
    "too deep",
    "too large",
    "unreadable",
    "comment",
    "several statements",
    "not a select",
    "recursion",
    "syntax",
    "function",
    "table function",
    "type",
    "parameter",
    "unknown table",
    "unknown column",
    "name used twice",
]

MAX_CHARACTERS = 20_000
MAX_TOKENS = 4_000
MAX_NODES = 8_000
"""Also the size after aliases and stars are written out."""
MAX_BRACKETS = 40
"""Nesting of brackets in the text."""
MAX_DEPTH = 120
"""Nesting of nodes in the tree."""
MAX_SOURCES = 16
"""Mentions of tables in the whole query: more joins take the planner, not the engine, too long."""
MAX_LIMIT = 1_000_000_000

_NUMBER = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+([eE][+-]?\d+)?", re.ASCII)
_FIRST = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN)
_PARAMETERS = (exp.Placeholder, exp.Parameter, exp.SessionParameter)


class SqlRefused(Exception):
    """A query that may not run: a reason to count by, and what it was about."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Keep both apart; the message joins them."""
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True)
class CheckedQuery:
    """A query that passed; made by `check_sql`, or from one that was, by the program."""

    tree: exp.Query
    """Qualified and quoted; shared, so copy it before changing it."""
    schema: Schema
    """What it was checked against."""

    @property
    def sql(self) -> str:
        """The text that runs."""
        return self.tree.sql("duckdb", comments=False)

    @property
    def ordered(self) -> bool:
        """Whether the order of its rows is part of its meaning."""
        return self.tree.args.get("order") is not None


def check_sql(query: str | exp.Expr, schema: Schema, dialect: str = "duckdb") -> CheckedQuery:
    """Return the query, checked and qualified; `dialect` is the one a text is written in.

    Raises:
        SqlRefused: it is not one plain SELECT over the schema's tables.
    """
    try:
        tree = _parse(query, dialect) if isinstance(query, str) else query.copy()
        if not isinstance(tree, exp.Query):
            raise SqlRefused("not a select", type(tree).__name__)
        while isinstance(tree, exp.Subquery) and tree.is_wrapper:
            tree = tree.this.pop()
        for check in CHECKS:
            check(tree, schema)
        return CheckedQuery(_qualified(tree, schema, dialect), schema)
    except RecursionError:
        raise SqlRefused("too deep", "nested beyond what can be read") from None


def _parse(text: str, dialect: str) -> exp.Expr:
    if len(text) > MAX_CHARACTERS:
        raise SqlRefused("too long", f"{len(text):,} characters, {MAX_CHARACTERS:,} allowed")
    try:
        _check_tokens(sqlglot.tokenize(text, read=dialect))
        statements = sqlglot.parse(text, read=dialect)
    except (ParseError, TokenError) as error:
        raise SqlRefused("unreadable", str(error).split("\n", maxsplit=1)[0]) from error
    if len(statements) != 1 or statements[0] is None:
        raise SqlRefused("several statements", f"{len(statements)} statements")
    return statements[0]


def _check_tokens(tokens: list[Token]) -> None:
    if len(tokens) > MAX_TOKENS:
        raise SqlRefused("too long", f"{len(tokens):,} tokens, {MAX_TOKENS:,} allowed")
    if not tokens or tokens[0].token_type not in _FIRST:
        raise SqlRefused("not a select", f"begins with {tokens[0].text[:40] if tokens else ''!r}")
    depth = 0
    for i, token in enumerate(tokens):
        if token.comments:
            raise SqlRefused("comment", token.comments[0][:40])
        if token.token_type == TokenType.SEMICOLON and i < len(tokens) - 1:
            raise SqlRefused("several statements", "text after a semicolon")
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth > MAX_BRACKETS:
            raise SqlRefused("too deep", f"more than {MAX_BRACKETS} brackets")


def _check_size(tree: exp.Query, schema: Schema) -> None:
    nodes = deepest = 0
    stack: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        nodes, deepest = nodes + 1, max(deepest, depth)
        stack.extend((child, depth + 1) for child in node.iter_expressions())
    if nodes > MAX_NODES:
        raise SqlRefused("too large", f"{nodes:,} nodes, {MAX_NODES:,} allowed")
    if deepest > MAX_DEPTH:
        raise SqlRefused("too deep", f"{deepest} levels, {MAX_DEPTH} allowed")
    sources = sum(1 for _ in tree.find_all(exp.Table))
    if sources > MAX_SOURCES:
        raise SqlRefused("too large", f"{sources} mentions of tables, {MAX_SOURCES} allowed")


def _check_nodes(tree: exp.Query, schema: Schema) -> None:
    """Refuse every kind of node, argument and option that the grammar does not name."""
    for node in tree.walk():
        kind = type(node)
        if kind not in NODES:
            raise SqlRefused(_reason(node), _show(node))
        if node.comments:
            raise SqlRefused("comment", node.comments[0][:40])
        _check_special(node)
        allowed = OPTIONS.get(kind, frozenset())
        for name, value in node.args.items():
            plain = bool(value) and not isinstance(value, exp.Expr | list)
            spoken = isinstance(value, str) and name != "this" and value.upper() not in WORDS
            forbidden = bool(value) and name in FORBIDDEN_ARGUMENTS.get(kind, ())
            if (plain and name not in allowed) or spoken or forbidden:
                raise SqlRefused("recursion" if name == "recursive" else "syntax", _show(node))


def _check_special(node: exp.Expr) -> None:
    """Refuse what the kind of a node alone does not tell."""
    parent = node.parent
    if isinstance(node, exp.Literal) and not node.is_string and not _NUMBER.fullmatch(node.name):
        raise SqlRefused("syntax", _show(node))
    if isinstance(node, exp.DataType) and node.this not in TYPES:
        raise SqlRefused("type", _show(node))
    if isinstance(node, exp.Join) and not {node.side, node.kind, node.method} <= JOINS:
        raise SqlRefused("syntax", f"{node.method} {node.side} {node.kind} join")
    if isinstance(node, exp.Var) and not (
        isinstance(parent, exp.Extract) and node.name.upper() in PARTS_OF_A_DATE
    ):
        raise SqlRefused("syntax", node.name)
    if isinstance(node, exp.Limit | exp.Offset):
        count = node.expression
        if not (isinstance(count, exp.Literal) and count.is_int and int(count.name) <= MAX_LIMIT):
            raise SqlRefused("syntax", _show(node))
    if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query):
        raise SqlRefused("syntax", _show(node))


def _reason(node: exp.Expr) -> Reason:
    if isinstance(node, _PARAMETERS):
        return "parameter"
    if isinstance(node.parent, exp.Table | exp.From | exp.Join | exp.Lateral):
        return "table function" if isinstance(node, exp.Func | exp.Unnest) else "syntax"
    return "function" if isinstance(node, exp.Func) else "syntax"


def _show(node: exp.Expr) -> str:
    try:
        return f"{type(node).__name__}: {node.sql('duckdb', comments=False)[:80]}"
    except SqlglotError:
        return type(node).__name__


def _check_tables(tree: exp.Query, schema: Schema) -> None:
    """Refuse tables that are neither registered nor named by an earlier WITH of this query."""
    with_ = tree.args.get("with_")
    if any(node is not with_ for node in tree.find_all(exp.With)):
        raise SqlRefused("syntax", "WITH inside the query")
    known = set(schema)
    for cte in with_.expressions if with_ else ():
        _check_mentions(cte.this.find_all(exp.Table), known)
        if not cte.alias or cte.alias.lower() in known:
            raise SqlRefused("name used twice", cte.alias)
        known.add(cte.alias.lower())
    outside = (node for node in tree.walk(prune=lambda node: isinstance(node, exp.With)))
    _check_mentions((node for node in outside if isinstance(node, exp.Table)), known)


def _check_mentions(tables: Iterable[exp.Table], known: set[str]) -> None:
    for table in tables:
        if not isinstance(table.this, exp.Identifier):
            raise SqlRefused("table function", _show(table))
        if table.args.get("db") or table.args.get("catalog") or table.name.lower() not in known:
            raise SqlRefused("unknown table", table.sql("duckdb")[:80])


def _check_growth(tree: exp.Query, schema: Schema) -> None:
    """Refuse aliases that build on aliases until, written out, they fill the memory."""
    for select in tree.find_all(exp.Select):
        sizes: dict[str, int] = {}
        for part in select.iter_expressions():
            size = sum(_written_out(node, sizes) for node in part.walk())
            if size > MAX_NODES:
                raise SqlRefused("too large", f"{_show(part)} grows beyond {MAX_NODES:,} nodes")
            if isinstance(part, exp.Alias):
                sizes[part.alias.lower()] = size


def _written_out(node: exp.Expr, sizes: Mapping[str, int]) -> int:
    return sizes.get(node.name.lower(), 1) if isinstance(node, exp.Column) else 1


CHECKS: tuple[Callable[[exp.Query, Schema], None], ...] = (
    _check_size,
    _check_nodes,
    _check_tables,
    _check_growth,
)


def _qualified(tree: exp.Query, schema: Schema, dialect: str) -> exp.Query:
    """Return the tree with every column bound to its table and checked again as it will be written."""
    named = {word.name.lower() for word in tree.find_all(exp.Identifier)}
    starred = any(True for _ in tree.find_all(exp.Star))
    used = {table.name.lower() for table in tree.find_all(exp.Table)}
    types: dict[str, object] = {
        table: {name: kind for name, kind in columns.items() if starred or name in named}
        or dict(columns)
        for table, columns in schema.items()
        if table in used
    }  # of a wide table only what is named: the binder's work grows with the columns
    try:
        names = MappingSchema(types, dialect=dialect, normalize=False)  # in lower case already
        bound = qualify(tree, dialect=dialect, schema=names)
    except OptimizeError as error:
        raise SqlRefused("unknown column", str(error).split(". Line", maxsplit=1)[0]) from error
    _check_size(bound, schema)
    _check_nodes(bound, schema)
    for column in bound.find_all(exp.Column):
        if len(column.parts) != 2 and not _names_output(column):
            raise SqlRefused("unknown column", _show(column))
    for star in bound.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            raise SqlRefused("syntax", _show(star.parent or star))
    return bound


def _names_output(column: exp.Column) -> bool:
    """Whether it stands in an ORDER BY and is an output of the query that is ordered."""
    query = column.find_ancestor(exp.Query)
    ordered = column.find_ancestor(exp.Ordered, exp.Query)
    return (
        isinstance(ordered, exp.Ordered)
        and query is not None
        and len(column.parts) == 1
        and column.name in query.named_selects
    )
