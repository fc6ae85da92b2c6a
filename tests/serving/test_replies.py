import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.calls import Call, Completion, Message, Sampling
from serving.outcomes import Expected, outcome
from serving.roles import ModelServer
from serving.structured import json_block, read_value, schema_of
from serving.wire import WireError, completion_of, request_of
from warehouse.records import Record

SERVER = ModelServer(model="m", address="http://there/v1", price_in=2, price_cached=1, price_out=10)
CALL = Call(model="m", messages=(Message(role="user", parts=("Name a river.",)),))


class River(Record):
    name: str
    length: int


def completion(text: str, finish: str = "stop", refusal: str = "") -> Completion:
    return Completion(key="k", model="m", text=text, finish_reason=finish, refusal=refusal)


@pytest.mark.parametrize(
    ("text", "value", "repaired"),
    [
        ('{"name": "Elbe", "length": 1094}', "Elbe", False),
        ('Here it is:\n```json\n{"name": "Elbe", "length": 1094}\n```\nDone.', "Elbe", False),
        ('{"name": "El{be}", "length": 1}', "El{be}", False),
        ('{"name": "a \\" } b", "length": 1} {"name": "second", "length": 2}', 'a " } b', False),
        ("{'name': 'Elbe', 'length': 1094,}", "Elbe", True),
        ('{"name": "Elbe", "length": 1094', "Elbe", True),
    ],
)
def test_values_are_read_from_what_models_write(text, value, repaired):
    read = read_value(text, River)
    assert json.loads(read.value_json)["name"] == value
    assert read.repaired is repaired


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("The Elbe.", "no JSON object"),
        ('{"name": "Elbe"}', "length: Field required"),
        ('{"name": "Elbe", "length": "long"}', "length: Input should be a valid integer"),
        ('{"name": "Elbe", "length": 1, "more": 2}', "more: Extra inputs are not permitted"),
        ("{" * 200, "no JSON object"),
        ("[1, 2]", "no JSON object"),
    ],
)
def test_what_does_not_fit_the_schema_says_why(text, error):
    assert error in read_value(text, River).error


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text):
    read = read_value("{" + text, River)
    assert read.value_json or read.error
    assert json_block(text) in text


@pytest.mark.parametrize(
    ("given_completion", "expected", "status"),
    [
        (completion("The Elbe."), Expected(), "answered"),
        (completion("The El", "length"), Expected(), "truncated"),
        (completion("", "length"), Expected(), "truncated"),
        (completion("  "), Expected(), "empty"),
        (completion("", "content_filter"), Expected(), "refused"),
        (completion("", refusal="no"), Expected(), "refused"),
        (completion("I'm sorry, but I can't help with that."), Expected(), "refused"),
        (completion("I cannot provide this."), Expected(River), "refused"),
        (completion("I am sorry to say that the Elbe is long. " * 20), Expected(), "answered"),
        (completion('{"name": 3}'), Expected(River), "wrong schema"),
        (completion('{"name": "Elbe", "length": 3}'), Expected(River), "answered"),
        (completion('{"name": "Elbe", "length": 3', "length"), Expected(River), "truncated"),
        (completion("Die Elbe ist ein Fluss, der in Böhmen entspringt und nach Norden durch Deutschland "
                    "bis in die Nordsee fließt, wo er mündet."), Expected(language="en"), "wrong language"),
        (completion("The Elbe rises in Bohemia and runs north through Germany to the North Sea, which it reaches "
                    "at Cuxhaven."), Expected(language="en"), "answered"),
        (completion("Elbe, Böhmen"), Expected(language="en"), "answered"),
    ],
)  # fmt: skip
def test_a_completion_is_one_typed_outcome(given_completion, expected, status):
    reply = outcome(given_completion, expected, stored=False)
    assert reply.status == status
    assert bool(reply.value_json) is (status == "answered" and expected.kind is not None)
    assert reply.answered or reply.detail


def body(**changes) -> str:
    message = {"role": "assistant", "content": "The Elbe."} | changes.pop("message", {})
    data = {"model": "m-2026", "choices": [{"message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10,
                      "prompt_tokens_details": {"cached_tokens": 60}}} | changes  # fmt: skip
    return json.dumps(data)


def test_a_reply_of_a_server_becomes_a_completion_with_its_price():
    found = completion_of(body(), CALL, SERVER, 1.5)
    assert (found.text, found.model, found.latency) == ("The Elbe.", "m-2026", 1.5)
    # 40 new prompt tokens at 2, 60 cached at 1, 10 of the reply at 10 per million.
    assert found.price == pytest.approx((40 * 2 + 60 * 1 + 10 * 10) / 1e6)


def test_reasoning_is_told_from_the_reply():
    inline = completion_of(
        body(message={"content": "<think>Rhine? No.</think>\n\nElbe"}), CALL, SERVER, 0
    )
    apart = completion_of(
        body(message={"content": "Elbe", "reasoning_content": "Rhine? No."}), CALL, SERVER, 0
    )
    assert (inline.text, inline.reasoning) == (apart.text, apart.reasoning) == ("Elbe", "Rhine? No.")  # fmt: skip


def test_tokens_are_counted_where_the_server_does_not_say():
    found = completion_of(body(usage=None), CALL, SERVER, 0)
    # "Name a river." and "The Elbe." are four and four tokens of the Qwen vocabulary (E-l-be is two).
    assert (found.prompt_tokens, found.completion_tokens) == (4, 4)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"choices": []}', '{"choices": [{}]}'])
def test_a_body_that_is_no_reply_is_an_error_of_its_own(text):
    with pytest.raises(WireError):
        completion_of(text, CALL, SERVER, 0)


def test_a_request_has_the_schema_only_where_the_server_takes_one():
    call = CALL.model_copy(
        update={
            "reply_schema": schema_of(River),
            "sampling": Sampling(stop=("\n",), thinking=False),
        }
    )
    sent = request_of(call, SERVER, with_schema=True)
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["name", "length"]
    assert sent["stop"] == ["\n"]
    assert sent["chat_template_kwargs"] == {"enable_thinking": False}
    assert "response_format" not in request_of(call, SERVER, with_schema=False)


def test_a_calls_key_is_of_what_decides_the_reply():
    parts = CALL.model_copy(
        update={"messages": (Message(role="user", parts=("Name a ", "river.")),)}
    )
    assert parts.key == CALL.key
    for change in (
        {"model": "n"}, {"seed": 1}, {"attempt": 1}, {"reply_schema": "{}"}, {"sampling": Sampling(temperature=0.7)},
        {"messages": (Message(role="system", parts=("Name a river.",)),)},
    ):  # fmt: skip
        assert CALL.model_copy(update=change).key != CALL.key
    assert 0 <= CALL.sent_seed < 2**31
