"""The proof of a numerical question before it is worded: guarded SQL, two engines, cells, precision (method 2.2).

`Prover` runs a query on both engines over one world's tables, and says which cells its answer rests on. Whatever fails
is a verdict with its reason; both results are kept where the engines disagree.
"""

import math
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import TracebackType

from sqlglot import exp

from verifiers.rounding import rounding
from verifiers.second_engine import Computed, compute
from warehouse.cells import Cell
from warehouse.figures import Figures
from warehouse.numeric import DISCRETE, Query
from warehouse.programs import Answer
from warehouse.safe_sql import Engine, Result, SqlRejected
from warehouse.sql_cells import cells_read, involved, readable, twins_of
from warehouse.sql_guard import CheckedQuery, SqlRefused, check_sql
from warehouse.sql_without import critical
from warehouse.verdicts import Verdict, failed, passed

PLACES = Decimal("0.01")
"""What a computed number is rounded to."""
DOCUMENTS = 2


@dataclass(frozen=True)
class NumericProof:
    """What a query comes to and rests on."""

    sql: str
    answer: Answer
    """In the query's own unit and divisor, without words for them."""
    read: tuple[Cell, ...]
    """The cells that the SQL reads, in order of document and place."""
    critical: frozenset[str]
    """Ids of those without which the answer is another one."""


@dataclass(frozen=True)
class _Computed:
    """What both engines agree on."""

    checked: CheckedQuery
    result: Result
    answer: Answer


class Prover:
    """Both engines over the tables of one world; use as a context manager."""

    def __init__(self, figures: Figures) -> None:
        """Load the tables into the closed engine."""
        self.figures = figures
        self._frames = {name: table.frame for name, table in figures.tables.items()}
        self._engine = Engine(self._frames)
        self._twins = twins_of(self._engine.schema)
        self._schema = readable(self._engine.schema, self._twins)

    def __enter__(self) -> "Prover":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._engine.close()

    def prove(
        self, query: Query, select: exp.Select
    ) -> tuple[NumericProof | None, tuple[Verdict, ...]]:
        """Return the proof of a query whose SQL is `select`, or none and the verdict that failed last."""
        found, verdicts = self._computed(query, select)
        if found is None:
            return None, verdicts
        verdicts = (*verdicts, rounding(query, self.figures))
        if verdicts[-1].status == "failed":
            return None, verdicts
        return self._rests_on(query, found, verdicts)

    def answer(self, query: Query, select: exp.Select) -> tuple[Answer | None, tuple[Verdict, ...]]:
        """Return what both engines agree on, or none and the verdict that failed last."""
        found, verdicts = self._computed(query, select)
        return (found.answer if found else None), verdicts

    def _computed(
        self, query: Query, select: exp.Select
    ) -> tuple["_Computed | None", tuple[Verdict, ...]]:
        verdicts: list[Verdict] = []
        try:
            checked = check_sql(select, self._schema)
            verdicts.append(passed("sql_guard"))
            result = self._engine.run(checked)
            computed = compute(query, self._frames)
        except SqlRefused as error:
            return None, (failed("sql_guard", error.reason, error.detail),)
        except SqlRejected as error:
            return None, (*verdicts, failed("execution", error.reason, error.detail))
        except ValueError as error:
            return None, (*verdicts, failed("engines_agree", "no single answer", str(error)))
        verdicts.append(_agree(result, computed))
        if verdicts[-1].status == "failed":
            return None, tuple(verdicts)
        answer, verdict = _answer(query, result, self.figures)
        return (_Computed(checked, result, answer) if answer else None), (*verdicts, verdict)

    def _rests_on(
        self, query: Query, found: "_Computed", verdicts: tuple[Verdict, ...]
    ) -> tuple[NumericProof | None, tuple[Verdict, ...]]:
        """Find the cells, and fail where they stand in too few documents."""
        with involved(self._engine, found.checked, self._twins) as part:
            ids = cells_read(part)
            needed = critical(part, ids, found.result)
        named = {
            cell.id: cell
            for ref in query.refs
            for cell in self.figures.cells(ref, query.entities).values()
        }
        cells = sorted(
            (named[i] for i in ids), key=lambda cell: (cell.document_id, cell.start, cell.id)
        )
        documents = {cell.document_id for cell in cells if cell.id in needed}
        if len(documents) < DOCUMENTS:
            verdict = failed("spread", "the answer hangs on too few documents", str(len(documents)))
            return None, (*verdicts, verdict)
        proof = NumericProof(found.checked.sql, found.answer, tuple(cells), needed)
        return proof, (*verdicts, passed("spread"))


def _agree(result: Result, computed: Computed) -> Verdict:
    """Whether the executed SQL and the second engine give the same."""
    values = [row[0] for row in result.rows]
    if computed.number is None:
        same = values == list(computed.names)
    else:
        same = len(values) == 1 and values[0] is not None and math.isclose(
            float(values[0]), computed.number, rel_tol=1e-9, abs_tol=1e-9
        )  # fmt: skip
    if same:
        return passed("engines_agree")
    other = list(computed.names) if computed.number is None else computed.number
    return failed("engines_agree", "the two engines disagree", f"{values} and {other}")


def _answer(query: Query, result: Result, figures: Figures) -> tuple[Answer | None, Verdict]:
    """Return the stored answer, or none where the result is trivial or its rounding open."""
    values = [row[0] for row in result.rows]
    if query.operation in ("nth", "which", "top"):
        return _named(query, [str(value) for value in values])
    if query.operation == "first_past":
        year = figures.time(query.quantity.columns[values[0] - 1])
        return Answer(kind="number", text=year), passed("answer")
    number = Decimal(str(values[0]))
    if query.operation in DISCRETE:
        whole = len(query.entities)
        if number == 0 or (query.operation.startswith("count") and number == whole):
            return None, failed("answer", "a count of none or all, or no shift")
        return Answer(kind="number", text=str(int(number))), passed("answer")
    if abs(number) < 1:
        return None, failed("answer", "too small for two decimals", str(number))
    rounded = number.quantize(PLACES, ROUND_HALF_UP)
    if PLACES / 2 - abs(number - rounded) < PLACES / 10**4:
        return None, failed("answer", "two decimals are undecided", str(number))
    return Answer(kind="number", text=str(rounded), tolerance=str(PLACES)), passed("answer")


def _named(query: Query, names: list[str]) -> tuple[Answer | None, Verdict]:
    if not names or len(names) == len(query.entities) or max(Counter(names).values()) > 1:
        return None, failed("answer", "a set of none or all")
    if query.operation == "nth":
        return Answer(kind="text", text=names[0]), passed("answer")
    kind = "ordered_items" if query.operation == "top" else "items"
    return Answer(kind=kind, text="; ".join(names), items=tuple(names)), passed("answer")
