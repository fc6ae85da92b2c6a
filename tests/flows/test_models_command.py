import json
import subprocess
import sys
from pathlib import Path

from flows.asking import with_models
from serving.calls import Call, Message
from serving.client import Ask, ModelClient
from serving.loopback import LoopbackServer
from serving.roles import Models, ModelServer, RoleOptions
from serving.scripted import ScriptedReply, ScriptedRequest

ROOT = Path(__file__).resolve().parents[2]


def word(request: ScriptedRequest) -> ScriptedReply:
    return ScriptedReply(text='{"word": "ready"}')


def longspan(*words: object) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "flows", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
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
        call = Call(model="scripted", messages=(Message(role="user", parts=("word?",)),))
        await client.ask(Ask("solver", call, prompt="word.1 abc"))

    with LoopbackServer(word) as server:
        servers = {"m": ModelServer(model="scripted", address=server.address)}
        given = Models(servers=servers, roles={"solver": RoleOptions(model="m")})
        with_models(tmp_path, given, ask)
    code, out, _ = longspan("models", "show", "--home", tmp_path, "--json")
    assert code == 0
    assert json.loads(out)["rows"][0][:5] == ["", "solver", "scripted", "word.1 abc", 1]
    code, out, _ = longspan("models", "export", tmp_path / "calls", "--home", tmp_path, "--json")
    assert (code, json.loads(out)["written"]) == (0, 1)
    code, _, err = longspan("models", "show", "--home", tmp_path / "other")
    assert code == 1
    assert "no run has asked a model" in err
