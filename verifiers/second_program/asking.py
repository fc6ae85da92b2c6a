"""A second program from the question and the schema alone, run behind the same guard and compared (method 6).

What refutes a question is a program that was written by someone who has not seen the first. Its author sees neither the
first program nor the stored answer; after a try it is told the error, or the result as it came out.

1. A result that differs is followed by another try, as an error is: a model that misreads a question may read it right
   when it looks again. It is not told what the right result is.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from serving.calls import Message, Reply
from serving.client import Ask, ModelClient
from serving.outcomes import Expected
from serving.prompts import load_prompt, marked
from verifiers.second_program.comparing import compare_result, shown
from verifiers.second_program.options import SecondProgramOptions
from verifiers.second_program.schema import Shown
from verifiers.second_program.schema import shown as shown_tables
from warehouse.programs import Answer
from warehouse.records import Record
from warehouse.safe_sql import Engine, SqlLimits, SqlRejected
from warehouse.sql_guard import SqlRefused, check_sql
from warehouse.table_views import NumericView

PACKAGE = "verifiers.second_program"
ROLE = "solver"
CHECK = "second_program"
Finding = Literal["equal", "different", "no program", "unknown"]
"""`no program`: none of the tries ran. `unknown`: the model could not be asked to the end."""


class SaidProgram(Record):
    """The reply."""

    sql: str = ""


class ProgramTry(Record):
    """One program and what came of it."""

    sql: str
    """As the model wrote it."""
    status: Literal["equal", "different", "unknown", "refused", "failed", "unread"]
    """`refused` by the guard, `failed` in the engine, `unknown` where the result has no form of an answer, `unread`
    where the reply has no program."""
    detail: str
    """The guard's or the engine's words, or the result."""


class SecondProgram(Record):
    """What a second program makes of a question."""

    id: str
    """Id of the sample."""
    finding: Finding
    first: str
    """The program that the answer comes from."""
    tries: tuple[ProgramTry, ...]


@dataclass(frozen=True)
class Posed:
    """A numerical question with what is known of it."""

    id: str
    """Id of the sample."""
    question: str
    form: str
    """How the answer is to be written."""
    answer: Answer
    first: str
    """Its first program, which nobody is shown."""
    view: NumericView


async def second_program(
    client: ModelClient, posed: Posed, options: SecondProgramOptions, seed: int
) -> tuple[SecondProgram, Reply | None]:
    """Return what a second program makes of a question, and the reply that ended the tries, if one did.

    Raises:
        ModelConfigError: the role `solver` is not given.
        LedgerError: the ledger cannot be written.
    """
    tables = shown_tables(posed.view.tables, options.rows_shown)
    ask = first_ask(client, posed, tables, seed)
    tries: list[ProgramTry] = []
    with Engine(
        tables.frames, SqlLimits(seconds=options.seconds, memory_mb=512, rows=1_000)
    ) as engine:
        for _ in range(options.tries):
            reply = await client.ask(ask)
            if reply.status == "unanswered":
                return _found(posed, tries, "unknown"), reply
            tries.append(await asyncio.to_thread(_tried, reply, posed.answer, engine))
            if tries[-1].status == "equal":
                return _found(posed, tries, "equal"), None
            ask = _again(ask, reply, tries[-1])
    ran = any(one.status == "different" for one in tries)
    return _found(posed, tries, "different" if ran else "no program"), None


def first_ask(client: ModelClient, posed: Posed, tables: Shown, seed: int) -> Ask:
    """Return the question for a program."""
    prompt = load_prompt(PACKAGE, "program", client.models.role(ROLE).prompt)
    question = marked([("Question", posed.question)])
    filled = prompt.filled(tables=tables.description, question=question, form=posed.form)
    return client.asking(ROLE, filled, expected=Expected(SaidProgram), seed=seed)


def _again(ask: Ask, reply: Reply, tried: ProgramTry) -> Ask:
    """Return the question for another program, after what the last one came to."""
    prompt = load_prompt(PACKAGE, "again")
    said = Message(role="assistant", parts=(reply.text or "(no reply)",))
    outcome = marked([("Outcome", f"{OUTCOMES[tried.status]}: {tried.detail}")])
    messages = (*ask.call.messages, said, *prompt.filled(outcome=outcome).messages)
    return Ask(ROLE, ask.call.model_copy(update={"messages": messages}), ask.expected, prompt.name)


OUTCOMES = {
    "different": "the result was", "unknown": "the result is no answer", "refused": "it was not allowed to run",
    "failed": "it failed", "unread": "the reply could not be read",
}  # fmt: skip


def _tried(reply: Reply, answer: Answer, engine: Engine) -> ProgramTry:
    """Return what one program came to; nothing of a reply runs but what the guard wrote anew."""
    sql = reply.value(SaidProgram).sql.strip() if reply.answered else ""
    if not sql:
        return ProgramTry(sql="", status="unread", detail=f"{reply.status} {reply.detail}"[:300])
    try:
        query = check_sql(sql.removesuffix(";"), engine.schema)
        if query.tree.find(exp.Table) is None:
            return ProgramTry(sql=sql[:4000], status="refused", detail="it reads no table")
        result = engine.run(query)
    except SqlRefused as refusal:
        return ProgramTry(sql=sql[:4000], status="refused", detail=str(refusal)[:300])
    except SqlRejected as rejection:
        return ProgramTry(sql=sql[:4000], status="failed", detail=str(rejection)[:300])
    equal, detail = compare_result(answer, result)
    return ProgramTry(sql=sql[:4000], status=equal, detail=(detail or shown(result))[:600])


def _found(posed: Posed, tries: list[ProgramTry], finding: Finding) -> SecondProgram:
    return SecondProgram(id=posed.id, finding=finding, first=posed.first, tries=tuple(tries))
