"""A second program: what it sees, what may run, and what its result is beside the stored answer."""

import asyncio
import json

import pytest

from serving.client import ModelClient
from serving.ledger import Ledger
from serving.loopback import LoopbackServer, even_faults
from serving.prompts import load_prompt
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest
from verifiers.second_program.asking import PACKAGE, Posed, SecondProgram, second_program
from verifiers.second_program.comparing import compare_result
from verifiers.second_program.options import SecondProgramOptions
from verifiers.second_program.schema import shown
from warehouse.cells import Measure, Period
from warehouse.programs import Answer
from warehouse.safe_sql import Result
from warehouse.table_views import NumericView, TableView
from warehouse.wide_tables import Column


def column(label: str, unit: str, *path: str) -> Column:
    name = " > ".join((*path, label)) + f" ({unit})"
    return Column(
        name=name, measure=Measure(label=label, path=path, unit=unit, basis=""), period=Period(length="", end="2024"),
        role="value", shown=label,
    )  # fmt: skip


VIEW = TableView(
    name="harbour_2024", kind="pages", noun="harbour", edition="2024",
    columns=(column("cargo", "t"), column("cargo", "t", "exports"), column('x"; DROP TABLE', "km")),
    entities=("Arnby", "Celt", "Dorf"), values=(("100", "250.5", "60"), ("1", "", "2"), ("5", "6", "7")),
)  # fmt: skip
POSED = Posed(
    id="s1", question="Which of the harbours has more than 200 t of cargo?", form="Give the name.",
    answer=Answer(kind="text", text="Celt"), first="SELECT the secret first program",
    view=NumericView(id="s1", tables=(VIEW,)),
)  # fmt: skip
RIGHT = "SELECT entity FROM harbour_2024 WHERE cargo_t > 200;"


def solved(
    tmp_path, *programs: str, posed: Posed = POSED, **server
) -> tuple[SecondProgram, list[ScriptedRequest]]:
    """Return what comes of a model that replies with these programs in turn, the last again and again."""
    requests: list[ScriptedRequest] = []

    def script(request: ScriptedRequest) -> ScriptedReply:
        requests.append(request)
        turn = (len(request.messages) - 2) // 2
        return ScriptedReply(text=json.dumps({"sql": programs[min(turn, len(programs) - 1)]}))

    async def run(models: Models) -> SecondProgram:
        with Ledger(tmp_path) as ledger:
            async with ModelClient(models, ledger) as client:
                found, _ = await second_program(client, posed, SecondProgramOptions(), 1)
                return found

    with LoopbackServer(script, **server) as address:
        model = ModelServer(model="scripted", address=address.address)
        models = Models(servers={"m": model}, roles={"solver": RoleOptions(model="m")})
        return asyncio.run(run(models)), requests


def test_its_author_sees_the_question_and_the_schema_and_never_program_or_answer(tmp_path):
    found, requests = solved(tmp_path, "SELECT entity FROM harbour_2024 WHERE cargo_t > 20", RIGHT)
    assert found.finding == "equal"
    assert [one.status for one in found.tries] == ["different", "equal"]
    text = "\n".join(text for request in requests for _, text in request.messages)
    assert "harbour_2024" in text
    assert "unit: t; period: 2024" in text
    assert "Arnby | 100.0000000000 | 1" in text
    assert "secret" not in text
    assert "the result was: Arnby | Celt | Dorf" in text
    assert "stored" not in text.lower()


