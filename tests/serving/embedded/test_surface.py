"""The HTTP surface over the echo stand-in."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from openai import OpenAI
from starlette.testclient import TestClient

from serving.embedded.batching import Limits
from serving.embedded.echo import EchoModel
from serving.embedded.surface import create_app


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(EchoModel(context_length=200), Limits(max_queue=8))) as running:
        yield running


def chat(client, said="one two three four", **fields):
    body = {"model": "echo", "messages": [{"role": "user", "content": said}], "max_tokens": 50}
    return client.post("/v1/chat/completions", json=body | fields)


def texts(response) -> list[str]:
    return [choice["message"]["content"] for choice in response.json()["choices"]]


def test_health_and_models(client):
    assert client.get("/health").json() == {"status": "ok", "waiting": 0}
    (model,) = client.get("/v1/models").json()["data"]
    assert (model["id"], model["max_model_len"]) == ("echo", 200)
    assert client.get("/v1/models/echo").json()["id"] == "echo"
    assert client.get("/v1/models/other").status_code == 404


def test_a_chat_completion_has_usage_and_a_reason_to_end(client):
    reply = chat(client, temperature=0).json()
    assert reply["object"] == "chat.completion"
    (choice,) = reply["choices"]
    assert choice["message"] == {
        "role": "assistant",
        "content": "one two three four",
        "refusal": None,
    }
    assert choice["finish_reason"] == "stop"
    # "\n> " and 18 characters; 18 characters and the end mark.
    assert reply["usage"] == {"prompt_tokens": 21, "completion_tokens": 19, "total_tokens": 40}


def test_length_ends_a_reply(client):
    reply = chat(client, temperature=0, max_completion_tokens=7).json()
    assert reply["choices"][0]["message"]["content"] == "one two"
    assert reply["choices"][0]["finish_reason"] == "length"


def test_choices_differ_and_a_seed_repeats_them(client):
    first = texts(chat(client, "a b c d e f g h", n=4, seed=11, temperature=1))
    assert len(set(first)) > 1
    assert first == texts(chat(client, "a b c d e f g h", n=4, seed=11, temperature=1))
    assert first[:1] == texts(chat(client, "a b c d e f g h", n=1, seed=11, temperature=1))
    assert first != texts(chat(client, "a b c d e f g h", n=4, seed=12, temperature=1))


@pytest.mark.parametrize("stop", ["three", ["zz", "three"]])
def test_a_stop_text_is_not_shown(client, stop):
    assert texts(chat(client, temperature=0, stop=stop)) == ["one two "]


def test_parts_and_the_developer_role(client):
    parts = [{"type": "text", "text": "left "}, {"type": "text", "text": "right"}]
    messages = [{"role": "developer", "content": "be brief"}, {"role": "user", "content": parts}]
    assert texts(chat(client, messages=messages, temperature=0)) == ["left right"]


def test_logprobs_of_both_forms(client):
    reply = chat(client, "ab", temperature=0, logprobs=True, top_logprobs=1).json()
    (first, second) = reply["choices"][0]["logprobs"]["content"]
    assert (first["token"], first["logprob"], first["bytes"]) == ("a", 0.0, [97])
    assert [other["token"] for other in second["top_logprobs"]] == ["b"]
    body = {"model": "echo", "prompt": "ab", "temperature": 0, "logprobs": 1}
    (choice,) = client.post("/v1/completions", json=body).json()["choices"]
    assert choice["logprobs"]["tokens"] == ["a", "b"]
    assert choice["logprobs"]["text_offset"] == [0, 1]


def test_several_prompts_in_one_request(client):
    body = {"model": "echo", "prompt": ["ab", "cde"], "n": 2, "temperature": 0}
    reply = client.post("/v1/completions", json=body).json()
    assert [choice["text"] for choice in reply["choices"]] == ["ab", "ab", "cde", "cde"]
    assert [choice["index"] for choice in reply["choices"]] == [0, 1, 2, 3]
    assert reply["usage"]["prompt_tokens"] == 5


@pytest.mark.parametrize(
    ("fields", "param", "words"),
    [
        ({"temperature": -1}, "temperature", "greater than or equal to 0"),
        ({"temperature": "warm"}, "temperature", "valid number"),
        ({"top_p": 0}, "top_p", "greater than 0"),
        ({"n": 0}, "n", "greater than or equal to 1"),
        ({"n": 9}, "n", "more than 8"),
        ({"max_tokens": 0}, "max_tokens", "greater than or equal to 1"),
        ({"stop": [""]}, "stop.0", "at least 1 character"),
        ({"stream": True}, "stream", "not supported"),
        ({"presence_penalty": 0.5}, "presence_penalty", "less than or equal to 0"),
        ({"best_of": 2}, "best_of", "does not know"),
        ({"tools": []}, "tools", "does not know"),
        ({"messages": []}, "messages", "at least 1"),
        ({"messages": None}, "messages", "required"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role", "Input should be"),
        ({"top_logprobs": 99}, "top_logprobs", "less than or equal to 20"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "Input should be"),
        ({"response_format": {"type": "json_schema"}}, "response_format", "goes with"),
        ({"response_format": {"type": "json_object"}}, "response_format", "holds to no schema"),
    ],
)
def test_a_wrong_field_is_named(client, fields, param, words):
    response = chat(client, **fields)
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert words in error["message"]


def test_null_counts_as_not_given(client):
    assert chat(client, temperature=0, stop=None, seed=None, tools=None).status_code == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b"\xff"])
def test_a_body_that_is_no_object(client, raw):
    response = client.post("/v1/chat/completions", content=raw)
    assert response.status_code == 400
    assert "JSON" in response.json()["error"]["message"]


def test_a_context_that_is_too_long_says_the_limit(client):
    response = chat(client, "x" * 180)
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["code"], error["param"]) == ("context_length_exceeded", "messages")
    # "\n> " and 180 characters, and 50 for the reply.
    assert "maximum context length is 200 tokens" in error["message"]
    assert "233 tokens (183 in the messages, 50 in the completion)" in error["message"]


def test_other_refusals_have_the_same_body(client):
    other = chat(client, model="gpt-9")
    assert (other.status_code, other.json()["error"]["code"]) == (404, "model_not_found")
    for response in (client.get("/v1/chat/completions"), client.get("/nowhere")):
        assert response.status_code in (404, 405)
        assert response.json()["error"]["message"]
    body = json.dumps({"model": "echo", "prompt": "x" * (33 * 2**20)})
    assert client.post("/v1/completions", content=body).status_code == 413


def test_a_model_that_fails_is_500():
    class Failing(EchoModel):
        def generate(self, jobs, stopped):
            raise RuntimeError("no memory")

    with TestClient(create_app(Failing(), Limits())) as client:
        failed = chat(client)
        assert failed.status_code == 500
        assert failed.json()["error"]["type"] == "server_error"


def test_a_full_queue_is_429_with_retry_after():
    gate = threading.Event()

    class Waiting(EchoModel):
        def generate(self, jobs, stopped):
            gate.wait(20)
            return super().generate(jobs, stopped)

    limits = Limits(max_queue=2, max_batch=1, window=0)
    with TestClient(create_app(Waiting(), limits)) as client, ThreadPoolExecutor(2) as pool:
        first = pool.submit(chat, client)
        time.sleep(0.3)
        second = pool.submit(chat, client, n=2)
        while client.get("/health").json()["waiting"] < 2:
            time.sleep(0.01)
        refused = chat(client)
        gate.set()
        assert [first.result().status_code, second.result().status_code] == [200, 200]
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.json()["error"]["type"] == "rate_limit_error"


def test_the_openai_client_reads_it(client):
    asked = OpenAI(base_url="http://testserver/v1", api_key="none", http_client=client)
    reply = asked.chat.completions.create(
        model="echo", messages=[{"role": "user", "content": "hello there"}], temperature=0
    )
    assert reply.choices[0].message.content == "hello there"
    assert reply.usage is not None
    assert reply.usage.total_tokens == 26  # "\n> hello there" is 14, the reply and its end 12
