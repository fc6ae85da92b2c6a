import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.asking import with_models
from flows.models_command import Asked, asked, blocks, comparison, short
from flows.stage_costs import noted
from serving.calls import Call, Message
from serving.client import Ask, ModelClient
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest
from tests.flows.test_stage_costs import engine, row, spend, stopped

ROOT = Path(__file__).resolve().parents[2]
LONG = "organisation/A-Model-With-A-Long-Name-30B-A3B"


def word(request: ScriptedRequest) -> ScriptedReply:
    return ScriptedReply(text='{"word": "ready"}')


def longspan(*words: object) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "flows", *map(str, words)]
    narrow = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, env=narrow
    )
    return done.returncode, done.stdout, done.stderr


def config(folder: Path, address: str, model: str = "scripted", extra: str = "") -> Path:
    file = folder / "models.toml"
    text = f'[[sources]]\npath = "general"\n[models.servers.m]\nmodel = "{model}"\naddress = "{address}"\n{extra}'
    file.write_text(text, "utf-8")
    return file


def test_models_are_checked_before_a_run_and_a_wrong_one_is_named(tmp_path):
    with LoopbackServer(word) as server:
        code, out, _ = longspan("models", "check", config(tmp_path, server.address), "--json")
        (found,) = json.loads(out)
        assert (code, found["status"], found["schema_status"]) == (0, "ready", "answered")
        code, out, _ = longspan("models", "check", config(tmp_path, server.address, "other"), "--json")  # fmt: skip
        (found,) = json.loads(out)
        assert (code, found["status"]) == (1, "the server has no model other; it has scripted")
    code, out, _ = longspan("models", "check", config(tmp_path, server.address), "--json")
    (found,) = json.loads(out)
    assert code == 1
    assert found["status"].startswith("no answer (")


def test_a_key_that_is_not_set_and_a_role_without_a_server_are_errors_of_the_configuration(
    tmp_path,
):
    extra = 'key_variable = "NOT_SET_ANYWHERE"\n'
    code, _, err = longspan("models", "check", config(tmp_path, "http://127.0.0.1:9/v1", extra=extra))  # fmt: skip
    assert code == 2
    assert "NOT_SET_ANYWHERE is not set" in " ".join(err.split())
    extra = '[models.roles.solver]\nmodel = "n"\n'
    code, _, err = longspan("models", "check", config(tmp_path, "http://127.0.0.1:9/v1", extra=extra))  # fmt: skip
    assert code == 2
    # The line is folded to the width of the terminal.
    assert "there is no servers.n; known are m" in " ".join(err.split())


def test_what_was_asked_is_shown_and_exported(tmp_path):
    async def ask(client: ModelClient) -> None:
        for prompt in ("word.1 abc", "another_word_that_is_asked_for.12 abc"):
            call = Call(model=LONG, messages=(Message(role="user", parts=(prompt,)),))
            await client.ask(Ask("solver", call, prompt=prompt))

    with LoopbackServer(word) as server:
        servers = {"m": ModelServer(model=LONG, address=server.address)}
        given = Models(servers=servers, roles={"solver": RoleOptions(model="m")})
        with_models(tmp_path, given, ask, "difficulty")
    code, out, _ = longspan("models", "show", "--home", tmp_path, "--json")
    assert code == 0
    rows = sorted(json.loads(out)["rows"])
    assert rows[1][:5] == ["difficulty", "solver", LONG, "word.1 abc", 1]
    code, out, _ = longspan("models", "show", "--home", tmp_path)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert f"difficulty: solver {LONG}" in out
    assert "written" in out
    assert "…" not in out
    # A name that is too wide goes on in the next line.
    shown = out.partition("What was expected")[0].splitlines()
    cells = [line.split("│")[1].strip() for line in shown if line.startswith("│")]
    assert "".join(cells) == "another_word_that_is_asked_for.12word.1"
    code, out, _ = longspan("models", "export", tmp_path / "calls", "--home", tmp_path, "--json")
    assert (code, json.loads(out)["written"]) == (0, 2)
    code, _, err = longspan("models", "show", "--home", tmp_path / "other")
    assert code == 1
    assert "no run has asked a model" in err


def test_what_was_expected_stands_beside_what_was_asked(tmp_path):
    with pytest.raises(RuntimeError):
        stopped(engine(tmp_path, row("gold", "solver", 9)), "gold", ["given up"], range(90, 92))
    mine = engine(tmp_path, row("gold", "solver", 4))
    with noted(mine, "gold", ["f"]):
        spend(tmp_path, "gold", range(5))
    spend(tmp_path, "propose", range(2), role="extractor")
    # 110 tokens a call were spent, 100 were expected.
    assert comparison(asked(tmp_path).costs) == [
        ("gold", "solver", "4", "5", "400", "550", "-27%"),
        ("propose", "extractor", "none", "2", "none", "220", ""),
    ]
    code, out, _ = longspan("models", "show", "--home", tmp_path)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "-27%" in out
    assert "…" not in out


def test_what_was_asked_is_shown_in_a_block_for_each_stage_role_and_model():
    def row(stage: str, role: str, read: int, cached: int) -> tuple:
        return (stage, role, "m", "solve.1 abc", 1_234_567, read, cached, 999, 12_345.678, 0.25, 0)

    rows = (row("", "solver", 0, 0), row("mase", "solver", 4000, 1000), row("mase", "verifier", 1, 0))  # fmt: skip
    found = blocks(Asked(columns=(), rows=rows, missed=()))
    assert [b.title for b in found] == [
        "outside of a stage: solver m", "mase: solver m", "mase: verifier m"
    ]  # fmt: skip
    assert found[0].rows == (("solve.1", "1.23M", "0", "", "999", "12,345.68", "0.2", "0"),)
    # 1,000 of 4,000 tokens were cached.
    assert found[1].rows[0][2:4] == ("4,000", "25%")
    assert [short(n) for n in (999_999, 1_000_000, 9_876_543_210)] == ["999,999", "1.00M", "9.88G"]