def test_three_tries_then_both_programs_are_kept(tmp_path):
    wrong = "SELECT entity FROM harbour_2024 WHERE cargo_t < 90"
    found, requests = solved(tmp_path, wrong)
    assert found.finding == "different"
    assert found.first == POSED.first
    assert [one.sql for one in found.tries] == [wrong] * 3
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("sql", "status", "words"),
    [
        ("DROP TABLE harbour_2024", "refused", "not a select"),
        ("COPY harbour_2024 TO '/tmp/stolen.csv'", "refused", "not a select"),
        ("SELECT * FROM read_csv('/etc/passwd')", "refused", "table function"),
        ("SELECT * FROM '/etc/passwd'", "refused", "unknown table"),
        (
            "SELECT entity FROM harbour_2024; DROP TABLE harbour_2024",
            "refused",
            "several statements",
        ),
        ("SELECT 'Celt'", "refused", "reads no table"),
        ("SELECT getenv('HOME')", "refused", "function"),
        ("ATTACH 'other.db'", "refused", "not a select"),
        ("SELECT entity FROM harbour_2024 -- and more", "refused", "comment"),
        ("SELECT entity, cargo_t FROM harbour_2024", "unknown", "2 columns"),
        ("SELECT entity FROM harbour_2024 WHERE cargo_t > 9999", "unknown", "no row"),
        ("SELECT CAST(entity AS INTEGER) FROM harbour_2024", "failed", "conversion"),
        ("", "unread", "answered"),
    ],
)
def test_nothing_runs_that_the_guard_does_not_let_through(tmp_path, sql, status, words):
    found, _ = solved(tmp_path, sql)
    assert found.finding == "no program"
    assert {one.status for one in found.tries} == {status}
    assert words in found.tries[0].detail


def test_an_author_who_cannot_be_asked_leaves_it_unknown(tmp_path):
    async def run(models: Models) -> SecondProgram:
        with Ledger(tmp_path) as ledger:
            async with ModelClient(models, ledger) as client:
                found, reply = await second_program(client, POSED, SecondProgramOptions(), 1)
                assert reply is not None
                assert reply.stops
                return found

    model = ModelServer(model="scripted", address="http://127.0.0.1:9/v1")
    quick = model.retry.model_copy(update={"patience": 0.05, "first_wait": 0.01, "longest_wait": 0.02})  # fmt: skip
    model = model.model_copy(update={"retry": quick})
    models = Models(servers={"m": model}, roles={"solver": RoleOptions(model="m")})
    assert asyncio.run(run(models)).finding == "unknown"


def test_under_faults_there_is_always_a_finding(tmp_path):
    for number in range(6):
        posed = Posed(**(POSED.__dict__ | {"question": f"{POSED.question} ({number})"}))
        faults = even_faults(0.3, slow=0.02, hang=1, seed=number)
        found, _ = solved(tmp_path, RIGHT, posed=posed, faults=faults)
        assert found.finding in ("equal", "no program")


def result(*values, columns: int = 1) -> Result:
    return Result(("x",) * columns, ("T",) * columns, tuple((value,) for value in values))


@pytest.mark.parametrize(
    ("answer", "values", "expected"),
    [
        (Answer(kind="number", text="12.35", tolerance="0.01"), [12.3456], "equal"),
        (Answer(kind="number", text="12.35", tolerance="0.01"), [12.37], "different"),
        (Answer(kind="number", text="-12.35", tolerance="0.01"), [12.35], "different"),
        (Answer(kind="number", text="1,204"), [1204], "equal"),
        (Answer(kind="number", text="3"), [3, 3], "unknown"),
        (Answer(kind="number", text="3"), ["three"], "unknown"),
        (Answer(kind="number", text="3"), [float("nan")], "unknown"),
        (Answer(kind="items", text="", items=("A b", "C")), ["c", "A  b"], "equal"),
        (Answer(kind="items", text="", items=("A b", "C")), ["C", "C", "A b"], "different"),
        (Answer(kind="ordered_items", text="", items=("A", "C")), ["C", "A"], "different"),
        (Answer(kind="text", text="Celt", aliases=("Port of Celt",)), ["the Port of Celt"], "equal"),
        (Answer(kind="text", text="Celt"), [None], "unknown"),
    ],
)  # fmt: skip
def test_results_are_compared_by_the_type_of_the_answer(answer, values, expected):
    assert compare_result(answer, result(*values))[0] == expected


def test_names_in_sql_are_letters_and_digits_and_fall_together_nowhere():
    tables = shown([VIEW, VIEW], 1)
    assert list(tables.frames) == ["harbour_2024", "harbour_2024_2"]
    names = tables.frames["harbour_2024"].columns
    assert names == ["entity", "cargo_t", "exports_cargo_t", "x_drop_table_km"]


def test_the_prompts_have_the_slots_that_are_filled():
    assert load_prompt(PACKAGE, "program").slots == {"tables", "question", "form"}
    assert load_prompt(PACKAGE, "again").slots == {"outcome"}
